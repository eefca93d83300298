"""Builders: a registry with people in it, and facts with only what a test cares about named."""

import functools
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.audit.work import Actor, Work
from registry.businesses import commands as businesses
from registry.businesses.commands import RegisterBusiness
from registry.businesses.persons import is_natural_person
from registry.demonstration.commands import Designate, designate_unit
from registry.documents.commands import FileDocument, Kind, file_document
from registry.documents.kinds import FORMS
from registry.documents.papers import issued
from registry.documents.tables import Document, Paper
from registry.founding import Found, found
from registry.identifiers import new_id
from registry.instruments.commands import register_instrument
from registry.instruments.forms import RecordVerification, RegisterInstrument
from registry.instruments.verifying import record_verification
from registry.lists.queries import current_entry
from registry.mergers import commands as mergers
from registry.mergers.commands import DecideMerger, MergeBusinesses
from registry.offices import commands as offices
from registry.offices.commands import AddOffice
from registry.pledges.commands import FilePledge, file_pledge
from registry.publication.asked import REFUSAL, REFUSE, number_of
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import PAPERS
from registry.rulebook import Rulebook, load_rulebook
from registry.store.bulk import insert_rows
from registry.store.engine import writing
from registry.violations.commands import RecordViolation, record_violation

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, ten in the morning in Shanghai
TODAY = date(2026, 11, 20)
TOWN = "411502"  # 河南省信阳市浉河区


@functools.cache
def rulebook() -> Rulebook:
    """Return the package's rulebook, read once."""
    return load_rulebook()


def registry(engine: Engine, now: datetime = NOW) -> None:
    """Found a registry: nation, city and town offices, and one account for each role in the town."""
    with writing(engine) as session:
        found(
            session,
            Found(
                office_code="SAMR",
                office_name="示范总局",
                region="000000",
                level="nation",
                administrator="admin",
                administrator_name="管理员",
            ),
            now,
            rulebook(),
        )
    with writing(engine) as session:
        admin = work(session, "admin", now)
        for code, name, mark, region, level, superior in (
            ("AMR-41", "河南省市场监督管理局", "豫市监", "410000", "province", "SAMR"),
            ("AMR-4115", "信阳市市场监督管理局", "信市监", "411500", "city", "AMR-41"),
            ("AMR-411502", "信阳市浉河区市场监督管理局", "信浉市监", "411502", "county", "AMR-4115"),
        ):
            offices.add_office(
                admin,
                AddOffice(
                    code=code,
                    name=name,
                    mark=mark,
                    region=region,
                    level=level,
                    superior_code=superior,
                    held_from_on=date(2019, 1, 1),
                ),
            )
        for name, office, role, region in (
            ("officer", "AMR-411502", "officer", "411502"),
            ("colleague", "AMR-411502", "officer", "411502"),
            ("approver", "AMR-411502", "approver", "411502"),
            ("superior", "AMR-4115", "approver", "411500"),
            ("national", "SAMR", "officer", "000000"),
            ("national-approver", "SAMR", "approver", "000000"),
            ("auditor", "SAMR", "auditor", "000000"),
        ):
            accounts.add_account(
                admin,
                AddAccount(
                    name=name,
                    person_name=name,
                    office_code=office,
                    grants=(GrantRole(role=role, region=region),),
                ),
            )


def actor(session: Session, account: str) -> Actor:
    """Return the actor of an account of `registry`."""
    return accounts.actor_by_account(session, account)


def work(session: Session, account: str = "national", now: datetime = NOW) -> Work:
    """Return work by an account; `national` records facts anywhere."""
    return Work(session, actor(session, account), now, rulebook())


def paper_issued(by: Work, case_id: str, step: str, kind: str, seq: int = 0) -> None:
    """Write down that the paper of a step was issued today, unless a valid one was; its file is left out."""
    if issued(by.session, case_id, kind, step, seq) is not None:
        return
    document_id = document_row(
        by.session, by.now, kind=FORMS[kind].filed_as, title=kind, media_type="application/pdf"
    )
    paper = {
        "document_id": document_id,
        "number": document_id,
        "kind": kind,
        "office_code": by.actor.office_code,
        "series": document_id,
        "year": by.today.year,
        "serial": 1,
        "case_id": case_id,
        "step": step,
        "seq": seq,
        "issued_on": by.today,
        "sha256": "0" * 64,
        "code": document_id,
    }
    insert_rows(by.session, Paper, [paper])


def document_row(session: Session, now: datetime, **more: Any) -> str:
    """Write the row of a document whose bytes are no concern of the test, and return its identifier."""
    row = {
        "id": new_id(),
        "digest": "0" * 64,
        "size": 1,
        "media_type": "text/plain",
        "access": "parties",
        "region": TOWN,
        "recorded_by": "officer",
        "recorded_at": now,
        **more,
    }
    insert_rows(session, Document, [row])
    return str(row["id"])


def entry_paper(by: Work, entry_id: str, act: str) -> None:
    """Write down that the paper of an act on an entry was issued with it, unless it has ended."""
    entry = current_entry(by.session, entry_id)
    if entry is not None and entry.withdrawn_on is None:
        paper_issued(by, entry_id, act, PAPERS[act], entry.version + 1)


def withdrawal_paper(by: Work, withdrawal_id: str, *, granted: bool) -> None:
    """Write down that the paper of a decided withdrawal was issued with it."""
    request = by.session.get(Withdrawal, withdrawal_id)
    if request is not None and granted:
        entry_paper(by, request.entry_id, "withdraw")
    elif request is not None and request.closed_on is None:
        number = number_of(by.session, request.entry_id)
        paper_issued(by, request.entry_id, REFUSE, REFUSAL, number)


def business(by: Work, name: str = "浉河区李记水产店", **more: Any) -> str:
    """Register a business and return its identifier; a person without a code holds a stall."""
    stated = {"name": name, "region": TOWN, "kind": "enterprise", **more}
    if is_natural_person(stated["kind"], name, None) and not {"uscc", "stall"} & set(more):
        stated |= {"market": "浉河区集贸市场", "stall": name}
    command = RegisterBusiness(**stated)
    outcome = businesses.register_business(by, command)
    assert outcome.id is not None
    return outcome.id


def pledge(by: Work, business_id: str, **more: Any) -> str:
    """File a pledge and return its identifier."""
    stated = {"matter": "retail_weighing", "pledged_on": "2026-03-15", **more}
    outcome = file_pledge(by, FilePledge(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id


def designation(by: Work, business_id: str, **more: Any) -> str:
    """Designate a demonstration unit and return the designation's identifier."""
    stated = {
        "level": "city",
        "title": "诚信计量示范单位",
        "authority": "信阳市市场监督管理局",
        "designated_on": "2025-12-01",
        **more,
    }
    outcome = designate_unit(by, Designate(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id


def instrument(by: Work, business_id: str, **more: Any) -> str:
    """Register a price-computing scale and return its identifier."""
    stated = {
        "kind": "price_computing_scale",
        "maker": "示例衡器有限公司",
        "model": "ACS-30",
        "serial_no": "20260001",
        "capacity": "30 kg",
        **more,
    }
    outcome = register_instrument(by, RegisterInstrument(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id


def stated_verification(instrument_id: str, **more: Any) -> RecordVerification:
    """Return the statement of a verification that the instrument passed."""
    stated = {
        "certificate_no": "浉衡字第20260001号",
        "body": "信阳市质量技术监督检验测试中心",
        "result": "qualified",
        "verified_on": date(2026, 3, 15),
        **more,
    }
    return RecordVerification(instrument_id=instrument_id, **stated)


def verification(by: Work, instrument_id: str, **more: Any) -> str:
    """Record a verification that the instrument passed, and return its identifier."""
    outcome = record_verification(by, stated_verification(instrument_id, **more))
    assert outcome.id is not None
    return outcome.id


def stated_violation(business_id: str, **more: Any) -> RecordViolation:
    """Return the statement of a violation that scores and may be shown."""
    stated = {
        "decision_no": "信浉市监处罚〔2026〕12号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": TOWN,
        "decided_on": "2026-06-01",
        "procedure": "ordinary",
        "penalties": ("larger_fine", "confiscation"),
        "fine_fen": 150_000,
        "conduct_code": "cheating_instrument_used",
        **more,
    }
    return RecordViolation(business_id=business_id, **stated)


def violation(by: Work, business_id: str, **more: Any) -> str:
    """Record a violation that scores and may be shown, and return its identifier."""
    outcome = record_violation(by, stated_violation(business_id, **more))
    assert outcome.id is not None
    return outcome.id


def paper(by: Work, folder: Path, kind: Kind = "evidence") -> str:
    """File a document and return its identifier."""
    filing = FileDocument(kind=kind, title=kind, region=TOWN, content=kind.encode())
    return file_document(by, folder, filing)


def merger(
    engine: Engine, folder: Path, former_id: str, survivor_id: str, now: datetime = NOW, **more: Any
) -> str:
    """Merge two records by two persons and return the merger's identifier."""
    with writing(engine) as session:
        by = work(session, "national", now)
        stated = {
            "kind": "duplicate",
            "reason": "同一经营者重复登记",
            "document_id": paper(by, folder),
            **more,
        }
        command = MergeBusinesses(former_id=former_id, survivor_id=survivor_id, **stated)
        proposed = mergers.merge_businesses(by, command).id
    assert proposed is not None
    return decided(engine, proposed, now)


def decided(engine: Engine, merger_id: str, now: datetime = NOW, account: str = "national-approver") -> str:
    """Approve a proposed merger, succession or separation by another person."""
    with writing(engine) as session:
        command = DecideMerger(merger_id=merger_id, decision="approved")
        mergers.decide_merger(work(session, account, now), command)
    return merger_id
