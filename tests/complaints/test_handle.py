"""A complaint is handled by its deadlines; who complained stays with the office, and nowhere else."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from api.complaints import complaints_page
from api.paging import key_of
from registry.audit.tables import AuditEntry
from registry.complaints import queries
from registry.complaints.commands import (
    blank_complaints,
    escalate_overdue,
    record_complaint,
    take_complaint_step,
)
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.tables import (
    Complaint,
    ComplaintContent,
    ComplaintEscalation,
    ComplaintStep,
)
from registry.errors import Conflict, Forbidden, Malformed, NotFound, Refusal, RuleRefused
from registry.log.tables import LogLeaf
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from tests import given
from tests.complaints.driving import WRITTEN, at, complain, lead, step

MONDAY = date(2025, 3, 3)
CANARY = "金丝雀"


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def standings(engine: Engine, complaint_id: str, on: date) -> dict[str, tuple[date | None, str]]:
    with reading(engine) as session:
        by = given.work(session, "officer", at(on))
        row = session.get_one(Complaint, complaint_id)
        return {one.rule: (one.due_on, one.standing(on)) for one in queries.dues_of(by, row)}


@pytest.fixture
def founded(engine: Engine) -> Engine:
    """A registry with its people."""
    given.registry(engine)
    return engine


def test_a_complaint_goes_from_receipt_to_the_telling_of_its_end(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    assert standings(founded, one, MONDAY) == {"complaint.accept": (date(2025, 3, 12), "open")}
    step(founded, day(1), one, "accept")
    step(founded, day(2), one, "tell")
    step(founded, day(10), one, "mediate", note="双方到场")
    step(founded, day(20), one, "end", outcome="agreed", finding="borne_out")
    step(founded, day(22), one, "tell")
    assert standings(founded, one, day(400)) == {
        "complaint.accept": (date(2025, 3, 12), "met"),
        "complaint.mediate": (date(2025, 5, 9), "met"),
        "complaint.told_end": (date(2025, 4, 1), "met"),
    }
    with reading(founded) as session:
        row = session.get_one(Complaint, one)
        taken = [(each.step, each.state) for each in queries.steps(session, one)]
    assert (row.state, row.closed_on) == ("ended", day(22))
    assert taken == [
        ("record", "received"),
        ("accept", "accepted"),
        ("tell", "accepted"),
        ("mediate", "accepted"),
        ("end", "ended"),
        ("tell", "ended"),
    ]


def test_a_decision_that_nobody_was_told_of_does_not_meet_its_deadline(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, day(1), one, "accept")
    assert standings(founded, one, date(2025, 3, 13))["complaint.accept"][1] == "missed"


def test_testing_is_not_counted_in_the_time_for_mediation(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "accept")
    step(founded, day(7), one, "suspend")
    assert standings(founded, one, day(300))["complaint.mediate"] == (None, "paused")
    step(founded, day(21), one, "resume")
    assert standings(founded, one, day(30))["complaint.mediate"] == (date(2025, 5, 22), "open")


def test_mediation_ends_as_expired_only_once_its_time_is_over(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "accept")
    last_on, _ = standings(founded, one, MONDAY)["complaint.mediate"]
    assert last_on == date(2025, 5, 8)
    assert refused(founded, last_on, one, "end", outcome="expired", finding="open") == "complaint.not_expired"
    step(founded, last_on + timedelta(days=1), one, "end", outcome="expired", finding="open")


def test_under_order_121_mediation_cannot_expire_before_its_figure_is_entered(founded: Engine) -> None:
    one = complain(founded, date(2026, 4, 14))
    step(founded, date(2026, 4, 15), one, "accept")
    assert standings(founded, one, date(2026, 4, 15)) == {
        "complaint.accept": (date(2026, 4, 23), "open"),
        "complaint.mediate": (None, "unknown"),
    }
    late = date(2027, 4, 15)
    assert refused(founded, late, one, "end", outcome="expired", finding="open") == "complaint.not_expired"


@pytest.mark.parametrize(
    ("ground", "more", "code"),
    [
        pytest.param("no_authority", {}, None, id="out of the remit"),
        pytest.param("time_barred", {"known_on": date(2022, 3, 2)}, None, id="three years and a day ago"),
        pytest.param(
            "time_barred", {"known_on": MONDAY.replace(year=2022)}, "complaint.in_time", id="three years"
        ),
        pytest.param("time_barred", {}, "complaint.in_time", id="nobody knows since when"),
        pytest.param("papers_missing", {"phone": None}, None, id="without a telephone"),
        pytest.param("papers_missing", {}, "complaint.complete", id="nothing missing"),
        pytest.param("too_many", {}, "rule.absent", id="a ground that no law knows"),
    ],
)
def test_a_complaint_is_refused_only_on_a_ground_that_holds(
    founded: Engine, ground: str, more: dict[str, object], code: str | None
) -> None:
    one = complain(founded, MONDAY, **more)
    assert refused(founded, MONDAY, one, "refuse", ground=ground, note="依法不予受理") == code


def test_what_lacks_something_cannot_be_accepted_and_says_what(founded: Engine) -> None:
    with writing(founded) as session:
        stated = RecordComplaint(respondent="摊位", matter="other", complainant="甲")
        outcome = record_complaint(given.work(session, "officer", at(MONDAY)), stated)
    (warning,) = outcome.warnings
    assert warning.params["complaint_part"] == ("phone", "address", "request", "facts")
    assert refused(founded, MONDAY, str(outcome.id), "accept") == "complaint.lacking"


def test_a_complaint_that_is_handed_over_begins_anew_and_leaves_no_name_behind(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    there = step(founded, day(1), one, "transfer", office_code="AMR-41")
    assert there != one
    with reading(founded) as session:
        left, went = session.get_one(Complaint, one), session.get_one(Complaint, there)
        assert (left.state, left.respondent, queries.content(session, one)) == ("transferred", None, None)
        assert (went.state, went.office_code, went.came_from_id) == ("received", "AMR-41", one)
        kept = queries.content(session, there)
        assert kept is not None
        assert kept.complainant == WRITTEN["complainant"]
    assert standings(founded, there, day(1)) == {"complaint.accept": (date(2025, 3, 13), "open")}
    assert standings(founded, one, day(90)) == {"complaint.transfer": (None, "unknown")}


def test_offices_in_dispute_have_seven_working_days_to_agree(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, day(1), one, "dispute", note="与平桥区局")
    assert standings(founded, one, day(1))["complaint.jurisdiction"] == (date(2025, 3, 13), "open")
    assert refused(founded, day(1), one, "dispute", note="再次") == "complaint.disputed"
    step(founded, day(3), one, "agree")
    assert standings(founded, one, day(90))["complaint.jurisdiction"][1] == "met"


def test_a_split_keeps_the_complaint_and_says_nothing_of_the_report(founded: Engine) -> None:
    one = complain(founded, MONDAY, facts="短秤；另举报该摊使用作弊秤")
    step(founded, MONDAY, one, "split", request="退差价", facts="短秤")
    with reading(founded) as session:
        kept = queries.content(session, one)
        assert kept is not None
        assert kept.facts == "短秤"
    assert "作弊秤" not in everything(founded)


def test_what_was_taken_back_owes_nothing_more(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, day(2), one, "withdraw")
    assert standings(founded, one, day(99))["complaint.accept"][1] == "met"
    assert refused(founded, day(3), one, "accept") == "complaint.not_now"


def test_a_step_states_what_it_needs_and_nothing_else(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    assert refused(founded, MONDAY, one, "refuse", ground="no_authority") == "field.missing"
    assert refused(founded, MONDAY, one, "accept", outcome="agreed") == "complaint.not_of_step"


def test_two_officers_do_not_take_the_same_step(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "accept")
    stale = TakeComplaintStep(complaint_id=one, expected_version=1, step="accept")
    with writing(founded) as session, pytest.raises(Conflict):
        take_complaint_step(given.work(session, "colleague", at(MONDAY)), stale)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        pytest.param({"received_on": day(1)}, Malformed, id="received tomorrow"),
        pytest.param({"known_on": day(1)}, Malformed, id="known after it came in"),
        pytest.param({"happened_on": MONDAY, "known_on": day(-1)}, Malformed, id="known before it happened"),
        pytest.param({"respondent": None}, Malformed, id="about nobody"),
        pytest.param({"business_id": "nobody"}, NotFound, id="about a business that is not there"),
    ],
)
def test_a_complaint_that_cannot_be_is_not_taken_in(
    founded: Engine, more: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        complain(founded, MONDAY, **more)


def test_only_officers_of_the_region_take_steps(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    for account in ("approver", "superior", "auditor"):
        with pytest.raises(Forbidden):
            step(founded, MONDAY, one, "accept", account)


def test_a_missed_deadline_is_told_to_the_office_above_once(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    complain(founded, day(9))
    for on, number in ((date(2025, 3, 12), 0), (date(2025, 3, 13), 1), (date(2025, 3, 14), 0)):
        with writing(founded) as session:
            assert escalate_overdue(given.work(session, "national", at(on))) == number
    with reading(founded) as session:
        (told,) = session.exec(select(ComplaintEscalation)).all()
        assert (told.complaint_id, told.rule, told.superior_code) == (one, "complaint.accept", "AMR-4115")
        assert [row.id for _, row in queries.escalated(session, "AMR-4115")] == [one]
        assert not queries.escalated(session, "AMR-41")


def test_what_was_written_is_blanked_when_its_term_is_over_and_not_a_day_before(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "withdraw", note="金丝雀来电")
    still_open = complain(founded, MONDAY)
    last_on = MONDAY.replace(year=2028)
    with writing(founded) as session:
        assert blank_complaints(given.work(session, "national", at(last_on))) == 0
    with writing(founded) as session:
        assert blank_complaints(given.work(session, "national", at(last_on + timedelta(days=1)))) == 1
    with reading(founded) as session:
        blanked = session.get_one(ComplaintContent, one)
        kept = session.get_one(ComplaintContent, still_open)
        assert (blanked.complainant, blanked.facts) == (None, None)
        assert blanked.blanked_on == last_on + timedelta(days=1)
        assert kept.complainant == WRITTEN["complainant"]
        assert session.get_one(Complaint, one).respondent is None
        assert {each.note for each in queries.steps(session, one)} == {None}


def test_who_complained_stands_in_the_row_of_the_content_and_nowhere_else(founded: Engine) -> None:
    with writing(founded) as session:
        business = given.business(given.work(session))
    one = complain(founded, MONDAY, business_id=business)
    step(founded, MONDAY, one, "accept")
    step(founded, MONDAY, one, "end", outcome="agreed", finding="borne_out")
    assert CANARY not in everything(founded, but=("complaint_content",))
    assert CANARY in everything(founded)


def test_every_act_leaves_one_audit_entry_and_a_decision_its_leaf(founded: Engine) -> None:
    def left(session: Session) -> tuple[int, ...]:
        return tuple(len(session.exec(select(table)).all()) for table in (AuditEntry, LogLeaf, Outbox))

    with reading(founded) as session:
        before = left(session)
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "accept")
    step(founded, MONDAY, one, "tell")
    with reading(founded) as session:
        audit, leaves, outbox = left(session)
    assert (audit - before[0], leaves - before[1]) == (3, 1)
    assert outbox == before[2], "no consumer reads a business again because somebody complained of it"


def refused(engine: Engine, on: date, one: str, name: str, **stated: object) -> str | None:
    """Try a step and return the code of its refusal."""
    try:
        with writing(engine) as session:
            lead(given.work(session, "officer", at(on)), one, name, **stated)
            session.rollback()
    except (RuleRefused, Malformed) as refusal:
        return refusal.code
    return None


def everything(engine: Engine, but: tuple[str, ...] = ()) -> str:
    """Return every value of every table as text."""
    return "\n".join(_values(engine, but))


def _values(engine: Engine, but: tuple[str, ...]) -> Iterator[str]:
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in but:
                for row in connection.execute(table.select()):
                    yield json.dumps([str(value) for value in row], ensure_ascii=False)


def test_steps_are_kept_in_order(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    step(founded, MONDAY, one, "grade", proof="direct")
    with reading(founded) as session:
        assert [each.seq for each in session.exec(select(ComplaintStep)).all()] == [1, 2]
        assert session.get_one(Complaint, one).proof == "direct"


def listed(engine: Engine, on: date, limit: int, **asked: bool) -> list[str]:
    """Return the complaints that an officer reads, page after page."""
    found: list[str] = []
    after: str | None = ""
    with reading(engine) as session:
        by = given.work(session, "officer", at(on))
        while after is not None:
            page = complaints_page(by, after=after, limit=limit, **asked)
            assert len(page.items) <= limit
            found += [one.id for one in page.items]
            after = None if page.next is None else key_of(page.next)
    return found


def test_a_list_begins_with_what_is_due_first_and_no_page_loses_one(founded: Engine) -> None:
    late, early, unknown, done = (complain(founded, on) for on in (day(8), MONDAY, date(2026, 6, 1), day(1)))
    step(founded, day(2), done, "withdraw")
    same = sorted(complain(founded, day(4)) for _ in range(3))
    ordered = [early, *same, late, unknown]
    for limit in (1, 2, 3, 10):
        assert listed(founded, day(9), limit) == ordered, limit
    assert listed(founded, day(9), 2, open_only=False) in (
        [*ordered[:-1], *pair] for pair in ([unknown, done], [done, unknown])
    )
    step(founded, day(9), early, "accept")
    step(founded, day(9), early, "tell")  # now the mediation is due, weeks later
    assert listed(founded, day(9), 2) != ordered
    assert listed(founded, day(9), 2)[0] == same[0]
    with pytest.raises(Malformed), reading(founded) as session:
        complaints_page(given.work(session, "officer"), after="nonsense", limit=1)


def test_a_night_reckons_anew_what_is_due_next(founded: Engine) -> None:
    one = complain(founded, MONDAY)
    with writing(founded) as session:
        session.get_one(Complaint, one).next_due_on = None  # as before an office entered its figure
    with writing(founded) as session:
        escalate_overdue(given.work(session, "national", at(day(1))))
    with reading(founded) as session:
        assert session.get_one(Complaint, one).next_due_on == date(2025, 3, 12)
