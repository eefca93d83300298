"""Who may merge what: two persons, one business, no open case; and how a merger is undone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from registry.businesses.queries import surviving
from registry.businesses.tables import Alias, Business, Merger
from registry.errors import Forbidden, NotFound, Refusal
from registry.lists.queries import current_entry, entries_of
from registry.mergers.commands import (
    DecideMerger,
    MergeBusinesses,
    UndoMerger,
    decide_merger,
    merge_businesses,
    undo_merger,
)
from registry.pledges.queries import pledges_of
from registry.store.engine import reading, writing
from registry.violations.queries import violations_of
from tests import given
from tests.lists import cases
from tests.lists.cases import begun
from tests.mergers.records import CODE, LATER, pair
from tests.repair import leading

__all__ = ["pair"]

OTHER_CODE = "911100001000037341"


def _propose(engine: Engine, folder: Path, account: str = "national", **more: Any) -> str:
    with writing(engine) as session:
        work = given.work(session, account)
        document = given.paper(given.work(session), folder)
        stated = {"kind": "duplicate", "reason": "重复登记", "document_id": document, **more}
        outcome = merge_businesses(work, MergeBusinesses(**stated))
    assert outcome.id is not None
    return outcome.id


def _undo(engine: Engine, folder: Path, merger_id: str) -> str:
    with writing(engine) as session:
        work = given.work(session, now=LATER)
        command = UndoMerger(merger_id=merger_id, reason="两家店", document_id=given.paper(work, folder))
        outcome = undo_merger(work, command)
    assert outcome.id is not None
    return outcome.id


def _refused(act: Any, *given_: Any, **more: Any) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        act(*given_, **more)
    return refused.value.code, refused.value.field


def test_who_proposes_does_not_decide(engine: Engine, data_dir: Path, pair: tuple[str, str]) -> None:
    former, survivor = pair
    merger_id = _propose(engine, data_dir, former_id=former, survivor_id=survivor)
    with writing(engine) as session, pytest.raises(Forbidden):
        decide_merger(given.work(session), DecideMerger(merger_id=merger_id, decision="approved"))
    with reading(engine) as session:
        by = session.get_one(Merger, merger_id).proposed_by_person
    by_himself = update(Merger).where(col(Merger.id) == merger_id).values(decided_by_person=by)
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.connection().execute(by_himself)


def test_a_rejected_merger_has_no_effect_and_is_decided_once(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    merger_id = _propose(engine, data_dir, former_id=former, survivor_id=survivor)
    with writing(engine) as session:
        reject = DecideMerger(merger_id=merger_id, decision="rejected")
        decide_merger(given.work(session, "national-approver"), reject)
    with reading(engine) as session:
        assert session.get_one(Business, former).merged_into_id is None
    assert _refused(given.decided, engine, merger_id) == ("merger.decided", "merger_id")


def test_an_officer_of_one_town_does_not_merge_into_another(engine: Engine, data_dir: Path) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        here, there = given.business(work), given.business(work, "平桥区李记水产店", region="411503")
    with pytest.raises(Forbidden):
        _propose(engine, data_dir, "officer", former_id=here, survivor_id=there)


def test_two_codes_and_hidden_names_are_no_duplicates(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        other = given.business(given.work(session), "王记水产店", uscc=OTHER_CODE)
    for one, two, code in (
        (other, survivor, "merger.two_codes"),
        (survivor, former, "merger.code_given_up"),
        (survivor, survivor, "merger.with_itself"),
        ("nobody", survivor, "business.unknown"),
    ):
        assert _refused(_propose, engine, data_dir, former_id=one, survivor_id=two)[0] == code
    with writing(engine) as session:
        hidden = update(Business).where(col(Business.id) == former).values(standing="masked")
        session.connection().execute(hidden)
    said = {"former_id": former, "survivor_id": survivor}
    assert _refused(_propose, engine, data_dir, **said) == ("merger.unnamed", "former_id")
    assert CODE != OTHER_CODE


def test_a_merger_needs_a_document_on_record(engine: Engine, data_dir: Path, pair: tuple[str, str]) -> None:
    former, survivor = pair
    with pytest.raises(NotFound) as refused:
        _propose(engine, data_dir, former_id=former, survivor_id=survivor, document_id="none")
    assert refused.value.field == "document_id"


def test_while_a_case_runs_its_party_does_not_change(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    former, survivor = case.business(), case.business("李记水产")
    case.propose(former, case.violation(former))
    said = {"former_id": former, "survivor_id": survivor}
    assert _refused(_propose, engine, data_dir, **said) == ("merger.case_open", "former_id")


def test_while_an_objection_or_a_repair_is_open_its_party_does_not_change(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    entry_id = case.blacklisted()
    with reading(engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        former, survivor = entry.business_id, case.business("李记水产")
    said = {"former_id": former, "survivor_id": survivor}
    objection = leading.object_to(case, entry_id)
    assert _refused(_propose, engine, data_dir, **said) == ("merger.objection_open", "former_id")
    assert objection.id is not None
    leading.answer(case, objection.id)
    leading.apply(case, entry_id)
    assert _refused(_propose, engine, data_dir, **said) == ("merger.repair_open", "former_id")
    turned = {"former_id": survivor, "survivor_id": former}
    assert _refused(_propose, engine, data_dir, **turned) == ("merger.repair_open", "former_id")


def test_an_entry_goes_over_and_two_on_one_list_do_not(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    entry_id = case.blacklisted()
    survivor = case.business("李记水产")
    with reading(engine) as session:
        entry = current_entry(session, entry_id)
        assert entry is not None
        former = entry.business_id
    other = case.business("王记水产店")
    fact = case.violation(other, decision_no="另〔2026〕1号")
    case.lead(case.propose(other, fact), *cases.BLACK)
    given.merger(engine, data_dir, former, survivor, case.now)
    with reading(engine) as session:
        (moved,) = entries_of(session, survivor)
    assert (moved.entry_id, moved.listed_on) == (entry_id, entry.listed_on)
    said = {"former_id": survivor, "survivor_id": other, "now": case.now}
    assert _refused(given.merger, engine, data_dir, **said) == ("merger.both_listed", "former_id")


def test_an_undone_merger_gives_back_what_went_over_and_no_more(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        work = given.work(session)
        given.pledge(work, former)
        own = given.pledge(work, survivor, matter="fuel")
        lent = given.violation(work, former)
    merger_id = given.merger(engine, data_dir, former, survivor)
    with writing(engine) as session:
        since = given.pledge(given.work(session), former, matter="taxi")
    given.decided(engine, _undo(engine, data_dir, merger_id), LATER)
    with reading(engine) as session:
        assert {one.pledge_id for one in pledges_of(session, survivor)} == {own, since}
        assert [found.violation_id for found, _ in violations_of(session, former)] == [lent]
        assert violations_of(session, survivor) == []
        assert session.exec(select(Alias)).all() == []
        alone = surviving(session, former)
        assert alone is not None
        assert alone.id == former
    assert _refused(_undo, engine, data_dir, merger_id) == ("merger.not_standing", "merger_id")
    given.merger(engine, data_dir, former, survivor, LATER + timedelta(hours=1))


def test_a_merger_is_not_undone_under_an_entry_that_rests_on_what_would_go_back(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    former, survivor = case.business(), case.business("李记水产")
    fact = case.violation(former)
    merger_id = given.merger(engine, data_dir, former, survivor)
    case.lead(case.propose(survivor, fact), *cases.BLACK)
    assert _refused(_undo, engine, data_dir, merger_id) == ("merger.entry_rests", "merger_id")
