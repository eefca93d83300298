"""Importing a file: in batches, each one transaction, through the same commands as everybody else.

An import holds nothing of its own: which rows were taken is told by what is on record. So a file
read twice changes nothing the second time, and one that was killed half-way is simply read again.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

from registry.audit.work import Work
from registry.errors import Malformed, NotFound
from registry.imports import rows
from registry.imports.cases import Cases
from registry.imports.files import open_source
from registry.imports.lines import Content
from registry.imports.packages import OFFICE, for_rows
from registry.imports.raw import RawRow
from registry.imports.records import Records
from registry.imports.report import ImportReport
from registry.imports.rows import Importer

JSON_LINES: Mapping[str, Callable[[], Importer]] = {"cases": Cases, "records": Records}
IMPORTERS: Mapping[str, Callable[[], Importer]] = {**rows.IMPORTERS, **JSON_LINES}
KINDS = tuple(IMPORTERS)
BUILTIN = {"cases": "cases.jsonl", "records": "other_records.jsonl"}

Transaction = Callable[[], AbstractContextManager[Work]]
Progress = Callable[[int, int, int], None]
"""Told rows done, bytes done and bytes in all."""


class _DryRun(Exception):
    """Carries a dry run out of its transaction, so that nothing of it is committed."""


def builtin(kind: str) -> Path:
    """Return the file of real records that comes with the registry: `cases` or `records`."""
    return Path(__file__).parent / "data" / BUILTIN[kind]


def import_file(
    kind: str,
    content: Content,
    transaction: Transaction,
    *,
    name: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    at_once: int | None = None,
) -> ImportReport:
    """Import a file of a kind; a bad row is reported and never stops the good ones.

    Args:
        kind: One of `KINDS`.
        content: The file or its bytes: XLSX, CSV, or JSON lines; cases and records are JSON lines.
        transaction: Opens the work of one batch; it commits when it is left, and the clock and the
            account are its matter.
        name: What the file is called; unset: the name of the path. It tells JSON lines from CSV.
        dry_run: Do all of it in one transaction and keep nothing; other writers wait meanwhile.
        progress: Called after each batch.
        at_once: Most rows of a batch; None: as many as the kind takes best.

    Raises:
        NotFound: There is no such kind.
        Malformed: The file is refused by its content, or its headings are not those of the kind.
    """
    reading = _Reading(kind, content, name, at_once)
    if dry_run:
        _try_out(reading, transaction, progress)
    else:
        for batch in reading.batches(progress):
            with transaction() as work:
                reading.importer.take(work, batch, reading.report)
    return reading.finished()


def examine(
    work: Work, kind: str, content: Content, name: str, *, most_rows: int | None = None
) -> ImportReport:
    """Tell what would become of each row of a file, within a transaction that keeps nothing of it.

    Args:
        work: Who would import it; its transaction may go on afterwards.
        kind: One of `KINDS`.
        content: The file or its bytes.
        name: What the file is called.
        most_rows: Refuse a file of more rows; None: take any number.

    Raises:
        NotFound: There is no such kind.
        Malformed: As for `import_file`, or there are too many rows.
    """
    with work.session.begin_nested() as step:
        report = carry_out(work, kind, content, name, most_rows=most_rows)
        step.rollback()
    return report


def carry_out(
    work: Work, kind: str, content: Content, name: str, *, most_rows: int | None = None
) -> ImportReport:
    """Import a file within one transaction, as a request does; arguments and refusals as for `examine`."""
    reading = _Reading(kind, content, name, most_rows=most_rows)
    for batch in reading.batches(None):
        reading.importer.take(work, batch, reading.report)
    return reading.finished()


def count_rows(kind: str, content: Content, name: str, *, most: int) -> int:
    """Return how many rows a file has, blank ones left out, without recording anything.

    Args:
        kind: One of `KINDS`.
        content: The file or its bytes.
        name: What the file is called.
        most: Refuse a file of more.

    Raises:
        NotFound: There is no such kind.
        Malformed: As for `import_file`, or there are too many rows.
    """
    rows = sum(1 for _ in islice(_Reading(kind, content, name, most_rows=most).source.rows(), most + 1))
    if rows > most:
        raise Malformed("import.too_many_rows", most=most)
    return rows


class _Reading:
    """One file on its way into the registry, batch by batch."""

    def __init__(
        self,
        kind: str,
        content: Content,
        name: str | None,
        at_once: int | None = None,
        most_rows: int | None = None,
    ) -> None:
        if kind not in IMPORTERS:
            raise NotFound("import.kind_unknown", field="kind", kind=kind, known=", ".join(KINDS))
        self.importer = IMPORTERS[kind]()
        self.most_rows = most_rows
        self.source = open_source(
            content,
            name,
            known=self.importer.known,
            json_lines=kind in JSON_LINES,
            room=OFFICE if most_rows is None else for_rows(most_rows),
        )
        for table in self.source.tables or ():
            self.importer.check(table.headings)
        self.at_once = min(self.importer.at_once, at_once or self.importer.at_once)
        self.report = ImportReport(kind, unread=self.source.unread)

    def batches(self, progress: Progress | None) -> Iterator[list[RawRow]]:
        """Yield the rows; keep those that were refused, and tell the progress, once each batch is done."""
        rows, report = self.source.rows(), self.report
        while batch := list(islice(rows, self.at_once)):
            report.rows += len(batch)
            if self.most_rows is not None and report.rows > self.most_rows:
                raise Malformed("import.too_many_rows", most=self.most_rows)
            before = len(report.refused)
            yield batch
            bad = {error.row for error in report.refused[before:]}
            report.returned.extend(raw for raw in batch if raw.row in bad)
            if progress is not None:
                progress(report.rows, batch[-1].read_to, self.source.size)

    def finished(self) -> ImportReport:
        """Return the report, refusals in the order of their rows."""
        self.report.refused.sort(key=lambda error: error.row)
        return self.report


def _try_out(reading: _Reading, transaction: Transaction, progress: Progress | None) -> None:
    try:
        with transaction() as work:
            for batch in reading.batches(progress):
                reading.importer.take(work, batch, reading.report)
            raise _DryRun
    except _DryRun:
        return
