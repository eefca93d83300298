"""Which entries another rulebook would leave without what their list asks; nothing is written.

An entry is judged by the very conditions of a listing, once under either rulebook: only what the
new one refuses, and the old one does not, is told. Facts are taken as they are classed on record.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from registry.audit.work import Work
from registry.calendar import add_months
from registry.commands import Progress
from registry.errors import Refusal, RuleRefused
from registry.lists import grounds, queries
from registry.lists.conditions import checked_facts
from registry.lists.rules import RED_RECORD, one_regime
from registry.lists.tables import ListEntry
from registry.regions import prefix
from registry.rulebook import Deadline, ListingTest, ListRegime, Row, Rulebook
from registry.rulebook.periods import quoted

AT_ONCE = 1_000


class FailingEntry(NamedTuple):
    """An entry that would no longer meet what its list asks, and what it would be refused for."""

    entry_id: str
    regime: str
    business_id: str
    region: str
    refusal: Refusal


def failing_entries(
    work: Work, new: Rulebook, *, region: str, progress: Progress
) -> tuple[FailingEntry, ...]:
    """Return the standing entries of a region that a new rulebook would no longer allow, by identifier.

    Args:
        work: Who asks, at the instant at which both rulebooks are applied; its rulebook is the effective one.
        new: The rulebook that would take its place.
        region: GB/T 2260; 000000 for the nation.
        progress: Called with the name of the step and the entries looked at.

    Raises:
        Forbidden: The actor is no officer of the region.
    """
    work.require("officer", region, "region")
    under_new = Work(work.session, work.actor, work.now, new)
    failing: list[FailingEntry] = []
    for number, entry in enumerate(_standing(work, region), start=1):
        if _criteria(work, entry) != _criteria(under_new, entry):
            refusal = _unmet(under_new, entry)
            if refusal is not None and _unmet(work, entry) is None:
                failing.append(
                    FailingEntry(entry.entry_id, entry.regime, entry.business_id, entry.region, refusal)
                )
        if number % AT_ONCE == 0:
            progress("entries", number)
    return tuple(failing)


def _standing(work: Work, region: str) -> Iterator[ListEntry]:
    after, read = "", partial(queries.standing_within, work.session, [prefix(region)], limit=AT_ONCE)
    while entries := read(after=after):
        yield from entries
        after = entries[-1].entry_id
        work.session.expunge_all()


def _criteria(work: Work, entry: ListEntry) -> tuple[Row | None, ...]:
    """Return the rows by which an entry is judged: where they are the same, so is the answer."""
    book, where, on = work.rulebook, entry.region, work.today
    return (
        book.in_force(ListRegime, where, on).get(entry.regime),
        book.in_force(ListingTest, where, on).get(entry.regime),
        book.in_force(Deadline, where, on).get(RED_RECORD),
    )


def _unmet(work: Work, entry: ListEntry) -> Refusal | None:
    """Return what an entry is refused for under a rulebook; None: it meets what its list asks."""
    try:
        regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
        evidence = queries.grounds_of(work.session, entry.entry_id)
        checked_facts(work, regime, entry.business_id, evidence)
        _refuse_slight_penalties(work, regime, entry, evidence)
        _refuse_run_out(work, regime, entry)
    except Refusal as refused:
        return refused
    return None


def _refuse_slight_penalties(
    work: Work, regime: ListRegime, entry: ListEntry, evidence: tuple[str, ...]
) -> None:
    """Refuse where the list asks for a heavier penalty, and no ground has one of those it names."""
    test = work.rulebook.in_force(ListingTest, entry.region, work.today).get(regime.code)
    if test is None:
        return
    imposed = {kind for fact in grounds.facts(work.session, evidence, work.today) for kind in fact.penalties}
    if not imposed & set(test.heavier_penalties):
        raise RuleRefused("impact.not_heavier", field="evidence", regime=regime.code, source=quoted(test))


def _refuse_run_out(work: Work, regime: ListRegime, entry: ListEntry) -> None:
    """Refuse where the term of the list, counted from the day of the listing, is over."""
    if regime.term_months is None:
        return
    until = add_months(entry.listed_on, regime.term_months) + timedelta(days=1)
    if until <= work.today:
        raise RuleRefused("impact.run_out", field="regime", until=until.isoformat(), source=quoted(regime))
