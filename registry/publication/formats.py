"""The three forms in which the rows of an edition are written; a withdrawn row is its leaf alone."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from registry.publication.leaves import canonical

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
)
COLUMNS = ("position", "leaf", "salt", *FIELDS)
SEPARATOR = "|"  # between the codes of measures, where a cell holds several
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SCHEMA = pa.schema(
    [pa.field("position", pa.int64(), nullable=False), *(pa.field(name, pa.string()) for name in COLUMNS[1:])]
)


@dataclass(frozen=True)
class Row:
    """One row of an edition; without salt and content where it was withdrawn."""

    position: int
    leaf: str
    salt: str | None
    content: str | None

    def cells(self) -> dict[str, Any]:
        """Return the flat cells of the row, text or nothing."""
        told: Mapping[str, Any] = json.loads(self.content) if self.content is not None else {}
        cells = {name: told.get(name) for name in FIELDS}
        cells["measures"] = SEPARATOR.join(told["measures"]) if told else None
        return {"position": self.position, "leaf": self.leaf, "salt": self.salt, **cells}


class Writer(Protocol):
    """What writes rows, part by part, into one file."""

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""


class NdjsonWriter:
    """One JSON object a line: position, leaf, and salt and content unless withdrawn."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        for row in rows:
            head = canonical({"leaf": row.leaf, "position": row.position})
            if row.content is not None:
                # already canonical as it was hashed, so it goes in as it is; keys stay in order
                head = f'{{"content":{row.content},{head[1:-1]},"salt":"{row.salt}"}}'
            self._file.write(head + "\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()


class CsvWriter:
    """Comma-separated with a byte order mark, so that spreadsheets read Chinese; no cell is a formula."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, lineterminator="\r\n")
        self._rows.writerow(COLUMNS)

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        self._rows.writerows([neutral(cell) for cell in row.cells().values()] for row in rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


class ParquetWriter:
    """Plain pages packed by gzip: any reader knows them, and `verify` needs no library to."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetWriter(
            path,
            SCHEMA,
            compression="gzip",
            use_dictionary=False,
            write_statistics=False,
            data_page_version="1.0",
            version="1.0",
            store_schema=False,
        )

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows as one group."""
        cells = [row.cells() for row in rows]
        columns = [pa.array([row[name] for row in cells], SCHEMA.field(name).type) for name in COLUMNS]
        self._file.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))

    def close(self) -> None:
        """End the file."""
        self._file.close()


WRITERS = {"entries.ndjson": NdjsonWriter, "entries.csv": CsvWriter, "entries.parquet": ParquetWriter}


@contextmanager
def writers(folder: Path) -> Iterator[list[Writer]]:
    """Open the three files of an edition in a folder and end them."""
    opened: list[Any] = []
    try:
        for name, kind in WRITERS.items():
            opened.append(kind(folder / name))
        yield opened
    finally:
        for writer in opened:
            writer.close()


def neutral(cell: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before its sign."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
