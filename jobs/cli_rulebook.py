"""`rulebook check`."""

import sys

import click

from registry.rulebook import load_rulebook, problems


@click.group()
def rulebook() -> None:
    """The rules of law: dated data with sources."""


@rulebook.command("check")
@click.option("--strict", is_flag=True, help="Exit 1 for overlaps only; unsourced and unknown rows are told.")
def check(strict: bool) -> None:
    """Print what is unsourced, recalled, unknown or overlapping in time.

    An invalid rulebook (unknown field, reversed dates, broken reference) does not load at all and
    exits 2 with file, row and field.
    """
    found = problems(load_rulebook())
    for problem in found:
        click.echo(str(problem))
    click.echo(f"{len(found)} remarks")
    if any(problem.kind == "overlap" for problem in found) or (strict and found):
        sys.exit(1)


COMMANDS = (rulebook,)
