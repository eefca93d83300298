"""What a list says of an entry keeps its leaf for as long as it says the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from registry.audit.work import Work
from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.errors import Conflict
from registry.lists import queries
from registry.publication import drafting
from registry.publication.editions import prepare_edition, publish_edition, rows_of
from registry.publication.signing import load_or_create
from registry.publication.tables import Edition, PublishedRow
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun

BLACK = "henan_black"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


def leaves_of(case: Case, edition_id: str) -> dict[str, bytes]:
    with reading(case.engine) as session:
        return {row.entry_id: row.leaf for row in rows_of(session, session.get_one(Edition, edition_id))}


def published(case: Case) -> str:
    """Publish in several transactions, as the schedule does, and return the edition."""

    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(case.engine) as session:
            yield case.work(session, "officer")

    outcome = publish_edition(acting, BLACK, given.TOWN)
    assert outcome.id is not None
    return outcome.id


def renamed(case: Case, business_id: str, name: str) -> None:
    with writing(case.engine) as session:
        work = case.work(session, "national")
        what = RegisterBusiness(name=name, region=given.TOWN, kind="enterprise")
        change_business(
            work,
            ChangeBusiness(business_id=business_id, expected_version=1, held_from_on=work.today, what=what),
        )


def withdraw(case: Case, entry_id: str) -> None:
    case.withdrawn(entry_id)


def test_a_row_that_did_not_change_keeps_its_leaf_from_edition_to_edition(case: Case) -> None:
    kept = case.blacklisted()
    first = leaves_of(case, published(case))
    changed = case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    second = leaves_of(case, published(case))
    with reading(case.engine) as session:
        business_id = queries.current_entry(session, changed).business_id  # type: ignore[union-attr]
    renamed(case, business_id, "浉河区王记鲜肉铺")
    case.now += timedelta(days=1)
    third = leaves_of(case, published(case))
    assert first[kept] == second[kept] == third[kept]
    assert second[changed] != third[changed]
    with reading(case.engine) as session:
        assert len(session.exec(select(PublishedRow)).all()) == 3


def test_one_withdrawal_blanks_one_row_whatever_the_number_of_editions(case: Case) -> None:
    entry_id = case.blacklisted()
    editions = []
    for _ in range(3):
        editions.append(published(case))
        case.now += timedelta(days=1)
    withdraw(case, entry_id)
    with reading(case.engine) as session:
        (row,) = session.exec(select(PublishedRow)).all()
        assert (row.salt, row.content) == (None, None)
        assert [session.get_one(Edition, one).generation for one in editions] == [2, 2, 2]


def test_what_is_withdrawn_while_a_draft_grows_is_never_published(case: Case) -> None:
    before, after = case.blacklisted(), case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")

    with reading(case.engine) as session:
        on = case.now.date()
        withdrawn = iter([before])

        @contextmanager
        def writing_late() -> Iterator[Session]:
            for entry_id in withdrawn:  # committed after the list was read, before its rows are written
                withdraw(case, entry_id)
            with writing(case.engine) as write:
                yield write

        draft = drafting.drafted(session, writing_late, BLACK, given.TOWN, on)
    withdraw(case, after)
    with writing(case.engine) as session:
        outcome = prepare_edition(case.work(session, "officer"), BLACK, given.TOWN, draft=draft)
    with reading(case.engine) as session:
        rows = session.exec(select(PublishedRow)).all()
        edition = session.get_one(Edition, outcome.id)
    assert [(row.entry_id, row.salt, row.content) for row in rows] == [(after, None, None)]
    assert edition.entries == 1


def test_a_draft_that_another_edition_overtook_is_not_published(case: Case) -> None:
    case.blacklisted()
    on = case.now.date()
    with reading(case.engine) as session:
        draft = drafting.drafted(session, lambda: writing(case.engine), BLACK, given.TOWN, on)
    published(case)
    with pytest.raises(Conflict, match=r"edition\.overtaken"), writing(case.engine) as session:
        prepare_edition(case.work(session, "officer"), BLACK, given.TOWN, draft=draft)


def test_an_edition_of_a_day_before_the_last_one_stands_beside_the_chain(case: Case) -> None:
    earlier = case.now.date()
    case.blacklisted()
    first = published(case)
    with writing(case.engine) as session:
        aside = prepare_edition(case.work(session, "officer"), BLACK, given.TOWN, earlier).id
    case.now += timedelta(days=1)
    second = published(case)
    with reading(case.engine) as session:
        found = [session.get_one(Edition, one) for one in (first, aside, second)]
    assert [(one.serial, one.entries) for one in found] == [(1, 1), (None, 0), (2, 1)]
    assert [one.previous_version for one in found] == [None, None, found[0].version]
