"""`demo`: the main job in a folder of its own."""

import json
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from jobs import process
from jobs.demo.filling import Filling, fill
from jobs.telling import stepping
from registry.calendar import legal_day
from registry.errors import Broken
from registry.reports.codes import written
from registry.settings import Settings, read_settings

SUMMARY = "demonstration.json"


@click.command()
@click.option("--once", is_flag=True, help="End after the summary instead of serving.")
@click.option(
    "--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day of the town; today."
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder; `demo-data` unless given, with --once one that is removed at the end.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def demo(once: bool, as_of: datetime | None, data_dir: Path | None, host: str, port: int) -> None:
    """Fill a folder with the real cases and an invented town, publish, index — and serve it.

    The cases are real and bear their true dates; the town's merchants are invented. A folder that is
    filled already is served as it is.
    """
    on = as_of.date() if as_of else legal_day(process.clock())
    if once and data_dir is None:
        with TemporaryDirectory(prefix="honest-metrology-") as folder:
            click.echo(_filled(_settings(Path(folder)), on)[0])
        return
    settings = _settings(data_dir or Path("demo-data"))
    text, filling = _filled(settings, on)
    click.echo(text)
    if not once:
        _tell(filling, settings, host, port)
        process.serve(settings, host, port, jobs=True)


def _settings(folder: Path) -> Settings:
    return read_settings(data_dir=folder.resolve(), database_url="", demonstration=True)


def _filled(settings: Settings, on: date) -> tuple[str, Filling | None]:
    """Fill the folder unless it is filled; return the summary as JSON, and what lets a visitor in.

    Raises:
        Broken: An earlier filling did not end; what it left is neither whole nor empty.
    """
    done = settings.data_dir / SUMMARY
    if done.exists():
        return done.read_text(encoding="utf-8"), None
    if (settings.data_dir / "registry.sqlite3").exists():
        raise Broken(f"{settings.data_dir} was filled only in part; remove it and begin again")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with stepping("demo") as tell:
        filling = fill(settings, on, tell)
    text = json.dumps(
        {
            **filling.figures,
            "refused_rows_by_reason": dict(sorted(filling.refused.items())),
            "seconds": filling.seconds,
        },
        ensure_ascii=False,
        indent=2,
    )
    done.write_text(text, encoding="utf-8")
    return text, filling


def _tell(filling: Filling | None, settings: Settings, host: str, port: int) -> None:
    click.echo(f"pages      http://{host}:{port}/", err=True)
    click.echo(f"interface  http://{host}:{port}/api", err=True)
    click.echo(f"folder     {settings.data_dir}", err=True)
    click.echo(f"desks      http://{host}:{port}/desk", err=True)
    if filling is None:
        click.echo("passwords, keys and codes were shown when the folder was filled", err=True)
        return
    click.echo("accounts (password at the desk, bearer key of the interface; shown once):", err=True)
    for name, shown in filling.people.items():
        click.echo(f"  {name:<10} {shown.password}  {shown.token}".rstrip(), err=True)
    click.echo("passphrases at the desk of reports (a demonstration: nothing there is secret):", err=True)
    for name, shown in filling.people.items():
        if shown.passphrase:
            click.echo(f"  {name:<10} {shown.passphrase}", err=True)
    click.echo(f"return codes at http://{host}:{port}/report/return, with the word for a payment:", err=True)
    for about, reporter in filling.ways_back.items():
        click.echo(f"  {written(reporter.code)}  {reporter.word or '-'}  {about}", err=True)


COMMANDS = (demo,)
