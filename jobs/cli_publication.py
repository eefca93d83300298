"""`publish REGIME`, `verify PATH|URL`."""

import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import click
import httpx

from jobs.acting import desk
from jobs.downloading import download_edition, is_address
from jobs.opening import opened
from jobs.telling import counting
from registry.publication.editions import publish_edition
from registry.publication.files import build_files, edition_folder
from registry.publication.tables import Edition
from registry.publication.verify import UNSIGNED, said
from registry.publication.verify import verify as check
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
    with desk(account, settings) as at, counting("publish") as tell:
        outcome = publish_edition(at.work, regime, region, as_of.date() if as_of else None, tell)
    edition_id = str(outcome.id)
    with opened(settings) as engine:
        with counting("publish") as tell:
            build_files(engine, settings.data_dir, edition_id, tell)
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
                "state_root": edition.state_root,
                "folder": str(edition_folder(settings.data_dir, edition) / f"g{edition.generation}"),
            },
            ensure_ascii=False,
        )
    )


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="PATH|URL...")
@click.option("--key", default=None, help="Public key that must have signed, hex; or the log's verifier key.")
@click.option(
    "--earlier",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Manifest, checkpoint or clearance that was seen before: nothing older passes.",
)
def verify(places: tuple[str, ...], key: str | None, earlier: Path | None) -> None:
    """Check what was published; exit 1 where something is wrong.

    An edition, in a folder or by the address of its page; an older edition and the folders of the
    deltas after it, in order; or clearances; or certificates, proofs, checkpoints or copies of the
    transparency log. All but editions are checked against --key alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [_at_hand(place, Path(folder)) for place in places]
        problems = check(paths, key, earlier)
        papers = [] if problems else [told for path in paths if (told := said(path)) is not None]
    for line in (*problems, *papers):
        click.echo(str(line))
    click.echo("ok" if not problems else f"{len(problems)} problems")
    if key is None and not problems:
        click.echo(UNSIGNED, err=True)
    sys.exit(1 if problems else 0)


def _at_hand(place: str, folder: Path) -> Path:
    """Return the path of what is to be checked, downloaded where it is an address."""
    if is_address(place):
        with httpx.Client() as client:
            return download_edition(client, place, folder)
    if not Path(place).exists():
        raise click.BadParameter(f"{place} does not exist", param_hint="PATH")
    return Path(place)


COMMANDS = (publish, verify)
