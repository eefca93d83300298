"""Writing list entries: made at the end of a procedure, renewed, suspended, ended; never deleted."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from registry.audit.work import Work
from registry.identifiers import new_id
from registry.lists.rules import SHOWN_STATES, Fact, legal_basis, publish_until
from registry.lists.tables import EntryGround, ListEntry, Proposal
from registry.log.events import PublicEvent
from registry.rulebook import ListRegime
from registry.store.versions import succeed


def enter(
    work: Work, proposal: Proposal, regime: ListRegime, facts: Sequence[Fact], listed_on: date
) -> ListEntry:
    """Write the entry that a proposal has led to; its basis and measures are those of the regime.

    Args:
        work: The act that closes the proposal.
        proposal: In its last state.
        regime: The list, with the measures of which the party was told.
        facts: What it rests on.
        listed_on: Day from which its term counts: today, or that of another authority's decision.
    """
    entry = ListEntry(
        entry_id=new_id(),
        version=1,
        held_from_on=work.today,
        recorded_at=work.now,
        regime=regime.code,
        colour=regime.colour,
        region=proposal.region,
        business_id=proposal.business_id,
        proposal_id=proposal.id,
        state=proposal.state,
        market_id=proposal.market_id,
        ground=proposal.ground,
        basis=legal_basis(regime),
        measures=list(regime.measures),
        persons_named=regime.natural_persons_named,
        listed_on=listed_on,
        publish_from=work.today,
        publish_until=publish_until(regime, listed_on, facts),
    )
    work.session.add(entry)
    work.session.flush()
    rest_on(work, entry.entry_id, (fact.id for fact in facts))
    return entry


def rest_on(work: Work, entry_id: str, fact_ids: Iterable[str]) -> None:
    """Write down the facts that an entry rests on."""
    for fact_id in dict.fromkeys(fact_ids):
        work.session.add(EntryGround(entry_id=entry_id, fact_id=fact_id))
    work.session.flush()


def renew(work: Work, entry: ListEntry, until: date | None) -> ListEntry:
    """Write the version of a red entry that runs on from today."""
    return succeed(
        work.session, entry, work.now, state="listed", held_from_on=work.today, publish_until=until
    )


def suspend(work: Work, entry: ListEntry) -> ListEntry:
    """Write the version of a red entry that is not shown while a violation stands against it."""
    return succeed(work.session, entry, work.now, state="suspended", held_from_on=work.today)


def restore(work: Work, ended: ListEntry, until: date | None, business_id: str) -> ListEntry:
    """Write the entry that puts an ended one back: from today on, its period begun anew.

    Args:
        work: The act.
        ended: The last version of the entry that ended.
        until: First day on which it is hidden again; None: while its ground holds.
        business_id: The record that carries its business on.
    """
    again = type(ended)(
        **{
            **ended.model_dump(),
            "entry_id": new_id(),
            "business_id": business_id,
            "version": 1,
            "held_from_on": work.today,
            "held_to_on": None,
            "recorded_at": work.now,
            "superseded_at": None,
            "state": "published" if ended.colour != "red" else "listed",
            "listed_on": work.today,
            "publish_from": work.today,
            "publish_until": until,
            "withdrawn_on": None,
            "withdrawn_ground": None,
            "withdrawn_rule": None,
            "withdraw_by_on": None,
            "objected_on": None,
            "restores": ended.entry_id,
        }
    )
    work.session.add(again)
    work.session.flush()
    grounds = select(col(EntryGround.fact_id)).where(col(EntryGround.entry_id) == ended.entry_id)
    rest_on(work, again.entry_id, work.session.execute(grounds).scalars().all())
    return again


def mark(work: Work, entry: ListEntry, objected_on: date | None) -> ListEntry:
    """Mark an entry as under objection since a day, or take the mark away with None."""
    if entry.objected_on == objected_on:
        return entry
    return succeed(work.session, entry, work.now, objected_on=objected_on)


def carry_over(work: Work, entry: ListEntry, business_id: str) -> ListEntry:
    """Write the version of an entry that stands on the record that carries its business on."""
    return succeed(work.session, entry, work.now, business_id=business_id)


def end(work: Work, entry: ListEntry, ground: str, rule: str | None, by_on: date | None = None) -> ListEntry:
    """Write the last version of an entry: why, by which rule, and by which day it had to be withdrawn."""
    return succeed(
        work.session,
        entry,
        work.now,
        state=ground,
        held_to_on=work.today,
        withdrawn_on=work.today,
        withdrawn_ground=ground,
        withdrawn_rule=rule,
        withdraw_by_on=by_on,
    )


def public_event(entry: ListEntry) -> PublicEvent:
    """Return what the public may follow of an act on an entry; whose it is, only while it is shown."""
    shown = entry.state in SHOWN_STATES
    return PublicEvent(
        entry.regime, entry.region, entry.entry_id, business_id=entry.business_id if shown else None
    )
