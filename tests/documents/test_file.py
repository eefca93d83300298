"""A document lies under the digest of its bytes; it is read by those who supervise its region."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.documents import commands
from registry.documents.commands import FileDocument
from registry.errors import Forbidden, Malformed, NotFound
from registry.store.engine import writing
from tests import given

PAPER = FileDocument(kind="notice", title="告知书", region=given.TOWN, content="内容".encode())


def test_bytes_lie_under_their_digest(engine: Engine, data_dir: Path) -> None:
    given.registry(engine)
    with writing(engine) as session:
        commands.file_document(given.work(session, "officer"), data_dir, PAPER)
    digest = hashlib.sha256(PAPER.content).hexdigest()
    assert (data_dir / "documents" / digest[:2] / digest).read_bytes() == PAPER.content


def test_the_same_bytes_twice_lie_once(engine: Engine, data_dir: Path) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session, "officer")
        one, two = (commands.file_document(work, data_dir, PAPER) for _ in range(2))
        assert one != two
    assert sum(1 for path in data_dir.rglob("documents/*/*") if path.is_file()) == 1


def test_another_region_knows_of_no_such_document(engine: Engine, data_dir: Path) -> None:
    given.registry(engine)
    with writing(engine) as session:
        paper = PAPER.model_copy(update={"region": "110101"})
        document_id = commands.file_document(given.work(session, "national"), data_dir, paper)
        with pytest.raises(NotFound) as refused:
            commands.read_document(given.work(session, "officer"), data_dir, document_id)
        with pytest.raises(NotFound) as unknown:
            commands.read_document(given.work(session, "officer"), data_dir, "none")
        assert refused.value.code == unknown.value.code
        row, content = commands.read_document(given.work(session, "auditor"), data_dir, document_id)
        assert (row.digest, content) == (hashlib.sha256(PAPER.content).hexdigest(), PAPER.content)


def test_a_document_is_filed_only_for_a_region_one_supervises(engine: Engine, data_dir: Path) -> None:
    given.registry(engine)
    with writing(engine) as session:
        with pytest.raises(Forbidden):
            paper = PAPER.model_copy(update={"region": "110101"})
            commands.file_document(given.work(session, "officer"), data_dir, paper)
        with pytest.raises(Malformed):
            paper = PAPER.model_copy(update={"region": "999999"})
            commands.file_document(given.work(session, "national"), data_dir, paper)
