"""What a recorded violation needs, what is refused, and what it may then do."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, func, select

from registry.audit.tables import AuditEntry
from registry.businesses.tables import Business
from registry.errors import Forbidden, Malformed, NotFound
from registry.pledges.commands import FilePledge, file_pledge
from registry.store.engine import reading, writing
from registry.texts import say
from registry.violations import commands, queries
from registry.violations.effects import publishes, scores
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation
from tests import given
from tests.violations.recording import a_business, a_row, record, the_one


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
    business_id = a_business(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.record_violation(given.work(session), a_row(business_id, **more))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_unknown_conduct_is_refused_with_the_known_ones(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.record_violation(given.work(session), a_row(business_id, conduct_code="jaywalking"))
    assert "cheating_instrument_used" in str(refused.value.params["known"])


def test_an_unknown_business_and_a_foreign_region_are_refused(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session, pytest.raises(NotFound):
        commands.record_violation(given.work(session), a_row("nobody"))
    with writing(engine) as session, pytest.raises(Forbidden) as refused:
        row = a_row(business_id, region="110101")
        commands.record_violation(given.work(session, "officer"), row)
    assert (refused.value.code, refused.value.field) == ("grant.missing", "region")


def test_a_merged_business_is_followed_to_the_one_that_carries_on(engine: Engine) -> None:
    former = a_business(engine)
    record(engine, a_row(former))
    with writing(engine) as session:
        survivor = given.business(given.work(session), name="合并后商行")
        session.connection().execute(
            update(Business).where(col(Business.id) == former).values(merged_into_id=survivor)
        )
    assert record(engine, a_row(former), a_row(former, decision_no="另〔2026〕1号")) == [
        "unchanged",
        "created",
    ]
    assert the_one(engine, survivor)[1].decision_no == "另〔2026〕1号"


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
    business_id = a_business(engine)
    assert record(engine, a_row(business_id, **more)) == ["created"]
    found, _decision = the_one(engine, business_id)
    assert (found.incomplete or "").split(",") == (lacks or [""])
    assert scores(found) is counts
    assert publishes(found, given.TODAY) is shown
    with reading(engine) as session:
        listed = queries.violations_within(session, [given.TOWN], incomplete=True, limit=10)
    assert [one.violation_id for one, _ in listed] == ([found.violation_id] if lacks else [])


def test_a_class_that_the_deciding_office_set_stands(engine: Engine) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id, penalties=("fine",), severity="general"))
    found, _decision = the_one(engine, business_id)
    assert (found.severity, found.incomplete) == ("general", None)


def test_a_decision_before_any_dated_law_says_so_and_guesses_nothing(engine: Engine) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id, decided_on="1984-05-01"))
    found, _decision = the_one(engine, business_id)
    assert "type.none" in str(found.incomplete)
    assert not scores(found)
    assert not publishes(found, given.TODAY)


def test_a_fine_above_the_range_is_recorded_with_a_warning(engine: Engine) -> None:
    business_id = a_business(engine)
    row = a_row(business_id, conduct_code="instrument_overdue", fine_fen=10_000_000)
    with writing(engine) as session:
        outcome = commands.record_violation(given.work(session), row)
    assert outcome.what == "created"
    assert [(warning.code, warning.field) for warning in outcome.warnings] == [
        ("violation.fine_unusual", "fine_fen")
    ]


def test_a_fine_within_the_range_gives_no_warning(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session:
        row = a_row(business_id, conduct_code="instrument_overdue", fine_fen=1_000)
        assert commands.record_violation(given.work(session), row).warnings == ()


def test_a_fine_of_billions_is_kept_to_the_fen(engine: Engine) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id, fine_fen=1_822_800_000_001))
    assert the_one(engine, business_id)[1].fine_fen == 1_822_800_000_001


def test_a_decision_is_shown_from_its_first_day_until_the_day_it_is_hidden(engine: Engine) -> None:
    business_id = a_business(engine)
    record(engine, a_row(business_id))
    found, _decision = the_one(engine, business_id)
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
    business_id = a_business(engine)
    rows = [a_row(business_id), a_row("nobody"), a_row(business_id, conduct_code="instrument_overdue")]
    assert record(engine, *rows) == ["created", "business.unknown", "created"]
    with reading(engine) as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.act == "violations.recorded")).all()
    assert (entry.detail["rows"], entry.detail["written"], len(entry.detail["digest"])) == (3, 2, 64)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"penalties": ("warning",)}, "violation.fine_not_named", id="a fine beside a warning"),
        pytest.param(
            {"penalties": ("fine",), "confiscated_fen": 1},
            "violation.confiscation_not_named",
            id="a confiscation beside a fine",
        ),
    ],
)
def test_an_amount_that_the_kinds_of_penalty_do_not_name_is_refused(
    engine: Engine, more: dict[str, Any], code: str
) -> None:
    business_id = a_business(engine)
    assert record(engine, a_row(business_id, **more)) == [code]
    assert record(engine, a_row(business_id, penalties=(), confiscated_fen=1)) == ["created"]


def test_who_records_what_lacks_something_is_told_what_it_cannot_do(engine: Engine) -> None:
    business_id = a_business(engine)
    with writing(engine) as session:
        work = given.work(session)
        outcome = commands.record_violation(work, a_row(business_id, decided_on="2026-06"))
        pledged = file_pledge(work, FilePledge(business_id=business_id, matter="fuel"))
    assert [(one.code, one.field) for one in outcome.warnings] == [
        ("decided_on.not_to_the_day", "decided_on")
    ]
    assert "不计分" in say(outcome.warnings[0], "zh")
    assert [one.code for one in pledged.warnings] == ["pledged_on.missing"]
