"""Restoring a copy into an empty place, and what must hold before anybody may use it.

Nothing that is there is ever written over. What fails leaves an installation that does not start.
"""

import json
import os
from contextlib import ExitStack, closing
from pathlib import Path, PurePosixPath
from typing import IO

from jobs.backups.archive import MANIFEST, PIECE, read_parts
from jobs.backups.databases import Restoring
from jobs.backups.making import DATABASES, FILES, PEPPER, manifest
from registry.commands import Progress, silent
from registry.errors import Broken
from registry.log.tiles import refuse_rolled_back
from registry.reports.store import open_reports
from registry.settings import Settings
from registry.store.engine import open_engine, reading
from registry.store.migrate import differences


def restore_backup(settings: Settings, source: Path, identity: str, progress: Progress = silent) -> int:
    """Fill the empty place that the settings name; return the number of parts.

    Args:
        settings: Of the place.
        source: The copy.
        identity: The secret age key.
        progress: Called with the mebibytes that were taken.

    Raises:
        Broken: The place is not empty; the copy is damaged, of another release or kind of database, or
            not sound; or its log does not go on from what was released.
    """
    if settings.data_dir.exists() and any(settings.data_dir.iterdir()):
        raise Broken(f"{settings.data_dir} is not empty; a copy is restored into an empty place")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        place = _Place(settings, held)
        read_parts(source, identity, place.take, progress)
        for database in place.databases.values():
            database.finish()
    check_restored(settings)
    return place.taken


class _Place:
    """The empty place while it is being filled."""

    def __init__(self, settings: Settings, held: ExitStack) -> None:
        urls = {"registry": settings.database, "reports": settings.reports_database}
        self.settings, self.taken = settings, 0
        self.databases = {
            name: held.enter_context(closing(Restoring(urls[name], name, schema)))
            for name, schema in DATABASES
        }

    def take(self, name: str, stream: IO[bytes]) -> None:
        """Take a part to where it belongs."""
        first, _, rest = name.partition("/")
        if (name == MANIFEST) is not (self.taken == 0):
            raise Broken("the copy does not begin with what it is")
        self.taken += 1
        if name == MANIFEST:
            self._refuse_other(json.loads(stream.read()))
        elif first in self.databases:
            self.databases[first].take(rest, stream)
        elif first == FILES:
            _write(self.settings.data_dir / _inside(rest), stream)
        elif name == PEPPER:
            _write(self.settings.pepper_file, stream)
        else:
            raise Broken(f"the copy has a part that is not known: {first}")

    def _refuse_other(self, found: object) -> None:
        if found != manifest(self.settings):
            raise Broken(
                "the copy is of another release, or of another kind of database than the settings name"
            )


def check_restored(settings: Settings) -> None:
    """See that what was restored is an installation.

    Raises:
        Broken: A schema differs, the pepper is unfit, or the log's files are newer than its database.
    """
    reports = open_reports(settings)
    engine = open_engine(settings.database)
    try:
        reports.check()
        if found := differences(engine):
            raise Broken("the schema of the copy is another", problems=list(map(str, found)))
        with reading(engine) as session:
            refuse_rolled_back(session, settings.data_dir)
    finally:
        engine.dispose()
        reports.engine.dispose()


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Broken("the copy has a file that would lie outside its place")
    return path


def _write(place: Path, stream: IO[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while piece := stream.read(PIECE):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
