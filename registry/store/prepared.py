"""A query that is put together once and then asked in one round trip, outside any transaction.

One statement sees one consistent state of the database, on SQLite and on PostgreSQL alike, so that
nothing is lost by asking it without a transaction; what is saved is most of the time of a short read.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Dialect, Engine, bindparam
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.expression import SelectBase

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_WIDTHS = (1, 5, 20, 100, 1000)


class _Text(NamedTuple):
    """A query for so many identifiers as the driver takes it.

    Attributes:
        given: The values that are the same each time.
        places: The names under which the identifiers go in.
    """

    text: str
    given: Mapping[str, Any]
    places: Sequence[str]


class Prepared:
    """A query for what belongs to `IDS`, on either database."""

    def __init__(self, query: SelectBase) -> None:
        self._query = query
        self._texts: dict[tuple[str, int], _Text] = {}

    def rows(self, engine: Engine, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return the rows that belong to at most a thousand identifiers, as the driver gives them.

        On SQLite a truth is 0 or 1 and a day is text.

        Raises:
            OperationalError: The database does not answer.
        """
        if not ids:
            return []
        width = next(width for width in _WIDTHS if width >= len(ids))
        text = self._texts.get((engine.dialect.name, width)) or self._put_together(engine.dialect, width)
        filled = [*ids, *[ids[-1]] * (width - len(ids))]
        asked = {**text.given, **dict(zip(text.places, filled, strict=True))}
        return _fetched(engine.raw_connection(), text.text, asked)

    def _put_together(self, dialect: Dialect, width: int) -> _Text:
        style = "named" if dialect.name == "sqlite" else "pyformat"
        kind: Any = type(dialect)
        compiled = self._query.compile(dialect=kind(paramstyle=style))
        marks = [str(number) for number in range(width)]
        state = compiled.construct_expanded_state({"ids": marks})
        places = state.parameter_expansion["ids"]
        given = {
            name: state.processors[name](value) if name in state.processors else value
            for name, value in state.parameters.items()
            if name not in places
        }
        made = self._texts[dialect.name, width] = _Text(state.statement, given, places)
        return made


def _fetched(kept: PoolProxiedConnection, text: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    driver: Any = kept.driver_connection
    own = getattr(driver, "autocommit", None) is False  # PostgreSQL would begin a transaction first
    try:
        if own:
            driver.autocommit = True
        found: list[tuple[Any, ...]] = driver.cursor().execute(text, asked).fetchall()
        if own:
            driver.autocommit = False
    except driver.Error as failed:
        kept.invalidate()
        raise OperationalError(text, None, failed) from failed
    finally:
        kept.close()
    return found
