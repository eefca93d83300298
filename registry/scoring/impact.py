"""What another rulebook would make of the grades: computed by the same expression, nothing is written.

Both rulebooks are applied to the same facts on the same day, so that nothing but the law differs.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
from sqlalchemy import Engine

from registry.commands import Progress
from registry.regions import prefix
from registry.rulebook import Rulebook
from registry.scoring.engines import Room, duckdb_over, scores_under
from registry.scoring.runs import Moment, Scope, extract
from registry.store.engine import reading

_COMPARED = """
CREATE TABLE compared AS
SELECT businesses.business_id, businesses.region,
       was.points AS old_points, was.grade AS old_grade, would.points AS new_points, would.grade AS new_grade
FROM businesses
LEFT JOIN was ON was.business_id = businesses.business_id
LEFT JOIN would ON would.business_id = businesses.business_id
WHERE businesses.region BETWEEN ? AND ?
"""
_GRADES = """
SELECT * FROM compared WHERE old_grade IS DISTINCT FROM new_grade ORDER BY region, business_id
"""
_POINTS = "SELECT count(*), count(*) FILTER (old_points IS DISTINCT FROM new_points) FROM compared"


class GradeChange(NamedTuple):
    """A business whose grade would be another; points in hundredths, None where it has no score or grade."""

    business_id: str
    region: str
    old_points: int | None
    old_grade: str | None
    new_points: int | None
    new_grade: str | None


@dataclass(frozen=True)
class GradeImpact:
    """What a new rulebook would change.

    Attributes:
        businesses: How many were computed.
        points: Of these, those with other points.
        grades: Those with another grade, by region.
    """

    businesses: int
    points: int
    grades: tuple[GradeChange, ...]


def grade_impact(
    engine: Engine,
    old: Rulebook,
    new: Rulebook,
    *,
    region: str,
    on: date,
    known_at: datetime,
    room: Room,
    progress: Progress,
) -> GradeImpact:
    """Compute every grade of a region on a day under two rulebooks, and return what differs.

    Args:
        engine: The database; it is only read.
        old: The effective rulebook.
        new: The one that would take its place.
        region: GB/T 2260; 000000 for the nation.
        on: Legal day; facts age until then.
        known_at: Aware instant up to which the record is known.
        room: Where and within what to work.
        progress: Called with the name of a step and the rows that it has done.
    """
    with TemporaryDirectory(dir=room.folder, prefix="impact-") as folder:
        everything = Scope(None, None, (), None)
        with reading(engine) as session:
            files = extract(session, everything, Moment(on, known_at), Path(folder), progress)
        with duckdb_over(files, replace(room, folder=Path(folder))) as connection:
            for table, rulebook in (("was", old), ("would", new)):
                connection.execute(f"CREATE TABLE {table} AS {scores_under(connection, rulebook, on)}")
                progress(table, int(connection.table(table).count("*").fetchall()[0][0]))
            return _compared(connection, region)


def _compared(connection: duckdb.DuckDBPyConnection, region: str) -> GradeImpact:
    own = prefix(region)
    connection.execute(_COMPARED, [own.ljust(6, "0"), own.ljust(6, "9")])
    ((businesses, points),) = connection.sql(_POINTS).fetchall()
    grades = (GradeChange(*row) for row in connection.sql(_GRADES).fetchall())
    return GradeImpact(businesses, points, tuple(grades))
