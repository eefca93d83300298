"""How the databases carry a statement out: what they were asked, and which tables they read whole.

The statements are taken where the driver gets them, so that none is missed however it was made. A plan
reads a table whole where it goes through it, or through an index of it, without a condition that the
index answers. Going through an index in its order until a page is full is not that, unless rows are
passed over.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event

Statement = tuple[str, Any]
"""The text as the driver got it, and what went with it; None where the text holds it all."""

READS = re.compile(r"\s*(WITH|SELECT)\b", re.IGNORECASE)
# else tiny tables are read whole because they are tiny, and one of their indexes whole to join them
NO_SHORT_CUTS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material")
LIMITED = re.compile(r"\bLIMIT\b", re.IGNORECASE)


@contextmanager
def asked(engine: Engine) -> Iterator[list[Statement]]:
    """Yield a list that grows by every statement that the database is asked meanwhile."""
    statements: list[Statement] = []
    engine.dispose()  # connections that are open already would not be listened to

    def listen(connection: Any, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.set_trace_callback(lambda text: statements.append((text, None)))
        else:
            connection.cursor_factory = _recording(statements)

    event.listen(engine, "connect", listen)
    try:
        yield statements
    finally:
        event.remove(engine, "connect", listen)
        engine.dispose()


def _recording(statements: list[Statement]) -> type[psycopg.Cursor[Any]]:
    class Recording(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> "Recording":
            statements.append((query if isinstance(query, str) else query.decode(), params))
            return super().execute(query, params, **more)

    return Recording


def pretend_many_rows(engine: Engine) -> None:
    """Let PostgreSQL believe that its tables hold a million rows and more; SQLite believes so unless told.

    It multiplies the pages that a table has by what it knows of the rows of one page, and what it knows of
    a column by the rows.
    """
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql(
                "UPDATE pg_class SET reltuples = 1000000, relpages = 1 "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )


def read_whole(engine: Engine, statement: Statement) -> set[str]:
    """Return the tables that a statement reads whole; none where it reads no table or writes."""
    if not READS.match(statement[0]):
        return set()
    return (
        _on_sqlite(engine, statement) if engine.dialect.name == "sqlite" else _on_postgres(engine, statement)
    )


def _on_sqlite(engine: Engine, statement: Statement) -> set[str]:
    """Return the tables under SCAN; an index in order under a LIMIT is no whole reading."""
    sql, _ = statement
    with engine.connect() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql).all()
        known = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {str(name) for name in known.scalars()}
    sorts = any("USE TEMP B-TREE" in row.detail for row in plan)
    named = re.findall(r"\b(?:FROM|JOIN|,)\s+(\w+)\s+AS\s+(\w+)", sql, re.IGNORECASE)
    tables = {alias: table for table, alias in named}  # a table may go by several names
    found: set[str] = set()
    for row in plan:
        scan = re.match(r"SCAN (\w+)(.*)", row.detail)
        if scan is None:
            continue
        table, how = tables.get(scan[1], scan[1]), scan[2]
        paged = ("USING INDEX" in how or "COVERING" in how or not how) and LIMITED.search(sql) and not sorts
        if table in names and not paged:
            found.add(table)
    return found


def _on_postgres(engine: Engine, statement: Statement) -> set[str]:
    """Return the tables of scans without a condition on an index, unless a page ends them."""
    with engine.connect() as connection:
        for name in NO_SHORT_CUTS:
            connection.exec_driver_sql(f"SET LOCAL {name} = off")
        cursor: Any = connection.connection.cursor()
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement[0], statement[1])
        plan = cursor.fetchone()[0][0]["Plan"]
    return set(_scans(plan, paged=False))


def _scans(plan: dict[str, Any], *, paged: bool) -> Iterator[str]:
    kind = plan["Node Type"]
    if kind == "Limit":
        paged = True
    elif kind in ("Sort", "Aggregate", "Hash", "Unique", "WindowAgg"):
        paged = False
    walked = kind.startswith("Index") and "Index Cond" not in plan
    # a page that passes over what it does not want may have to pass over all; only PostgreSQL tells
    if kind == "Seq Scan" or (walked and (not paged or "Filter" in plan)):
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        # under a nested loop only the outer side goes on until the page is full
        yield from _scans(inner, paged=paged and inner.get("Parent Relationship") == "Outer")
