"""Applying and lifting measures: only what the law of a standing entry attaches, by whose task it is.

The only writer of these rows. A department may not invent a measure, nor go on with one whose entry
has ended: what is to be lifted is listed, and lifting it is recorded.
"""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists.queries import current_entry
from registry.lists.rules import one_regime
from registry.lists.tables import ListEntry
from registry.log.leaves import Effect
from registry.measures import queries
from registry.measures.rules import Attached, attached
from registry.measures.tables import MeasureApplication, OfficeScope
from registry.offices.tables import Office
from registry.rulebook import Measure
from registry.rulebook.periods import quoted
from registry.store.versions import one_writer

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,64}$")]


class AssignScope(Command):
    """Say that an office answers for a scope of measures."""

    office_code: str
    scope: Code


class ApplyMeasure(Command):
    """Record that the own office applied a measure under an entry."""

    entry_id: str
    measure: Code
    note: str | None = Field(default=None, max_length=2000)


class LiftMeasure(Command):
    """Record that the own office lifted a measure."""

    application_id: str
    expected_version: int
    note: str | None = Field(default=None, max_length=2000)


def assign_scope(work: Work, command: AssignScope) -> Outcome:
    """Assign a scope to an office.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such office.
        RuleRefused: No measure of the rulebook has that scope.
    """
    work.require("administrator", "")
    if work.session.get(Office, command.office_code) is None:
        raise NotFound("office.unknown", field="office_code", code=command.office_code)
    if all(row.scope != command.scope for row in work.rulebook.rows(Measure)):
        raise RuleRefused("measure.scope_unknown", field="scope", scope=command.scope)
    if work.session.get(OfficeScope, (command.office_code, command.scope)) is not None:
        return Outcome("unchanged", command.office_code)
    work.session.add(OfficeScope(office_code=command.office_code, scope=command.scope, recorded_at=work.now))
    work.record("office.scope_assigned", Subject("office", command.office_code), scope=command.scope)
    return Outcome("created", command.office_code)


def apply_measure(work: Work, command: ApplyMeasure) -> Outcome:
    """Record that a measure was applied; nothing outside the rulebook can be.

    Raises:
        NotFound: There is no such entry.
        Forbidden: The person acts for no department of the region, or the scope is another office's.
        Conflict: The office applied it already.
        RuleRefused: The entry does not stand, its list has no legal basis, or attaches no such measure.
    """
    entry = current_entry(work.session, command.entry_id, lock=True)
    if entry is None:
        raise NotFound("entry.unknown", field="entry_id", entry_id=command.entry_id)
    _require_department(work, entry.region)
    measure = _allowed(work, entry, command.measure)
    if measure.scope not in queries.scopes_of(work.session, work.actor.office_code):
        raise Forbidden("measure.scope", field="measure", scope=measure.scope, office=work.actor.office_code)
    one_writer(work.session, "measures")
    _refuse_second(work, command)
    application = MeasureApplication(
        id=new_id(),
        version=1,
        measure=measure.code,
        scope=measure.scope,
        entry_id=entry.entry_id,
        business_id=entry.business_id,
        region=entry.region,
        basis=measure.basis,
        office_code=work.actor.office_code,
        person_id=work.actor.person_id,
        applied_on=work.today,
        note=command.note,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    work.session.add(application)
    work.session.flush()
    _record(work, application, "measure.applied")
    return Outcome("created", application.id)


def lift_measure(work: Work, command: LiftMeasure) -> Outcome:
    """Record that a measure was lifted.

    Raises:
        NotFound: There is no such application.
        Forbidden: Another office applied it.
        Conflict: It has moved on, or was lifted before.
    """
    found = work.session.get(
        MeasureApplication, command.application_id, with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound("measure.application_unknown", application_id=command.application_id)
    _require_department(work, found.region)
    if found.office_code != work.actor.office_code:
        raise Forbidden("measure.other_office", field="application_id", office=found.office_code)
    if found.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=found.version)
    if found.lifted_on is not None:
        raise Conflict("measure.lifted", field="application_id", on=found.lifted_on.isoformat())
    found.version += 1
    found.lifted_on, found.lifted_by_person = work.today, work.actor.person_id
    found.note = command.note or found.note
    work.session.add(found)
    work.session.flush()
    _record(work, found, "measure.lifted")
    return Outcome("changed", found.id)


def _require_department(work: Work, region: str) -> None:
    """Refuse who acts neither for a partner department nor as an officer of the region."""
    if not work.actor.may("partner", region):
        work.require("officer", region)


def _allowed(work: Work, entry: ListEntry, code: str) -> Attached:
    """Return a measure that an entry attaches today.

    Raises:
        RuleRefused: The entry does not stand, its list has no legal basis, or attaches no such measure.
    """
    standing = select(ListEntry.entry_id).where(
        ListEntry.entry_id == entry.entry_id, queries.standing_on(work.today)
    )
    if work.session.exec(standing).first() is None:
        raise RuleRefused("measure.entry_over", field="entry_id", entry_id=entry.entry_id, state=entry.state)
    regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
    if regime.colour == "board" or regime.source is None:
        raise RuleRefused("measure.no_basis", field="entry_id", regime=regime.code)
    own = attached(work.rulebook, entry.regime, entry.region, work.today, named=entry.measures)
    found = next((one for one in own if one.code == code), None)
    if found is None:
        raise RuleRefused(
            "measure.not_attached", field="measure", measure=code, regime=regime.code, source=quoted(regime)
        )
    return found


def _refuse_second(work: Work, command: ApplyMeasure) -> None:
    before = select(MeasureApplication.id).where(
        MeasureApplication.entry_id == command.entry_id,
        MeasureApplication.measure == command.measure,
        MeasureApplication.office_code == work.actor.office_code,
        col(MeasureApplication.lifted_on).is_(None),
    )
    if work.session.exec(before).first() is not None:
        raise Conflict("measure.applied_already", field="measure", measure=command.measure)


def _record(work: Work, application: MeasureApplication, act: str) -> None:
    content = {
        "application": application.id,
        "measure": application.measure,
        "entry": application.entry_id,
        "office": application.office_code,
    }
    work.record(
        act,
        Subject("measure_application", application.id),
        effects=[Effect(act, application.id, content)],
        measure=application.measure,
        entry=application.entry_id,
    )
