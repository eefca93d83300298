"""Opening the database of an installation: there, reachable, and at the schema of this release."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from registry.errors import Broken
from registry.settings import Settings
from registry.store.engine import open_engine
from registry.store.migrate import at_release


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """Open the database as long as the context lasts; nothing is created.

    Raises:
        Broken: It is not there, does not answer, or is not at the schema of this release.
    """
    engine = open_engine(settings.database)
    file = engine.url.database
    if settings.on_sqlite and not (file and Path(file).exists()):
        raise Broken(f"there is no registry at {file}; run `honest-metrology init`")
    try:
        if not at_release(engine):
            raise Broken("the database is not at the schema of this release; run `honest-metrology init`")
        yield engine
    finally:
        engine.dispose()
