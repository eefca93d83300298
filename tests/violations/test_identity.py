"""Which decision and which violation a row speaks of, however it is written."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from registry.audit.tables import AuditEntry
from registry.errors import Conflict
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.violations import commands, queries
from registry.violations.tables import PenaltyDecision, Violation
from tests import given
from tests.violations.recording import a_business, a_row, record, the_one


def test_the_same_violation_twice_is_one_and_leaves_nothing_behind(engine: Engine) -> None:
    business_id = a_business(engine)
    assert record(engine, a_row(business_id), a_row(business_id)) == ["created", "unchanged"]
    with reading(engine) as session:
        before = (outbox.backlog(session, "score"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert record(engine, a_row(business_id)) == ["unchanged"]
    with reading(engine) as session:
        after = (outbox.backlog(session, "score"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert before == after


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"fine_fen": 150_001}, id="another fine"),
        pytest.param({"decided_on": "2026-06-02"}, id="another day"),
        pytest.param({"decided_on": "2026-06"}, id="another precision"),
        pytest.param({"summary": "另一摘要"}, id="another summary"),
        pytest.param({"quantity": 2}, id="another quantity of the same conduct"),
        pytest.param({"conduct": "另一事实"}, id="other facts of the same conduct"),
        pytest.param(
            {"decision_no": "信浉市监处罚(2026)12号", "fine_fen": 1}, id="a number in other brackets"
        ),
    ],
)
def test_one_number_of_one_authority_says_one_thing(engine: Engine, more: dict[str, Any]) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.record_violation(given.work(session), a_row(business_id, **more))
    assert (refused.value.code, refused.value.field) == ("violation.decision_duplicate", "decision_no")


def test_a_decision_has_one_party(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), name="王记鲜肉店")
    assert record(engine, a_row(business_id), a_row(other)) == ["created", "violation.decision_duplicate"]


def test_another_authority_may_use_the_same_number(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), name="王记鲜肉店")
    elsewhere = {"authority": "平桥区市场监督管理局", "region": "411503"}
    rows = [
        a_row(business_id),
        a_row(other, **elsewhere),
        a_row(business_id, **elsewhere, decision_no="12号"),
        a_row(business_id, decision_no="12号", decided_on="2026-06-02"),
    ]
    assert record(engine, *rows) == ["created"] * 4


SPELLINGS = [
    "信阳市浉河区市场监督管理局",
    "浉河区市场监管局",
    "信阳市浉河区市监局",
    "河南省信阳市浉河区市场监督管理局（知识产权局）",
    "浉河区 市场监督管理局(信阳市浉河区知识产权局)",
]


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "without a number"])
@pytest.mark.parametrize("spelling", SPELLINGS[1:])
def test_an_authority_spelled_otherwise_makes_no_second_violation(
    engine: Engine, spelling: str, numbered: bool
) -> None:
    business_id = a_business(engine)
    said = {} if numbered else {"decision_no": None}
    assert record(engine, a_row(business_id, **said)) == ["created"]
    again = a_row(business_id, **said, authority=spelling)
    with writing(engine) as session:
        outcome = commands.record_violation(given.work(session), again)
    assert (outcome.what, [w.code for w in outcome.warnings]) == (
        "unchanged",
        ["violation.authority_spelled"],
    )
    assert outcome.warnings[0].params["held"] == SPELLINGS[0]
    assert the_one(engine, business_id)[1].authority == SPELLINGS[0]


def test_a_spelling_hides_no_contradiction(engine: Engine) -> None:
    business_id = a_business(engine)
    rows = [a_row(business_id), a_row(business_id, authority=SPELLINGS[1], fine_fen=1)]
    assert record(engine, *rows) == ["created", "violation.decision_duplicate"]


@pytest.mark.parametrize("day", ["2026-06-01", "2026-06", "2026", None])
def test_one_number_party_and_day_is_one_decision_whoever_is_said_to_have_made_it(
    engine: Engine, day: str | None
) -> None:
    business_id = a_business(engine)
    other = a_row(business_id, authority="信阳市公安局浉河分局", decided_on=day)
    assert record(engine, a_row(business_id), other) == ["created", "violation.authority_differs"]
    assert record(engine, other, a_row(business_id)) == ["violation.authority_differs", "unchanged"]
    the_one(engine, business_id)


def test_a_decision_with_and_without_its_number_is_not_recorded_twice(engine: Engine) -> None:
    business_id = a_business(engine)
    bare = a_row(business_id, decision_no=None, source_key="cases:C013", authority=SPELLINGS[1])
    assert record(engine, bare, a_row(business_id)) == ["created", "violation.number_missing"]
    assert record(engine, a_row(business_id, decided_on="2026-06-02"), bare) == ["created", "unchanged"]
    assert record(engine, bare.model_copy(update={"source_key": "press:1"})) == ["created"]


def test_the_database_keeps_one_decision_of_a_number_however_its_authority_is_spelled(engine: Engine) -> None:
    record(engine, a_row(a_business(engine)))
    with reading(engine) as session:
        held = session.exec(select(PenaltyDecision)).one().model_dump()
    twin = {**held, "decision_id": "twin", "authority": SPELLINGS[1]}
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.connection().execute(insert(PenaltyDecision), [twin])


def test_one_decision_may_find_several_violations(engine: Engine) -> None:
    business_id = a_business(engine)
    second = a_row(business_id, conduct_code="instrument_overdue", instrument_kind="price_computing_scale")
    assert record(engine, a_row(business_id)) == ["created"]
    assert record(engine, second, a_row(business_id), second) == ["created", "unchanged", "unchanged"]
    with reading(engine) as session:
        found = queries.violations_of(session, business_id)
    assert len(found) == 2
    assert len({decision.decision_id for _violation, decision in found}) == 1


def test_a_decision_without_a_number_is_known_by_its_source(engine: Engine) -> None:
    business_id = a_business(engine)
    first = a_row(business_id, decision_no=None, decided_on=None, source_key="cases:C013")
    second = a_row(business_id, decision_no=None, decided_on=None, source_key="cases:C014")
    assert record(engine, first, second) == ["created", "created"]
    assert record(engine, second, first) == ["unchanged", "unchanged"]
    differs = first.model_copy(update={"fine_fen": 1})
    assert record(engine, differs) == ["violation.source_differs"]


def test_a_decision_with_neither_number_nor_source_is_known_by_what_it_says(engine: Engine) -> None:
    business_id = a_business(engine)
    row = a_row(business_id, decision_no=None)
    assert record(engine, row, row) == ["created", "unchanged"]
    assert record(engine, row, row.model_copy(update={"fine_fen": 1})) == [
        "unchanged",
        "violation.unnumbered_duplicate",
    ]
    assert record(engine, row.model_copy(update={"conduct_code": "instrument_overdue"})) == ["created"]


def test_a_source_of_one_decision_is_not_the_source_of_another(engine: Engine) -> None:
    business_id = a_business(engine)
    rows = [
        a_row(business_id, source_key="a"),
        a_row(business_id, decision_no="另〔2026〕1号", source_key="a"),
    ]
    assert record(engine, *rows) == ["created", "violation.source_differs"]


def test_the_number_is_kept_as_offices_write_it(engine: Engine) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id, decision_no=" 信浉市监处罚（2026）１２号 "))
    assert the_one(engine, business_id)[1].decision_no == "信浉市监处罚〔2026〕12号"


_ROWS = st.lists(
    st.builds(
        dict,
        decision_no=st.sampled_from([None, "甲〔2026〕1号", "甲(2026)1号", "甲〔2026〕2号"]),
        decided_on=st.sampled_from(["2026-06-01", "2026-06", None, "2027-01-01"]),
        fine_fen=st.sampled_from([None, 100, 200, -1]),
        conduct_code=st.sampled_from(["cheating_instrument_used", "instrument_overdue", "other"]),
        quantity=st.sampled_from([1, 2]),
        source_key=st.sampled_from([None, "a", "b"]),
    ),
    max_size=7,
)


def _standing(engine: Engine) -> set[tuple[object, ...]]:
    with reading(engine) as session:
        found = session.exec(
            select(Violation, PenaltyDecision).join(
                PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id)
            )
        ).all()
    return {
        (
            violation.business_id,
            violation.conduct_code,
            violation.quantity,
            violation.incomplete,
            decision.decision_no,
            decision.decided_on,
            decision.fine_fen,
            decision.source_key,
        )
        for violation, decision in found
    }


def _founded(engine: Engine) -> list[str]:
    """Return two businesses without violations, in a registry founded once for all examples."""
    with reading(engine) as session:
        founded = session.exec(select(AuditEntry)).first() is not None
    if not founded:
        given.registry(engine)
    with writing(engine) as session:
        session.connection().execute(delete(Violation))
        session.connection().execute(delete(PenaltyDecision))
        return [given.business(given.work(session), name=name) for name in ("甲商行", "乙商行")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@drawn(rows=_ROWS)
def test_a_batch_applied_twice_changes_nothing_the_second_time(
    sqlite_engine: Engine, rows: list[dict[str, Any]]
) -> None:
    business_id = _founded(sqlite_engine)[0]
    batch = [a_row(business_id, **row) for row in rows]
    first = record(sqlite_engine, *batch)
    before = _standing(sqlite_engine)
    second = record(sqlite_engine, *batch)
    assert _standing(sqlite_engine) == before
    # a refusal stays one, but may quote another row that has been recorded since
    taken = {"created", "unchanged"}
    assert [what if what in taken else "refused" for what in second] == [
        "unchanged" if what in taken else "refused" for what in first
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@drawn(one=_ROWS, other=_ROWS)
def test_two_batches_about_different_decisions_may_come_in_any_order(
    sqlite_engine: Engine, one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    results = []
    for turn in (0, 1):
        ids = _founded(sqlite_engine)
        batches = [
            [a_row(ids[0], **row) for row in one],
            [a_row(ids[1], **{**row, "source_key": None, "authority": "另一机关"}) for row in other],
        ]
        for batch in batches if turn else reversed(batches):
            record(sqlite_engine, *batch)
        results.append(_standing(sqlite_engine))
    assert results[0] == results[1]
