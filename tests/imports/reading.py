"""What the tests of imports share: writing a file, importing it, and seeing all that is on record."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from registry.audit.work import Work
from registry.imports.commands import import_file
from registry.imports.report import ImportReport
from registry.store.engine import reading, writing
from registry.tables import metadata
from tests import given

# What says when and by which random identifier something was written, not what is on record.
INCIDENTAL = frozenset(
    {"recorded_at", "superseded_at", "at", "salt", "commitment", "leaf_hash", "leaf_id", "seq"}
)
# How the writing was cut into transactions shows in these alone.
BY_TRANSACTION = frozenset(
    {"audit_entry", "outbox", "log_head", "log_leaf", "log_salt", "public_event", "public_changes"}
)


def transactions(engine: Engine, account: str = "national") -> Callable[[], AbstractContextManager[Work]]:
    """Return what opens one transaction after another for an account."""

    @contextmanager
    def one() -> Iterator[Work]:
        with writing(engine) as session:
            yield given.work(session, account)

    return one


def imported(engine: Engine, kind: str, path: Path, account: str = "national", **more: Any) -> ImportReport:
    """Import a file by an account."""
    return import_file(kind, path, transactions(engine, account), **more)


def imported_bytes(engine: Engine, folder: Path, content: bytes, kind: str = "businesses") -> ImportReport:
    """Import bytes from a file whose name says nothing of what they are."""
    path = folder / "文件.csv"
    path.write_bytes(content)
    return imported(engine, kind, path)


def table(folder: Path, text: str, name: str = "rows.csv", encoding: str = "utf-8") -> Path:
    """Write a file of rows and return its path."""
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def on_record(engine: Engine) -> dict[str, list[str]]:
    """Return all rows by table, identifiers replaced by what they stand for, in a fixed order."""
    with reading(engine) as session:
        rows = {
            table.name: [dict(row) for row in session.connection().execute(table.select()).mappings()]
            for table in metadata.sorted_tables
            if table.name not in BY_TRANSACTION
        }
    names = {row["business_id"]: f"business {row['name']} {row['uscc']}" for row in rows["business_version"]}
    names |= {row["id"]: f"market {row['name']}" for row in rows["market"]}
    return {
        name: sorted(
            str(
                {
                    key: names.get(value, value) if isinstance(value, str) else value
                    for key, value in row.items()
                    if not _incidental(key, value, names)
                }
            )
            for row in held
        )
        for name, held in rows.items()
    }


def _incidental(key: str, value: Any, names: dict[Any, str]) -> bool:
    own = key == "id" or (key.endswith("_id") and isinstance(value, str) and value not in names)
    return key in INCIDENTAL or own
