"""Which decision and violation a row is, what it needs, and what it may then do."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update
from sqlmodel import col, func, select

from registry.audit.tables import AuditEntry
from registry.businesses.tables import Business
from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.violations import commands, queries
from registry.violations.commands import RecordViolation
from registry.violations.effects import publishes, scores
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation
from tests import given


def _business(engine: Engine, name: str = "浉河区李记水产店") -> str:
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session), name=name)


def _row(business_id: str, **more: Any) -> RecordViolation:
    stated = {
        "decision_no": "信浉市监处罚〔2026〕12号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": given.TOWN,
        "decided_on": "2026-06-01",
        "procedure": "ordinary",
        "penalties": ("larger_fine", "confiscation"),
        "fine_fen": 150_000,
        "conduct_code": "cheating_instrument_used",
        **more,
    }
    return RecordViolation(business_id=business_id, **stated)


def _record(engine: Engine, *rows: RecordViolation, account: str = "national") -> list[str]:
    with writing(engine) as session:
        outcomes = commands.record_violations(given.work(session, account), rows)
    return [outcome.refusal.code if outcome.refusal else outcome.what for outcome in outcomes]


def _one(engine: Engine, business_id: str) -> tuple[Violation, PenaltyDecision]:
    with reading(engine) as session:
        (found,) = queries.violations_of(session, business_id)
    return found


def test_the_same_violation_twice_is_one_and_leaves_nothing_behind(engine: Engine) -> None:
    business_id = _business(engine)
    assert _record(engine, _row(business_id), _row(business_id)) == ["created", "unchanged"]
    with reading(engine) as session:
        before = (outbox.backlog(session, "score"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert _record(engine, _row(business_id)) == ["unchanged"]
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
    business_id = _business(engine)
    _record(engine, _row(business_id))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.record_violation(given.work(session), _row(business_id, **more))
    assert (refused.value.code, refused.value.field) == ("violation.decision_duplicate", "decision_no")


def test_a_decision_has_one_party(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), name="王记鲜肉店")
    assert _record(engine, _row(business_id), _row(other)) == ["created", "violation.decision_duplicate"]


def test_another_authority_may_use_the_same_number(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [_row(business_id), _row(business_id, authority="平桥区市场监督管理局", region="411503")]
    assert _record(engine, *rows) == ["created", "created"]


def test_one_decision_may_find_several_violations(engine: Engine) -> None:
    business_id = _business(engine)
    second = _row(business_id, conduct_code="instrument_overdue", instrument_kind="price_computing_scale")
    assert _record(engine, _row(business_id)) == ["created"]
    assert _record(engine, second, _row(business_id), second) == ["created", "unchanged", "unchanged"]
    with reading(engine) as session:
        found = queries.violations_of(session, business_id)
    assert len(found) == 2
    assert len({decision.decision_id for _violation, decision in found}) == 1


def test_a_decision_without_a_number_is_known_by_its_source(engine: Engine) -> None:
    business_id = _business(engine)
    first = _row(business_id, decision_no=None, decided_on=None, source_key="cases:C013")
    second = _row(business_id, decision_no=None, decided_on=None, source_key="cases:C014")
    assert _record(engine, first, second) == ["created", "created"]
    assert _record(engine, second, first) == ["unchanged", "unchanged"]
    differs = first.model_copy(update={"fine_fen": 1})
    assert _record(engine, differs) == ["violation.source_differs"]


def test_a_decision_with_neither_number_nor_source_is_known_by_what_it_says(engine: Engine) -> None:
    business_id = _business(engine)
    row = _row(business_id, decision_no=None)
    assert _record(engine, row, row) == ["created", "unchanged"]
    assert _record(engine, row, row.model_copy(update={"fine_fen": 1})) == [
        "unchanged",
        "violation.unnumbered_duplicate",
    ]
    assert _record(engine, row.model_copy(update={"conduct_code": "instrument_overdue"})) == ["created"]


def test_a_source_of_one_decision_is_not_the_source_of_another(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [_row(business_id, source_key="a"), _row(business_id, decision_no="另〔2026〕1号", source_key="a")]
    assert _record(engine, *rows) == ["created", "violation.source_differs"]


def test_the_number_is_kept_as_offices_write_it(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _row(business_id, decision_no=" 信浉市监处罚（2026）１２号 "))
    assert _one(engine, business_id)[1].decision_no == "信浉市监处罚〔2026〕12号"


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        pytest.param({"decided_on": "2026-11-21"}, "day.ahead", "decided_on", id="decided ahead"),
        pytest.param({"found_on": "2027"}, "day.ahead", "found_on", id="found ahead"),
        pytest.param({"published_on": date(2026, 11, 21)}, "day.ahead", "published_on", id="shown ahead"),
        pytest.param(
            {"published_on": date(2026, 5, 31)},
            "violation.before_decision",
            "published_on",
            id="shown before it was decided",
        ),
        pytest.param(
            {"found_on": "2026-06-02"},
            "violation.found_after_decision",
            "found_on",
            id="decided before found",
        ),
        pytest.param({"fine_fen": -1}, "amount.below_zero", "fine_fen", id="fine below zero"),
        pytest.param(
            {"confiscated_fen": -1}, "amount.below_zero", "confiscated_fen", id="confiscation below zero"
        ),
        pytest.param({"quantity": 0}, "quantity.below_one", "quantity", id="nothing concerned"),
        pytest.param({"region": "999999"}, "region.unknown", "region", id="no region"),
        pytest.param(
            {"conduct_code": "jaywalking"}, "violation.conduct_unknown", "conduct_code", id="no conduct"
        ),
    ],
)
def test_what_cannot_be_so_is_refused_with_its_field(
    engine: Engine, more: dict[str, Any], code: str, field: str
) -> None:
    business_id = _business(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.record_violation(given.work(session), _row(business_id, **more))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_unknown_conduct_is_refused_with_the_known_ones(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.record_violation(given.work(session), _row(business_id, conduct_code="jaywalking"))
    assert "cheating_instrument_used" in str(refused.value.params["known"])


def test_an_unknown_business_and_a_foreign_region_are_refused(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session, pytest.raises(NotFound):
        commands.record_violation(given.work(session), _row("nobody"))
    with writing(engine) as session, pytest.raises(Forbidden):
        row = _row(business_id, region="110101")
        commands.record_violation(given.work(session, "officer"), row)


def test_a_merged_business_is_followed_to_the_one_that_carries_on(engine: Engine) -> None:
    former = _business(engine)
    _record(engine, _row(former))
    with writing(engine) as session:
        survivor = given.business(given.work(session), name="合并后商行")
        session.connection().execute(
            update(Business).where(col(Business.id) == former).values(merged_into_id=survivor)
        )
    assert _record(engine, _row(former), _row(former, decision_no="另〔2026〕1号")) == [
        "unchanged",
        "created",
    ]
    assert _one(engine, survivor)[1].decision_no == "另〔2026〕1号"


@pytest.mark.parametrize(
    ("more", "lacks", "counts", "shown"),
    [
        pytest.param({}, [], True, True, id="nothing"),
        pytest.param({"decided_on": None}, ["decided_on.missing"], False, False, id="its date"),
        pytest.param({"decided_on": "2026-06"}, ["decided_on.not_to_the_day"], False, False, id="its day"),
        pytest.param({"conduct_code": "other"}, ["type.none"], False, True, id="a violation type"),
        pytest.param(
            {"penalties": ("fine",)}, ["severity.unknown"], True, False, id="the class of an ordinary fine"
        ),
        pytest.param(
            {"penalties": (), "fine_fen": None}, ["penalty.unknown"], True, False, id="what was imposed"
        ),
    ],
)
def test_what_lacks_something_is_kept_and_never_scores_or_shows_without_it(
    engine: Engine, more: dict[str, Any], lacks: list[str], counts: bool, shown: bool
) -> None:
    business_id = _business(engine)
    assert _record(engine, _row(business_id, **more)) == ["created"]
    found, _decision = _one(engine, business_id)
    assert (found.incomplete or "").split(",") == (lacks or [""])
    assert scores(found) is counts
    assert publishes(found, given.TODAY) is shown
    with reading(engine) as session:
        listed = queries.violations_within(session, [given.TOWN], incomplete=True, limit=10)
    assert [one.violation_id for one, _ in listed] == ([found.violation_id] if lacks else [])


def test_a_class_that_the_deciding_office_set_stands(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _row(business_id, penalties=("fine",), severity="general"))
    found, _decision = _one(engine, business_id)
    assert (found.severity, found.incomplete) == ("general", None)


def test_a_decision_before_any_dated_law_says_so_and_guesses_nothing(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _row(business_id, decided_on="1984-05-01"))
    found, _decision = _one(engine, business_id)
    assert "type.none" in str(found.incomplete)
    assert not scores(found)
    assert not publishes(found, given.TODAY)


def test_a_fine_above_the_range_is_recorded_with_a_warning(engine: Engine) -> None:
    business_id = _business(engine)
    row = _row(business_id, conduct_code="instrument_overdue", fine_fen=10_000_000)
    with writing(engine) as session:
        outcome = commands.record_violation(given.work(session), row)
    assert outcome.what == "created"
    assert [(warning.code, warning.field) for warning in outcome.warnings] == [
        ("violation.fine_unusual", "fine_fen")
    ]


def test_a_fine_within_the_range_gives_no_warning(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session:
        row = _row(business_id, conduct_code="instrument_overdue", fine_fen=1_000)
        assert commands.record_violation(given.work(session), row).warnings == ()


def test_a_fine_of_billions_is_kept_to_the_fen(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _row(business_id, fine_fen=1_822_800_000_001))
    assert _one(engine, business_id)[1].fine_fen == 1_822_800_000_001


def test_a_decision_is_shown_from_its_first_day_until_the_day_it_is_hidden(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _row(business_id))
    found, _decision = _one(engine, business_id)
    assert found.publish_until is not None
    days = [
        date(2026, 5, 31),
        date(2026, 6, 1),
        date.fromordinal(found.publish_until.toordinal() - 1),
        found.publish_until,
    ]
    assert [publishes(found, day) for day in days] == [False, True, True, False]
    with reading(engine) as session:
        in_sql = [
            session.exec(
                select(func.count(col(Violation.violation_id)))
                .select_from(Violation)
                .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
                .where(violation_shown(day))
            ).one()
            for day in days
        ]
    assert in_sql == [0, 1, 1, 0]


def test_a_refused_row_does_not_stop_the_good_ones_and_the_batch_is_one_audit_entry(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [_row(business_id), _row("nobody"), _row(business_id, conduct_code="instrument_overdue")]
    assert _record(engine, *rows) == ["created", "business.unknown", "created"]
    with reading(engine) as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.act == "violations.recorded")).all()
    assert (entry.detail["rows"], entry.detail["written"], len(entry.detail["digest"])) == (3, 2, 64)


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
    batch = [_row(business_id, **row) for row in rows]
    first = _record(sqlite_engine, *batch)
    before = _standing(sqlite_engine)
    second = _record(sqlite_engine, *batch)
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
            [_row(ids[0], **row) for row in one],
            [_row(ids[1], **{**row, "source_key": None, "authority": "另一机关"}) for row in other],
        ]
        for batch in batches if turn else reversed(batches):
            _record(sqlite_engine, *batch)
        results.append(_standing(sqlite_engine))
    assert results[0] == results[1]
