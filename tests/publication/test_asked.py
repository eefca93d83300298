"""Nobody takes an entry off a list alone: one person asks on a ground of the rulebook, another decides."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from registry.audit.work import Grant
from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.lists import queries
from registry.lists.tables import ListEntry
from registry.publication.asked import DecideWithdrawal
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import lapse_due
from registry.repair.removals import removals
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import BLACK, Case, begun
from tests.lists.test_black import annul
from tests.publication.ending import decide_withdrawal
from tests.publication.test_withdrawal import correct, withdraw


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def entry_of(case: Case, entry_id: str) -> ListEntry:
    with reading(case.engine) as session:
        found = queries.current_entry(session, entry_id)
    assert found is not None
    return found


def test_nothing_ends_by_a_request_and_the_entry_by_its_grant(case: Case) -> None:
    entry_id = case.blacklisted()
    asked = case.ask_withdrawal(entry_id)
    assert entry_of(case, entry_id).state == "published"
    with pytest.raises(Conflict, match=r"withdrawal\.open_already"):
        case.ask_withdrawal(entry_id)
    case.decide_withdrawal(asked, granted=False)
    assert entry_of(case, entry_id).state == "published"
    case.decide_withdrawal(case.ask_withdrawal(entry_id))
    assert entry_of(case, entry_id).state == "corrected"


def test_who_asked_never_decides_whatever_the_role(case: Case) -> None:
    asked, paper = case.ask_withdrawal(case.blacklisted()), case.paper("decision")
    command = DecideWithdrawal(withdrawal_id=asked, granted=True, reasons="属实", document_id=paper)
    with writing(case.engine) as session:
        work = case.work(session, "officer")
        both = tuple(Grant(role, given.TOWN) for role in ("officer", "approver"))
        with pytest.raises(RuleRefused, match=r"case\.same_person"):
            decide_withdrawal(replace(work, actor=replace(work.actor, grants=both)), command)
    same = "UPDATE withdrawal SET decided_by_person = asked_by_person, granted = true"
    with pytest.raises(IntegrityError), writing(case.engine) as session:
        session.connection().execute(text(same))


def test_an_office_of_another_level_decides_no_withdrawal(case: Case) -> None:
    asked = case.ask_withdrawal(case.blacklisted())
    with pytest.raises(Forbidden, match=r"withdrawal\.level"):
        case.decide_withdrawal(asked, "national-approver")
    with pytest.raises(Forbidden, match=r"grant\.missing"):
        case.decide_withdrawal(asked, "colleague")


@pytest.mark.parametrize(
    ("rule", "kind", "code"),
    [
        ("第三十条", "statement", r"entry\.rule"),
        ("conditions_lost", "evidence", r"entry\.rule"),
        ("listing_annulled", "statement", r"case\.document_kind"),
        ("wrong_facts", "publicity", r"case\.document_kind"),
    ],
)
def test_a_request_rests_on_a_ground_of_the_list_and_its_kind_of_paper(
    case: Case, rule: str, kind: str, code: str
) -> None:
    entry_id = case.blacklisted()
    with pytest.raises(RuleRefused, match=code):
        case.ask_withdrawal(entry_id, rule, kind=kind)


def test_a_withdrawal_is_decided_by_a_decision_of_the_place(case: Case) -> None:
    asked = case.ask_withdrawal(case.blacklisted())
    with pytest.raises(RuleRefused, match=r"case\.document_kind"):
        case.decide_withdrawal(asked, kind="review")
    elsewhere = case.paper("decision", account="national", region="370102")
    command = DecideWithdrawal(withdrawal_id=asked, granted=True, reasons="属实", document_id=elsewhere)
    with pytest.raises(RuleRefused, match=r"case\.document_region"), writing(case.engine) as session:
        decide_withdrawal(case.work(session, "approver"), command)


def test_a_listing_annulled_by_a_court_ends_as_annulled(case: Case) -> None:
    entry_id = case.blacklisted()
    case.decide_withdrawal(case.ask_withdrawal(entry_id, "listing_annulled", kind="decision"))
    ended = entry_of(case, entry_id)
    assert (ended.state, ended.withdrawn_rule) == ("annulled", "listing_annulled")


def test_a_request_is_closed_when_the_entry_ends_otherwise(case: Case) -> None:
    entry_id = case.blacklisted()
    asked = case.ask_withdrawal(entry_id)
    until = entry_of(case, entry_id).publish_until
    assert until is not None
    case.now += until - case.now.date()
    with writing(case.engine) as session:
        lapse_due(case.work(session, "national"))
    with reading(case.engine) as session:
        request = session.get_one(Withdrawal, asked)
    assert (request.closed_on, request.granted) == (case.now.date(), None)
    with pytest.raises(Conflict, match=r"withdrawal\.closed"):
        case.decide_withdrawal(asked)


def test_a_request_that_nobody_decides_shows_as_due_and_overdue(case: Case) -> None:
    entry_id = case.blacklisted()
    case.ask_withdrawal(entry_id)
    for days, overdue in ((5, False), (1, True)):
        case.now += timedelta(days=days)
        with reading(case.engine) as session:
            (due,) = removals(case.work(session, "officer"), ("4115",))
        assert (due.because, due.entry.entry_id, due.due_on) == ("asked", entry_id, date(2026, 12, 15))
        assert due.overdue(case.now.date()) is overdue


def two_facts(case: Case) -> tuple[str, str, str]:
    """List a business on two violations and return the entry with both."""
    business_id = case.business()
    facts = [
        case.violation(business_id, decision_no=f"信浉市监处罚〔2026〕{number}号") for number in (12, 13)
    ]
    return case.lead(case.propose(business_id, *facts), *BLACK), *facts


def test_one_person_withdraws_only_on_facts_that_have_fallen_each_named(case: Case) -> None:
    entry_id, one, other = two_facts(case)
    with pytest.raises(RuleRefused, match=r"entry\.ask_first"):
        withdraw(case, entry_id)
    with pytest.raises(NotFound, match=r"entry\.not_its_fact"):
        withdraw(case, entry_id, facts=("another",))
    with pytest.raises(RuleRefused, match=r"entry\.fact_stands"):
        withdraw(case, entry_id, facts=(one,))
    annul(case, one)
    with pytest.raises(RuleRefused, match=rf"entry\.still_carried.*{other}"):
        withdraw(case, entry_id, facts=(one,))
    with pytest.raises(RuleRefused, match=r"entry\.rule_ending"):
        withdraw(case, entry_id, facts=(one,), rule="listing_annulled")
    correct(case, other, business_id=case.business("浉河区王记肉铺"))
    paper = case.paper("decision", account="national", region="370102")
    with pytest.raises(RuleRefused, match=r"case\.document_region"):
        withdraw(case, entry_id, facts=(one,), document_id=paper)
    withdraw(case, entry_id, facts=(one, other))
    assert entry_of(case, entry_id).state == "corrected"


def test_what_ends_by_itself_takes_no_rule_from_anybody(case: Case) -> None:
    entry_id = case.blacklisted()
    with pytest.raises(RuleRefused, match=r"entry\.by_itself"):
        withdraw(case, entry_id, ground="expired", rule="publish_until", account="officer")
