"""Two records of one shop, as the tests of mergers need them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.identifiers import new_id
from registry.store.engine import reading, writing
from tests import given

CODE = "91110000600037341L"
LATER = given.NOW + timedelta(hours=1)


@pytest.fixture
def pair(engine: Engine) -> tuple[str, str]:
    """Return a record without a code, and one with it, of the same shop."""
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        return given.business(work, name="李记水产"), given.business(work, uscc=CODE)


def recorded(engine: Engine) -> tuple[str, str]:
    """Return two fresh records, in a registry founded once for all examples."""
    with reading(engine) as session:
        founded = session.exec(select(AuditEntry)).first() is not None
    if not founded:
        given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        return given.business(work, name=f"甲{new_id()}"), given.business(work, name=f"乙{new_id()}")
