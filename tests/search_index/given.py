"""Builders, strategies and a naive search for the tests of the index."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from search_index.documents import SearchDocument
from search_index.protocol import LARGEST_PAGE, Hits, Index, Query

CODE = "91411502MA9K1X2Y3P"

_CHINESE = "老王李记水产店市场公司行重庆长乐西安单女石大一"
_OTHERS = "abAB12-3 （）·"


def document(business_id: str = "b1", name: str = "老王水产店", **others: Any) -> SearchDocument:
    """Return a document with whatever the test does not name left plain."""
    plain = {"version": 1, "region": "411502"}
    return SearchDocument(**{**plain, **others, "business_id": business_id, "name": name})


def fill(index: Index, *documents: SearchDocument) -> None:
    """Make an index hold just these documents."""
    index.delete([business_id for business_id, _ in index.digests()])
    index.upsert(documents)
    index.commit()


def found(index: Index, text: str, **filters: Any) -> list[str]:
    """Return the identifiers on the first page for a query, in order."""
    return [hit.business_id for hit in index.search(Query(text, **filters)).items]


def all_found(index: Index, query: Query) -> Hits:
    """Return one page that holds every hit; the test has fewer documents than a page."""
    hits = index.search(replace(query, limit=LARGEST_PAGE, after=None))
    assert hits.next is None
    assert hits.total == len(hits.items)
    return hits


def bare(text: str) -> str:
    """Return the letters and digits of a text that was written without variants of form."""
    return "".join(each for each in text.lower() if unicodedata.category(each)[0] in "LN")


def texts(one: SearchDocument) -> Iterable[str]:
    """Return every text of a document that may be searched by its runs."""
    known = [one.name, *one.former_names, *one.aliases, one.market, one.stall, one.address]
    return [text for text in known if text]


def holds(one: SearchDocument, text: str) -> bool:
    """Say whether a run of characters stands in a document, by reading it from end to end."""
    run = bare(text)
    in_code = len(run) >= 3 and run.isascii() and run in bare(one.uscc or "")
    return in_code or any(run in bare(each) for each in texts(one))


def passes(one: SearchDocument, query: Query) -> bool:
    """Say whether a document passes the filters of a query."""
    return (
        one.region.startswith(query.region_prefix or "")
        and (query.sector is None or one.sector == query.sector)
        and (query.lists is None or not set(query.lists).isdisjoint(one.lists))
        and (one.designated or not query.designated)
    )


values = st.text(_CHINESE * 3 + _OTHERS, min_size=1, max_size=9)
names = values.filter(bare)
some = st.none() | values

documents = st.lists(
    st.builds(
        SearchDocument,
        business_id=st.uuids().map(str),
        version=st.just(1),
        name=names,
        former_names=st.lists(names, max_size=2).map(tuple),
        aliases=st.lists(names, max_size=2).map(tuple),
        market=some,
        stall=some,
        address=some,
        uscc=st.none() | st.text("0123456789ABXY", min_size=18, max_size=18),
        region=st.sampled_from(["411502", "411503", "320512"]),
        sector=st.sampled_from([None, "market", "fuel"]),
        lists=st.lists(st.sampled_from(["red", "black", "board"]), unique=True, max_size=2).map(tuple),
        designated=st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.business_id,
)

questions = st.builds(
    Query,
    text=st.text(_CHINESE + "abAB12", min_size=1, max_size=3),
    region_prefix=st.sampled_from([None, "", "4", "4115", "411502", "32"]),
    sector=st.sampled_from([None, "market", "optical"]),
    lists=st.sampled_from([None, (), ("red",), ("red", "black")]),
    designated=st.booleans(),
)
