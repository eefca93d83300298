"""Measures: those of the law that founds the list, while the entry stands, and no other."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.errors import Conflict, Forbidden, RuleRefused
from registry.lists.board import derive_board
from registry.lists.queries import current_entry
from registry.measures import commands, queries
from registry.measures.commands import ApplyMeasure, AssignScope, LiftMeasure
from registry.offices import commands as offices
from registry.offices.commands import AddOffice
from registry.publication import public_view
from registry.publication.praise import SuspendEntry
from registry.rulebook import ListRegime
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.publication.ending import suspend_entry
from tests.repair.leading import granted, known_terms


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    case = begun(engine, data_dir)
    case.rulebook = known_terms()
    licensing(engine)
    return case


def licensing(engine: Engine) -> None:
    """Found the licensing department of the town, with an account, answering for licensing."""
    with writing(engine) as session:
        admin = given.work(session, "admin")
        offices.add_office(
            admin,
            AddOffice(
                code="LIC-411502",
                name="浉河区行政审批局",
                region="411502",
                level="county",
                superior_code="AMR-4115",
                held_from_on=date(2019, 1, 1),
            ),
        )
        grants = (GrantRole(role="partner", region="411502"),)
        accounts.add_account(
            admin,
            AddAccount(name="clerk", person_name="clerk", office_code="LIC-411502", grants=grants),
        )
        commands.assign_scope(admin, AssignScope(office_code="LIC-411502", scope="licensing"))


def put(case: Case, entry_id: str, measure: str = "licensing_scrutiny", account: str = "clerk") -> str:
    """Apply a measure and return the application."""
    with writing(case.engine) as session:
        command = ApplyMeasure(entry_id=entry_id, measure=measure)
        outcome = commands.apply_measure(case.work(session, account), command)
    assert outcome.id is not None
    return outcome.id


def effective(case: Case, entry_id: str, on: date | None = None, scope: str | None = None) -> list[str]:
    """Return the codes of what is in effect for the business of an entry on a day."""
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        law = case.rulebook or given.rulebook()
        found = queries.in_effect(session, law, entry.business_id, on or case.now.date(), scope)
    return [one.measure for one in found]


def endings(case: Case) -> list[str]:
    """Return the applications that are to be lifted today."""
    with reading(case.engine) as session:
        return [one.id for one in queries.to_be_lifted(session, ("41",), case.now.date())]


def test_measures_begin_and_end_with_the_entry_on_every_day_that_is_asked(case: Case) -> None:
    entry_id = case.blacklisted()
    listed = case.now.date()
    assert effective(case, entry_id) == ["licensing_scrutiny", "more_inspections", "no_honours"]
    assert effective(case, entry_id, scope="honours") == ["no_honours"]
    assert effective(case, entry_id, listed - timedelta(days=1)) == []
    case.now += timedelta(days=366)
    granted(case, entry_id)
    assert effective(case, entry_id) == []
    assert effective(case, entry_id, listed) != []
    assert effective(case, entry_id, case.now.date() - timedelta(days=1)) != []


def test_a_suspended_red_entry_attaches_nothing_while_it_is_suspended(case: Case) -> None:
    entry_id = case.redlisted()
    listed = case.now.date()
    assert len(effective(case, entry_id)) == 3
    case.now += timedelta(days=10)
    paper = case.paper("decision")
    with writing(case.engine) as session:
        stated = SuspendEntry(entry_id=entry_id, expected_version=1, document_id=paper)
        suspend_entry(case.work(session, "approver"), stated)
    assert effective(case, entry_id) == []
    assert len(effective(case, entry_id, listed)) == 3


def test_nothing_outside_the_law_of_the_list_can_be_applied(case: Case) -> None:
    entry_id = case.blacklisted()
    for measure in ("licensing_convenience", "fined_again"):
        with pytest.raises(RuleRefused, match=r"measure\.not_attached"):
            put(case, entry_id, measure)
    law = next(row for row in given.rulebook().rows(ListRegime) if row.code == "henan_black")
    case.rulebook = given.rulebook().with_rows([law.model_copy(update={"measures": ()})])
    with pytest.raises(RuleRefused, match=r"measure\.not_attached"):
        put(case, entry_id)
    assert effective(case, entry_id) == []


def test_a_board_attaches_nothing(case: Case) -> None:
    case.violation(case.business())
    with writing(case.engine) as session:
        derive_board(case.work(session, "national"), "metrology_board", "000000")
        (shown,) = public_view.entries(session, "metrology_board", case.now.date()).items
    with pytest.raises(RuleRefused, match=r"measure\.no_basis"):
        put(case, shown.entry_id)


def test_an_office_applies_only_what_is_its_task_and_once(case: Case) -> None:
    entry_id = case.blacklisted()
    with pytest.raises(Forbidden, match=r"measure\.scope"):
        put(case, entry_id, "more_inspections")
    with pytest.raises(Forbidden, match=r"measure\.scope"):
        put(case, entry_id, account="officer")
    with pytest.raises(Forbidden):
        put(case, entry_id, account="auditor")
    put(case, entry_id)
    with pytest.raises(Conflict, match=r"measure\.applied_already"):
        put(case, entry_id)


def test_an_ended_entry_admits_no_measure_and_what_was_applied_is_to_be_lifted(case: Case) -> None:
    entry_id = case.blacklisted()
    applied = put(case, entry_id)
    assert endings(case) == []
    case.now += timedelta(days=366)
    granted(case, entry_id)
    assert endings(case) == [applied]
    with pytest.raises(RuleRefused, match=r"measure\.entry_over"):
        put(case, entry_id)
    with writing(case.engine) as session:
        lifting = LiftMeasure(application_id=applied, expected_version=1)
        commands.lift_measure(case.work(session, "clerk"), lifting)
    assert endings(case) == []
    with pytest.raises(Conflict, match=r"measure\.lifted"), writing(case.engine) as session:
        again = LiftMeasure(application_id=applied, expected_version=2)
        commands.lift_measure(case.work(session, "clerk"), again)


def test_what_is_past_its_term_is_to_be_lifted_though_no_job_has_run(case: Case) -> None:
    entry_id = case.blacklisted()
    applied = put(case, entry_id)
    with reading(case.engine) as session:
        until = current_entry(session, entry_id).publish_until  # type: ignore[union-attr]
    assert until is not None
    case.now += until - case.now.date() - timedelta(days=1)
    assert endings(case) == []
    case.now += timedelta(days=1)
    assert endings(case) == [applied]
