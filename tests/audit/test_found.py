"""A registry is founded once, and its jobs act in their own name."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.errors import Conflict
from registry.founding import job_actor
from registry.store.engine import reading
from tests import given


def test_a_registry_is_founded_once(engine: Engine) -> None:
    given.registry(engine)
    with pytest.raises(Conflict) as refused:
        given.registry(engine)
    assert refused.value.code == "registry.founded"


def test_every_entry_names_person_account_office_and_law(engine: Engine) -> None:
    given.registry(engine)
    with reading(engine) as session:
        for entry in session.exec(select(AuditEntry)):
            assert entry.person_id
            assert entry.account_name == "admin"
            assert entry.office_code == "SAMR"
            assert entry.rulebook_hash == given.rulebook().hash


def test_a_job_is_no_person_and_decides_nothing() -> None:
    actor = job_actor("nightly_score")
    assert actor.account_name == "job:nightly_score"
    assert not actor.may("approver", "411502")
