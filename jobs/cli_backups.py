"""`backup`, `restore`, `backup-key`."""

from pathlib import Path
from typing import IO

import click
from pyrage.x25519 import Identity

from jobs.backups.making import make_backup
from jobs.backups.restoring import restore_backup
from jobs.telling import counting
from registry.settings import read_settings


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--recipient", "recipients", multiple=True, required=True, help="Public age key, age1…; again for more."
)
def backup(target: Path, recipients: tuple[str, ...]) -> None:
    """Write a copy of both databases, all files and keys into TARGET, encrypted; the service may run."""
    with counting("backup") as tell:
        length = make_backup(read_settings(), target, recipients, tell)
    click.echo(f"{target}: {length} bytes")


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity", required=True, type=click.File(), help="File with the secret age key, AGE-SECRET-KEY-1…"
)
def restore(source: Path, identity: IO[str]) -> None:
    """Fill the empty place that the settings name from SOURCE; a damaged copy is refused."""
    lines = [line for line in identity.read().splitlines() if line and not line.startswith("#")]
    with counting("restore") as tell:
        parts = restore_backup(read_settings(), source, lines[0] if lines else "", tell)
    click.echo(f"{parts} parts restored; `honest-metrology index rebuild` makes the index")


@click.command("backup-key")
def backup_key() -> None:
    """Make a key for copies: keep the secret line on paper or a machine apart, give servers the other."""
    secret = Identity.generate()
    click.echo(f"# recipient: {secret.to_public()}\n{secret}")


COMMANDS = (backup, restore, backup_key)
