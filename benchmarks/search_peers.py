"""What the search is measured beside: SQLite's trigrams over the same texts, and Meilisearch called directly.

FTS5 finds a run of three characters and more by its trigrams; a shorter one it has to look for in every row.
Pinyin is kept there as the usual reading alone, so that what it finds may differ; the benchmark counts how
often both find the same.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from search_index.documents import SearchDocument
from search_index.matching import other_names_of, places_of, spoken_of
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_filters import LANGUAGE, all_of, filters_of
from search_index.meilisearch_rows import SCHEMA_VERSION
from search_index.meilisearch_search import COLUMNS
from search_index.meilisearch_server import Address, Server
from search_index.names import fold
from search_index.ordering import order_key
from search_index.pinyin import spelling
from search_index.plan import Tier, plan
from search_index.protocol import Query

PAGE = 20
SHORTEST = 3  # characters that a trigram needs
SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(name, other, place, code, pinyin, initials, tokenize='trigram');
CREATE TABLE marks (
    number INTEGER PRIMARY KEY, id TEXT, place_in_order INTEGER,
    region TEXT, sector TEXT, lists TEXT, document TEXT
);
"""
FACETS = """
WITH found AS MATERIALIZED (
    SELECT region, sector, lists FROM words JOIN marks ON number = words.rowid WHERE {}
)
SELECT region, count(*) FROM found GROUP BY 1 UNION ALL SELECT sector, count(*) FROM found GROUP BY 1
UNION ALL SELECT lists, count(*) FROM found GROUP BY 1
"""
Found = tuple[int, frozenset[str]]
"""How many were found, and the first of them."""


class Trigrams:
    """A table of trigrams in a file of SQLite."""

    def __init__(self, file: Path, documents: Iterable[SearchDocument]) -> None:
        self._base = sqlite.connect(str(file))
        self._base.executescript(SCHEMA)
        begun = time.perf_counter()
        for number, one in enumerate(documents):
            self._base.execute("INSERT INTO words(rowid, name, other, place, code, pinyin, initials) "
                               "VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *_words(one)))  # fmt: skip
            marks = (order_key(one), one.region, one.sector, " ".join(one.lists), one.canonical().decode())
            self._base.execute(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?)", (number, one.business_id, *marks)
            )
        self._base.commit()
        self.seconds = time.perf_counter() - begun

    def search(self, query: Query, *, facets: bool = False) -> Found:
        """Return what a question finds, with the first documents loaded; `facets` are counted too."""
        where, asked = _condition(query)
        rows = self._base.execute(
            "SELECT id, count(*) OVER (), document FROM words JOIN marks ON number = words.rowid "  # noqa: S608
            f"WHERE {where} ORDER BY place_in_order LIMIT {PAGE}",
            asked,
        ).fetchall()
        if facets:
            self._base.execute(FACETS.format(where), asked).fetchall()
        return (rows[0][1] if rows else 0), frozenset(row[0] for row in rows)

    def close(self) -> None:
        """Close the file."""
        self._base.close()


def _words(one: SearchDocument) -> tuple[str, ...]:
    said = [spelling(fold(value)) for _, value in spoken_of(one)]
    usual = ["".join(place[0] if place else "^" for place in value) for value in said]
    firsts = ["".join(place[0][0] if place else "^" for place in value) for value in said]
    other, place = (
        "^".join(fold(value) for _, value in values) for values in (other_names_of(one), places_of(one))
    )
    return fold(one.name), other, place, fold(one.uscc or ""), "^".join(usual), "^".join(firsts)


def _condition(query: Query) -> tuple[str, list[str]]:
    """Return the condition for a question, and its values."""
    planned = plan(query.text)
    if planned is None:
        raise SystemExit(f"the benchmark asks nothing: {query}")
    parts, asked = [], []
    for term in planned.words or (planned.whole,):
        columns = ["name", "other", "place"]
        for tier, column in ((Tier.CODE, "code"), (Tier.PINYIN, "pinyin"), (Tier.INITIALS, "initials")):
            columns += [column] if tier in term.tiers else []
        if len(term.text) >= SHORTEST:
            parts.append("words.rowid IN (SELECT rowid FROM words WHERE words MATCH ?)")
            asked.append(f'{{{" ".join(columns)}}} : "{term.text}"')
        else:
            parts.append("(" + " OR ".join(f"words.{column} LIKE ?" for column in columns) + ")")
            asked += [f"%{term.text}%"] * len(columns)
    if len(parts) == 1 and len(planned.whole.text) >= SHORTEST:
        parts = ["words MATCH ?"]
    if query.region_prefix:
        parts.append("region LIKE ?")
        asked.append(f"{query.region_prefix}%")
    for regime in query.lists or ():
        parts.append("' ' || lists || ' ' LIKE ?")
        asked.append(f"% {regime} %")
    return " AND ".join(parts), asked


class Direct:
    """A Meilisearch server asked one plain question for the same hits."""

    def __init__(self, url: str, key: str | None, documents: Iterable[SearchDocument]) -> None:
        address = Address(url, "benchmark", key, seconds=60.0)
        self.index = MeilisearchIndex(address, write=True)
        self.index.replace_all(documents)
        self._server = Server(replace(address, uid=f"{address.uid}_v{SCHEMA_VERSION}"))

    def search(self, query: Query, *, facets: bool = False) -> Found:
        """Return what one filter finds, with the first documents loaded."""
        anywhere = LANGUAGE.anywhere(plan(query.text), anything=False)
        asked: dict[str, Any] = {"filter": all_of([str(anywhere), *(filters_of(query) or [])]), "limit": PAGE}
        if facets:
            asked["facets"] = list(COLUMNS.values())
        (found,) = self._server.ask([asked])
        return found.total, frozenset(one.business_id for _, one in found.documents)

    def close(self) -> None:
        """Give back the connections; the index stays on the server."""
        self._server.close()
        self.index.close()
