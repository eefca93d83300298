"""Whether anything was committed since one last looked, told by SQLite itself.

SQLite counts commits for each connection (`data_version`), so one connection is kept for the question
and equal marks mean that every reader sees the same. PostgreSQL answers it only for the whole server,
where other databases' work would count too: there nothing is marked, and every answer is read anew.
"""

from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

COUNT = "PRAGMA data_version"


class Watch:
    """The eye on one database, to be used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._kept: PoolProxiedConnection | None = None

    def mark(self) -> Any:
        """Return the mark of the state that readers see now, or None where there is no cheap one.

        Raises:
            OperationalError: The database does not tell.
        """
        if self.engine.dialect.name != "sqlite":
            return None
        if self._kept is None:
            self._kept = self.engine.raw_connection()
        try:
            return self._kept.cursor().execute(COUNT).fetchone()[0]
        except sqlite.Error as failed:
            raise OperationalError(COUNT, None, failed) from failed

    def close(self) -> None:
        """Give the kept connection back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
