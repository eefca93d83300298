"""Cards are remembered, and never show what the database no longer does."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.publication import public_view
from registry.publication.answers import BusinessCard, PublicEntry
from registry.publication.cards import Cards, read_cards
from registry.store.engine import reading, writing
from registry.store.watch import Watch
from tests import given
from tests.lists.cases import Case, begun
from tests.lists.test_black import annul, repair

DAY = timedelta(days=1)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


@pytest.fixture
def watch(case: Case) -> Iterator[Watch]:
    made = Watch(case.engine)
    yield made
    made.close()


@pytest.fixture
def cards(case: Case, watch: Watch) -> Cards:
    return Cards(case.engine, watch)


def blacklisted(case: Case) -> tuple[str, str]:
    """List a business, and return it and its entry."""
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        found = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(found, PublicEntry)
    return found.business_id, entry_id


def shown(cards: Cards, business_id: str, on: date) -> BusinessCard:
    card = cards.shown([business_id], on)[business_id]
    assert card.json == card.answer.model_dump_json().encode()  # what is sent is what is described
    return card.answer


def test_a_card_says_what_the_page_of_the_business_says(case: Case, cards: Cards) -> None:
    business_id = case.business(
        address="人民路1号", market="浉河农贸市场", stall="A12", former_names=("李记鱼铺", "老李鱼铺")
    )
    case.pledge(business_id)
    case.violation(business_id)
    with writing(case.engine) as session:
        given.designation(case.work(session, "national"), business_id)
    listed, _ = blacklisted(case)
    person = case.business("王建国", kind="sole_trader", market="浉河市场", stall="B1")
    on = case.now.date()
    for one in (business_id, listed, person):
        with reading(case.engine) as session:
            page = public_view.business(session, one, on, given.rulebook())
        assert page is not None
        card = cards.shown([one], on)[one]
        assert json.loads(card.json) == card.answer.model_dump(mode="json")
        said = card.answer.model_dump(exclude={"lists", "designated", "pledged", "violations"})
        assert said == page.model_dump(include=set(said))
        assert [on_list.regime for on_list in card.answer.lists] == sorted(e.regime for e in page.entries)
        counted = (card.answer.designated, card.answer.pledged, card.answer.violations)
        assert counted == (bool(page.designations), bool(page.pledges), len(page.violations))


def test_a_withdrawn_entry_leaves_the_remembered_card_at_once(case: Case, cards: Cards) -> None:
    business_id, entry_id = blacklisted(case)
    on = case.now.date()
    assert [one.regime for one in shown(cards, business_id, on).lists] == ["henan_black"]
    case.decide_withdrawal(case.ask_withdrawal(entry_id))
    assert shown(cards, business_id, case.now.date()).lists == ()


@pytest.mark.parametrize("end", [annul, repair])
def test_an_annulled_or_repaired_violation_leaves_the_remembered_card_at_once(
    case: Case, cards: Cards, end: object
) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    case.now += 100 * DAY
    assert shown(cards, business_id, case.now.date()).violations == 1
    end(case, fact)  # type: ignore[operator]
    assert shown(cards, business_id, case.now.date()).violations == 0


def test_what_lapses_with_the_day_leaves_the_remembered_card_without_any_commit(
    case: Case, cards: Cards
) -> None:
    business_id = case.business()
    case.pledge(business_id, valid_through=given.TODAY)
    assert shown(cards, business_id, given.TODAY).pledged
    assert not shown(cards, business_id, given.TODAY + DAY).pledged
    assert shown(cards, business_id, given.TODAY).pledged


def test_who_is_unknown_is_remembered_only_until_somebody_registers(case: Case, cards: Cards) -> None:
    on = case.now.date()
    assert cards.shown(["nobody"], on) == {}
    assert cards.shown(["nobody"], on) == {}
    business_id = case.business()
    assert set(cards.shown(["nobody", business_id], on)) == {business_id}


def test_all_cards_of_an_answer_are_of_one_state(
    case: Case, watch: Watch, cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit between the question of the state and the reading makes all be read again."""
    first, entry_id = blacklisted(case)
    second = case.business("浉河区第二粮油店")
    on = case.now.date()
    assert cards.shown([first], on)[first].answer.lists
    asked, mark = [0], watch.mark

    def marked() -> object:
        found = mark()
        asked[0] += 1
        if asked[0] == 1:
            case.decide_withdrawal(case.ask_withdrawal(entry_id))
        return found

    monkeypatch.setattr(watch, "mark", marked)
    assert cards.shown([first, second], on)[first].answer.lists == ()


def test_a_thousand_and_one_are_read_like_one(case: Case) -> None:
    business_id = case.business()
    asked = [f"nobody-{number}" for number in range(1500)]
    assert set(read_cards(case.engine, [*asked, business_id], given.TODAY)) == {business_id}
