"""Two persons join two records by the command line, and part them again; one alone does not."""

from pathlib import Path

from sqlmodel import select

from registry.businesses.tables import Business, BusinessVersion
from registry.documents.commands import FileDocument, file_document
from registry.settings import read_settings
from registry.store.engine import open_engine, reading, writing
from tests import given
from tests.jobs.test_command_line import BUSINESSES, Run, founded, run

__all__ = ["founded", "run"]  # fixtures


def merged_into(data_dir: Path, business_id: str) -> str | None:
    with reading(open_engine(read_settings(data_dir=data_dir).database)) as session:
        return session.get_one(Business, business_id).merged_into_id


def test_two_persons_merge_and_undo_by_the_command_line(founded: Run, data_dir: Path, tmp_path: Path) -> None:
    added = founded(
        "account", "add", "chen", "陈某", "--office", "SAMR", "--grant", "approver:000000", "--as", "admin"
    )
    assert added.code == 0
    file = tmp_path / "businesses.csv"
    file.write_text(BUSINESSES, encoding="utf-8")
    assert founded("import", "businesses", str(file), "--as", "wang").code == 0
    engine = open_engine(read_settings(data_dir=data_dir).database)
    with writing(engine) as session:
        one, other = session.exec(select(BusinessVersion.business_id).order_by(BusinessVersion.name)).all()
        filing = FileDocument(kind="evidence", title="同一主体的证明", region=given.TOWN, content=b"x")
        document = file_document(given.work(session, "wang"), data_dir, filing)
    stated = ("--reason", "同一经营者", "--document", document, "--as", "wang")
    asked = founded("merger", "ask", one, other, *stated)
    assert asked.code == 0
    alone = founded("merger", "decide", asked.out.strip(), "approved", "--as", "wang")
    assert (alone.code, merged_into(data_dir, one)) == (2, None)
    assert founded("merger", "decide", asked.out.strip(), "approved", "--as", "chen").code == 0
    assert merged_into(data_dir, one) == other
    undone = founded("merger", "undo", asked.out.strip(), *stated)
    assert founded("merger", "decide", undone.out.strip(), "approved", "--as", "chen").code == 0
    assert merged_into(data_dir, one) is None
