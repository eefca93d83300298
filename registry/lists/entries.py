"""Writing list entries: made at the end of a procedure, renewed, suspended, ended; never deleted."""

from collections.abc import Iterable, Sequence
from datetime import date

from registry.audit.work import Work
from registry.identifiers import new_id
from registry.lists.rules import Fact, legal_basis, publish_until
from registry.lists.tables import EntryGround, ListEntry, Proposal
from registry.rulebook import ListRegime
from registry.store.versions import succeed


def enter(work: Work, proposal: Proposal, regime: ListRegime, state: str, facts: Sequence[Fact]) -> ListEntry:
    """Write the entry that a proposal has led to; its basis and measures are those of the regime."""
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
        state=state,
        ground=proposal.ground,
        basis=legal_basis(regime),
        measures=list(regime.measures),
        persons_named=regime.natural_persons_named,
        listed_on=work.today,
        publish_from=work.today,
        publish_until=publish_until(regime, work.today, facts),
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


def end(work: Work, entry: ListEntry, ground: str, rule: str | None) -> ListEntry:
    """Write the last version of an entry: why and by which rule it was withdrawn."""
    return succeed(
        work.session,
        entry,
        work.now,
        state=ground,
        held_to_on=work.today,
        withdrawn_on=work.today,
        withdrawn_ground=ground,
        withdrawn_rule=rule,
    )
