"""Whether anything was committed since one last looked, told by the database itself.

SQLite counts it for each connection (`data_version`), so one connection is kept for the question;
PostgreSQL names the transactions that are visible. Equal marks mean that every reader sees the same.
"""

from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

COUNT = "PRAGMA data_version"


class Watch:
    """The eye on one database; on SQLite to be used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.at_once = engine.dialect.name == "sqlite"  # the answer costs microseconds, no round trip
        self._kept: PoolProxiedConnection | None = None

    def mark(self) -> Any:
        """Return the mark of the state that readers see now.

        Raises:
            DBAPIError: The database does not tell.
        """
        if self.at_once:
            if self._kept is None:
                self._kept = self.engine.raw_connection()
            try:
                return self._kept.cursor().execute(COUNT).fetchone()[0]
            except sqlite.Error as failed:
                raise OperationalError(COUNT, None, failed) from failed
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one()

    def close(self) -> None:
        """Give the kept connection back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
