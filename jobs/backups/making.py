"""What belongs into a copy, in which order: the log's files, the two databases, everything else, the keys.

The files of the log come first: they may be older than the database, never newer, or the log that is brought
back would have to refuse to go on. Documents and editions come last: a row that is there has its file.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from alembic.script import ScriptDirectory

from jobs.backups.archive import MANIFEST, Parts, recipients_of, writing_to
from jobs.backups.databases import copy_database
from registry.commands import Progress, silent
from registry.errors import Broken
from registry.log.tiles import FOLDER
from registry.reports.store import REPORTS, open_reports
from registry.settings import Settings
from registry.store.engine import open_engine
from registry.store.migrate import MIGRATIONS, REGISTRY, Schema

FORMAT = "honest-metrology/backup/1"
FILES, PEPPER = "files", "pepper"
LEFT_OUT = ("index", "holder.lock")  # made anew from the database; of this process alone
DATABASES = (("registry", REGISTRY), ("reports", REPORTS))


def make_backup(
    settings: Settings, target: Path, recipients: Sequence[str], progress: Progress = silent
) -> int:
    """Write a copy of an installation that serves or stands still; return its length in bytes.

    Args:
        settings: Of the installation.
        target: A file that is not there yet.
        recipients: Public age keys; each one's owner can restore it alone.
        progress: Called with the mebibytes that were copied.

    Raises:
        Broken: No recipient is given, the file is there, or a database is not sound.
    """
    if not recipients or target.exists():
        raise Broken("a copy needs a recipient (--recipient age1…) and a file that is not there yet")
    with writing_to(target, recipients_of(recipients), progress) as parts:
        parts.add(MANIFEST, json.dumps(manifest(settings)).encode())
        _add_files(parts, settings, below=FOLDER)
        for name, schema in DATABASES:
            engine = open_engine(settings.database) if name == "registry" else open_reports(settings).engine
            copy_database(engine, name, schema, parts, settings.data_dir)
            engine.dispose()
        _add_files(parts, settings, below=None)
        if settings.pepper_file.exists():
            parts.add(PEPPER, settings.pepper_file.read_bytes())
    return target.stat().st_size


def manifest(settings: Settings) -> dict[str, object]:
    """Return what a copy says of itself: form, kinds of databases, and the schemas of the release."""
    kinds = [
        url.partition(":")[0].partition("+")[0] for url in (settings.database, settings.reports_database)
    ]
    return {"format": FORMAT, "kinds": kinds, "schemas": [_head(schema) for _, schema in DATABASES]}


def _head(schema: Schema) -> str | None:
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(schema.versions)]).get_current_head()


def _add_files(parts: Parts, settings: Settings, below: str | None) -> None:
    """Add the files of the log, or every other one."""
    for path in _files(settings.data_dir):
        name = path.relative_to(settings.data_dir)
        if (name.parts[0] == FOLDER) is not (below == FOLDER) or path == settings.pepper_file:
            continue
        try:
            with path.open("rb") as stream:
                parts.add(f"{FILES}/{name.as_posix()}", stream.read())
        except FileNotFoundError:  # an edition was retired, or a file got its name, in this moment
            continue


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        first = path.relative_to(folder).parts[0]
        database = ".sqlite3" in first or first.startswith(".backup-")
        if path.is_file() and not path.is_symlink() and first not in LEFT_OUT and not database:
            yield path
