"""Recording published aggregates: the only writer of their rows.

An aggregate is never a fact about a merchant. It is the same one again when its source key says
so; the same key with other content is refused, because what a source published does not change.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import insert

from registry.audit.work import Subject, Work, digest_of
from registry.commands import Command, Outcome
from registry.dated import UNDATED, GivenDate, refuse_ahead
from registry.errors import Conflict, Refusal
from registry.identifiers import new_id
from registry.regions import region_or_refuse
from registry.statistics import queries
from registry.statistics.tables import Statistic
from registry.store.versions import one_writer

Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class RecordStatistic(Command):
    """Record one published aggregate: what was measured, where, when, with which value."""

    source_key: Text = Field(description="Source, record and path of the value.")
    record_kind: Text
    authority: Text
    region: str | None = Field(default=None, description="GB/T 2260 where the name is one.")
    region_name: Text | None = None
    dated_on: GivenDate = UNDATED
    measure: Text
    value: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        description="As published; a share stays a decimal fraction."
    )
    source_title: Text | None = None
    source_year: Annotated[int, Field(ge=1, le=9999)] | None = None


def record_statistic(work: Work, command: RecordStatistic) -> Outcome:
    """Record one aggregate.

    Raises:
        Malformed: Its date lies ahead, or its region is none.
        Conflict: The source said otherwise before.
        Forbidden: The office does not supervise the region.
    """
    return record_statistics(work, [command])[0].raised()


def record_statistics(work: Work, commands: Sequence[RecordStatistic]) -> list[Outcome]:
    """Record many aggregates in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.

    Raises:
        Forbidden: The office does not supervise one of the regions; where a region has no code,
            only an office for the whole country records it.
    """
    for region in {command.region or "" for command in commands}:
        work.require("officer", region, "region")
    one_writer(work.session, "statistics")
    known = queries.by_source_keys(work.session, {command.source_key for command in commands})
    rows: list[dict[str, Any]] = []
    outcomes = []
    for command in commands:
        outcome, row = _take(work, command, known)
        outcomes.append(outcome)
        if row is not None:
            rows.append(row)
            known[command.source_key] = Statistic(**row)
    if rows:
        work.session.connection().execute(insert(Statistic), rows)
        many = len(rows) > 1
        work.record(
            "statistics.recorded" if many else "statistic.recorded",
            Subject("batch" if many else "statistic", str(rows[0]["id"])),
            rows=len(commands),
            written=len(rows),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )
    return outcomes


def _take(
    work: Work, command: RecordStatistic, known: dict[str, Statistic]
) -> tuple[Outcome, dict[str, Any] | None]:
    stated = _stated(command)
    try:
        if command.region is not None:
            region_or_refuse(command.region, "region")
        refuse_ahead(command.dated_on, "dated_on", work.today)
        before = known.get(command.source_key)
        if before is not None and any(getattr(before, name) != value for name, value in stated.items()):
            raise Conflict("statistic.source_differs", field="source_key", source_key=command.source_key)
    except Refusal as refusal:
        return Outcome("refused", refusal=refusal), None
    if before is not None:
        return Outcome("unchanged", before.id), None
    row: dict[str, Any] = {"id": new_id(), **stated, "recorded_at": work.now}
    return Outcome("created", str(row["id"])), row


def _stated(command: RecordStatistic) -> dict[str, Any]:
    return {
        **command.model_dump(exclude={"dated_on"}),
        "dated_on": command.dated_on.earliest(),
        "dated_precision": command.dated_on.precision.value,
    }
