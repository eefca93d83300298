"""What was taken back is destroyed on the disk too: salts and contents leave every byte that is kept."""

from pathlib import Path

import pytest
from sqlmodel import select

from jobs import checkpoint_wal, sign_checkpoint
from registry.log.notes import load_or_create
from registry.log.tables import LogSalt
from registry.publication.editions import prepare_edition
from registry.publication.tables import PublishedRow
from registry.store.engine import reading, writing
from tests import given
from tests.jobs.conftest import Works
from tests.publication.test_events import withdraw


def secrets_of(works: Works, entry_id: str) -> list[bytes]:
    """Return salts and contents of what was published of an entry and of its leaves, as they are stored."""
    with reading(works.plant.engine) as session:
        rows = session.exec(select(PublishedRow).where(PublishedRow.entry_id == entry_id)).all()
        openings = session.exec(select(LogSalt).where(LogSalt.subject_id == entry_id)).all()
    published = [part for row in rows for part in (row.salt, (row.content or "").encode())]
    logged = [part.encode() for one in openings for part in (one.salt, one.content) if part]
    return [one for one in (*published, *logged) if one]


def holding(folder: Path, secret: bytes) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # PostgreSQL's files are its operator's
def test_no_file_keeps_salt_or_content_of_an_entry_that_was_taken_back(works: Works) -> None:
    load_or_create(works.plant.settings.data_dir, works.plant.settings.origin)
    entry_id = works.case.blacklisted()
    with writing(works.plant.engine) as session:
        prepare_edition(works.case.work(session, "officer"), "henan_black", given.TOWN)
    works.deliver()
    sign_checkpoint.run(works.plant)
    database = Path(str(works.plant.engine.url.database))
    secrets = secrets_of(works, entry_id)
    assert len(secrets) == 4
    assert all(holding(database.parent, one) for one in secrets)
    withdraw(works.case, entry_id)
    works.deliver()
    checkpoint_wal.run(works.plant)
    folders = {database.parent, works.plant.settings.data_dir}
    assert [found for folder in folders for one in secrets for found in holding(folder, one)] == []
