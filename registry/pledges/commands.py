"""Filing pledges and recording what became of them: the only writer of their rows.

A pledge is the same one again when its source says so, or when the same business pledged the same
matter on the same date; said again with another term or paper it is refused, never overwritten.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.businesses.keeping import require_keeper
from registry.commands import Command, Outcome
from registry.dated import UNDATED, GivenDate, gaps, refuse_ahead, refuse_end_before
from registry.documents.queries import unknown_documents
from registry.errors import Conflict, Malformed, NotFound, Refusal
from registry.gaps import warnings_of
from registry.identifiers import new_id
from registry.log.leaves import Effect
from registry.pledges import queries
from registry.pledges.rules import Matter
from registry.pledges.tables import Pledge
from registry.said import Said
from registry.store.bulk import insert_rows
from registry.store.versions import one_writer, succeed, unmoved

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class FilePledge(Command):
    """File a public pledge that a business made."""

    business_id: str
    matter: Matter
    pledged_on: GivenDate = UNDATED
    valid_through: date | None = Field(default=None, description="Inclusive last day; unset: open.")
    document_id: str | None = None
    source_key: str | None = Field(default=None, max_length=200)


class BreakPledge(Command):
    """Record that a pledge was broken, on the day on which the breach was established."""

    pledge_id: str
    expected_version: int
    broken_on: date
    reason: Reason


class WithdrawPledge(Command):
    """Record that a business took its pledge back, from a day on."""

    pledge_id: str
    expected_version: int
    withdrawn_on: date


def file_pledge(work: Work, command: FilePledge) -> Outcome:
    """File one pledge.

    Raises:
        NotFound: There is no such business or document.
        Malformed: The day lies ahead, or the term ends before it.
        Conflict: The same pledge is on record with another term or paper.
        Forbidden: The actor keeps no register of the business.
    """
    return file_pledges(work, [command])[0].raised()


def file_pledges(work: Work, commands: Sequence[FilePledge]) -> list[Outcome]:
    """File many pledges in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.

    Raises:
        Forbidden: The actor keeps no register of one of the businesses.
    """
    one_writer(work.session, "pledges")
    batch = _Batch(work, commands)
    for bearer in batch.bearers.all:
        require_keeper(work, bearer, "business_id")
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def keep_pledge(work: Work, command: FilePledge, pledge_id: str) -> Outcome:
    """File a pledge under an identifier; for a command that has asked who may.

    Raises:
        NotFound: There is no such business or document.
        Malformed: The day lies ahead, or the term ends before it.
        Conflict: The same pledge is on record with another term or paper.
    """
    one_writer(work.session, "pledges")
    batch = _Batch(work, [command], lambda: pledge_id)
    outcome = batch.take(command).raised()
    batch.write([command])
    return outcome


def break_pledge(work: Work, command: BreakPledge) -> Outcome:
    """Record the breach of a pledge: from that day it no longer counts for the business.

    Raises:
        NotFound: There is no such pledge.
        Conflict: The version is stale, or the breach is on record.
        Malformed: The day lies ahead, or the pledge did not hold on it.
        Forbidden: The office does not supervise the region of the business.
    """
    current = _current(work, command.pledge_id, command.expected_version)
    if current.broken_on is not None:
        raise Conflict("pledge.broken", pledge_id=command.pledge_id, day=current.broken_on.isoformat())
    _refuse_outside(work, current, command.broken_on, "broken_on")
    return _change(
        work,
        current,
        "pledge.broken",
        {"broken_on": command.broken_on.isoformat(), "reason": command.reason},
        broken_on=command.broken_on,
        broken_reason=command.reason,
        held_to_on=command.broken_on,
    )


def withdraw_pledge(work: Work, command: WithdrawPledge) -> Outcome:
    """Record that a pledge was taken back: from that day it no longer holds.

    Raises:
        NotFound: There is no such pledge.
        Conflict: The version is stale.
        Malformed: The day lies ahead, or the pledge did not hold on it.
        Forbidden: The office does not supervise the region of the business.
    """
    current = _current(work, command.pledge_id, command.expected_version)
    _refuse_outside(work, current, command.withdrawn_on, "withdrawn_on")
    return _change(
        work,
        current,
        "pledge.withdrawn",
        {"withdrawn_on": command.withdrawn_on.isoformat()},
        withdrawn_on=command.withdrawn_on,
        held_to_on=command.withdrawn_on,
    )


def carry_over(
    work: Work, former_id: str, survivor_id: str, only: Collection[str] | None = None
) -> list[str]:
    """Write the pledges of a merged record anew on the survivor; return which went over.

    One that the survivor made too, by matter and date, stays where it is: it counts once.

    Args:
        work: The act that merges, or undoes it.
        former_id: Who has them.
        survivor_id: Who shall have them.
        only: Exactly these, as when they go back; None: all that the survivor has not.
    """
    one_writer(work.session, "pledges")
    held = {queries.key_of(row) for row in queries.pledges_of(work.session, survivor_id)}
    moved = []
    for row in queries.pledges_of(work.session, former_id):
        if queries.key_of(row) not in held if only is None else row.pledge_id in only:
            moved.append(row.pledge_id)
            succeed(work.session, row, work.now, business_id=survivor_id)
    return moved


def _current(work: Work, pledge_id: str, expected_version: int) -> Pledge:
    statement = (
        select(Pledge)
        .where(Pledge.pledge_id == pledge_id)
        .where(col(Pledge.superseded_at).is_(None))
        .with_for_update()
    )
    current = unmoved(lambda: work.session.exec(statement).one_or_none(), expected_version)
    if current is None:
        raise NotFound("pledge.unknown", pledge_id=pledge_id)
    work.require("officer", Bearers(work.session, [current.business_id]).of(current.business_id).region)
    return current


def _refuse_outside(work: Work, pledge: Pledge, day: date, field: str) -> None:
    if day > work.today:
        raise Malformed("day.ahead", field=field, day=day.isoformat())
    begun = pledge.pledged_on is None or pledge.pledged_on <= day
    if not begun or (pledge.held_to_on is not None and pledge.held_to_on <= day):
        raise Malformed("pledge.not_held", field=field, day=day.isoformat())


def _change(work: Work, current: Pledge, act: str, content: dict[str, object], **changes: object) -> Outcome:
    business_id = current.business_id
    following = succeed(work.session, current, work.now, **changes)
    subject = {"pledge_id": following.pledge_id, "business_id": business_id}
    work.record(
        act,
        Subject("pledge", following.pledge_id),
        concerns=[business_id],
        effects=[Effect(act, following.pledge_id, {**subject, **content})],
        version=following.version,
        **content,
    )
    return Outcome("changed", following.pledge_id)


def _said(bearer_id: str, command: FilePledge) -> Said:
    given = command.pledged_on
    return Said(
        (bearer_id, command.matter, given.earliest(), given.precision.value),
        (command.valid_through, command.document_id),
        command.source_key,
    )


class _Batch:
    """What a batch of pledges will write, gathered row by row."""

    def __init__(
        self, work: Work, commands: Sequence[FilePledge], identifier: Callable[[], str] = new_id
    ) -> None:
        self.work = work
        self.identifier = identifier
        self.bearers = Bearers(work.session, {command.business_id for command in commands})
        self.missing_documents = unknown_documents(
            work.session, {command.document_id for command in commands if command.document_id}
        )
        self.before = queries.said_before(
            work.session, self.bearers, {command.source_key for command in commands if command.source_key}
        )
        self.rows: list[dict[str, object]] = []
        self.effects: list[Effect] = []

    def take(self, command: FilePledge) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            bearer_id = self.bearers.of(command.business_id).id
            self._check(command)
            said = _said(bearer_id, command)
            known = self.before.match(said)
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        if known is not None:
            return Outcome("unchanged", known)
        lacks = warnings_of(gaps("pledged_on", command.pledged_on))
        return Outcome("created", self._create(bearer_id, command, said), warnings=lacks)

    def _check(self, command: FilePledge) -> None:
        refuse_ahead(command.pledged_on, "pledged_on", self.work.today)
        refuse_end_before(command.pledged_on, command.valid_through)
        if command.document_id in self.missing_documents:
            raise NotFound("document.unknown", field="document_id", document_id=command.document_id)

    def _create(self, bearer_id: str, command: FilePledge, said: Said) -> str:
        pledge_id = self.identifier()
        given = command.pledged_on
        end = command.valid_through
        self.rows.append(
            {
                "pledge_id": pledge_id,
                "version": 1,
                "held_from_on": given.exact(),
                "held_to_on": end + timedelta(days=1) if end is not None else None,
                "recorded_at": self.work.now,
                "superseded_at": None,
                "business_id": bearer_id,
                "matter": command.matter,
                "pledged_on": given.earliest(),
                "pledged_precision": given.precision.value,
                "valid_through": end,
                "broken_on": None,
                "broken_reason": None,
                "withdrawn_on": None,
                "receiving_office": self.work.actor.office_code,
                "document_id": command.document_id,
                "source_key": command.source_key,
                "incomplete": ",".join(gaps("pledged_on", given)) or None,
            }
        )
        content = {
            "pledge_id": pledge_id,
            "business_id": bearer_id,
            "matter": command.matter,
            "pledged_on": given.isoformat(),
            "valid_through": end.isoformat() if end is not None else None,
        }
        self.effects.append(Effect("pledge.accepted", pledge_id, content))
        self.before.add(pledge_id, said)
        return pledge_id

    def write(self, commands: Sequence[FilePledge]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.rows:
            return
        insert_rows(self.work.session, Pledge, self.rows)
        many = len(self.rows) > 1
        self.work.record(
            "pledges.filed" if many else "pledge.filed",
            Subject("batch" if many else "pledge", str(self.rows[0]["pledge_id"])),
            concerns=dict.fromkeys(str(row["business_id"]) for row in self.rows),
            effects=self.effects,
            rows=len(commands),
            written=len(self.rows),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )
