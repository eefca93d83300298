"""What an import tells: how many rows did what, and for each bad row where, what and why."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from registry.commands import Outcome
from registry.errors import Refusal
from registry.texts import Language, say

HEADINGS = ("行号 row", "列 column", "值 value", "原因", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RowError:
    """One reason against one row.

    Attributes:
        number: Row in the file as a spreadsheet counts: the heading is row 1. For JSON lines, the line.
        column: Heading as it stands in the file; None where the whole row is meant.
        value: The cell as it stands in the file.
    """

    number: int
    column: str | None
    value: str | None
    refusal: Refusal

    def reason(self, language: Language) -> str:
        """Return why, in words."""
        return say(self.refusal, language)


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
    """

    kind: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    refused: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)

    @property
    def refused_by_reason(self) -> dict[str, int]:
        """Return how many reasons of each code there were, most frequent first."""
        return dict(Counter(error.refusal.code for error in self.refused).most_common())

    @property
    def refused_rows(self) -> int:
        """Return how many rows met a refusal."""
        return len({error.number for error in self.refused})

    def tally(self, outcomes: Iterable[Outcome]) -> None:
        """Count one row by all that it did."""
        done = {outcome.what for outcome in outcomes}
        if "created" in done:
            self.created += 1
        elif "changed" in done:
            self.changed += 1
        elif done == {"unchanged"}:
            self.unchanged += 1


def write_errors(path: Path, errors: Iterable[RowError]) -> None:
    """Write refusals as CSV that spreadsheets open as it is: UTF-8 with its mark, no live formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for error in errors:
            cells = (error.column or "", error.value or "", error.reason("zh"), error.reason("en"))
            writer.writerow([error.number, *map(_inert, cells)])


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
