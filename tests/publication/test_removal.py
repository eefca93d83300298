"""A pointer to the national list ends when the authority that listed removes, never by a decision here."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import Forbidden, Malformed, RuleRefused
from registry.lists.queries import current_entry
from registry.publication import public_view
from registry.publication.answers import PublicEntry, Tombstone
from registry.publication.removal import RecordRemoval
from registry.repair.queries import entry_repairable_from
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.lists.test_regimes import DECISION, pointed
from tests.publication.ending import record_removal
from tests.repair import leading

REMOVAL = {
    "number": "信市监移决〔2027〕1号",
    "authority": "河南省信阳市浉河区市场监管局",
    "decided_on": "2026-11-10",
}


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def shown(case: Case) -> str:
    """Point to the national list, and return the entry."""
    business_id = case.business()
    opened = pointed(case, case.violation(business_id), business_id)
    return case.step(opened, "confirm", 1)


def remove(case: Case, entry_id: str, account: str = "approver", kind: str = "decision", **more: Any) -> None:
    stated = {
        "entry_id": entry_id,
        "expected_version": 1,
        "removal": {**REMOVAL, **more},
        "document_id": case.paper(kind),
    }
    with writing(case.engine) as session:
        record_removal(case.work(session, account), RecordRemoval.model_validate(stated))


def test_a_pointer_ends_by_the_removal_of_the_authority_that_listed(case: Case) -> None:
    entry_id = shown(case)
    remove(case, entry_id)
    with reading(case.engine) as session:
        gone = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(gone, Tombstone)
    assert gone.ground == "removed"
    assert REMOVAL["number"] not in gone.model_dump_json()  # it would lead back to the name


@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        pytest.param(
            {"authority": "信阳市市场监督管理局"}, RuleRefused, "pointer.other_authority", id="superior"
        ),
        pytest.param(
            {"decided_on": "2026-06-30"}, RuleRefused, "pointer.removed_before", id="before-listing"
        ),
        pytest.param({"decided_on": "2027-11-10"}, Malformed, "day.ahead", id="ahead"),
        pytest.param({"kind": "evidence"}, RuleRefused, "case.document_kind", id="no-decision"),
        pytest.param({"account": "officer"}, Forbidden, "forbidden", id="no-approver"),
    ],
)
def test_no_other_decision_removes_it(case: Case, more: dict[str, Any], error: Any, code: str) -> None:
    entry_id = shown(case)
    with pytest.raises(error) as refused:
        remove(case, entry_id, **more)
    if error is not Forbidden:
        assert refused.value.code == code
    with reading(case.engine) as session:
        assert isinstance(public_view.entry(session, entry_id, case.now.date()), PublicEntry)


def test_a_black_entry_is_not_removed_as_a_pointer(case: Case) -> None:
    with pytest.raises(RuleRefused, match=r"pointer\.none"):
        remove(case, case.blacklisted())


def test_repair_of_a_pointer_is_refused_here_and_names_the_authority_to_apply_to(case: Case) -> None:
    entry_id = shown(case)
    with pytest.raises(RuleRefused, match=r"repair\.pointer") as refused:
        leading.apply(case, entry_id)
    assert refused.value.params["authority"] == DECISION["authority"]


def test_a_pointer_of_the_law_of_2021_says_from_when_its_authority_may_be_asked(case: Case) -> None:
    entry_id = shown(case)
    with reading(case.engine) as session:
        entry = current_entry(session, entry_id)
    assert entry is not None
    assert entry_repairable_from(given.rulebook(), entry, case.now.date()) is None  # the period is unknown
    entry.listed_on = date(2024, 5, 31)
    assert entry_repairable_from(given.rulebook(), entry, case.now.date()) == date(2025, 5, 31) + timedelta(1)
