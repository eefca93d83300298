"""Two persons who act at the same moment on PostgreSQL: one entry stands or ends, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.errors import Conflict, Refusal
from registry.lists.queries import current_entry
from registry.lists.tables import ListEntry
from registry.store.engine import reading
from tests.lists.cases import BLACK, Case, begun
from tests.repair.leading import (
    answer,
    apply,
    decide,
    granted,
    known_terms,
    object_to,
    propose_revocation,
    revoke,
)


@pytest.fixture
def case(postgres_engine: Engine, data_dir: Path) -> Case:
    case = begun(postgres_engine, data_dir)
    case.rulebook = known_terms()
    return case


def at_once(*acts: Callable[[], Any]) -> list[Refusal]:
    """Do acts at the same moment and return what was refused."""
    gate = Barrier(len(acts))

    def done(act: Callable[[], Any]) -> Refusal | None:
        gate.wait()
        try:
            act()
        except Refusal as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return [refusal for refusal in pool.map(done, acts) if refusal is not None]


def standing(case: Case) -> int:
    with reading(case.engine) as session:
        query = select(ListEntry).where(col(ListEntry.superseded_at).is_(None))
        return len(session.exec(query.where(col(ListEntry.withdrawn_on).is_(None))).all())


def test_a_grant_and_an_upheld_objection_at_once_end_an_entry_once(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += timedelta(days=366)
    repair_id, objection_id = str(apply(case, entry_id).id), str(object_to(case, entry_id).id)
    refused = at_once(
        lambda: decide(case, repair_id),
        lambda: answer(case, objection_id, upheld=True, rule="wrong_facts"),
    )
    assert all(isinstance(one, Conflict) for one in refused)
    assert standing(case) == 0
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
    assert entry is not None
    assert entry.withdrawn_ground in ("repaired", "corrected")


def test_a_revocation_and_a_publication_at_once_leave_one_entry_on_the_list(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += timedelta(days=366)
    repair_id = granted(case, entry_id)
    with reading(case.engine) as session:
        business_id = current_entry(session, entry_id).business_id  # type: ignore[union-attr]
    fact = case.violation(business_id, decision_no="信浉市监处罚〔2027〕3号", decided_on="2027-10-01")
    opened = case.propose(business_id, fact)
    case.lead(opened, *BLACK[:6])
    propose_revocation(case, repair_id, 2)
    refused = at_once(
        lambda: case.step(opened, "publish", 7), lambda: revoke(case, repair_id, 3, proposed=True)
    )
    assert [one.code for one in refused] == ["listing.listed_already"]
    assert standing(case) == 1
