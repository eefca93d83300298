"""Setting law and calendar against what is installed: the only writer of these rows.

One person proposes a row of law, another approves it; from that instant the rulebook with it is
the effective one, archived under its hash, so that a past day can be computed as it was.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints
from sqlmodel import Session, col, select

from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, Malformed, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.overrides import queries
from registry.overrides.tables import CalendarOverride, RulebookArchive, RulebookEffect, RulebookOverride
from registry.rulebook import TABLES, Rulebook, parse_row
from registry.rulebook.check import Placed, faults
from registry.store.versions import one_writer

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ProposeOverride(Command):
    """Propose a dated row of law that the package lacks or says otherwise."""

    rule_table: str = Field(description="Table of the rulebook, e.g. `publicity_periods`.")
    row: Mapping[str, JsonValue]
    reason: Reason


class ApproveOverride(Command):
    """Approve a row of law that another person proposed."""

    override_id: str


class SetWorkingDay(Command):
    """Say that a day is, or is not, a working day."""

    day_on: date
    working: bool
    reason: Reason


def propose_override(work: Work, command: ProposeOverride) -> str:
    """Propose a row of law and return its identifier; it has no effect until approved.

    Raises:
        Malformed: There is no such table, the row does not fit it, or it names an unknown code.
        Forbidden: The office does not supervise the jurisdiction of the row.
    """
    row = parse_row(command.rule_table, command.row)
    work.require("officer", row.jurisdiction, "row.jurisdiction")
    refuse_faults(work.rulebook.with_rows([row]))
    override_id = new_id()
    stated = row.model_dump(mode="json", exclude_defaults=True)
    work.session.add(
        RulebookOverride(
            id=override_id,
            rule_table=command.rule_table,
            row=stated,
            reason=command.reason,
            proposed_by_person=work.actor.person_id,
            proposed_at=work.now,
        )
    )
    work.record(
        "override.proposed",
        Subject("override", override_id),
        rule_table=command.rule_table,
        row=stated,
        reason=command.reason,
    )
    return override_id


def approve_override(work: Work, package: Rulebook, command: ApproveOverride) -> Rulebook:
    """Approve a proposed row of law and return the rulebook that is effective from this instant.

    Args:
        work: The act; the approver's.
        package: The installed rulebook, without overrides.
        command: What is approved.

    Raises:
        NotFound: There is no such proposal.
        Conflict: It is approved already.
        Malformed: With what was approved since, it no longer makes a usable rulebook.
        RuleRefused: The person who proposed it cannot approve it.
        Forbidden: The office does not decide for the jurisdiction of the row.
    """
    one_writer(work.session, "rulebook")
    proposed = work.session.get(RulebookOverride, command.override_id)
    if proposed is None:
        raise NotFound("override.unknown", override_id=command.override_id)
    work.require("approver", str(proposed.row.get("jurisdiction", "")))
    if proposed.approved_at is not None:
        raise Conflict("override.approved", override_id=proposed.id)
    if proposed.proposed_by_person == work.actor.person_id:
        raise RuleRefused("override.same_person", override_id=proposed.id)
    proposed.approved_by_person = work.actor.person_id
    proposed.approved_at = work.now
    work.session.add(proposed)
    work.session.flush()
    effective = queries.effective_rulebook(work.session, package)
    refuse_faults(effective)
    ensure_archived(work.session, effective, work.now)
    work.record("override.approved", Subject("override", proposed.id), effective=effective.hash)
    return effective


def refuse_faults(rulebook: Rulebook) -> None:
    """Refuse a rulebook whose rows do not fit together, as the installed one would be.

    Raises:
        Malformed: `override.faulty`, for the first fault.
    """
    found = faults(Placed(table.table, row) for table in TABLES for row in rulebook.rows(table))
    if found:
        raise Malformed("override.faulty", field=found[0].field, table=found[0].place, reason=found[0].reason)


def ensure_archived(session: Session, rulebook: Rulebook, now: datetime) -> None:
    """Archive a rulebook under its hash as the effective one from this instant, unless it is already."""
    one_writer(session, "rulebook")
    latest = session.exec(
        select(RulebookEffect).order_by(
            col(RulebookEffect.took_effect_at).desc(), col(RulebookEffect.seq).desc()
        )
    ).first()
    if latest is not None and latest.hash == rulebook.hash:
        return
    if session.get(RulebookArchive, rulebook.hash) is None:
        session.add(RulebookArchive(hash=rulebook.hash, content=rulebook.to_json()))
        session.flush()
    session.add(RulebookEffect(hash=rulebook.hash, took_effect_at=now))
    session.flush()


def set_working_day(work: Work, command: SetWorkingDay) -> None:
    """Set a day against the installed calendar; what was said before stays in the audit log.

    Raises:
        Forbidden: Only an officer for the whole country sets the calendar.
    """
    work.require("officer", "")
    before = work.session.get(CalendarOverride, command.day_on)
    former = None if before is None else {"working": before.working, "reason": before.reason}
    work.session.merge(CalendarOverride(**command.model_dump(), recorded_at=work.now))
    work.record(
        "calendar.set",
        Subject("day", command.day_on.isoformat()),
        working=command.working,
        reason=command.reason,
        former=former,
    )
