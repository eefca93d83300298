"""`rulebook impact FILE`: what another rulebook would change, computed and never written."""

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine
from sqlmodel import Session

from jobs import process
from jobs.law_words import compared, impact_in_words
from jobs.opening import opened
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.businesses.queries import names_of
from registry.calendar import day_begins, legal_day
from registry.commands import Progress as Told
from registry.errors import RuleRefused
from registry.lists.impact import FailingEntry, failing_entries
from registry.overrides.commands import refuse_faults
from registry.overrides.queries import effective_rulebook
from registry.regions import region_or_refuse
from registry.rulebook import Row, Rulebook, load_rulebook, parse_row
from registry.rulebook.differences import Standpoint
from registry.rulebook.wording import Wording
from registry.settings import read_settings
from registry.store.engine import reading
from registry.texts import Language, say, word

if TYPE_CHECKING:
    from registry.scoring.impact import GradeImpact


@click.command("impact")
@click.argument("file", type=click.Path(exists=True, path_type=Path), required=False)
@click.option(
    "--override",
    "overrides",
    nargs=2,
    multiple=True,
    metavar="TABLE ROW",
    help="A dated ROW (JSON) of a TABLE; may be given again.",
)
@click.option(
    "--region", default="000000", show_default=True, help="GB/T 2260: whose businesses and entries."
)
@click.option(
    "--on",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Legal day, today or later; unset: the first from today on which all given rows have begun.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@click.option("--as", "account", required=True, help="Account that asks (an officer of the region).")
def impact(
    file: Path | None,
    overrides: tuple[tuple[str, str], ...],
    region: str,
    on: datetime | None,
    language: Language,
    as_json: bool,
    account: str,
) -> None:
    """Show which grades and list entries new rules would change, with every business; write nothing.

    FILE is TOML with dated rows by table, laid over the rules in force as overrides are, or a folder with
    a whole rulebook. Both laws are applied to the same facts on the same day.
    """
    if (file is None) == (not overrides):
        raise click.UsageError("give FILE or --override, one of them")
    where = region_or_refuse(region, "region").code
    rows = _rows(file, overrides)
    now = process.clock()
    day = _day(on, legal_day(now), rows)
    with opened(read_settings()) as engine, _bar() as bar:
        task = bar.add_task("", total=None, step="")
        with reading(engine) as session:
            work = _work(session, account, now, day)
            new = load_rulebook(file) if file is not None and file.is_dir() else work.rulebook.with_rows(rows)
            refuse_faults(new)
            answer = _answer(
                engine,
                work,
                new,
                where,
                now,
                Wording(new, language),
                lambda step, rows: bar.update(task, step=f"{step} {rows:,}"),
            )
    click.echo(
        json.dumps(answer, ensure_ascii=False, indent=2)
        if as_json
        else impact_in_words(answer, Wording(load_rulebook(), language))
    )


def _rows(file: Path | None, overrides: Sequence[tuple[str, str]]) -> list[Row]:
    """Return the rows that are laid over the law in force; none where a whole rulebook is given."""
    if file is None:
        try:
            return [parse_row(table, json.loads(row)) for table, row in overrides]
        except json.JSONDecodeError as broken:
            raise click.BadParameter(f"ROW is not JSON: {broken}", param_hint="--override") from broken
    if file.is_dir():
        return []
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise click.BadParameter(f"{file.name} is not TOML: {broken}", param_hint="FILE") from broken
    return [parse_row(table, row) for table, rows in tables.items() for row in _tables(table, rows)]


def _tables(table: str, rows: object) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise click.BadParameter(f"{table}: must be an array of tables", param_hint="FILE")
    return rows


def _day(on: datetime | None, today: date, rows: Sequence[Row]) -> date:
    """Return the legal day to compute: what was asked for, or the first on which all rows have begun.

    Raises:
        RuleRefused: It has passed.
    """
    day = on.date() if on is not None else max([today, *(row.in_force_from for row in rows)])
    if day < today:
        raise RuleRefused("impact.past_day", field="on", day=day, today=today)
    return day


def _work(session: Session, account: str, now: datetime, day: date) -> Work:
    """Return who asks, at the instant at which the conditions of lists are looked at."""
    instant = now if day == legal_day(now) else day_begins(day)
    actor = actor_by_account(session, account)
    return Work(session, actor, instant, effective_rulebook(session, load_rulebook()))


def _answer(
    engine: Engine, work: Work, new: Rulebook, where: str, now: datetime, words: Wording, told: Told
) -> dict[str, Any]:
    from registry.scoring.engines import Room  # noqa: PLC0415  # the engine is heavy, and `serve` needs none
    from registry.scoring.impact import grade_impact  # noqa: PLC0415  # as above

    entries = failing_entries(work, new, region=where, progress=told)
    grades = grade_impact(
        engine,
        work.rulebook,
        new,
        region=where,
        on=work.today,
        known_at=now,
        room=Room(),
        progress=told,
    )
    concerned = {one.business_id for one in grades.grades} | {one.business_id for one in entries}
    names = names_of(work.session, concerned)
    one, other = (Standpoint(book, where, work.today) for book in (work.rulebook, new))
    return {
        "region": where,
        "on": work.today.isoformat(),
        "said": words.where(other),
        "rules": compared(one, other, words),
        **_grades(grades, names, words),
        "entries": [_entry(one, names, words) for one in entries],
    }


def _grades(impact: "GradeImpact", names: Mapping[str, str | None], words: Wording) -> dict[str, Any]:
    moves = Counter((one.old_grade, one.new_grade) for one in impact.grades)
    return {
        "businesses": impact.businesses,
        "points_changed": impact.points,
        "grades_changed": len(impact.grades),
        "moves": [
            {"old_grade": old, "new_grade": new, "businesses": count}
            for (old, new), count in sorted(moves.items(), key=lambda move: (-move[1], str(move[0])))
        ],
        "grades": [
            {**one._asdict(), "name": names.get(one.business_id), "place": words.place(one.region)}
            for one in impact.grades
        ],
    }


def _entry(one: FailingEntry, names: Mapping[str, str | None], words: Wording) -> dict[str, Any]:
    return {
        "entry_id": one.entry_id,
        "regime": one.regime,
        "regime_name": word("regime", one.regime, words.language),
        "business_id": one.business_id,
        "name": names.get(one.business_id),
        "region": one.region,
        "code": one.refusal.code,
        "reason": say(one.refusal, words.language),
    }


def _bar() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
    return Progress(*columns, disable=not sys.stderr.isatty())
