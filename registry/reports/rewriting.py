"""Writing the database of reports anew, so that how it lies on the disk tells no order and no past.

Keys tell no order, but pages do: what arrived first lies first, and what was deleted may still lie there.
Where nobody may write meanwhile, all tables are laid out anew in an order of their random keys (SQLite), or
in a drawn one, under one number of transaction and in new files (PostgreSQL).
"""

from sqlalchemy import Engine, text

from registry.reports.tables import metadata
from registry.store.engine import checkpoint


def rewrite(engine: Engine) -> None:
    """Lay the reports out anew; whoever writes meanwhile waits. On SQLite only the sole holder calls it.

    The time grows with what is kept: about a copy of the database.
    """
    if engine.dialect.name == "sqlite":
        _rewrite_sqlite(engine)
    else:
        _rewrite_postgresql(engine)


def _rewrite_sqlite(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA query_only=0")
        cursor.execute("VACUUM")  # tables without row numbers come out in the order of their keys
    finally:
        raw.close()
    checkpoint(engine)


def _rewrite_postgresql(engine: Engine) -> None:
    """Copy, empty and fill every table in one transaction: new files, one writer, a drawn order."""
    names = [table.name for table in metadata.sorted_tables]
    with engine.begin() as connection:
        connection.execute(text(f"LOCK TABLE {', '.join(map(_quoted, names))} IN ACCESS EXCLUSIVE MODE"))
        for name in names:
            connection.execute(text(f'CREATE TEMP TABLE "kept_{name}" ON COMMIT DROP AS {_all_of(name)}'))
        connection.execute(text(f"TRUNCATE {', '.join(map(_quoted, names))}"))
        for name in names:
            connection.execute(text(f"INSERT INTO {_quoted(name)} {_all_of(f'kept_{name}')}"))


def _all_of(name: str) -> str:
    return f"SELECT * FROM {_quoted(name)} ORDER BY random()"  # noqa: S608 - the names are ours


def _quoted(name: str) -> str:
    return f'"{name}"'
