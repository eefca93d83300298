"""Taking back: gone from every answer at once, from every byte of every file at the next build."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import select

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.errors import Conflict, Forbidden, RuleRefused
from registry.lists import queries
from registry.lists.board import derive_board
from registry.publication import public_view, withdrawal
from registry.publication.answers import Tombstone
from registry.publication.cards import read_cards
from registry.publication.counts import entries_counted, state_of_the_registry
from registry.publication.editions import prepare_edition
from registry.publication.files import build_files, edition_file, edition_folder, pending_builds
from registry.publication.signing import load_or_create
from registry.publication.tables import Edition, PublishedRow
from registry.publication.verify import verify_edition
from registry.publication.withdrawal import WithdrawEntry, lapse_due, withdraw_fallen
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from registry.violations.commands import CorrectViolation, RecordViolation, correct_violation
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import BLACK, RED, Case, begun
from tests.lists.test_black import annul, repair
from tests.publication.ending import withdraw_entry

NAME = "浉河区李记水产店"
ORDER_45 = "市场监督管理行政处罚信息公示规定（国家市场监督管理总局令第45号）"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


def published(case: Case) -> Edition:
    """Publish the black list of the town and return the built edition."""
    with writing(case.engine) as session:
        outcome = prepare_edition(case.work(session, "officer"), "henan_black", given.TOWN)
    assert outcome.id is not None
    build_files(case.engine, case.folder, outcome.id)
    with reading(case.engine) as session:
        return session.get_one(Edition, outcome.id)


def withdraw(case: Case, entry_id: str, **stated: Any) -> None:
    """Withdraw an entry because of facts, as the approver unless told otherwise."""
    account = stated.pop("account", "approver")
    paper = stated.pop("document_id", None) or case.paper("decision")
    command = {"expected_version": 1, "ground": "corrected", "rule": "facts_fallen", **stated}
    with writing(case.engine) as session:
        withdraw_entry(
            case.work(session, account), WithdrawEntry(entry_id=entry_id, document_id=paper, **command)
        )


def correct(case: Case, violation_id: str, **more: object) -> None:
    """Correct a violation to what is stated, all else as recorded."""
    with writing(case.engine) as session:
        found = violation(session, violation_id)
        assert found is not None
        row, decision = found
        stated = {
            "business_id": row.business_id,
            "decision_no": decision.decision_no,
            "authority": decision.authority,
            "region": decision.region,
            "decided_on": decision.decided_on,
            "procedure": decision.procedure,
            "penalties": tuple(decision.penalties),
            "fine_fen": decision.fine_fen,
            "conduct_code": row.conduct_code,
            **more,
        }
        correct_violation(
            case.work(session, "national"),
            CorrectViolation(
                violation_id=violation_id,
                expected_version=row.version,
                reason="当事人有误",
                what=RecordViolation.model_validate(stated),
            ),
        )


def test_a_withdrawn_entry_is_gone_from_every_answer_at_its_commit(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    with writing(case.engine) as session:
        for row in session.exec(select(Outbox)).all():
            session.delete(row)
    case.withdrawn(entry_id)
    on = case.now.date()
    with reading(case.engine) as session:
        assert public_view.entry(session, entry_id, on) == Tombstone(
            entry_id=entry_id,
            regime="henan_black",
            withdrawn_on=on,
            ground="corrected",
            rule=ORDER_45,
        )
        assert public_view.entry(session, entry_id, on - timedelta(days=1)) is not None
        assert public_view.entries(session, "henan_black", on).items == ()
        assert public_view.business(session, business_id, on, given.rulebook()).entries == ()  # type: ignore[union-attr]
        assert read_cards(case.engine, [business_id], on)[business_id].answer.lists == ()
        assert state_of_the_registry(session, on, entries_counted(session, on)).black == 0
        told = session.exec(select(Outbox.consumer, Outbox.subject_ids)).all()
    assert sorted(told) == [(consumer, [business_id]) for consumer in ("lists", "score", "search")]


def test_files_lose_every_byte_of_the_entry_and_still_verify(case: Case) -> None:
    entry_id = case.blacklisted()
    stays = case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    edition = published(case)
    folder = edition_folder(case.folder, edition)
    with reading(case.engine) as session:
        rows = session.exec(select(PublishedRow).where(PublishedRow.entry_id == entry_id)).all()
        salt = rows[0].salt
    assert salt is not None
    case.withdrawn(entry_id)
    with reading(case.engine) as session:
        assert list(pending_builds(session)) == [edition.id]
        with pytest.raises(Conflict, match=r"edition\.rebuilding"):
            edition_file(session, case.folder, session.get_one(Edition, edition.id), "entries.csv")
    build_files(case.engine, case.folder, edition.id)
    with reading(case.engine) as session:
        served = edition_file(session, case.folder, session.get_one(Edition, edition.id), "entries.csv")
    assert [path.name for path in folder.iterdir()] == ["g2"]
    assert served.parent == folder / "g2"
    assert verify_edition(served.parent) == []
    for path in served.parent.iterdir():
        content = path.read_bytes()
        for secret in (entry_id, salt.hex(), NAME):
            assert secret.encode() not in content, path.name
    rows_left = pq.read_table(served.parent / "entries.parquet").to_pylist()
    names = {row["leaf"]: row["name"] for row in rows_left}
    assert names.pop(rows[0].leaf.hex()) is None
    assert [*names.values()] == ["浉河区王记肉铺"]
    assert {row["entry_id"] for row in rows_left} == {stays, None}


def test_every_edition_that_ever_held_the_entry_is_built_again(case: Case) -> None:
    entry_id = case.blacklisted()
    first = published(case)
    case.now += timedelta(days=1)
    second = published(case)
    assert (first.version, second.previous_version) != (second.version, None)
    case.withdrawn(entry_id)
    with reading(case.engine) as session:
        assert sorted(pending_builds(session)) == sorted([first.id, second.id])
    for edition in (first, second):
        build_files(case.engine, case.folder, edition.id)
        assert verify_edition(edition_folder(case.folder, edition) / "g2") == []
    case.now += timedelta(days=1)
    assert published(case).entries == 0


def test_what_lapsed_is_withdrawn_once(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        until = queries.current_entry(session, entry_id).publish_until  # type: ignore[union-attr]
    assert until is not None
    for days, withdrawn in (((until - case.now.date()).days - 1, 0), (1, 1), (0, 0)):
        case.now += timedelta(days=days)
        with writing(case.engine) as session:
            assert lapse_due(case.work(session, "national")) == withdrawn
    with reading(case.engine) as session:
        entry = queries.current_entry(session, entry_id)
    assert entry is not None
    assert (entry.state, entry.version) == ("expired", 2)


def test_an_entry_falls_with_its_decision(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    entry_id = case.lead(
        case.propose(business_id, fact),
        "serve_notice",
        "note_silence",
        "review",
        "consent",
        "decide",
        "serve_decision",
        "publish",
    )
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national"), [business_id]) == 0
    annul(case, fact)
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national"), ["another"]) == 0
        assert withdraw_fallen(case.work(session, "national"), [business_id]) == 1
        assert withdraw_fallen(case.work(session, "national")) == 0
    with reading(case.engine) as session:
        tombstone = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(tombstone, Tombstone)
    assert tombstone.ground == "annulled"


def test_a_board_loses_a_repaired_record_from_its_retained_files_too(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    with writing(case.engine) as session:
        edition_id = prepare_edition(case.work(session, "national"), "metrology_board", "000000").id
    assert edition_id is not None
    build_files(case.engine, case.folder, edition_id)
    repair(case, fact)
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national"), [business_id]) == 1
        assert withdraw_fallen(case.work(session, "national")) == 0
    build_files(case.engine, case.folder, edition_id)
    with reading(case.engine) as session:
        edition = session.get_one(Edition, edition_id)
        row = session.exec(select(PublishedRow)).one()
        tombstone = public_view.entry(session, row.entry_id, case.now.date())
    assert (row.content, row.salt, edition.generation, edition.built_generation) == (None, None, 2, 2)
    assert isinstance(tombstone, Tombstone)
    assert tombstone.ground == "repaired"
    for path in edition_folder(case.folder, edition).rglob("*"):
        assert path.is_dir() or NAME.encode() not in path.read_bytes()


def test_a_violation_corrected_to_another_party_frees_the_first_of_every_list(case: Case) -> None:
    wronged, guilty = case.business(), case.business("浉河区王记肉铺")
    fact = case.violation(wronged)
    entry_id = case.lead(case.propose(wronged, fact), *BLACK)
    edition = published(case)
    with writing(case.engine) as session:
        derive_board(case.work(session, "national"), "metrology_board", "000000")
    correct(case, fact, business_id=guilty)
    on = case.now.date()
    with reading(case.engine) as session:
        assert public_view.entries(session, "metrology_board", on).items == ()
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national"), [wronged, guilty]) == 2
        assert withdraw_fallen(case.work(session, "national")) == 0
    build_files(case.engine, case.folder, edition.id)
    with reading(case.engine) as session:
        tombstone = public_view.entry(session, entry_id, on)
        shown = read_cards(case.engine, [wronged], on)[wronged].answer
    assert isinstance(tombstone, Tombstone)
    assert (tombstone.ground, shown.lists, shown.violations) == ("corrected", (), 0)
    for path in edition_folder(case.folder, edition).rglob("*"):
        assert path.is_dir() or NAME.encode() not in path.read_bytes()


@pytest.mark.parametrize("conduct", ["other", "instrument_overdue"])
def test_an_entry_falls_when_its_conduct_is_corrected_to_none_of_the_lists(case: Case, conduct: str) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    kept = case.violation(business_id, conduct_code="seal_broken", decision_no="信浉市监处罚〔2026〕13号")
    case.lead(case.propose(business_id, fact), *BLACK)
    correct(case, kept, conduct="与名单无关")
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national")) == 0
    correct(case, fact, conduct_code=conduct)
    with writing(case.engine) as session:
        assert withdraw_fallen(case.work(session, "national"), [business_id]) == 1


def test_who_turns_out_to_be_a_natural_person_leaves_list_and_retained_files(case: Case) -> None:
    entry_id = case.blacklisted("李大年")
    edition = published(case)
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    with writing(case.engine) as session:
        work = case.work(session, "national")
        assert withdraw_fallen(work, [business_id]) == 0
        what = RegisterBusiness(
            name="李大年", region=given.TOWN, kind="sole_trader", uscc="92110000600037341X"
        )
        change = ChangeBusiness(
            business_id=business_id, expected_version=1, held_from_on=work.today, what=what
        )
        change_business(work, change)
        assert withdraw_fallen(work, [business_id]) == 1
        assert withdraw_fallen(work) == 0
    build_files(case.engine, case.folder, edition.id)
    for path in edition_folder(case.folder, edition).rglob("*"):
        assert path.is_dir() or "李大年".encode() not in path.read_bytes()


def test_a_red_entry_without_a_term_ends_with_its_last_ground(case: Case) -> None:
    business_id = case.business()
    facts = [
        case.pledge(business_id, matter=matter, valid_through=through)
        for matter, through in (("retail_weighing", date(2027, 1, 31)), ("net_content", date(2027, 2, 28)))
    ]
    opened = case.propose(business_id, *facts, regime="henan_red", origin="nominate", ground="公开承诺")
    entry_id = case.lead(opened, *RED)
    for now, ended in ((date(2027, 2, 28), 0), (date(2027, 3, 1), 1)):
        case.now = datetime(now.year, now.month, now.day, 2, tzinfo=UTC)
        with writing(case.engine) as session:
            assert lapse_due(case.work(session, "national")) == ended
    with reading(case.engine) as session:
        tombstone = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(tombstone, Tombstone)
    assert (tombstone.ground, tombstone.rule) == ("expired", "grounds_ended")


@pytest.mark.parametrize("ground", ["expired", "annulled"])
def test_nobody_ends_an_entry_by_a_day_or_an_annulment_that_has_not_come(case: Case, ground: str) -> None:
    entry_id = case.blacklisted()
    command = WithdrawEntry(entry_id=entry_id, expected_version=1, ground=ground)
    with pytest.raises(RuleRefused, match=r"entry\.not_come"), writing(case.engine) as session:
        withdraw_entry(case.work(session, "officer"), command)


def test_nobody_withdraws_an_entry_as_repaired_past_the_procedure_of_repair(case: Case) -> None:
    entry_id, paper = case.blacklisted(), case.paper("decision")
    stated = {"entry_id": entry_id, "expected_version": 1, "rule": "facts_fallen", "document_id": paper}
    with pytest.raises(ValidationError, match="ground"):
        WithdrawEntry.model_validate({**stated, "ground": "repaired"})
    with reading(case.engine) as session:
        assert queries.current_entry(session, entry_id).state == "published"  # type: ignore[union-attr]


def test_a_black_entry_is_not_cancelled(case: Case) -> None:
    entry_id = case.blacklisted()
    with pytest.raises(RuleRefused, match=r"entry\.ground"):
        withdraw(case, entry_id, ground="cancelled")


def test_a_correction_needs_an_approver_and_a_paper(case: Case) -> None:
    entry_id = case.blacklisted()
    command = WithdrawEntry(
        entry_id=entry_id, expected_version=1, ground="corrected", rule="facts_fallen", facts=("x",)
    )
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"), writing(case.engine) as session:
        withdrawal.withdraw_entry(case.work(session, "approver"), command)
    with pytest.raises(Forbidden), writing(case.engine) as session:
        withdraw_entry(case.work(session, "officer"), command)
