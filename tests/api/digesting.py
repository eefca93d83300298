"""The whole content of a database as one digest, to show that nothing was changed."""

import hashlib

from sqlalchemy import Engine, select, text
from sqlmodel import SQLModel

import registry.tables  # noqa: F401  # every table, not only those that a test imports
from registry.store.engine import reading


def digest(engine: Engine) -> str:
    """Return the digest of every row of every table."""
    total = hashlib.sha256()
    with reading(engine) as session:
        for table in SQLModel.metadata.sorted_tables:
            # as they stand: a hundred statements that name their columns cost more than the requests between
            rows = sorted(map(repr, session.connection().execute(select(text("*")).select_from(table)).all()))
            total.update(f"{table.name} {rows}".encode())
    return total.hexdigest()
