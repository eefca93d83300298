"""What becomes of an entry has its paper: issued in the same act, or neither comes about."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.commands import Outcome
from registry.documents import papers as issuing
from registry.documents.tables import Document, Paper
from registry.errors import Conflict, Forbidden, Malformed, RuleRefused
from registry.lists.queries import current_entry
from registry.publication import papers, praise, removal, withdrawal
from registry.publication.asked import DecideWithdrawal, decide_withdrawal
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.removal import RecordRemoval
from registry.publication.suspension import suspend_blemished
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import WithdrawEntry
from registry.settings import read_settings
from registry.store.engine import reading, writing
from tests.lists.cases import Case, begun
from tests.publication.test_removal import REMOVAL
from tests.publication.test_removal import shown as pointed

ACTS: dict[str, tuple[Any, type[Any]]] = {
    "withdraw": (papers.withdraw_entry, WithdrawEntry),
    "suspend": (papers.suspend_entry, SuspendEntry),
    "renew": (papers.renew_entry, RenewEntry),
    "remove": (papers.record_removal, RecordRemoval),
}


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def act(case: Case, name: str, entry_id: str, account: str = "approver", **more: Any) -> Outcome:
    verb, command = ACTS[name]
    stated = {"entry_id": entry_id, "expected_version": version(case, entry_id), **more}
    with writing(case.engine) as session:
        done = verb(
            case.work(session, account), read_settings(data_dir=case.folder), command.model_validate(stated)
        )
        assert isinstance(done, Outcome)
        return done


def granted(case: Case, entry_id: str, rule: str, account: str = "approver") -> Outcome:
    """Let an officer ask for a withdrawal and another person grant it with its own paper."""
    asked = case.ask_withdrawal(entry_id, rule, kind="evidence")
    command = DecideWithdrawal(withdrawal_id=asked, granted=True, reasons="主体登记有误")
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        return papers.decide_withdrawal(case.work(session, account), settings, command)


def version(case: Case, entry_id: str) -> int:
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        return entry.version


def issued(case: Case, entry_id: str) -> list[tuple[str, str]]:
    with reading(case.engine) as session:
        return sorted((paper.kind, paper.number) for paper in issuing.of_case(session, entry_id))


def state(case: Case, entry_id: str) -> str:
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        return entry.state


def test_a_correction_a_suspension_and_a_renewal_are_each_issued_with_their_paper(case: Case) -> None:
    black, red = case.blacklisted(), case.redlisted()
    done = granted(case, black, "wrong_party")
    act(case, "suspend", red, reasons="正在核查投诉")
    act(case, "renew", red)
    granted(case, red, "conditions_lost")
    assert issued(case, black) == [("removal", "信浉市监信移〔2026〕1号")]
    assert issued(case, red) == [
        ("removal", "信浉市监信移〔2026〕2号"),
        ("renewal", "信浉市监信续〔2026〕1号"),
        ("suspension", "信浉市监信中〔2026〕1号"),
    ]
    assert (done.id, done.paper and done.paper.number) == (black, "信浉市监信移〔2026〕1号")
    with reading(case.engine) as session:
        paper = session.exec(select(Paper).where(Paper.case_id == black)).one()
        assert session.get_one(Document, paper.document_id).kind == "decision"
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "entry.withdrawn")).first()
        assert entry is not None
        assert entry.detail["document"] == paper.document_id


def test_a_pointer_is_taken_down_with_a_paper_that_names_the_authority_as_the_one_that_removed(
    case: Case,
) -> None:
    entry_id = pointed(case)
    act(case, "remove", entry_id, removal=REMOVAL, document_id=case.paper("decision"))
    assert issued(case, entry_id) == [("pointer_removal", "信浉市监信撤〔2026〕1号")]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("withdraw", {"ground": "corrected", "rule": "facts_fallen", "facts": ["x"]}),
        ("suspend", {}),
        ("renew", {}),
        ("remove", {"removal": REMOVAL}),
    ],
)
def test_nothing_becomes_of_an_entry_without_the_paper_of_the_act(
    case: Case, name: str, more: dict[str, Any]
) -> None:
    verbs: dict[str, Any] = {
        "withdraw": withdrawal.withdraw_entry,
        "suspend": praise.suspend_entry,
        "renew": praise.renew_entry,
        "remove": removal.record_removal,
    }
    entry_id = pointed(case) if name == "remove" else case.redlisted()
    stated = {"entry_id": entry_id, "expected_version": 1, "document_id": case.paper("decision"), **more}
    with pytest.raises(RuleRefused) as refused, writing(case.engine) as session:
        verbs[name](case.work(session, "approver"), ACTS[name][1].model_validate(stated))
    assert refused.value.code == "step.paper_missing"


def test_an_act_that_is_refused_leaves_no_paper_and_no_gap(case: Case) -> None:
    black, red = case.blacklisted(), case.redlisted()
    with pytest.raises(RuleRefused, match=r"entry\.ask_first"):
        act(case, "withdraw", black, ground="corrected", rule="wrong_party")
    with pytest.raises(Forbidden, match=r"withdrawal\.level"):
        granted(case, black, "wrong_party", account="national-approver")
    with pytest.raises(Forbidden):
        act(case, "withdraw", black, account="officer", ground="corrected", rule="wrong_party")
    with pytest.raises(RuleRefused, match=r"pointer\.none"):
        act(case, "remove", black, removal=REMOVAL, document_id=case.paper("decision"))
    with pytest.raises(Malformed) as refused:
        act(case, "suspend", red)
    assert (refused.value.code, refused.value.field) == ("paper.field_missing", "reasons")
    assert issued(case, black) == issued(case, red) == []
    granted(case, red, "conditions_lost")
    assert issued(case, red) == [("removal", "信浉市监信移〔2026〕1号")]
    with pytest.raises(Conflict, match=r"entry\.ended"):
        act(case, "withdraw", red, ground="cancelled", rule="conditions_lost")


def refused(case: Case, entry_id: str, account: str = "approver") -> str:
    """Let an officer ask for a withdrawal and another person refuse it; return the request."""
    asked = case.ask_withdrawal(entry_id, "wrong_party", kind="evidence")
    command = DecideWithdrawal(withdrawal_id=asked, granted=False, reasons="所列主体与处罚决定一致")
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        papers.decide_withdrawal(case.work(session, account), settings, command)
    return asked


def test_each_refusal_to_withdraw_is_issued_with_its_reasons_and_leaves_the_entry(case: Case) -> None:
    black = case.blacklisted()
    before = version(case, black)
    requests = [refused(case, black), refused(case, black)]
    assert (state(case, black), version(case, black)) == ("published", before)
    assert issued(case, black) == [
        ("removal_refusal", "信浉市监信不移〔2026〕1号"),
        ("removal_refusal", "信浉市监信不移〔2026〕2号"),
    ]
    with reading(case.engine) as session:
        rows = [session.get_one(Withdrawal, one) for one in requests]
        rested = [session.get_one(Document, str(row.decision_document_id)) for row in rows]
    assert [(one.kind, one.number) for one in rested] == [
        ("decision", "信浉市监信不移〔2026〕1号"),
        ("decision", "信浉市监信不移〔2026〕2号"),
    ]


def test_a_withdrawal_is_refused_by_no_act_without_its_paper(case: Case) -> None:
    black = case.blacklisted()
    asked = case.ask_withdrawal(black)
    command = DecideWithdrawal(withdrawal_id=asked, granted=False, reasons="所列属实")
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"), writing(case.engine) as session:
        decide_withdrawal(case.work(session, "approver"), command)
    with pytest.raises(Forbidden, match=r"withdrawal\.level"), writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        papers.decide_withdrawal(case.work(session, "national-approver"), settings, command)
    assert (state(case, black), issued(case, black)) == ("published", [])


def test_what_runs_out_by_itself_has_no_paper(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        assert entry.publish_until is not None
        case.now += entry.publish_until - case.now.date() + timedelta(days=1)
    act(case, "withdraw", entry_id, account="officer", ground="expired")
    assert (state(case, entry_id), issued(case, entry_id)) == ("expired", [])


def blemished(case: Case, name: str = "浉河区诚信粮油店") -> str:
    entry_id = case.redlisted(name)
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
    case.violation(entry.business_id, decided_on="2026-12-08")
    return entry_id


def suspend_by_job(case: Case) -> None:
    with writing(case.engine) as session:
        assert suspend_blemished(case.work(session, "national"), read_settings(data_dir=case.folder)) == 1


def test_who_is_suspended_by_a_job_is_told_by_the_office_that_listed(case: Case) -> None:
    entry_id = blemished(case)
    suspend_by_job(case)
    assert issued(case, entry_id) == [("suspension", "信浉市监信中〔2026〕1号")]
    with reading(case.engine) as session:
        paper = session.exec(select(Paper).where(Paper.case_id == entry_id)).one()
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "entry.suspended")).one()
        assert told.detail["document"] == paper.document_id
        assert (told.office_code, paper.office_code) == ("SAMR", "AMR-411502")


def test_praise_stops_though_its_paper_cannot_be_printed(case: Case) -> None:
    entry_id = blemished(case, "浉河区\U0002ceff粮油店")
    suspend_by_job(case)
    assert (state(case, entry_id), issued(case, entry_id)) == ("suspended", [])
    with reading(case.engine) as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "entry.suspended")).one()
        assert (told.detail["document"], told.detail["paper_refused"]) == (None, "paper.unprintable")
