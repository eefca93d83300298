"""Every column of the reports' database is listed, and what is listed as plain could hold no words."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

import pytest
from sqlalchemy import Column, Date, Integer, LargeBinary, MetaData, String, Table, Text, TypeDecorator

from registry.reports.inventory import COLUMNS, KINDS, Kind, Plain, Sealed
from registry.reports.inventory import Column as Listed
from registry.reports.store import REPORTS

TYPES: Mapping[Kind, tuple[type, ...]] = {
    "random": (str, bytes),
    "fingerprint": (str,),
    "public key": (bytes,),
    "derived": (bytes, str),
    "code": (str,),
    "person": (str,),
    "count": (int,),
    "day": (date,),
}


def faults(metadata: MetaData, listed: Mapping[str, Mapping[str, Listed]]) -> list[str]:
    """Return what the tables have and the list lacks, the other way round, and what cannot be."""
    there = {
        table.name: {column.name: column for column in table.columns} for table in metadata.sorted_tables
    }
    found = [f"{table} is listed and is no table" for table in listed.keys() - there.keys()]
    for table, columns in there.items():
        rows = listed.get(table, {})
        found += [f"{table}.{name} is not listed" for name in columns.keys() - rows.keys()]
        found += [f"{table}.{name} is listed and is no column" for name in rows.keys() - columns.keys()]
        for name in columns.keys() & rows.keys():
            found += _misfits(there, f"{table}.{name}", columns[name], rows[name])
    return sorted(found)


def _misfits(
    there: Mapping[str, Mapping[str, Column[object]]], name: str, column: Column[object], row: Listed
) -> list[str]:
    kept = column.type
    held = (kept.impl_instance if isinstance(kept, TypeDecorator) else kept).python_type
    if isinstance(row, Plain):
        return [] if held in TYPES[row.kind] else [f"{name} is {held.__name__}, which is no {row.kind}"]
    found = [] if held is bytes else [f"{name} is sealed and {held.__name__}"]
    for part in row.context:
        if not part.startswith("{") or part == "{site}":
            continue
        table, _, other = part[1:-1].rpartition(".")
        if other not in there.get(table or column.table.name, {}):
            found.append(f"{name} is bound to {part}, which does not exist")
    return found


def test_every_column_of_the_reports_is_listed_as_sealed_or_as_harmless() -> None:
    assert faults(REPORTS.metadata, COLUMNS) == []


def test_every_kind_says_why_it_is_harmless() -> None:
    assert set(KINDS) == set(TYPES) == set(get_args(Kind))


@pytest.mark.parametrize(
    ("column", "row", "expected"),
    [
        (Column("note", Text), None, "story.note is not listed"),
        (Column("note", Text), Plain("day"), "story.note is str, which is no day"),
        (Column("note", Text), Sealed("nobody", "hpke", ("note",)), "story.note is sealed and str"),
        (Column("at", Integer), Plain("day"), "story.at is int, which is no day"),
        (
            Column("note", LargeBinary),
            Sealed("nobody", "hpke", ("note", "{site}", "{id}", "{elsewhere.id}")),
            "story.note is bound to {elsewhere.id}, which does not exist",
        ),
    ],
    ids=["unlisted", "words", "unsealed", "moment", "context"],
)
def test_a_column_that_is_not_what_its_row_says_is_found(
    column: Column[object], row: Listed | None, expected: str
) -> None:
    metadata = MetaData()
    Table("story", metadata, Column("id", String), Column("on", Date), column)
    rows: dict[str, Listed] = {"id": Plain("random"), "on": Plain("day")}
    if row is not None:
        rows[column.name] = row
    assert faults(metadata, {"story": rows}) == [expected]


def test_what_is_listed_and_is_not_there_is_found() -> None:
    assert faults(MetaData(), {"story": {}}) == ["story is listed and is no table"]
