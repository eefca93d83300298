"""Boards repeat decided penalties while they may be shown, and add nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.audit.work import Work
from registry.lists import board
from registry.lists.board import derive_board, derive_in_parts
from registry.publication import public_view
from registry.publication.withdrawal import lapse_due
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.lists.test_black import annul, repair

BOARD = "metrology_board"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def derive(case: Case) -> int:
    with writing(case.engine) as session:
        return derive_board(case.work(session, "national"), BOARD, "000000")


def shown(case: Case) -> list[str]:
    with reading(case.engine) as session:
        page = public_view.entries(session, BOARD, case.now.date())
        assert all(entry.measures == () and entry.basis is None for entry in page.items)
        return [entry.name for entry in page.items]


def test_a_board_shows_each_decided_violation_once_with_no_basis_and_no_measure(case: Case) -> None:
    case.violation(case.business())
    assert derive(case) == 1
    assert derive(case) == 0
    assert shown(case) == ["浉河区李记水产店"]


def test_a_board_names_no_natural_person_no_masked_and_no_incomplete_case(case: Case) -> None:
    for number, name in enumerate(("张三", "浉河区刘家秤行")):
        person = case.business(name, kind="sole_trader")
        case.violation(person, decision_no=f"信浉市监处罚〔2026〕{number}号")
    case.violation(case.business("浉河区王记肉铺"), decided_on="2026", decision_no="信浉市监处罚〔2026〕3号")
    assert derive(case) == 1
    assert shown(case) == ["浉河区刘家秤行"]


def test_an_entry_leaves_the_board_by_the_day_with_no_job_run(case: Case) -> None:
    case.violation(case.business())
    derive(case)
    with reading(case.engine) as session:
        until = public_view.entries(session, BOARD, case.now.date()).items[0].publish_until
    assert until is not None
    case.now += (until - case.now.date()) - timedelta(days=1)
    assert len(shown(case)) == 1
    case.now += timedelta(days=1)
    assert shown(case) == []
    with writing(case.engine) as session:
        assert lapse_due(case.work(session, "national")) == 1
    with writing(case.engine) as session:
        assert lapse_due(case.work(session, "national")) == 0
    assert derive(case) == 0


@pytest.mark.parametrize("end", [annul, repair])
def test_an_entry_leaves_the_board_at_once_when_its_decision_falls_or_is_repaired(
    case: Case, end: object
) -> None:
    fact = case.violation(case.business())
    derive(case)
    case.now += timedelta(days=100)
    end(case, fact)  # type: ignore[operator]
    assert shown(case) == []
    assert derive(case) == 0
    assert case.now.date() > given.TODAY


def test_what_fell_with_its_decision_returns_when_the_decision_is_in_force_again(case: Case) -> None:
    fact = case.violation(case.business())
    derive(case)
    annul(case, fact)
    with writing(case.engine) as session:
        assert lapse_due(case.work(session, "national")) == 1
    assert derive(case) == 0
    annul(case, fact, "in_force")
    assert derive(case) == 1
    assert len(shown(case)) == 1
    assert derive(case) == 0


def test_a_long_board_is_derived_in_parts_and_goes_on_where_it_was_killed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "AT_ONCE", 2)
    names = [f"浉河区{number}号粮店" for number in range(5)]
    for number, name in enumerate(names):
        case.violation(case.business(name), decision_no=f"信浉市监处罚〔2026〕{number}号")
    transactions = 0

    @contextmanager
    def acting() -> Iterator[Work]:
        nonlocal transactions
        transactions += 1
        if transactions == 2:
            raise InterruptedError
        with writing(case.engine) as session:
            yield case.work(session, "national")

    with pytest.raises(InterruptedError):
        derive_in_parts(acting, BOARD, "000000")
    assert len(shown(case)) == 2
    assert derive_in_parts(acting, BOARD, "000000") == 3
    assert transactions == 5
    assert sorted(shown(case)) == names
