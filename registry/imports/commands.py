"""Importing a file: in batches, each one transaction, through the same commands as everybody else.

An import holds nothing of its own: which rows were taken is told by what is on record. So a file
read twice changes nothing the second time, and one that was killed half-way is simply read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

from registry.audit.work import Work
from registry.errors import NotFound
from registry.imports import rows
from registry.imports.cases import Cases
from registry.imports.files import RawRow, open_source
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
    path: Path,
    transaction: Transaction,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file of a kind; a bad row is reported and never stops the good ones.

    Args:
        kind: One of `KINDS`.
        path: CSV, or JSON lines by the name `.jsonl`, `.ndjson` or `.json`; cases and records are JSON lines.
        transaction: Opens the work of one batch; it commits when it is left, and the clock and the
            account are its matter.
        dry_run: Do all of it in one transaction and keep nothing; other writers wait meanwhile.
        progress: Called after each batch.

    Raises:
        NotFound: There is no such kind.
        Malformed: The file is not UTF-8, or its headings are not those of the kind.
    """
    if kind not in IMPORTERS:
        raise NotFound("import.kind_unknown", field="kind", kind=kind, known=", ".join(KINDS))
    source = open_source(path, json_lines=kind in JSON_LINES)
    importer = IMPORTERS[kind]()
    if source.headings is not None:
        importer.check(source.headings)
    report = ImportReport(kind)
    batches = _told(_batches(source.rows(), importer.at_once), report, source.size, progress)
    if dry_run:
        _try_out(importer, batches, transaction, report)
    else:
        for batch in batches:
            with transaction() as work:
                importer.take(work, batch, report)
    report.refused.sort(key=lambda error: error.number)
    return report


def _try_out(
    importer: Importer, batches: Iterable[list[RawRow]], transaction: Transaction, report: ImportReport
) -> None:
    try:
        with transaction() as work:
            for batch in batches:
                importer.take(work, batch, report)
            raise _DryRun
    except _DryRun:
        return


def _batches(raws: Iterable[RawRow], at_once: int) -> Iterator[list[RawRow]]:
    left = iter(raws)
    while batch := list(islice(left, at_once)):
        yield batch


def _told(
    batches: Iterable[list[RawRow]], report: ImportReport, size: int, progress: Progress | None
) -> Iterator[list[RawRow]]:
    """Yield batches and tell the progress once each is done."""
    for batch in batches:
        report.rows += len(batch)
        yield batch
        if progress is not None:
            progress(report.rows, batch[-1].read_to, size)
