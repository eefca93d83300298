"""Whether an application is taken up: left open within a period, declined by another person on a ground."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.commands import Outcome
from registry.documents import papers as issuing
from registry.documents.tables import Document
from registry.errors import Conflict, RuleRefused
from registry.publication.answers import PublicEntry
from registry.repair import accepting, papers, queries
from registry.repair.forms import (
    AcceptObjection,
    AcceptRepair,
    ApplyForRepair,
    DeclineObjection,
    DeclineRepair,
    FileObjection,
    RequestCompletion,
    SupplementRepair,
)
from registry.rulebook import Deadline
from registry.settings import read_settings
from registry.store.engine import reading, writing
from registry.transparency.queries import not_withdrawn, report
from tests.lists import cases
from tests.lists.cases import Case
from tests.repair.leading import KINDS, decide, known_terms, objection_of, repair_of, shown


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    begun = cases.begun(engine, data_dir)
    law = known_terms()
    rows = [row for row in law.rows(Deadline) if row.code in {"repair.accept", "objection.accept"}]
    entered = [
        row.model_copy(update={"tag": "default", "amount": 5}) for row in rows if row.in_force_to is None
    ]
    begun.rulebook = law.with_rows(entered)  # as an office enters a figure that the law leaves open
    return begun


def act(case: Case, verb: Any, command: type[Any], account: str, **stated: Any) -> Outcome:
    """Take a step with its paper."""
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        done = verb(case.work(session, account), settings, command.model_validate(stated))
        assert isinstance(done, Outcome)
        return done


def applied(case: Case, entry_id: str, *lacking: str, accepted: bool = False) -> str:
    """Take an application in without taking it up."""
    brought = {one: case.paper(kind) for one, kind in KINDS.items() if one not in lacking}
    about = {"subject_kind": "entry", "subject_id": entry_id, "applicant": "李大年", "papers": brought}
    done = act(case, papers.apply_for_repair, ApplyForRepair, "officer", **about, accepted=accepted)
    return str(done.id)


def filed(case: Case, entry_id: str) -> str:
    """File an objection without taking it up."""
    about = {"subject_kind": "entry", "subject_id": entry_id, "objector": "路人甲", "points": ["认为过轻"]}
    return str(act(case, papers.file_objection, FileObjection, "officer", **about, accepted=False).id)


def issued(case: Case, case_id: str) -> list[tuple[str, str, str]]:
    with reading(case.engine) as session:
        found = issuing.of_case(session, case_id)
        return [(one.kind, one.number, session.get_one(Document, one.document_id).kind) for one in found]


def figures(case: Case) -> dict[str, int]:
    """Return what the transparency report counts this month."""
    with reading(case.engine) as session:
        assert case.rulebook is not None
        told = report(
            session,
            not_withdrawn(session, case.rulebook),
            case.now.date(),
            from_on=case.now.date().replace(day=1),
        )
    return {
        name: number
        for name, number in told.items[0].model_dump().items()
        if isinstance(number, int) and number
    }


def decline(case: Case, repair_id: str, ground: str, version: int = 1, account: str = "approver") -> Outcome:
    stated = {"repair_id": repair_id, "expected_version": version, "ground": ground, "reasons": "非本人申请"}
    return act(case, papers.decline_repair, DeclineRepair, account, **stated)


def test_an_application_left_open_has_a_period_no_receipt_and_is_taken_up_later(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now = datetime(2028, 3, 1, 2, tzinfo=UTC)
    repair_id = applied(case, entry_id)
    waits = repair_of(case, repair_id)
    assert (waits.state, waits.accept_by_on, issued(case, repair_id)) == ("received", date(2028, 3, 8), [])
    with pytest.raises(RuleRefused, match=r"case\.out_of_order"):
        decide(case, repair_id)
    case.now += timedelta(days=2)
    at = {"repair_id": repair_id, "expected_version": 1}
    act(case, papers.accept_repair, AcceptRepair, "officer", **at)
    taken = repair_of(case, repair_id)
    assert (taken.state, taken.accepted_on, taken.decide_by_on) == (
        "complete",
        date(2028, 3, 3),
        waits.decide_by_on,
    )
    assert [kind for kind, *_ in issued(case, repair_id)] == ["repair_receipt"]
    decide(case, repair_id, expected_version=2)
    assert repair_of(case, repair_id).state == "granted"


def test_leaving_it_open_lengthens_no_period_whoever_brings_the_last_paper(case: Case) -> None:
    entries = [case.blacklisted(f"浉河区第{one}水产店", f"信浉市监处罚〔2026〕{one}号") for one in (1, 2)]
    held = applied(case, entries[0], "pledge")
    at_once = applied(case, entries[1], "pledge", accepted=True)
    case.now += timedelta(days=3)
    for repair_id in (held, at_once):
        stated = {"repair_id": repair_id, "expected_version": 1, "papers": {"pledge": case.paper("pledge")}}
        act(case, papers.supplement_repair, SupplementRepair, "officer", **stated)
    assert repair_of(case, held).decide_by_on == repair_of(case, at_once).decide_by_on
    assert repair_of(case, held).state == "received"


def test_an_application_is_declined_by_another_person_on_a_ground_with_its_notice(case: Case) -> None:
    repair_id = applied(case, case.blacklisted())
    with pytest.raises(RuleRefused, match=r"case\.no_such_ground"):
        decline(case, repair_id, "no_such_information")
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"), writing(case.engine) as session:
        command = DeclineRepair(
            repair_id=repair_id, expected_version=1, ground="not_affected", reasons="非本人"
        )
        accepting.decline_repair(case.work(session, "approver"), command)
    decline(case, repair_id, "not_affected")
    closed = repair_of(case, repair_id)
    assert (closed.state, closed.closed_on, closed.decide_by_on, closed.rule) == (
        "declined",
        case.now.date(),
        None,
        "not_affected",
    )
    assert issued(case, repair_id) == [
        ("repair_declined", "信浉市监信修不受〔2026〕1号", "decision"),
    ]
    again = applied(case, closed.subject_id, accepted=True)
    assert repair_of(case, again).state == "complete"
    with pytest.raises(RuleRefused, match=r"case\.out_of_order"):
        decline(case, again, "not_affected")


def test_nobody_is_told_that_papers_never_came_who_was_not_asked_for_them(case: Case) -> None:
    repair_id = applied(case, case.blacklisted(), "pledge", accepted=True)
    with pytest.raises(RuleRefused, match=r"case\.completion_not_asked"):
        decline(case, repair_id, "never_completed")
    at = {"repair_id": repair_id, "expected_version": 1}
    act(case, papers.request_completion, RequestCompletion, "officer", **at)
    decline(case, repair_id, "never_completed", 2)
    assert repair_of(case, repair_id).state == "declined"


def test_a_declined_objection_leaves_no_mark_and_one_taken_up_keeps_it(case: Case) -> None:
    entry_id = case.blacklisted()
    declined, kept = filed(case, entry_id), filed(case, entry_id)
    assert isinstance(shown(case, entry_id), PublicEntry)
    stated = {"objection_id": declined, "expected_version": 1, "ground": "not_affected", "reasons": "无关"}
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        act(case, papers.decline_objection, DeclineObjection, "approver", **stated)  # who decided the listing
    act(case, papers.decline_objection, DeclineObjection, "national-approver", **stated)
    assert objection_of(case, declined).state == "declined"
    assert [kind for kind, *_ in issued(case, declined)] == ["objection_declined"]
    marked = shown(case, entry_id)
    assert isinstance(marked, PublicEntry)
    assert marked.objected_on == case.now.date()
    at = {"objection_id": kept, "expected_version": 1}
    act(case, papers.accept_objection, AcceptObjection, "officer", **at)
    assert objection_of(case, kept).state == "open"
    assert [kind for kind, *_ in issued(case, kept)] == ["objection_receipt"]
    with pytest.raises(RuleRefused, match=r"case\.out_of_order"):
        act(
            case,
            papers.decline_objection,
            DeclineObjection,
            "national-approver",
            **{**stated, **at, "expected_version": 2},
        )
    last = filed(case, entry_id)
    assert queries_open(case, entry_id) == {kept, last}
    with pytest.raises(Conflict, match=r"version\.stale"):
        act(case, papers.accept_objection, AcceptObjection, "officer", objection_id=last, expected_version=2)


def queries_open(case: Case, entry_id: str) -> set[str]:
    with reading(case.engine) as session:
        return {one.id for one in queries.objections_to(session, entry_id) if one.closed_on is None}


def test_the_period_of_acceptance_is_due_and_missed_in_the_report_and_no_decision_of_what_was_declined(
    case: Case,
) -> None:
    entry_id = case.blacklisted()
    case.now = datetime(2028, 3, 1, 2, tzinfo=UTC)
    repair_id = applied(case, entry_id)
    case.now += timedelta(days=8)
    before = figures(case)
    assert (before["repairs_applied"], before["deadlines_due"], before["deadlines_missed"]) == (1, 1, 1)
    with reading(case.engine) as session:
        assert [one.id for one in queries.repairs(session, ["41"], overdue_on=case.now.date())] == [repair_id]
    decline(case, repair_id, "decided_before")
    case.now += timedelta(days=20)
    after = figures(case)
    assert (after["repairs_declined"], after["deadlines_due"], after["deadlines_missed"]) == (1, 1, 1)
