"""`rulebook check|propose|approve|working-day`."""

import json
import sys
from datetime import datetime

import click

from jobs.acting import desk
from registry.overrides.commands import (
    ApproveOverride,
    ProposeOverride,
    SetWorkingDay,
    approve_override,
    propose_override,
    set_working_day,
)
from registry.rulebook import load_rulebook, problems


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


COMMANDS = (rulebook,)
