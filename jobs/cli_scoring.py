"""`score [--as-of D]`, `score explain ID` and `score plan REGION`."""

import json
from datetime import date, datetime, timedelta

import click
from sqlalchemy import Engine

from jobs import process
from jobs.opening import opened
from jobs.telling import counting
from registry.calendar import day_begins, legal_day
from registry.errors import Malformed
from registry.founding import job_actor
from registry.overrides.queries import effective_rulebook, rulebook_at
from registry.rulebook import load_rulebook
from registry.scoring.answers import Contribution, Explanation
from registry.settings import read_settings
from registry.store.engine import reading
from registry.supervision.plan import plan

DAY = click.DateTime(["%Y-%m-%d"])
INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])


@click.group(invoke_without_command=True)
@click.option(
    "--as-of", "as_of", type=DAY, default=None, help="Legal day; a past one is computed, not recorded."
)
@click.option(
    "--known-at",
    type=INSTANT,
    default=None,
    help="As known then; a day means its end in Shanghai.",
)
@click.option("--full", is_flag=True, help="Compute every business, not only the changed ones.")
@click.pass_context
def score(context: click.Context, as_of: datetime | None, known_at: datetime | None, full: bool) -> None:
    """Score every business, or `score explain ID` one; prints figures as JSON."""
    if context.invoked_subcommand is not None:
        return
    with opened(read_settings()) as engine:
        answer = _scored(engine, as_of, known_at, full=full)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _scored(
    engine: Engine, as_of: datetime | None, known_at: datetime | None, *, full: bool
) -> dict[str, object]:
    from registry.scoring.commands import (  # noqa: PLC0415  # their engine is heavy, and `serve` needs none
        compute_histogram,
        score_run,
    )

    now = process.clock()
    if as_of is None and known_at is None:
        with reading(engine) as session:
            rulebook = effective_rulebook(session, load_rulebook())
        with counting("score") as tell:
            run = score_run(engine, rulebook, now=now, actor=job_actor("score"), full=full, progress=tell)
        return run.as_json()
    on, known = moment(as_of, known_at, now)
    with reading(engine) as session:
        rulebook = rulebook_at(session, known)
    with counting("score") as tell:
        return compute_histogram(engine, rulebook, on, known, progress=tell)


@score.command("explain")
@click.argument("business_id")
@click.option("--as-of", "as_of", type=DAY, default=None, help="Legal day; today if unset.")
@click.option(
    "--known-at",
    type=INSTANT,
    default=None,
    help="As known then; a day means its end in Shanghai.",
)
@click.option("--json", "as_json", is_flag=True)
def explain_command(
    business_id: str, as_of: datetime | None, known_at: datetime | None, as_json: bool
) -> None:
    """Show every contribution to the score of a business: fact, rule, points, source."""
    from registry.scoring.explain import explain  # noqa: PLC0415  # as above

    on, known = moment(as_of, known_at, process.clock())
    with opened(read_settings()) as engine, reading(engine) as session:
        answer = explain(
            session,
            business_id,
            on,
            known,
            rulebook_at(session, known),
        )
    click.echo(answer.model_dump_json(indent=2) if as_json else words(answer))


@score.command("plan")
@click.argument("region")
@click.option("--json", "as_json", is_flag=True)
def plan_command(region: str, as_json: bool) -> None:
    """Show how many businesses of each grade are to be inspected in a REGION, by the ratios in force."""
    now = process.clock()
    with opened(read_settings()) as engine, reading(engine) as session:
        draws = plan(session, effective_rulebook(session, load_rulebook()), (region,), legal_day(now))
    if as_json:
        rows = [{**vars(one), "source": one.source.model_dump() if one.source else None} for one in draws]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in draws:
        share = "no known share" if one.bp is None else f"{one.bp / 100:g} % = {one.to_inspect} to inspect"
        ground = one.source.instrument if one.source else f"[{one.tag}]" if one.tag else ""
        click.echo(f"{one.grade or 'unset':<6}{one.businesses:>9}  {share}  {ground}".rstrip())


def words(answer: Explanation) -> str:
    """Return an explanation for a person: base, every contribution and cap, and their sum."""
    reads = "higher is better" if answer.scheme.higher_is_better else "higher is riskier"
    lines = [
        f"{answer.business_id} · {answer.as_of_on} · {answer.region}",
        f"{answer.scheme.name_zh} · {answer.scheme.name_en} · {reads}",
        f"{'base':<34}{answer.base_points / 100:>9.2f}",
    ]
    if answer.scheme.cycle_first_on is not None:
        lines.insert(2, f"cycle {answer.scheme.cycle_first_on} to {answer.scheme.cycle_last_on}")
    lines += [_line(one) for one in answer.contributions]
    for cap in answer.adjustments:
        lines.append(f"{f'cap of {cap.level} {cap.code}':<34}{cap.points / 100:>9.2f}")
    grade = answer.grade or f"unset ({answer.ungraded_because})"
    lines.append(f"{'sum':<34}{answer.points / 100:>9.2f}  grade {grade}")
    return "\n".join([*lines, *(f"missing: {one.what} {one.code}" for one in answer.missing)])


def _line(one: Contribution) -> str:
    points = "unknown" if one.points is None else f"{one.points / 100:.2f}"
    ground = one.rule.source.instrument if one.rule.source else f"[{one.rule.tag}]"
    direct = f" → {one.direct_grade}" if one.direct_grade else ""
    return f"{one.kind:<34}{points:>9}  {one.counts_from}  {one.fact_id}{direct}  {ground}"


def moment(as_of: datetime | None, known_at: datetime | None, now: datetime) -> tuple[date, datetime]:
    """Return the legal day and the instant that options name.

    Args:
        as_of: A day; unset: the legal day of the instant.
        known_at: An instant, or a day, which means all that was known by its end in Asia/Shanghai.
        now: The present instant, which neither may pass.

    Raises:
        Malformed: One of them lies ahead.
    """
    known = now if known_at is None else known_at
    if known.tzinfo is None:
        if known.date() > legal_day(now):
            raise Malformed("day.ahead", field="known_at", day=known.date().isoformat())
        known = min(now, day_begins(known.date() + timedelta(days=1)) - datetime.resolution)
    if known > now:
        raise Malformed("instant.ahead", field="known_at", instant=known.isoformat())
    on = as_of.date() if as_of is not None else legal_day(known)
    if on > legal_day(now):
        raise Malformed("day.ahead", field="as_of", day=on.isoformat())
    return on, known


COMMANDS = (score,)
