"""Counts beside a search: exact, each dimension without its own filter, whatever waits to be indexed."""

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from search_index.documents import SearchDocument
from search_index.facets import tally
from search_index.protocol import Facets, Index, Query
from tests.search_index.given import all_found, document, documents, fill, passes, questions

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def naive(index: Index, held: list[SearchDocument], query: Query) -> Facets:
    """Count by searching for everything and looking at each document."""
    any_place = replace(query, region_prefix=None, sector=None, lists=None, designated=False)
    hit = {one.business_id for one in all_found(index, any_place).items}
    matching = [one for one in held if one.business_id in hit]

    def under(**freed: object) -> list[SearchDocument]:
        asked = replace(query, **freed)  # type: ignore[arg-type]
        return [one for one in matching if passes(one, asked)]

    return Facets(
        total=len(under()),
        regions=Counter(one.region for one in under(region_prefix=None)),
        sectors=Counter(one.sector for one in under(sector=None) if one.sector),
        lists=Counter(regime for one in under(lists=None) for regime in one.lists),
        designated=sum(one.designated for one in under(designated=False)),
    )


@SLOW
@given(held=documents, query=questions | questions.map(lambda asked: replace(asked, text="")))
def test_counts_are_those_of_reading_every_document(
    index: Index, held: list[SearchDocument], query: Query
) -> None:
    fill(index, *held)
    assert index.facets(query) == naive(index, held, query)
    assert tally(held, query) == index.facets(query)


@SLOW
@given(held=documents, query=questions, data=st.data())
def test_what_waits_to_be_indexed_is_counted_as_it_is_now(
    index: Index, held: list[SearchDocument], query: Query, data: st.DataObject
) -> None:
    stale = data.draw(st.lists(st.sampled_from(held), unique_by=lambda one: one.business_id))
    fill(index, *[structs.replace(one, lists=("red",), region="320512") for one in held])
    waiting = {one.business_id for one in stale}
    index.upsert(one for one in held if one.business_id not in waiting)
    index.commit()
    mended = index.facets(query, but_not=waiting).plus(tally(stale, query))
    fill(index, *held)
    assert mended == index.facets(query)


def test_a_dimension_is_counted_without_its_own_filter(index: Index) -> None:
    fill(
        index,
        document("a", sector="fuel", lists=("red", "board"), designated=True),
        document("b", sector="market", region="320512"),
    )
    found = index.facets(Query(sector="fuel"))
    assert (found.total, found.sectors, found.regions) == (1, {"fuel": 1, "market": 1}, {"411502": 1})
    assert index.facets(Query(designated=True)).designated == 1
    assert index.facets(Query(lists=("red",))).lists == {"red": 1, "board": 1}
