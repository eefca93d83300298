"""What the nights do to reports: order and number tell nothing, receipts prove, and what is over is gone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from jobs import purge_reports, shuffle_reports, sign_checkpoint
from registry.audit.tables import AuditEntry
from registry.calendar import add_months
from registry.errors import Conflict
from registry.log.tables import LogLeaf, LogSalt
from registry.publication.verify import verify
from registry.reports import receipts, thread
from registry.reports.codes import Derived
from registry.reports.deadlines import Handling, dues
from registry.reports.progress import as_owed
from registry.reports.retention import belongings, purge
from registry.reports.rewriting import rewrite
from registry.reports.sealing import Unopened
from registry.reports.statement import statement
from registry.reports.tables import BodyPiece, CompartmentKey, Receipt, Report, metadata
from registry.store.engine import checkpoint, reading
from tests import given
from tests.reports.nights import Clock, Nights, nights
from tests.reports.sending import arrived
from tests.reports.site import OFFICE, TODAY, Site

MANY = 300
APART = 0.2
INSIDE = slice(3000, 3032)  # of a body: beyond what stands beside its key


@pytest.fixture
def clock() -> Clock:
    """A clock to move."""
    return Clock()


@pytest.fixture
def night(site: Site, sqlite_engine: Engine, data_dir: Path, clock: Clock) -> Iterator[Nights]:
    """An installation with reports of either database."""
    with nights(site, sqlite_engine, data_dir, clock) as found:
        yield found


def rank_correlation(order: list[int]) -> float:
    """Return Spearman's correlation between 0, 1, 2, … and the order in which these numbers stand."""
    number = len(order)
    squares = sum((place - value) ** 2 for place, value in enumerate(order))
    return 1 - 6 * squares / (number * (number**2 - 1))


def lying(engine: Engine, pieces: dict[bytes, int]) -> list[list[int]]:
    """Return the orders in which reports lie: in the file, or by address and number of transaction."""
    if engine.dialect.name == "sqlite":
        checkpoint(engine)
        whole = Path(str(engine.url.database)).read_bytes()
        return [
            [number for _, number in sorted((whole.index(piece), number) for piece, number in pieces.items())]
        ]
    queries = (
        "SELECT piece FROM body_piece ORDER BY ctid",
        "SELECT piece FROM body_piece ORDER BY xmin::text::bigint, ctid",
        "SELECT piece FROM body_piece ORDER BY pg_column_toast_chunk_id(piece), ctid",
    )
    with engine.begin() as connection:
        found = [[bytes(piece) for (piece,) in connection.execute(text(query))] for query in queries]
    return [[pieces[one[INSIDE]] for one in order] for order in found]


def test_after_the_night_nothing_tells_in_which_order_the_reports_of_a_day_came(site: Site) -> None:
    pieces = {}
    for number in range(MANY):
        with site.vault() as vault:
            report, _ = arrived(vault)
            piece = vault.session.get_one(BodyPiece, (report.id, "content", 0, 0)).piece
            pieces[piece[INSIDE]] = number
    assert all(rank_correlation(order) > 0.9 for order in lying(site.engine, pieces))
    rewrite(site.engine)
    orders = lying(site.engine, pieces)
    assert all(sorted(order) == list(range(MANY)) for order in orders)
    assert [found for order in orders if abs(found := rank_correlation(order)) > APART] == []


def test_what_was_laid_out_anew_is_what_was_there(site: Site) -> None:
    with site.vault() as vault:
        kept = {arrived(vault, f"第{number}件".encode())[0].id: number for number in range(20)}
        before = {table: len(vault.session.execute(table.select()).all()) for table in metadata.sorted_tables}
    rewrite(site.engine)
    with site.vault() as vault:
        after = {table: len(vault.session.execute(table.select()).all()) for table in metadata.sorted_tables}
        assert before == after
        assert set(vault.session.exec(select(Report.id))) == set(kept)


def test_the_night_says_how_many_arrived_and_a_day_with_none_leaves_as_many_leaves(
    night: Nights, clock: Clock
) -> None:
    with night.site.vault() as vault:
        for _ in range(3):
            arrived(vault)
    assert shuffle_reports.run(night.plant) == "arrived=0"
    clock.pass_days(1)
    assert shuffle_reports.run(night.plant) == "arrived=3"
    assert shuffle_reports.run(night.plant) == "arrived=0"
    with reading(night.plant.engine) as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "report.arrived")).all()
        assert [(one.subject_id, one.detail) for one in told] == [
            (OFFICE, {"on": TODAY.isoformat(), "reports": 3})
        ]
        leaves = session.exec(select(LogLeaf).where(LogLeaf.act == receipts.ACT)).all()
        assert len(leaves) == 3 * receipts.RECEIPTS_AT_ONCE
        assert {leaf.office_code for leaf in leaves} == {"system"}
        mine = col(LogSalt.leaf_id).in_([leaf.leaf_id for leaf in leaves])
        assert {(row.salt, row.content) for row in session.exec(select(LogSalt).where(mine))} == {
            (None, None)
        }


def test_a_receipt_proves_to_anyone_that_a_report_came_on_a_day_and_says_nothing_else(
    night: Nights, clock: Clock, tmp_path: Path
) -> None:
    with night.site.vault() as vault:
        report, reporter = arrived(vault)
        _, stranger = arrived(vault)
        assert receipts.receipt_of(vault, report, reporter) is None
    clock.pass_days(1)
    shuffle_reports.run(night.plant)
    with night.plant.reports.reading(clock.today) as vault:
        report = vault.session.get_one(Report, report.id)
        opening = receipts.receipt_of(vault, report, reporter)
        assert opening is not None
        with pytest.raises(Unopened):
            receipts.receipt_of(vault, report, stranger)
    with reading(night.plant.engine) as session, pytest.raises(Conflict):
        receipts.certificate(session, opening)
    sign_checkpoint.run(night.plant)
    with reading(night.plant.engine) as session:
        told = receipts.certificate(session, opening)
        key = session.execute(text("SELECT verifier_key FROM log_checkpoint")).scalars().first()
    paper = tmp_path / "receipt.txt"
    paper.write_text(told, encoding="utf-8")
    assert verify([paper], key) == []
    assert set(opening.content) == {"kind", "site", "office_code", "received_on", "sealed_sha256"}
    assert report.id not in told
    assert receipts.received_on(opening) == TODAY
    forged = paper.with_name("forged.txt")
    later = receipts.Opening(opening.leaf_id, opening.salt, {**opening.content, "received_on": "2020-01-01"})
    with reading(night.plant.engine) as session:
        forged.write_text(receipts.certificate(session, later), encoding="utf-8")
    assert [problem.code for problem in verify([forged], key)] == ["opening"]


def test_the_words_of_a_receipt_name_the_periods_that_ended(night: Nights, clock: Clock) -> None:
    content = {"received_on": "2024-01-02", "sealed_sha256": "00", "office_code": OFFICE}
    opening = receipts.Opening("leaf", "00", content)
    owed = dues(given.rulebook(), Handling(given.TOWN, date(2024, 1, 2)), {})
    zh = statement(opening, "浉河区局", as_owed(owed, date(2024, 3, 1)), "zh")
    assert zh[0] == "浉河区局于 2024-01-02 收到一件密封举报。"
    assert any("举报核查期限已于" in line for line in zh)
    unknown = dues(given.rulebook(), Handling(given.TOWN, TODAY), {})
    en = statement(opening, "the office", as_owed(unknown, TODAY), "en")
    assert any("not on record" in line for line in en)
    assert not any("{" in line for line in (*zh, *en))


def closed(night: Nights, story: bytes) -> tuple[str, Derived, list[bytes]]:
    """Let a report come and be closed, and return it with bytes of it as they are kept."""
    with night.site.vault() as vault:
        report, reporter = arrived(vault, story)
        key = thread.visit(vault, reporter)[1]
        thread.write(vault, report, key, "reporter", "补充一句。")
        report.closed_on = TODAY
        vault.session.add(report)
        pieces = vault.session.exec(select(BodyPiece).where(BodyPiece.report_id == report.id)).all()
        keys = vault.session.exec(select(CompartmentKey).where(CompartmentKey.report_id == report.id)).all()
        kept = [row.piece for row in pieces] + [row.sealed_key for row in keys]
        return report.id, reporter, [part for whole in kept for part in _parts(whole)]


def _parts(whole: bytes) -> list[bytes]:
    """Return parts short enough to stand on one page of a file, all over a value."""
    return [whole[start : start + 24] for start in range(40, len(whole) - 24, 512)]


def holding(folder: Path, parts: list[bytes]) -> int:
    """Return how many of the parts stand in some file."""
    whole = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return sum(any(part in content for content in whole) for part in parts)


@pytest.mark.parametrize("reports_engine", ["sqlite"], indirect=True)  # PostgreSQL's files are its operator's
def test_of_a_closed_report_no_byte_stays_after_its_term(night: Nights, clock: Clock) -> None:
    report_id, _, parts = closed(night, b"a" * 60_000)
    with night.site.vault() as vault:
        stays, _ = arrived(vault)
    checkpoint(night.site.engine)
    assert holding(night.files, parts) > 100
    clock.today = add_months(TODAY, 24)
    assert purge_reports.run(night.plant) == "purged=1"
    assert holding(night.files, parts) == 0
    assert holding(night.files, [report_id.encode()]) == 0
    with night.site.vault() as vault:
        assert list(vault.session.exec(select(Report.id))) == [stays.id]


@pytest.mark.parametrize("reports_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("overwritten", [True, False])
def test_deleting_and_emptying_the_log_is_enough_only_where_freed_space_is_overwritten(
    night: Nights, overwritten: bool
) -> None:
    _, _, parts = closed(night, b"a" * 60_000)
    checkpoint(night.site.engine)
    with night.plant.reports.writing(TODAY) as vault:
        vault.session.execute(text(f"PRAGMA secure_delete={int(overwritten)}"))
        assert purge(vault, {OFFICE: TODAY}) == {OFFICE: 1}
    checkpoint(night.site.engine)
    assert (holding(night.files, parts) == 0) is overwritten
    night.site.engine.dispose()


def test_the_purge_deletes_what_is_due_and_says_so_without_names(night: Nights, clock: Clock) -> None:
    report_id, reporter, _ = closed(night, b"a")
    with night.site.vault() as vault:
        open_one, _ = arrived(vault)
    clock.pass_days(1)
    shuffle_reports.run(night.plant)
    clock.today = add_months(TODAY, 24).replace(day=TODAY.day - 1)
    assert purge_reports.run(night.plant) == "purged=0"
    clock.pass_days(1)
    assert purge_reports.run(night.plant) == "purged=1"
    with night.site.vault() as vault:
        assert list(vault.session.exec(select(Report.id))) == [open_one.id]
        for table, of_it in belongings([report_id]):
            assert vault.session.execute(table.select().where(of_it)).all() == [], table.name
        assert thread.items(vault, open_one, "content") == [0]
        assert vault.session.get(Receipt, open_one.id) is not None
    with reading(night.plant.engine) as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "reports.purged")).one()
        assert told.detail == {"reports": 1}
        assert session.exec(select(LogLeaf).where(LogLeaf.act == "reports.purged")).one().on == clock.today
        assert report_id not in str(session.exec(select(AuditEntry)).all())
    assert reporter.locator not in b"".join(
        path.read_bytes() for path in night.files.rglob("*") if path.is_file()
    )


def test_every_table_that_speaks_of_a_report_is_purged_with_it() -> None:
    purged = {table.name for table, _ in belongings([])}
    named = {table.name for table in metadata.sorted_tables if "report_id" in table.columns}
    assert purged >= {"report", "disclosure_approval", *named}
    for table in metadata.sorted_tables:
        refers = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        assert table.name in purged or not refers & purged
