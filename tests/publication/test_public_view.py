"""What the public sees of a business and of a list, and on which days."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.publication import public_view
from registry.publication.answers import PublicBusiness, PublicEntry, Tombstone
from registry.publication.cards import read_cards
from registry.publication.counts import entries_counted, state_of_the_registry
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.lists.test_black import annul, repair

DAY = timedelta(days=1)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def seen(case: Case, business_id: str, on: date | None = None) -> PublicBusiness | None:
    with reading(case.engine) as session:
        return public_view.business(session, business_id, on or case.now.date(), given.rulebook())


def test_a_business_is_shown_with_all_that_stands_of_it_on_the_day(case: Case) -> None:
    business_id = case.business(
        address="人民路1号",
        market="浉河农贸市场",
        stall="A12",
        former_names=("李记鱼铺",),
        phone="13812345678",
    )
    case.pledge(business_id)
    case.violation(business_id, summary="使用作弊秤，联系电话13812345678")
    with writing(case.engine) as session:
        given.designation(case.work(session, "national"), business_id)
    shown = seen(case, business_id)
    assert shown is not None
    assert (shown.name, shown.market, shown.stall, shown.former_names) == (
        "浉河区李记水产店",
        "浉河农贸市场",
        "A12",
        ("李记鱼铺",),
    )
    assert shown.region_name == "河南省信阳市浉河区"
    assert [len(part) for part in (shown.pledges, shown.designations, shown.violations)] == [1, 1, 1]
    violation = shown.violations[0]
    assert violation.fine_fen == 150_000
    assert violation.type_codes[0] == "M48"
    assert violation.type_names[0]
    assert "13812345678" not in shown.model_dump_json()


def test_a_violation_is_shown_through_its_last_day_and_hidden_from_the_next(case: Case) -> None:
    business_id = case.business()
    case.violation(business_id)
    shown = seen(case, business_id)
    assert shown is not None
    first, until = shown.violations[0].publish_from, shown.violations[0].publish_until
    for on, count in ((first - DAY, 0), (first, 1), (until - DAY, 1), (until, 0)):
        then = seen(case, business_id, on)
        assert then is not None
        assert len(then.violations) == count, on


@pytest.mark.parametrize("end", [annul, repair])
def test_a_violation_annulled_or_repaired_is_not_shown(case: Case, end: object) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    case.now += 100 * DAY
    end(case, fact)  # type: ignore[operator]
    shown = seen(case, business_id)
    assert shown is not None
    assert shown.violations == ()


def test_incomplete_facts_are_not_shown(case: Case) -> None:
    business_id = case.business()
    case.violation(business_id, decided_on="2026")
    case.pledge(business_id, pledged_on=None)
    shown = seen(case, business_id)
    assert shown is not None
    assert (shown.violations, shown.pledges) == ((), ())


def test_a_pledge_stands_through_its_last_day(case: Case) -> None:
    business_id = case.business()
    case.pledge(business_id, valid_through=given.TODAY)
    for on, count in ((given.TODAY, 1), (given.TODAY + DAY, 0)):
        shown = seen(case, business_id, on)
        assert shown is not None
        assert len(shown.pledges) == count


def test_a_natural_person_is_shown_by_surname_in_every_answer_alike(case: Case) -> None:
    business_id = case.business(
        "王建国", kind="sole_trader", address="某小区3号楼", market="浉河市场", stall="B1"
    )
    case.violation(business_id, conduct="王建国使用作弊秤")
    with reading(case.engine) as session:
        on = case.now.date()
        shown = public_view.business(session, business_id, on, given.rulebook())
        card = read_cards(case.engine, [business_id], on)[business_id].answer
        (document,) = public_view.index_documents(session, on, ids=[business_id])
    assert shown is not None
    for text in (shown.model_dump_json(), card.model_dump_json(), json.dumps(vars(document), default=str)):
        assert "王建国" not in text.encode().decode("unicode_escape", "ignore")
        assert "建国" not in text
    assert shown.name == card.name == document.name == "王某"
    assert (shown.address, card.address, document.address) == (None, None, None)


def test_a_persons_name_is_taken_out_of_all_that_a_source_says(case: Case) -> None:
    business_id = case.business("王建国", kind="sole_trader", market="浉河市场", stall="B1")
    said = {"source_title": "王建国使用作弊秤案", "other_measures": ["责令王建国改正，电话13812345678"]}
    case.violation(business_id, basis="王建国案裁量说明", summary="王建国短秤", source=said)
    shown = seen(case, business_id)
    assert shown is not None
    assert shown.violations[0].source == {
        "source_title": "王某使用作弊秤案",
        "other_measures": ["责令王某改正，电话＊＊＊"],
    }
    assert "王建国" not in shown.model_dump_json()


def test_cards_and_index_say_the_same_of_many_and_skip_who_is_unknown(case: Case) -> None:
    ids = [case.business(f"浉河区第{number}粮油店") for number in range(4)]
    case.pledge(ids[0])
    case.violation(ids[1], decision_no="信浉市监处罚〔2026〕11号")
    case.blacklisted()
    with reading(case.engine) as session:
        on = case.now.date()
        cards = read_cards(case.engine, [*ids, "nobody"], on)
        documents = {one.business_id: one for one in public_view.index_documents(session, on)}
    assert set(cards) == set(ids)
    assert len(documents) == 5
    assert (cards[ids[0]].answer.pledged, cards[ids[1]].answer.violations) == (True, 1)
    listed = [one for one in documents.values() if one.lists]
    assert [(one.name, one.lists) for one in listed] == [("浉河区李记水产店", ("henan_black",))]


def test_entries_come_in_pages_without_gap_or_double_the_newest_first(case: Case) -> None:
    expected = []
    for number in range(5):
        expected.append(case.blacklisted(f"浉河区第{number}秤行", f"信浉市监处罚〔2026〕{number}号"))
    found: list[str] = []
    after = None
    with reading(case.engine) as session:
        while True:
            page = public_view.entries(session, "henan_black", case.now.date(), after=after, limit=2)
            found += [entry.entry_id for entry in page.items]
            after = page.after
            if after is None:
                break
        other = public_view.entries(session, "henan_black", case.now.date(), region_prefix="4101")
    assert found == expected[::-1]
    assert other.items == ()


def test_lists_are_counted_by_region_and_tell_their_basis(case: Case) -> None:
    case.blacklisted()
    with reading(case.engine) as session:
        counted = entries_counted(session, case.now.date())
        told = {
            one.code: one for one in public_view.lists(counted, given.rulebook(), case.now.date(), "410000")
        }
        state = state_of_the_registry(session, case.now.date(), counted)
    assert told["henan_black"].entries_by_region == {given.TOWN: 1}
    assert told["henan_black"].basis is not None
    assert (told["metrology_board"].basis, told["metrology_board"].measures) == (None, ())
    assert (state.black, state.businesses, state.violations) == (1, 1, 1)


def test_an_entry_whose_term_has_run_out_leaves_a_tombstone_without_a_name(case: Case) -> None:
    """The tombstone is the one that the withdrawal itself leaves; a reader gets the rule in words."""
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        shown = public_view.entry(session, entry_id, case.now.date())
        assert isinstance(shown, PublicEntry)
        until = shown.publish_until
        assert until is not None
        last = public_view.entry(session, entry_id, until - DAY)
        after = public_view.entry(session, entry_id, until)
    assert last == shown
    assert after == Tombstone(
        entry_id=entry_id, regime="henan_black", withdrawn_on=until, ground="expired", rule="publish_until"
    )
