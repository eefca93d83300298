"""When a pledge is a new one, when it is the same, and what it needs."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, update
from sqlmodel import col, func, select

from registry.audit.tables import AuditEntry
from registry.businesses.tables import Business
from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.log.tables import LogLeaf, LogSalt
from registry.pledges import commands, queries
from registry.pledges.commands import FilePledge
from registry.pledges.tables import Pledge
from registry.store import outbox
from registry.store.engine import reading, writing
from tests import given


def _business(engine: Engine, **more: Any) -> str:
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session), **more)


def _pledge(business_id: str, **more: Any) -> FilePledge:
    stated = {"matter": "retail_weighing", "pledged_on": "2026-03-15", **more}
    return FilePledge(business_id=business_id, **stated)


def _file(engine: Engine, *rows: FilePledge) -> list[str]:
    with writing(engine) as session:
        return [outcome.what for outcome in commands.file_pledges(given.work(session), rows)]


def test_the_same_pledge_twice_is_one_pledge(engine: Engine) -> None:
    business_id = _business(engine)
    assert _file(engine, _pledge(business_id), _pledge(business_id)) == ["created", "unchanged"]
    with reading(engine) as session:
        before = (outbox.backlog(session, "score"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert _file(engine, _pledge(business_id)) == ["unchanged"]
    with reading(engine) as session:
        after = (outbox.backlog(session, "score"), session.exec(select(func.count(AuditEntry.seq))).one())
        assert len(queries.pledges_of(session, business_id)) == 1
    assert before == after


def test_another_matter_or_another_day_is_another_pledge(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [
        _pledge(business_id),
        _pledge(business_id, matter="fuel"),
        _pledge(business_id, pledged_on="2025"),
    ]
    assert _file(engine, *rows) == ["created"] * 3


def test_the_same_pledge_with_another_term_is_a_contradiction(engine: Engine) -> None:
    business_id = _business(engine)
    _file(engine, _pledge(business_id))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.file_pledge(given.work(session), _pledge(business_id, valid_through=date(2027, 3, 14)))
    assert (refused.value.code, refused.value.field) == ("pledge.duplicate", "pledged_on")


def test_a_source_that_says_otherwise_than_before_is_refused(engine: Engine) -> None:
    business_id = _business(engine)
    _file(engine, _pledge(business_id, source_key="R1"))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.file_pledge(
            given.work(session), _pledge(business_id, pledged_on="2026-03-16", source_key="R1")
        )
    assert (refused.value.code, refused.value.field) == ("pledge.source_differs", "source_key")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        pytest.param({"pledged_on": "2026-11-21"}, "day.ahead", "pledged_on", id="a day ahead"),
        pytest.param({"pledged_on": "2026-12"}, "day.ahead", "pledged_on", id="a month ahead"),
        pytest.param(
            {"valid_through": date(2026, 3, 14)},
            "term.ends_before",
            "valid_through",
            id="ends before it begins",
        ),
    ],
)
def test_a_pledge_ahead_or_ended_before_it_begins_is_refused(
    engine: Engine, more: dict[str, Any], code: str, field: str
) -> None:
    business_id = _business(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.file_pledge(given.work(session), _pledge(business_id, **more))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_pledge_of_the_present_month_or_year_is_not_ahead(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [_pledge(business_id, pledged_on=text) for text in ("2026-11", "2026", "2026-11-20")]
    assert _file(engine, *rows) == ["created"] * 3


def test_nobody_pledges_for_an_unknown_business_or_on_an_unknown_paper(engine: Engine) -> None:
    business_id = _business(engine)
    for row, code in (
        (_pledge("nobody"), "business.unknown"),
        (_pledge(business_id, document_id="none"), "document.unknown"),
    ):
        with writing(engine) as session, pytest.raises(NotFound) as refused:
            commands.file_pledge(given.work(session), row)
        assert refused.value.code == code


def test_an_office_of_another_region_cannot_file(engine: Engine) -> None:
    business_id = _business(engine, region="110101")
    with writing(engine) as session, pytest.raises(Forbidden):
        commands.file_pledge(given.work(session, "officer"), _pledge(business_id))


@pytest.mark.parametrize(
    ("text", "precision", "incomplete"),
    [
        pytest.param("2026-03-15", "day", None, id="to the day"),
        pytest.param("2026-03", "month", "pledged_on.not_to_the_day", id="to the month"),
        pytest.param("2026", "year", "pledged_on.not_to_the_day", id="to the year"),
        pytest.param(None, "unknown", "pledged_on.missing", id="not at all"),
    ],
)
def test_a_pledge_keeps_the_precision_of_its_date_and_counts_only_from_a_day(
    engine: Engine, text: str | None, precision: str, incomplete: str | None
) -> None:
    business_id = _business(engine)
    _file(engine, _pledge(business_id, pledged_on=text, valid_through=date(2028, 3, 14)))
    with reading(engine) as session:
        row = queries.pledges_of(session, business_id)[0]
        listed = queries.pledges_within(session, [given.TOWN], incomplete=True, limit=10)
    assert (row.pledged_precision, row.incomplete) == (precision, incomplete)
    assert row.held_from_on == (date(2026, 3, 15) if precision == "day" else None)
    assert row.held_to_on == date(2028, 3, 15)
    assert [one.pledge_id for one in listed] == ([row.pledge_id] if incomplete else [])


def test_a_pledge_for_a_merged_business_goes_to_the_one_that_carries_on(engine: Engine) -> None:
    former = _business(engine)
    _file(engine, _pledge(former))
    with writing(engine) as session:
        survivor = given.business(given.work(session), name="合并后商行")
        session.connection().execute(
            update(Business).where(col(Business.id) == former).values(merged_into_id=survivor)
        )
    assert _file(engine, _pledge(former)) == ["unchanged"]
    assert _file(engine, _pledge(former, matter="fuel")) == ["created"]
    with reading(engine) as session:
        assert [row.matter for row in queries.pledges_of(session, survivor)] == ["fuel"]


def test_a_refused_row_does_not_stop_the_good_ones_and_the_batch_is_one_audit_entry(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [_pledge(business_id), _pledge("nobody"), _pledge(business_id, matter="fuel")]
    assert _file(engine, *rows) == ["created", "refused", "created"]
    with reading(engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "pledges.filed")).all()
        leaves = session.exec(select(LogLeaf.act).where(LogLeaf.act == "pledge.accepted")).all()
        opened = session.exec(select(LogSalt.subject_id)).all()
        pledged = session.exec(select(Pledge.pledge_id)).all()
    assert [(entry.detail["rows"], entry.detail["written"]) for entry in entries] == [(3, 2)]
    assert len(leaves) == 2
    assert set(pledged) <= set(opened)


_ROWS = st.lists(
    st.builds(
        dict,
        matter=st.sampled_from(["retail_weighing", "fuel", "optometry"]),
        pledged_on=st.sampled_from(["2026-03-15", "2026-03", "2025-01-02", None, "2027"]),
        valid_through=st.sampled_from([None, date(2027, 1, 1), date(2024, 1, 1)]),
        source_key=st.sampled_from([None, "a", "b"]),
    ),
    max_size=6,
)


def _standing(engine: Engine) -> set[tuple[object, ...]]:
    with reading(engine) as session:
        return {
            (row.business_id, row.matter, row.pledged_on, row.pledged_precision, row.valid_through)
            for row in session.exec(select(Pledge)).all()
        }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@drawn(rows=_ROWS)
def test_a_batch_applied_twice_changes_nothing_the_second_time(
    sqlite_engine: Engine, rows: list[dict[str, Any]]
) -> None:
    if not _founded(sqlite_engine):
        given.registry(sqlite_engine)
    with writing(sqlite_engine) as session:
        business_id = given.business(given.work(session), name="甲商行")
        batch = [_pledge(business_id, **row) for row in rows]
        first = commands.file_pledges(given.work(session), batch)
    before = _standing(sqlite_engine)
    second = _file(sqlite_engine, *batch)
    assert _standing(sqlite_engine) == before
    assert [what == "refused" for what in second] == [outcome.what == "refused" for outcome in first]
    assert "created" not in second


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@drawn(one=_ROWS, other=_ROWS)
def test_two_batches_about_different_businesses_may_come_in_any_order(
    sqlite_engine: Engine, one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    results = []
    for turn in (0, 1):
        with writing(sqlite_engine) as session:
            session.connection().execute(Pledge.__table__.delete())  # type: ignore[attr-defined]
        if not _founded(sqlite_engine):
            given.registry(sqlite_engine)
        with writing(sqlite_engine) as session:
            ids = [given.business(given.work(session), name=name) for name in ("甲商行", "乙商行")]
        batches = [
            [_pledge(ids[0], **row) for row in one],
            [_pledge(ids[1], **{**row, "source_key": None}) for row in other],
        ]
        for batch in batches if turn else reversed(batches):
            _file(sqlite_engine, *batch)
        results.append(_standing(sqlite_engine))
    assert results[0] == results[1]


def _founded(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.exec(select(AuditEntry)).first() is not None
