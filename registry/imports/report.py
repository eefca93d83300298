"""What an import tells: how many rows did what, and for each bad row where, what and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.commands import Outcome
from registry.errors import Malformed, Refusal
from registry.imports.faults import RowError
from registry.imports.raw import RETURNED, RawRow
from registry.imports.writing import write_csv, write_xlsx
from registry.texts import say

HEADINGS = ("行号 row", "列 column", "值 value", "原因", "reason", "单元格 cell")

MOST_COLUMNS = 100  # each line of JSON may name its own; no kind has half as many
LOSSES = frozenset({"import.number_as_text", "import.number_long", "import.date_as_text"})
"""Refusals of cells that no longer hold what was typed into them."""


@dataclass
class ImportReport:
    """What became of a file.

    Attributes:
        rows: Rows read, bad ones included, blank ones not.
        created: Rows that made something that was not on record.
        changed: Rows that made a new version of something.
        unchanged: Rows of which everything was on record already.
        facts: What was made or changed, by sort: business, violation, pledge, designation, statistic.
        refused: Every reason; a row may have several.
        warnings: What was taken but should be looked at.
        returned: The rows that met a refusal, as they stand in the file.
        unread: Sheets with content that are hidden or have no heading of the kind.
    """

    kind: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    refused: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    returned: list[RawRow] = field(default_factory=list)
    unread: tuple[str, ...] = ()

    @property
    def refused_by_reason(self) -> dict[str, int]:
        """Return how many reasons of each code there were, most frequent first."""
        return dict(Counter(error.refusal.code for error in self.refused).most_common())

    @property
    def refused_rows(self) -> int:
        """Return how many rows met a refusal."""
        return len({error.row for error in self.refused})

    def tally(self, outcomes: Iterable[Outcome]) -> None:
        """Count one row by all that it did."""
        done = {outcome.what for outcome in outcomes}
        if "created" in done:
            self.created += 1
        elif "changed" in done:
            self.changed += 1
        elif done == {"unchanged"}:
            self.unchanged += 1


def write_errors(path: Path, report: ImportReport) -> None:
    """Write what was refused: XLSX by that name, its rows to be corrected and imported again; else CSV.

    The CSV has one line for each reason, UTF-8 with its mark, no live formula.
    """
    if path.suffix.lower() == ".xlsx":
        write_xlsx(path, "退回", *returned_rows(report))
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(file, HEADINGS, map(_line, report.refused))


def _line(error: RowError) -> tuple[str, ...]:
    said = (error.column or "", error.value or "", error.reason("zh"), error.reason("en"))
    return str(error.number), *said, error.place


def returned_rows(report: ImportReport) -> tuple[list[str], Iterator[list[str]]]:
    """Return headings and rows of what was refused, as it stood, each row with where and why at its end.

    The last column is passed over when the file is imported again. A cell that has lost digits is left
    blank: as a text it would pass, and nobody would have looked at the original. The columns are the
    `MOST_COLUMNS` that most of the rows have; a row says how many cells it has besides.
    """
    headings = _headings(report)
    reasons: dict[tuple[str, int], list[str]] = {}
    lost = {(error.row, error.column) for error in report.refused if error.refusal.code in LOSSES}
    for error in report.refused:
        reasons.setdefault(error.row, []).append(f"{error.place}：{_in_both(error.refusal)}")
    rows = (
        [
            *("" if (raw.row, heading) in lost else _text(raw.cells.get(heading)) for heading in headings),
            "\n".join([*reasons[raw.row], *_left_out(raw, headings)]),
        ]
        for raw in report.returned
    )
    return [*headings, RETURNED], rows


def _headings(report: ImportReport) -> list[str]:
    """Return the headings of the rows that were refused, in the order in which they first stand."""
    counts = Counter(heading for raw in report.returned for heading in raw.cells if heading != RETURNED)
    most = {heading for heading, _times in counts.most_common(MOST_COLUMNS)}
    return [heading for heading in counts if heading in most]


def _left_out(raw: RawRow, headings: Sequence[str]) -> list[str]:
    """Return what is said of the cells of a row for which its sheet has no column."""
    count = len(raw.cells.keys() - {*headings, RETURNED})
    return [_in_both(Malformed("import.cells_left_out", count=count))] if count else []


def _in_both(refusal: Refusal) -> str:
    return f"{say(refusal, 'zh')} {say(refusal, 'en')}"


def _text(cell: object) -> str:
    return "" if cell is None or isinstance(cell, Refusal) else str(cell)
