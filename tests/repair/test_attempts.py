"""Attempts to get a repair or an objection past the law, each refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.audit.work import Grant
from registry.errors import Conflict, RuleRefused
from registry.lists import queries
from registry.publication.answers import Tombstone
from registry.publication.praise import RenewEntry
from registry.repair import commands
from registry.repair import queries as repairs
from registry.repair.forms import RevokeRepair, SupplementRepair
from registry.store.engine import reading, writing
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import BLACK, Case, begun
from tests.lists.test_regimes import pointed
from tests.publication.ending import renew_entry
from tests.repair.leading import (
    KINDS,
    answer,
    apply,
    decide,
    granted,
    known_terms,
    object_to,
    objection_of,
    propose_revocation,
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


def test_one_document_is_not_every_paper_of_an_application(case: Case) -> None:
    entry_id = case.blacklisted()
    one = case.paper("other")
    papers = {paper: case.paper(kind) for paper, kind in KINDS.items()}
    with pytest.raises(RuleRefused, match=r"case\.document_twice"):
        apply(case, entry_id, papers=papers | {"application": one, "performance": one})


def test_papers_of_another_application_prove_nothing(case: Case) -> None:
    first = case.blacklisted()
    second = case.blacklisted("浉河区王记水产店", "信浉市监处罚〔2026〕13号")
    used = apply(case, first)
    with pytest.raises(RuleRefused, match=r"case\.document_used"):
        apply(case, second, papers=repair_of(case, used.id).papers)


def test_papers_of_another_region_prove_nothing(case: Case) -> None:
    entry_id = case.blacklisted()
    papers = {paper: case.paper(kind) for paper, kind in KINDS.items()}
    away = case.paper("evidence", account="national", region="370100")
    with pytest.raises(RuleRefused, match=r"case\.document_region"):
        apply(case, entry_id, papers=papers | {"performance": away})


def test_a_decision_to_list_decides_no_repair(case: Case) -> None:
    decision = case.paper("decision")
    business_id = case.business()
    opened = case.propose(business_id, case.violation(business_id))
    case.lead(opened, *BLACK[:4])
    case.step(opened, "decide", 5, document_id=decision)
    entry_id = case.lead_on(opened, *BLACK[5:], version=6)
    case.now += A_YEAR
    applied = apply(case, entry_id)
    with pytest.raises(RuleRefused, match=r"case\.document_used"):
        decide(case, str(applied.id), document_id=decision)


def test_who_is_pointed_to_on_the_national_list_is_listed(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    case.step(pointed(case, fact, business_id), "confirm", 1)
    with reading(case.engine) as session:
        found = repairs.subject(session, "violation", fact, lock=False)
        assert found is not None
        assert "not_listed" in repairs.speaking_against(session, business_id, None, found)


def test_who_took_in_a_missing_paper_never_decides(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    applied = apply(case, entry_id, papers=("application", "pledge", "performance"))
    paper = case.paper("evidence")
    with writing(case.engine) as session:
        by = case.work(session, "officer")
        person = case.work(session, "superior").actor
        grants = (Grant("officer", given.TOWN), Grant("approver", given.TOWN))
        by = replace(by, actor=replace(person, grants=grants))
        command = SupplementRepair(repair_id=applied.id, expected_version=1, papers={"identity": paper})
        commands.supplement_repair(by, command)
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        decide(case, str(applied.id), account="superior", expected_version=2)
    decide(case, str(applied.id), expected_version=2)


def test_who_took_an_application_in_never_revokes_its_grant(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    propose_revocation(case, repair_id, 2, account="colleague")
    paper = case.paper("decision")
    with writing(case.engine) as session:
        by = case.work(session, "officer")
        by = replace(by, actor=replace(by.actor, grants=(Grant("approver", given.TOWN),)))
        command = RevokeRepair(repair_id=repair_id, expected_version=3, reasons="假", document_id=paper)
        with pytest.raises(RuleRefused, match=r"case\.same_person"):
            commands.revoke_repair(by, command)


def test_a_business_never_stands_twice_on_one_list(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    fact = case.violation(business_id, decision_no="信浉市监处罚〔2027〕3号", decided_on="2027-10-01")
    opened = case.propose(business_id, fact)
    case.lead(opened, *BLACK[:6])
    revoke(case, repair_id)
    with pytest.raises(Conflict, match=r"listing\.listed_already"):
        case.step(opened, "publish", 7)


def test_a_revocation_stands_and_puts_no_natural_person_on_a_list(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    case.move(business_id, name="李大年", kind="natural_person", market="浉河区集贸市场", stall="3")
    revoke(case, repair_id)
    revoked = repair_of(case, repair_id)
    assert (revoked.state, revoked.restored_entry_ids) == ("revoked", [])
    assert isinstance(shown(case, entry_id), Tombstone)
    with reading(case.engine) as session:
        assert queries.standing_entry(session, "henan_black", business_id, case.now.date()) is None


def test_a_record_is_back_though_its_list_may_not_show_its_party_any_more(case: Case) -> None:
    case.rulebook = known_terms(ends_with_records=True)
    business_id = case.business()
    fact = case.violation(business_id)
    entry_id = case.lead(case.propose(business_id, fact), *BLACK)
    case.now = datetime(2026, 12, 28, 2, tzinfo=UTC)
    repair_id = granted(case, fact, "violation")
    assert isinstance(shown(case, entry_id), Tombstone)
    case.move(business_id, name="李大年", kind="natural_person", market="浉河区集贸市场", stall="3")
    revoke(case, repair_id)
    with reading(case.engine) as session:
        found = violation(session, fact)
    assert found is not None
    assert found[0].repaired_on is None
    assert repair_of(case, repair_id).restored_entry_ids == []
    assert isinstance(shown(case, entry_id), Tombstone)


def test_a_revocation_reaches_the_record_that_carries_the_business_on(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += A_YEAR
    repair_id = granted(case, entry_id)
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    survivor = case.business("浉河区李记水产行")
    given.merger(case.engine, case.folder, business_id, survivor, case.now)
    revoke(case, repair_id)
    restored = repair_of(case, repair_id).restored_entry_ids[0]
    with reading(case.engine) as session:
        again = queries.current_entry(session, str(restored))
    assert again is not None
    assert again.business_id == survivor


def test_who_consented_or_reviewed_never_decides_the_objection(case: Case) -> None:
    filed = object_to(case, case.blacklisted())
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        answer(case, str(filed.id), account="superior")


def test_who_renewed_an_entry_never_decides_the_objection_to_it(case: Case) -> None:
    entry_id = case.redlisted()
    with writing(case.engine) as session:
        paper = case.paper("decision")
    with writing(case.engine) as session:
        command = RenewEntry(entry_id=entry_id, expected_version=1, document_id=paper)
        renew_entry(case.work(session, "superior"), command)
    filed = object_to(case, entry_id)
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        answer(case, str(filed.id), account="superior")


def test_a_right_objection_is_upheld_though_the_entry_ended_meanwhile(case: Case) -> None:
    entry_id = case.blacklisted()
    first, second = object_to(case, entry_id), object_to(case, entry_id)
    answer(case, str(first.id), account="national-approver", upheld=True, rule="wrong_facts")
    answer(case, str(second.id), account="national-approver", upheld=True)
    assert objection_of(case, second.id).state == "upheld"
    assert objection_of(case, second.id).closed_on == case.now.date()
    assert isinstance(shown(case, entry_id), Tombstone)
