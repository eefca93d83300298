"""Designating demonstration units and cancelling designations: the only writer of their rows.

A designation is the same one again when its source says so, or when the same business received
the same title of the same level on the same date; said again otherwise it is refused.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import insert
from sqlmodel import col, select

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.commands import Command, Outcome
from registry.dated import UNDATED, GivenDate, gaps, refuse_ahead, refuse_end_before
from registry.demonstration import queries
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import Conflict, Malformed, NotFound, Refusal
from registry.gaps import warnings_of
from registry.identifiers import new_id
from registry.log.leaves import Effect
from registry.said import Said
from registry.store.versions import one_writer, succeed, unmoved

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Designate(Command):
    """Record that an authority designated a business as demonstration unit."""

    business_id: str
    level: Literal["nation", "province", "city", "county", "unknown"]
    category: Text | None = None
    title: Text | None = None
    authority: Text
    designated_on: GivenDate = UNDATED
    valid_through: date | None = Field(default=None, description="Inclusive last day; unset: open.")
    source_key: str | None = Field(default=None, max_length=200)


class CancelDesignation(Command):
    """Record that a designation was cancelled, from a day on, and why."""

    designation_id: str
    expected_version: int
    cancelled_on: date
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


def designate_unit(work: Work, command: Designate) -> Outcome:
    """Record one designation.

    Raises:
        NotFound: There is no such business.
        Malformed: The day lies ahead, or the term ends before it.
        Conflict: The same designation is on record with other content.
        Forbidden: The office does not supervise the region of the business.
    """
    return designate_units(work, [command])[0].raised()


def designate_units(work: Work, commands: Sequence[Designate]) -> list[Outcome]:
    """Record many designations in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.

    Raises:
        Forbidden: The office does not supervise the region of one of the businesses.
    """
    one_writer(work.session, "designations")
    batch = _Batch(work, commands)
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def cancel_designation(work: Work, command: CancelDesignation) -> Outcome:
    """Record the end of a designation: from that day the business is no demonstration unit.

    Raises:
        NotFound: There is no such designation.
        Conflict: The version is stale, or it is cancelled already.
        Malformed: The day lies ahead, or the designation did not hold on it.
        Forbidden: The office does not supervise the region of the business.
    """
    current = _current(work, command)
    day = command.cancelled_on
    if day > work.today:
        raise Malformed("day.ahead", field="cancelled_on", day=day.isoformat())
    begun = current.designated_on is None or current.designated_on <= day
    if not begun or (current.held_to_on is not None and current.held_to_on <= day):
        raise Malformed("designation.not_held", field="cancelled_on", day=day.isoformat())
    business_id = current.business_id
    following = succeed(
        work.session,
        current,
        work.now,
        cancelled_on=day,
        cancelled_reason=command.reason,
        held_to_on=day,
    )
    ended = {"cancelled_on": day.isoformat(), "reason": command.reason}
    subject = {"designation_id": following.designation_id, "business_id": business_id}
    work.record(
        "designation.cancelled",
        Subject("designation", following.designation_id),
        concerns=[business_id],
        effects=[Effect("designation.cancelled", following.designation_id, {**subject, **ended})],
        version=following.version,
        **ended,
    )
    return Outcome("changed", following.designation_id)


def carry_over(
    work: Work, former_id: str, survivor_id: str, only: Collection[str] | None = None
) -> list[str]:
    """Write the designations of a merged record anew on the survivor; return which went over.

    One that the survivor received too, by level, title and date, stays where it is: it counts once.

    Args:
        work: The act that merges, or undoes it.
        former_id: Who has them.
        survivor_id: Who shall have them.
        only: Exactly these, as when they go back; None: all that the survivor has not.
    """
    one_writer(work.session, "designations")
    held = {queries.key_of(row) for row in queries.designations_of(work.session, survivor_id)}
    moved = []
    for row in queries.designations_of(work.session, former_id):
        if queries.key_of(row) not in held if only is None else row.designation_id in only:
            moved.append(row.designation_id)
            succeed(work.session, row, work.now, business_id=survivor_id)
    return moved


def _current(work: Work, command: CancelDesignation) -> DemonstrationUnit:
    statement = (
        select(DemonstrationUnit)
        .where(DemonstrationUnit.designation_id == command.designation_id)
        .where(col(DemonstrationUnit.superseded_at).is_(None))
        .with_for_update()
    )
    current = unmoved(lambda: work.session.exec(statement).one_or_none(), command.expected_version)
    if current is None:
        raise NotFound("designation.unknown", designation_id=command.designation_id)
    work.require("officer", Bearers(work.session, [current.business_id]).of(current.business_id).region)
    if current.cancelled_on is not None:
        raise Conflict(
            "designation.cancelled", id=command.designation_id, day=current.cancelled_on.isoformat()
        )
    return current


def _said(bearer_id: str, command: Designate) -> Said:
    given = command.designated_on
    return Said(
        (bearer_id, command.level, command.title, given.earliest(), given.precision.value),
        (command.category, command.authority, command.valid_through),
        command.source_key,
    )


class _Batch:
    """What a batch of designations will write, gathered row by row."""

    def __init__(self, work: Work, commands: Sequence[Designate]) -> None:
        self.work = work
        self.bearers = Bearers(work.session, {command.business_id for command in commands})
        for region in self.bearers.regions:
            work.require("officer", region, "business_id")
        self.before = queries.said_before(
            work.session, self.bearers, {command.source_key for command in commands if command.source_key}
        )
        self.rows: list[dict[str, object]] = []
        self.effects: list[Effect] = []

    def take(self, command: Designate) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            bearer_id = self.bearers.of(command.business_id).id
            refuse_ahead(command.designated_on, "designated_on", self.work.today)
            refuse_end_before(command.designated_on, command.valid_through)
            said = _said(bearer_id, command)
            known = self.before.match(said)
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        if known is not None:
            return Outcome("unchanged", known)
        lacks = warnings_of(gaps("designated_on", command.designated_on))
        return Outcome("created", self._create(bearer_id, command, said), warnings=lacks)

    def _create(self, bearer_id: str, command: Designate, said: Said) -> str:
        designation_id = new_id()
        given = command.designated_on
        end = command.valid_through
        stated = command.model_dump(include={"level", "category", "title", "authority"})
        self.rows.append(
            {
                "designation_id": designation_id,
                "version": 1,
                "held_from_on": given.exact(),
                "held_to_on": end + timedelta(days=1) if end is not None else None,
                "recorded_at": self.work.now,
                "superseded_at": None,
                "business_id": bearer_id,
                **stated,
                "designated_on": given.earliest(),
                "designated_precision": given.precision.value,
                "valid_through": end,
                "cancelled_on": None,
                "cancelled_reason": None,
                "source_key": command.source_key,
                "incomplete": ",".join(gaps("designated_on", given)) or None,
            }
        )
        content = {
            "designation_id": designation_id,
            "business_id": bearer_id,
            **stated,
            "designated_on": given.isoformat(),
            "valid_through": end.isoformat() if end is not None else None,
        }
        self.effects.append(Effect("designation.given", designation_id, content))
        self.before.add(designation_id, said)
        return designation_id

    def write(self, commands: Sequence[Designate]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.rows:
            return
        self.work.session.connection().execute(insert(DemonstrationUnit), self.rows)
        many = len(self.rows) > 1
        self.work.record(
            "designations.given" if many else "designation.given",
            Subject("batch" if many else "designation", str(self.rows[0]["designation_id"])),
            concerns=dict.fromkeys(str(row["business_id"]) for row in self.rows),
            effects=self.effects,
            rows=len(commands),
            written=len(self.rows),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )
