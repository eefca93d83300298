"""`rulebook check|diff|impact|propose|approve|working-day`."""

import json
import sys
from datetime import datetime

import click

from jobs import process
from jobs.acting import desk
from jobs.cli_impact import impact
from jobs.law_words import compared, in_words
from jobs.opening import opened
from registry.calendar import legal_day
from registry.overrides.commands import (
    ApproveOverride,
    ProposeOverride,
    SetWorkingDay,
    approve_override,
    propose_override,
    set_working_day,
)
from registry.overrides.queries import effective_rulebook
from registry.regions import region_or_refuse
from registry.rulebook import Rulebook, load_rulebook, problems
from registry.rulebook.differences import Standpoint
from registry.rulebook.wording import Wording
from registry.settings import read_settings
from registry.store.engine import reading
from registry.texts import Language


@click.group()
def rulebook() -> None:
    """The rules of law: dated data with sources."""


@rulebook.command("check")
@click.option("--strict", is_flag=True, help="Exit 1 for any remark, not only for rows that overlap in time.")
def check(strict: bool) -> None:
    """Print what is unsourced, recalled, unknown or overlapping in time.

    An invalid rulebook (unknown field, reversed dates, broken reference) does not load at all and
    exits 2 with file, row and field.
    """
    found = problems(load_rulebook())
    for problem in found:
        place = problem.jurisdiction or "nation"
        said = f"{problem.kind:<9} {problem.table}/{problem.code} · {place} · from {problem.in_force_from}"
        click.echo(said + (f" · {problem.note}" if problem.note else ""))
    click.echo(f"{len(found)} remarks")
    if any(problem.kind == "overlap" for problem in found) or (strict and found):
        sys.exit(1)


DAY = click.DateTime(["%Y-%m-%d"])


@rulebook.command("diff")
@click.option("--from-region", default="000000", show_default=True, help="GB/T 2260; the nation: 000000.")
@click.option("--from-day", type=DAY, default=None, help="Legal day; today if unset.")
@click.option("--to-region", default=None, help="The same region if unset.")
@click.option("--to-day", type=DAY, default=None, help="Legal day; today if unset.")
@click.option("--in-force", is_flag=True, help="With the overrides that offices approved in the database.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def diff(
    from_region: str,
    from_day: datetime | None,
    to_region: str | None,
    to_day: datetime | None,
    in_force: bool,
    language: Language,
    as_json: bool,
) -> None:
    """Print what differs between the rules of two places, of two days, or both."""
    book, today = _law(in_force=in_force), legal_day(process.clock())
    one, other = (
        Standpoint(book, region_or_refuse(where, field).code, today if day is None else day.date())
        for where, day, field in (
            (from_region, from_day, "from_region"),
            (to_region or from_region, to_day, "to_region"),
        )
    )
    words = Wording(book, language)
    said = compared(one, other, words)
    click.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else in_words(said, words))


def _law(*, in_force: bool) -> Rulebook:
    """Return the installed law, or that with the overrides of the database over it."""
    package = load_rulebook()
    if not in_force:
        return package
    with opened(read_settings()) as engine, reading(engine) as session:
        return effective_rulebook(session, package)


@rulebook.command("propose")
@click.argument("table")
@click.argument("row")
@click.option("--reason", required=True)
@click.option("--as", "account", required=True, help="Account that acts (an officer of the jurisdiction).")
def propose(table: str, row: str, reason: str, account: str) -> None:
    """Propose a dated ROW (JSON) of a TABLE; it has no effect until another person approves it."""
    try:
        fields = json.loads(row)
    except json.JSONDecodeError as broken:
        raise click.BadParameter(f"ROW is not JSON: {broken}") from broken
    command = ProposeOverride(rule_table=table, row=fields, reason=reason)
    with desk(account) as opened, opened.work() as work:
        click.echo(propose_override(work, command))


@rulebook.command("approve")
@click.argument("override_id")
@click.option("--as", "account", required=True, help="Account that acts (an approver, another person).")
def approve(override_id: str, account: str) -> None:
    """Approve a proposed row and print the hash of the rulebook that is now effective."""
    with desk(account) as opened, opened.work() as work:
        click.echo(approve_override(work, opened.package, ApproveOverride(override_id=override_id)).hash)


@rulebook.command("working-day")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("working", type=click.Choice(["yes", "no"]))
@click.option("--reason", required=True, help="The notice that says so.")
@click.option("--as", "account", required=True, help="Account that acts.")
def working_day(day: datetime, working: str, reason: str, account: str) -> None:
    """Say that a DAY is, or is not, a working day, against the installed calendar."""
    command = SetWorkingDay(day_on=day.date(), working=working == "yes", reason=reason)
    with desk(account) as opened, opened.work() as work:
        set_working_day(work, command)


rulebook.add_command(impact)

COMMANDS = (rulebook,)
