"""An edition and a withdrawal at the same moment: whichever is first, nothing withdrawn stays."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from registry.publication.asked import DecideWithdrawal
from registry.publication.editions import prepare_edition
from registry.publication.signing import load_or_create
from registry.publication.tables import PublishedRow
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.publication.ending import decide_withdrawal

Act = Callable[[Session], object]


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


def in_one_transaction(case: Case, act: Act) -> None:
    with writing(case.engine) as session:
        act(session)


@pytest.mark.parametrize("edition_first", [True, False])
def test_an_entry_withdrawn_while_an_edition_is_prepared_is_in_none(case: Case, edition_first: bool) -> None:
    entry_id = case.blacklisted()
    asked, paper = case.ask_withdrawal(entry_id), case.paper("decision")
    command = DecideWithdrawal(withdrawal_id=asked, granted=True, reasons="属实", document_id=paper)

    def publish(session: Session) -> object:
        return prepare_edition(case.work(session, "officer"), "henan_black", given.TOWN)

    def withdraw(session: Session) -> object:
        return decide_withdrawal(case.work(session, "approver"), command)

    first, second = (publish, withdraw) if edition_first else (withdraw, publish)
    other = Thread(target=in_one_transaction, args=(case, second))
    with ExitStack() as held:
        first(held.enter_context(writing(case.engine)))
        other.start()
        other.join(timeout=1)
        assert other.is_alive(), "the second did not wait for the first"
    other.join()
    with reading(case.engine) as session:
        rows = session.exec(select(PublishedRow)).all()
    assert all(row.content is None and row.salt is None for row in rows)
    assert len(rows) == (1 if edition_first else 0)
