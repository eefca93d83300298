"""What the public may follow of entries, and what an entry that ended leaves behind."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from registry.audit.tables import AuditEntry
from registry.lists.board import derive_board
from registry.lists.tables import ListEntry, Proposal, ProposalStep
from registry.log.tables import LogLeaf, LogSalt, PublicEvent
from registry.publication.editions import prepare_edition
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun

ORDER_45 = "市场监督管理行政处罚信息公示规定（国家市场监督管理总局令第45号）"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def withdraw(case: Case, entry_id: str) -> None:
    case.withdrawn(entry_id)


def events(session: Session) -> list[PublicEvent]:
    return list(session.exec(select(PublicEvent).order_by(col(PublicEvent.seq))).all())


def proposal_of(session: Session, entry_id: str) -> str:
    found = session.exec(select(ListEntry.proposal_id).where(ListEntry.entry_id == entry_id)).first()
    assert found is not None
    return found


def test_an_entry_and_an_edition_are_told_by_identifiers_and_numbered_as_their_leaves(case: Case) -> None:
    entry_id = case.blacklisted()
    with writing(case.engine) as session:
        prepare_edition(case.work(session, "officer"), "henan_black", given.TOWN)
    with reading(case.engine) as session:
        published, prepared = events(session)
        leaf = session.get_one(LogLeaf, published.seq)
        business_id = session.exec(select(ListEntry.business_id)).first()
        text = json.dumps([one.model_dump(mode="json") for one in (published, prepared)], ensure_ascii=False)
    assert (published.act, published.on) == (leaf.act, leaf.on) == ("proposal.published", case.now.date())
    assert (published.entry_id, published.business_id) == (entry_id, business_id)
    assert (published.regime, published.region) == ("henan_black", given.TOWN)
    assert (prepared.act, prepared.entry_id, prepared.edition is not None) == ("edition.prepared", None, True)
    assert "李记" not in text


def test_steps_before_the_listing_are_told_to_nobody(case: Case) -> None:
    case.blacklisted()
    with reading(case.engine) as session:
        assert [one.act for one in events(session)] == ["proposal.published"]
        assert len(session.exec(select(LogLeaf).where(col(LogLeaf.act).startswith("proposal."))).all()) > 1


def test_every_entry_of_a_board_has_its_leaf_and_its_event(case: Case) -> None:
    with writing(case.engine) as session:
        work = case.work(session, "national")
        given.violation(work, given.business(work, "浉河区王记肉铺"))
    with writing(case.engine) as session:
        written = derive_board(case.work(session, "national"), "metrology_board", "000000")
    with reading(case.engine) as session:
        assert written > 0
        assert [one.act for one in events(session)] == ["board.derived"] * written
        assert {one.entry_id for one in events(session)} == set(session.exec(select(LogSalt.subject_id)))


def test_an_ended_entry_is_linked_to_no_business_in_any_event(case: Case) -> None:
    entry_id = case.blacklisted()
    stays = case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    withdraw(case, entry_id)
    with reading(case.engine) as session:
        linked = {(one.act, one.entry_id): one.business_id is not None for one in events(session)}
    assert linked == {
        ("proposal.published", entry_id): False,
        ("entry.withdrawn", entry_id): False,
        ("proposal.published", stays): True,
    }


def test_an_ended_black_entry_cannot_be_opened_any_more_and_its_tombstone_says_why(case: Case) -> None:
    entry_id = case.blacklisted()
    stays = case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    with reading(case.engine) as session:
        hashes = session.exec(select(LogLeaf.leaf_hash).order_by(col(LogLeaf.seq))).all()
        subjects = {entry_id, proposal_of(session, entry_id)}
        spared = {stays, proposal_of(session, stays)}
    withdraw(case, entry_id)
    with reading(case.engine) as session:
        openings = session.exec(select(LogSalt).where(col(LogSalt.subject_id).in_(subjects))).all()
        kept = [one for one in openings if one.content is not None]
        assert [json.loads(one.content or "") for one in kept] == [
            {"entry": entry_id, "regime": "henan_black", "rule": ORDER_45, "state": "corrected"}
        ]
        assert len(openings) > 2
        assert all(one.salt is None for one in openings if one not in kept)
        others = session.exec(select(LogSalt.salt).where(col(LogSalt.subject_id).in_(spared))).all()
        assert None not in others
        after = session.exec(select(LogLeaf.leaf_hash).order_by(col(LogLeaf.seq))).all()
    assert after[: len(hashes)] == hashes


def test_forgetting_leaves_officers_what_due_process_needs(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        audited = len(session.exec(select(AuditEntry)).all())
        steps = len(session.exec(select(ProposalStep)).all())
    withdraw(case, entry_id)
    with reading(case.engine) as session:
        assert len(session.exec(select(AuditEntry)).all()) > audited
        assert len(session.exec(select(ProposalStep)).all()) == steps
        assert session.get(Proposal, proposal_of(session, entry_id)) is not None
