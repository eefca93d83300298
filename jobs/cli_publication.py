"""`publish REGIME`, `verify PATH`."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from jobs.acting import acting
from jobs.opening import opened
from registry.publication.editions import prepare_edition
from registry.publication.files import build_files, edition_folder
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.settings import read_settings
from registry.store.engine import reading


@click.command()
@click.argument("regime")
@click.option("--region", default="000000", show_default=True, help="GB/T 2260 code.")
@click.option(
    "--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Legal day; today unless given."
)
@click.option("--as", "account", required=True, help="Account that acts.")
def publish(regime: str, region: str, as_of: datetime | None, account: str) -> None:
    """Publish an edition of a list: its files and the signed root of its leaves."""
    settings = read_settings()
    with acting(account, settings) as work:
        outcome = prepare_edition(work, regime, region, as_of.date() if as_of else None)
    edition_id = str(outcome.id)
    with opened(settings) as engine:
        build_files(engine, settings.data_dir, edition_id)
        with reading(engine) as session:
            edition = session.get_one(Edition, edition_id)
    click.echo(
        json.dumps(
            {
                "what": outcome.what,
                "regime": regime,
                "region": region,
                "version": edition.version,
                "entries": edition.entries,
                "root": edition.root,
                "folder": str(edition_folder(settings.data_dir, edition) / f"g{edition.generation}"),
            },
            ensure_ascii=False,
        )
    )


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def verify(path: Path) -> None:
    """Check an edition's folder: signature, root, leaves, files; exit 1 where something is wrong."""
    problems = verify_edition(path)
    for problem in problems:
        click.echo(str(problem))
    click.echo("ok" if not problems else f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


COMMANDS = (publish, verify)
