"""From the cells of a row to the values of a command, by the columns of a kind."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import Malformed, Refusal, RuleRefused
from registry.imports.cells import text_of
from registry.imports.columns import Column
from registry.imports.faults import RowError
from registry.imports.raw import RETURNED, STANDING, STANDS, RawRow
from registry.imports.values import clean, fold


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row whose every cell could be read.

    Attributes:
        values: By field; only what the row states.
        headings: Heading in the file by field, to say where something is wrong.
    """

    raw: RawRow
    values: dict[str, Any]
    headings: Mapping[str, str]

    def error(self, refusal: Refusal) -> RowError:
        """Return what a command refused, at the cell that it speaks of."""
        heading = self.headings.get(refusal.field or "")
        value = self.raw.cells.get(heading) if heading is not None else None
        return self.raw.error(refusal, heading, None if value is None else str(value))


@dataclass(frozen=True, slots=True)
class Matched:
    """What the headings of a file stand for: heading, field and column of each, and heading by field."""

    columns: list[tuple[str, str, Column]]
    headings: Mapping[str, str]


class Sheet:
    """The columns of one file, matched to those of a kind by their English or Chinese headings."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._by_heading = {fold(h): column for column in columns for h in (column.heading, *column.zh)}
        self._matched: dict[tuple[str, ...], Matched] = {}

    @property
    def known(self) -> Collection[str]:
        """Return all headings of the kind, folded."""
        return self._by_heading.keys()

    def match(self, headings: Iterable[str]) -> Matched:
        """Return what the headings of a file or row stand for.

        Raises:
            Malformed: A heading is unknown, stands for a column twice, or a required one is missing.
        """
        key = tuple(headings)
        if key not in self._matched:
            columns = self._match(key)
            self._matched[key] = Matched(
                [(heading, field, column) for field, (heading, column) in columns.items()],
                {field: heading for field, (heading, _column) in columns.items()},
            )
        return self._matched[key]

    def _match(self, headings: Sequence[str]) -> dict[str, tuple[str, Column]]:
        matched: dict[str, tuple[str, Column]] = {}
        for heading in headings:
            if fold(heading) in (RETURNED, STANDING):
                continue
            column = self._by_heading.get(fold(heading))
            if column is None:
                known = "、".join(f"{column.heading}/{column.zh[0]}" for column in self.columns)
                raise Malformed("import.heading_unknown", heading=heading, known=known)
            if column.field in matched:
                raise Malformed("import.heading_twice", heading=heading)
            matched[column.field] = (heading, column)
        missing = [c for c in self.columns if c.required and c.field not in matched]
        if missing:
            names = "、".join(f"{column.heading}/{column.zh[0]}" for column in missing)
            raise Malformed("import.heading_missing", missing=names)
        return matched

    def read(self, raw: RawRow) -> ReadRow | list[RowError]:
        """Return the values of a row, or everything that is wrong with its cells."""
        if raw.refusal is not None:
            return [raw.error(raw.refusal)]
        try:
            matched = self.match(raw.cells)
        except Malformed as unknown:
            return [raw.error(unknown)]
        if (standing := str(raw.cells.get(STANDING) or STANDS).strip()) != STANDS:
            return [raw.error(RuleRefused("import.not_standing", standing=standing), STANDING, standing)]
        values: dict[str, Any] = {}
        errors: list[RowError] = []
        for heading, field, column in matched.columns:
            cell = raw.cells.get(heading)
            if (cell is None or cell == "") and not column.required:
                continue  # half of all cells, and there are millions
            try:
                if text := clean(text_of(cell, field, column.read), field):
                    values[field] = column.read(text, field)
                elif column.required:
                    raise Malformed("import.cell_missing", field=field)
            except Malformed as refusal:
                errors.append(raw.error(refusal, heading, _shown(cell)))
        return errors or ReadRow(raw, values, matched.headings)


def _shown(cell: object) -> str | None:
    return None if cell is None or isinstance(cell, Malformed) else str(cell)[:200]
