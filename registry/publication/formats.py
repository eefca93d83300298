"""The forms in which an edition and its delta are written; a withdrawn row is its leaf alone."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registry.publication.leaves import canonical

if TYPE_CHECKING:
    import pyarrow

FIELDS = (
    "entry_id",
    "regime",
    "colour",
    "business_id",
    "name",
    "uscc",
    "region",
    "region_name",
    "market",
    "stall",
    "ground",
    "basis",
    "measures",
    "listed_on",
    "publish_from",
    "publish_until",
    "objected_on",
)
COLUMNS = ("leaf", "salt", *FIELDS)
SEPARATOR = "|"  # between the codes of measures, where a cell holds several
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Row:
    """One row of an edition; without salt and content where it was withdrawn."""

    leaf: str
    salt: str | None
    content: str | None

    @cached_property
    def cells(self) -> tuple[str | None, ...]:
        """The flat cells of the row under `COLUMNS`, text or nothing."""
        if self.content is None:
            return (self.leaf, *[None] * (len(COLUMNS) - 1))
        told = json.loads(self.content)
        told["measures"] = SEPARATOR.join(told["measures"])
        return (self.leaf, self.salt, *map(told.get, FIELDS))


@dataclass(frozen=True)
class Operation:
    """One operation of a delta; salt and content as in `Row`."""

    op: str
    leaf: str
    old: str | None
    ground: str | None
    salt: str | None
    content: str | None

    @property
    def stated(self) -> str:
        """The canonical JSON of what is signed of it: all but salt and content."""
        told = {"ground": self.ground, "leaf": self.leaf, "old": self.old, "op": self.op}
        return canonical({name: value for name, value in told.items() if value is not None})


class Writer(Protocol):
    """What writes rows, part by part, into one file."""

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""


class NdjsonWriter:
    """One JSON object a line: leaf, and salt and content unless withdrawn."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._file.writelines(opened(f'{{"leaf":"{row.leaf}"}}', row.salt, row.content) for row in rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


def opened(head: str, salt: str | None, content: str | None) -> str:
    """Return a line of canonical JSON with salt and content, where there are any, about a head.

    The content goes in as it was hashed; names between "content" and "salt" keep the keys in order.
    """
    return head + "\n" if content is None else f'{{"content":{content},{head[1:-1]},"salt":"{salt}"}}\n'


class CsvWriter:
    """Comma-separated with a byte order mark, so that spreadsheets read Chinese; no cell is a formula."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, lineterminator="\r\n")
        self._rows.writerow(COLUMNS)

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._rows.writerows(map(neutral, row.cells) for row in rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


def schema() -> "pyarrow.Schema":
    """Return the columns of the Parquet file."""
    import pyarrow as pa  # noqa: PLC0415  # heavy, and only who publishes needs it

    salt_and_content = (pa.field(name, pa.string()) for name in COLUMNS[1:])
    return pa.schema([pa.field("leaf", pa.string(), nullable=False), *salt_and_content])


class ParquetWriter:
    """Plain pages packed by gzip: any reader knows them, and `verify` needs no library to."""

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetWriter as Plain  # noqa: PLC0415  # as above

        self._schema = schema()
        self._file = Plain(
            path,
            self._schema,
            compression="gzip",
            use_dictionary=False,
            write_statistics=False,
            data_page_version="1.0",
            version="1.0",
            store_schema=False,
        )

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows as one group."""
        import pyarrow as pa  # noqa: PLC0415  # as above

        columns = [pa.array([row.cells[n] for row in rows], pa.string()) for n in range(len(COLUMNS))]
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """End the file."""
        self._file.close()


CSV = "entries.csv"
WRITERS = {"entries.ndjson": NdjsonWriter, CSV: CsvWriter, "entries.parquet": ParquetWriter}


@contextmanager
def writers(folder: Path) -> Iterator[list[Writer]]:
    """Open the three files of an edition in a folder and end them."""
    begun: list[Any] = []
    try:
        for name, kind in WRITERS.items():
            begun.append(kind(folder / name))
        yield begun
    finally:
        for writer in begun:
            writer.close()


def neutral(cell: str | None) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before its sign."""
    if cell is None:
        return ""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
