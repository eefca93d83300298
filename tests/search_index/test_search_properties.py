"""Every index agrees with naive searches over random businesses."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search_index.documents import SearchDocument
from search_index.matching import explain
from search_index.names import fold
from search_index.pinyin import initials, spelling
from search_index.plan import LOWEST_RANK, plan
from search_index.protocol import Index, Query
from tests.search_index.given import all_found, bare, documents, fill, holds, passes, questions, texts

with_index = settings(
    max_examples=settings.default.max_examples // 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@with_index
@given(documents, st.lists(questions, min_size=1, max_size=10))
def test_a_run_is_found_exactly_where_it_stands(
    index: Index, held: list[SearchDocument], asked: list[Query]
) -> None:
    fill(index, *held)
    for query in asked:
        if not bare(query.text).isascii() or any(each.isdigit() for each in query.text):
            expected = {one.business_id for one in held if holds(one, query.text) and passes(one, query)}
            assert {hit.business_id for hit in all_found(index, query).items} == expected


@with_index
@given(documents, st.data())
def test_a_business_is_found_by_any_run_of_each_of_its_texts(
    index: Index, held: list[SearchDocument], data: st.DataObject
) -> None:
    fill(index, *held)
    for one in held:
        for text in [*texts(one), *([one.uscc] if one.uscc else [])]:
            start = data.draw(st.integers(0, len(text) - 1))
            run = text[start : data.draw(st.integers(start + 1, len(text)))]
            if bare(run) and (text != one.uscc or len(run) >= 3):
                hits = all_found(index, Query(run))
                assert one.business_id in {hit.business_id for hit in hits.items}


@with_index
@given(documents, st.data())
def test_a_business_is_found_by_the_pinyin_and_the_initials_of_any_run_of_a_name(
    index: Index, held: list[SearchDocument], data: st.DataObject
) -> None:
    fill(index, *held)
    for one in held:
        for name in [one.name, *one.former_names, *one.aliases]:
            for run in _spelled_runs(name):
                said = [data.draw(st.sampled_from(several)) for several in run]
                letters = "".join(said)
                cut = letters[: data.draw(st.integers(1, len(letters)))]
                for text in [cut, " ".join(said), "".join(each[0] for each in said)]:
                    hits = all_found(index, Query(text))
                    assert one.business_id in {hit.business_id for hit in hits.items}, text


def _spelled_runs(name: str) -> list[list[tuple[str, ...]]]:
    """Return the longest runs of a name that are spelled throughout, no longer than five characters."""
    runs: list[list[tuple[str, ...]]] = [[]]
    for several in spelling(fold(name)):
        if several and len(runs[-1]) < 5:
            runs[-1].append(several)
        else:
            runs.append([several] if several else [])
    return [run for run in runs if run]


letters_and_words = st.lists(
    st.text("老王水产店重长xianlowgsh12", min_size=1, max_size=5), min_size=1, max_size=3
).map(" ".join)


@with_index
@given(documents, st.lists(letters_and_words, min_size=1, max_size=8))
def test_the_engine_finds_and_ranks_as_reading_each_document_does(
    index: Index, held: list[SearchDocument], asked: list[str]
) -> None:
    fill(index, *held)
    for text in asked:
        planned = plan(text)
        assert planned is not None
        expected = {}
        for one in held:
            explained = explain(planned, one)
            if explained is not None:
                expected[one.business_id] = (LOWEST_RANK - explained[0], explained[1])
        hits = all_found(index, Query(text))
        assert {hit.business_id: (hit.score, hit.reasons) for hit in hits.items} == expected
        lengths = {one.business_id: len(fold(one.name)) for one in held}
        order = [(-hit.score, lengths[hit.business_id]) for hit in hits.items]
        assert order == sorted(order)


@with_index
@given(
    st.text(max_size=300),
    st.none() | st.text(max_size=8),
    st.none() | st.text(),
    st.none() | st.tuples(st.text()),
)
def test_no_question_breaks_an_index(
    index: Index, text: str, region: str | None, sector: str | None, lists: tuple[str, ...] | None
) -> None:
    if index.count() == 0:
        fill(index, SearchDocument(business_id="b1", version=1, name="老王 aB1", region="411502"))
    hits = index.search(Query(text, region, sector, lists, limit=len(text) - 5))
    assert hits.total >= len(hits.items)


@pytest.mark.parametrize("field", ["region_prefix", "sector", "lists"])
def test_half_a_surrogate_pair_in_a_filter_finds_nothing(index: Index, field: str) -> None:
    fill(index, SearchDocument(business_id="b1", version=1, name="老王", region="411502"))
    value = ("\ud800",) if field == "lists" else "\ud800"
    assert index.search(Query("老王", **{field: value})).total == 0  # type: ignore[arg-type]


@given(st.text("老王ab12　（）ＡＢ１𠮷臺優é㎏ǖ", max_size=30))
def test_initials_stand_one_to_a_place_of_the_fold(text: str) -> None:
    folded = fold(text)
    assert len(initials(spelling(folded))) == len(folded)
