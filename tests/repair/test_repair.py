"""Repair of credit: taken in by one person, granted by another where the law allows it, revoked if false."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.errors import Conflict, Forbidden, RuleRefused
from registry.lists.board import derive_board
from registry.lists.queries import current_entry
from registry.log.tables import LogSalt
from registry.publication import public_view
from registry.publication.answers import PublicEntry, Tombstone
from registry.publication.cards import read_cards
from registry.publication.withdrawal import lapse_due
from registry.repair import commands, queries
from registry.repair.effects import end_freed
from registry.repair.forms import ApplyForRepair, RequestCompletion, SupplementRepair
from registry.repair.tables import Repair
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from tests.lists.cases import BLACK, Case, begun
from tests.repair.leading import (
    apply,
    by_paper,
    decide,
    granted,
    known_terms,
    propose_revocation,
    record_days,
    repair_of,
    revoke,
    shown,
)

A_YEAR = timedelta(days=366)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    case = begun(engine, data_dir)
    case.rulebook = known_terms()
    return case


def test_a_granted_repair_takes_the_entry_from_every_answer_and_keeps_the_business(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    tombstone = shown(case, entry_id)
    assert isinstance(tombstone, Tombstone)
    assert (tombstone.ground, tombstone.rule) == ("repaired", "河南省社会信用条例")
    assert "李" not in tombstone.model_dump_json()
    repair = repair_of(case, repair_id)
    assert (repair.state, repair.closed_on, repair.unmet) == ("granted", case.now.date(), [])
    with reading(case.engine) as session:
        card = read_cards(case.engine, [repair.business_id], case.now.date())[repair.business_id].answer
        opened = session.exec(select(LogSalt).where(LogSalt.subject_id == entry_id)).all()
        told = session.exec(select(Outbox).where(Outbox.topic == "repair.granted")).all()
    assert (card.name, card.lists) == ("浉河区李记水产店", ())
    assert [salt.content is None for salt in opened].count(False) == 1  # the tombstone alone
    assert {one for row in told for one in row.subject_ids} == {repair.business_id}


def test_the_law_of_the_list_must_be_known_before_anybody_decides(case: Case) -> None:
    entry_id = case.blacklisted()
    case.rulebook = None
    applied = apply(case, entry_id)
    assert applied.id is not None
    case.now += A_YEAR
    for grant in (True, False):
        with pytest.raises(RuleRefused, match=r"repair\.figure_unknown") as refused:
            decide(case, applied.id, grant=grant)
        assert refused.value.params["source"] == "河南省社会信用条例"


def test_a_grant_before_its_day_is_refused_and_quotes_rule_and_day(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        listed_on = current_entry(session, entry_id).listed_on  # type: ignore[union-attr]
    case.now = datetime(listed_on.year + 1, listed_on.month, listed_on.day, 2, tzinfo=UTC)
    applied = apply(case, entry_id)
    assert applied.id is not None
    with pytest.raises(RuleRefused, match=r"repair\.too_soon") as refused:
        decide(case, applied.id)
    said = refused.value.params
    assert (said["rule"], said["source"]) == ("henan_black", "河南省社会信用条例")
    assert (said["unmet"], said["until"]) == (
        ("period",),
        (case.now.date() + timedelta(days=1)).isoformat(),
    )
    assert isinstance(shown(case, entry_id), PublicEntry)


def test_a_refusal_lists_every_unmet_condition_with_its_rule(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    applied = apply(case, entry_id)
    assert applied.id is not None
    with pytest.raises(RuleRefused, match=r"repair\.refusal_ungrounded"):
        decide(case, applied.id, grant=False)
    decide(case, applied.id, grant=False, lacking=("duties_performed", "harm_removed"))
    refused = repair_of(case, applied.id)
    assert refused.state == "refused"
    assert [(one["need"], one["rule"]) for one in refused.unmet] == [
        ("duties_performed", "henan_black"),
        ("harm_removed", "henan_black"),
    ]
    assert isinstance(shown(case, entry_id), PublicEntry)
    assert apply(case, entry_id).what == "created"


def test_the_period_begins_with_the_last_paper_and_counts_working_days(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now = datetime(2027, 9, 24, 2, tzinfo=UTC)
    applied = apply(case, entry_id, papers=("application", "identity"))
    assert [warning.params["lacking"] for warning in applied.warnings] == [("pledge", "performance")]
    assert applied.id is not None
    notice = case.paper("notice")
    with writing(case.engine) as session:
        told = RequestCompletion(repair_id=applied.id, expected_version=1, document_id=notice)
        by_paper(case, session, told, "repair_completion")
        commands.request_completion(case.work(session, "officer"), told)
    assert repair_of(case, applied.id).decide_by_on is None
    with pytest.raises(RuleRefused, match=r"case\.out_of_order"):
        decide(case, applied.id, expected_version=2)
    case.now = datetime(2027, 9, 27, 2, tzinfo=UTC)
    papers = {"pledge": case.paper("pledge"), "performance": case.paper("evidence")}
    with writing(case.engine) as session:
        more = SupplementRepair(repair_id=applied.id, expected_version=2, papers=papers)
        assert commands.supplement_repair(case.work(session, "officer"), more).warnings == ()
    repair = repair_of(case, applied.id)
    assert repair.complete_on == date(2027, 9, 27)
    assert repair.decide_by_on is not None
    assert repair.decide_by_on > date(2027, 10, 8)  # seven working days, National Day between them
    with reading(case.engine) as session:
        late = repair.decide_by_on + timedelta(days=1)
        overdue = [queries.repairs(session, ("41",), overdue_on=day) for day in (repair.decide_by_on, late)]
    assert [len(found) for found in overdue] == [0, 1]


def test_who_took_an_application_in_never_decides_it(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    applied = apply(case, entry_id)
    assert applied.id is not None
    with pytest.raises(Forbidden):
        decide(case, applied.id, account="colleague")
    with reading(case.engine) as session:
        approver = case.work(session, "approver").actor.person_id
    with writing(case.engine) as session:
        session.connection().execute(update(Repair).values(taken_in_by_person=approver))
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        decide(case, applied.id)
    with pytest.raises(IntegrityError), writing(case.engine) as session:
        session.connection().execute(update(Repair).values(decided_by_person=approver))


def test_a_paper_of_another_kind_is_no_proof(case: Case) -> None:
    entry_id, paper = case.blacklisted(), case.paper("evidence")
    stated = ApplyForRepair(
        subject_kind="entry", subject_id=entry_id, applicant="李大年", papers={"pledge": paper}
    )
    with pytest.raises(RuleRefused, match=r"case\.document_kind") as refused, writing(case.engine) as session:
        commands.apply_for_repair(case.work(session, "officer"), stated)
    assert refused.value.field == "papers.pledge"


def test_one_application_is_open_at_a_time(case: Case) -> None:
    entry_id = case.blacklisted()
    apply(case, entry_id)
    with pytest.raises(Conflict, match=r"repair\.open_already"):
        apply(case, entry_id)


def test_false_papers_put_the_entry_back_for_a_term_that_begins_anew(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    case.now += timedelta(days=30)
    revoke(case, repair_id)
    revoked = repair_of(case, repair_id)
    assert revoked.state == "revoked"
    (restored,) = revoked.restored_entry_ids
    again = shown(case, restored)
    assert isinstance(again, PublicEntry)
    assert (again.listed_on, again.publish_from) == (case.now.date(), case.now.date())
    assert again.publish_until is not None
    assert again.publish_until.year == case.now.year + 3
    assert isinstance(shown(case, entry_id), Tombstone)
    with reading(case.engine) as session:
        assert current_entry(session, again.entry_id).restores == entry_id  # type: ignore[union-attr]
    with pytest.raises(RuleRefused, match=r"case\.out_of_order"):
        revoke(case, repair_id, version=4)


def test_who_proposes_a_revocation_never_revokes_and_nobody_revokes_unproposed(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    with pytest.raises(RuleRefused, match=r"repair\.revocation_unproposed"):
        revoke(case, repair_id, proposed=True)
    propose_revocation(case, repair_id)
    assert repair_of(case, repair_id).state == "granted"
    assert isinstance(shown(case, entry_id), Tombstone)
    with reading(case.engine) as session:
        approver = case.work(session, "approver").actor.person_id
    with writing(case.engine) as session:
        session.connection().execute(update(Repair).values(revocation_proposed_by_person=approver))
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        revoke(case, repair_id, 3, proposed=True)
    with pytest.raises(IntegrityError), writing(case.engine) as session:
        session.connection().execute(
            update(Repair).values(revoked_by_person=approver, revoked_on=case.now.date())
        )


def test_an_entry_freed_with_its_record_is_put_back_once_and_points_to_the_one_that_ended(case: Case) -> None:
    case.rulebook = known_terms(ends_with_records=True)
    business_id = case.business()
    fact = case.violation(business_id)
    entry_id = case.lead(case.propose(business_id, fact), *BLACK)
    ended = entry_id
    case.now = datetime(2026, 12, 28, 2, tzinfo=UTC)
    for _ in range(2):
        repair_id = granted(case, fact, "violation")
        assert isinstance(shown(case, ended), Tombstone)
        case.now += timedelta(days=30)
        revoke(case, repair_id)
        (again,) = repair_of(case, repair_id).restored_entry_ids
        assert isinstance(shown(case, again), PublicEntry)
        with reading(case.engine) as session:
            assert current_entry(session, again).restores == ended  # type: ignore[union-attr]
            (step,) = [one for one in queries.steps(session, repair_id) if one.step == "revoke"]
        assert step.detail["restored"] == [again]
        ended = again
        case.now += timedelta(days=100)  # the period began anew
    assert isinstance(shown(case, entry_id), Tombstone)


def test_false_papers_show_the_record_and_its_board_entry_again_from_the_day_of_the_decision(
    case: Case,
) -> None:
    business_id = case.business()
    fact = case.violation(business_id, decided_on="2026-06-01")
    derive(case)
    case.now = datetime(2026, 12, 1, 2, tzinfo=UTC)
    repair_id = granted(case, fact, "violation")
    assert record_days(case, fact) == (date(2026, 12, 1), date(2026, 6, 1), date(2026, 12, 1))
    assert board(case) == 0
    with writing(case.engine) as session:
        lapse_due(case.work(session, "national"))
    assert derive(case) == 0
    case.now = datetime(2027, 1, 15, 2, tzinfo=UTC)
    revoke(case, repair_id)
    assert record_days(case, fact) == (None, date(2027, 1, 15), date(2028, 1, 16))
    assert derive(case) == 1
    assert board(case) == 1


@pytest.mark.parametrize("ends", [False, True])
def test_an_entry_whose_every_record_is_repaired_ends_where_its_law_says_so_and_is_due_elsewhere(
    case: Case, ends: bool
) -> None:
    case.rulebook = known_terms(ends_with_records=ends)
    business_id = case.business()
    facts = [case.violation(business_id, decision_no=f"信浉市监处罚〔2026〕{n}号") for n in (1, 2)]
    entry_id = case.lead(case.propose(business_id, *facts), *BLACK)
    case.now = datetime(2026, 12, 28, 2, tzinfo=UTC)
    granted(case, facts[0], "violation")
    assert isinstance(shown(case, entry_id), PublicEntry)
    granted(case, facts[1], "violation")
    assert isinstance(shown(case, entry_id), Tombstone if ends else PublicEntry)
    with reading(case.engine) as session:
        due = [entry.entry_id for entry in queries.freed_entries(session)]
    assert due == ([] if ends else [entry_id])
    with writing(case.engine) as session:
        assert end_freed(case.work(session, "national"), None) == 0


def test_a_new_penalty_of_the_same_kind_stands_in_the_way_whatever_was_found(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id, decided_on="2023-06-01", published_on=date(2023, 6, 1))
    again = {"decided_on": "2025-03-01", "published_on": date(2025, 3, 1)}
    case.violation(business_id, decision_no="信浉市监处罚〔2025〕3号", **again)
    case.now = datetime(2025, 6, 2, 2, tzinfo=UTC)
    applied = apply(case, fact, "violation")
    assert applied.id is not None
    with pytest.raises(RuleRefused, match=r"repair\.unmet") as refused:
        decide(case, applied.id)
    assert refused.value.params["unmet"] == ("no_same_penalty",)


def test_publication_stops_by_itself_at_the_longest_period(case: Case) -> None:
    fact = case.violation(case.business(), decided_on="2026-06-01")
    derive(case)
    until = record_days(case, fact)[2]
    assert until == date(2027, 6, 2)
    for day, left in ((date(2027, 6, 1), 1), (date(2027, 6, 2), 0)):
        case.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        assert board(case) == left


def derive(case: Case) -> int:
    """Derive the board of published penalties."""
    with writing(case.engine) as session:
        return derive_board(case.work(session, "national"), "metrology_board", "000000")


def board(case: Case) -> int:
    """Return how many entries the board shows today."""
    with reading(case.engine) as session:
        return len(public_view.entries(session, "metrology_board", case.now.date()).items)


def test_an_application_under_law_that_is_unknown_says_so_and_starts_no_period(case: Case) -> None:
    business_id = case.business()
    unclassed = case.violation(business_id, penalties=(), fine_fen=None, confiscated_fen=None)
    taken = apply(case, unclassed, "violation", papers=())
    assert [one.code for one in taken.warnings] == ["repair.law_unknown"]
    repair = repair_of(case, taken.id)
    assert (repair.state, repair.complete_on, repair.decide_by_on) == ("incomplete", None, None)
