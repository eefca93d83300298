"""What a repair does: it ends an entry or a record's publicity; its revocation puts them back."""

from collections.abc import Iterable

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from registry.audit.work import Subject, Work
from registry.businesses.queries import surviving
from registry.errors import Forbidden, NotFound, RuleRefused
from registry.lists import entries, grounds
from registry.lists import queries as lists
from registry.lists.conditions import is_withheld, refuse_subject
from registry.lists.rules import one_regime, publish_until
from registry.lists.steps import refuse_listed
from registry.lists.tables import EntryGround, ListEntry
from registry.log import leaves
from registry.log.leaves import Effect
from registry.offices.tables import Office
from registry.publication.withdrawal import end_entries
from registry.repair import queries
from registry.repair.tables import Repair
from registry.rulebook import ListRegime, RepairCondition
from registry.rulebook.periods import quoted
from registry.violations.commands import repair_violation, revoke_repair_of_violation


def level_of(work: Work, found: queries.Found) -> None:
    """Refuse an office that may not decide about a list: who lists removes.

    Raises:
        Forbidden: The office is of another level than the list's law says.
        RuleRefused: The list is not in force any more.
    """
    if not isinstance(found, ListEntry):
        return
    regime = one_regime(work.rulebook, found.regime, found.region, work.today)
    office = work.session.get(Office, work.actor.office_code)
    if office is None or office.level not in regime.decided_by:
        raise Forbidden("repair.level", field="repair_id", levels=regime.decided_by, source=quoted(regime))


def take_back(work: Work, found: queries.Found, rule: str, document_id: str) -> None:
    """End what was repaired: the entry, or the record's publicity with the entries that it alone bears."""
    if isinstance(found, ListEntry):
        end_entries(work, [(found, "repaired", rule)], document_id)
        return
    violation, _ = found
    leaves.forget(work.session, [violation.violation_id])
    repair_violation(work, violation.violation_id, violation.version, work.today)
    end_freed(work, [violation.business_id], document_id)


def end_freed(work: Work, business_ids: Iterable[str] | None, document_id: str | None = None) -> int:
    """End the black entries whose every record was repaired, where the list's law says that they end.

    Elsewhere they stay, and `freed_entries` shows them to officers as due for removal.

    Returns:
        How many ended.
    """
    asked = None if business_ids is None else list(business_ids)
    ending = []
    for entry in queries.freed_entries(work.session, asked):
        rows = work.rulebook.in_force(RepairCondition, entry.region, work.today).values()
        law = next((row for row in rows if entry.regime in row.regimes), None)
        if law is not None and law.ends_with_records:
            ending.append((entry, law))
    if ending:
        end_entries(work, [(entry, "repaired", quoted(law)) for entry, law in ending], document_id)
    return len(ending)


def put_back(work: Work, repair: Repair) -> list[str]:
    """Put back what a revoked repair had ended, and return the entries that do.

    Of a record these are the black entries that had ended because it was repaired; its board entry is
    derived again from the record. A list that may not show the party any more, because it has become
    a natural person, shows nothing: the repair is revoked all the same.

    Raises:
        Conflict: The business stands on that list again, or the decision was annulled since.
        RuleRefused: Nothing that the entry rested on stands any more, or the list does not cover the
            business any more.
    """
    found = queries.subject(work.session, repair.subject_kind, repair.subject_id)
    if found is None:
        return []
    if not isinstance(found, ListEntry):
        revoke_repair_of_violation(work, found[0].violation_id, found[0].version)
        return _put_back_freed(work, found[0].violation_id)
    return [] if withheld_by(work, found) is not None else [_restored(work, found).entry_id]


def withheld_by(work: Work, entry: ListEntry) -> ListRegime | None:
    """Return the list of an entry where it may not show the party as it is now, or None."""
    business = surviving(work.session, entry.business_id)
    found = grounds.subject(work.session, business.id) if business is not None else None
    regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
    return regime if found is not None and is_withheld(regime, *found[1:]) else None


def _put_back_freed(work: Work, violation_id: str) -> list[str]:
    """Put back, once, the black entries that had ended only because this record was repaired."""
    again = aliased(ListEntry)
    query = (
        select(ListEntry)
        .join(EntryGround, col(EntryGround.entry_id) == col(ListEntry.entry_id))
        .where(col(EntryGround.fact_id) == violation_id, col(ListEntry.superseded_at).is_(None))
        .where(col(ListEntry.colour) == "black", col(ListEntry.withdrawn_ground) == "repaired")
        .where(~exists().where(col(again.restores) == col(ListEntry.entry_id)))
        .order_by(col(ListEntry.entry_id))
    )
    restored = []
    for entry in work.session.exec(query).all():
        own = select(Repair).where(Repair.subject_id == entry.entry_id, Repair.state == "granted")
        carrying = surviving(work.session, entry.business_id)
        owner = carrying.id if carrying is not None else entry.business_id
        stands = lists.standing_entry(work.session, entry.regime, owner, work.today)
        free = work.session.exec(own).first() is None and stands is None
        if free and withheld_by(work, entry) is None:
            restored.append(_restored(work, entry).entry_id)
    return restored


def _restored(work: Work, ended: ListEntry) -> ListEntry:
    """Write the entry that puts an ended one back, for a term that begins today."""
    business = surviving(work.session, ended.business_id)
    found = grounds.subject(work.session, business.id) if business is not None else None
    if found is None:
        raise NotFound("business.unknown", field="repair_id", business_id=ended.business_id)
    refuse_listed(work, ended.regime, found[0].id)
    regime = one_regime(work.rulebook, ended.regime, ended.region, work.today)
    refuse_subject(regime, *found)
    resting = select(EntryGround.fact_id).where(EntryGround.entry_id == ended.entry_id)
    facts = grounds.facts(work.session, work.session.exec(resting).all(), work.today)
    if all(fact.obstacle in ("annulled", "incomplete", "repaired") for fact in facts):
        raise RuleRefused("repair.nothing_to_restore", field="repair_id", entry_id=ended.entry_id)
    until = publish_until(regime, work.today, facts)
    again = entries.restore(work, ended, until, found[0].id)
    act = "entry.restored"
    content = {"entry": again.entry_id, "restores": ended.entry_id, "regime": again.regime}
    work.record(
        act,
        Subject("entry", again.entry_id),
        concerns=[again.business_id],
        effects=[Effect(act, again.entry_id, content, entries.public_event(again))],
        restores=ended.entry_id,
    )
    return again
