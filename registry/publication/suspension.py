"""Suspending praise by itself: a red entry is not shown while an effective violation stands against it.

The business is told by a paper of the office that listed. Where none can be set, for want of a number,
a name or a glyph, praise stops all the same, and the audit log keeps why there is none.
"""

from collections.abc import Iterable, Sequence

from registry.audit.work import Subject, Work
from registry.errors import Refusal
from registry.lists import entries, queries
from registry.lists.conditions import blemishes
from registry.lists.tables import ListEntry
from registry.log import events
from registry.log.leaves import Effect
from registry.publication.editions import take_back
from registry.publication.papers import suspended_by_job
from registry.rulebook import ListRegime
from registry.settings import Settings


def suspend_blemished(work: Work, settings: Settings, business_ids: Iterable[str] | None = None) -> int:
    """Suspend the red entries against whose business an effective violation stands.

    What is suspended is shown again only when a person renews it; doing it twice changes nothing.

    Args:
        work: By an officer of the whole country; a job is one.
        settings: Where the files of papers are kept.
        business_ids: Only entries of these; None: of all.

    Returns:
        How many entries were suspended.

    Raises:
        Forbidden: The office does not supervise the whole country.
    """
    work.require("officer", "")
    asked = None if business_ids is None else list(business_ids)
    done = 0
    for entry in queries.entries_blemished(work.session, work.today, asked):
        law = work.rulebook.in_force(ListRegime, entry.region, work.today).get(entry.regime)
        against = blemishes(work, law, entry.region, entry.business_id)[0] if law is not None else []
        if against:
            _suspend(work, settings, entry, against)
            done += 1
    return done


def _suspend(work: Work, settings: Settings, entry: ListEntry, against: Sequence[str]) -> None:
    told = _told(work, settings, entry, against)
    take_back(work.session, [entry.entry_id])
    events.unlink(work.session, [entry.entry_id])
    suspended = entries.suspend(work, entry)
    content = {"entry": entry.entry_id, "regime": entry.regime, "state": suspended.state, "rule": None}
    public = entries.public_event(suspended)
    work.record(
        "entry.suspended",
        Subject("entry", entry.entry_id),
        concerns=[entry.business_id],
        effects=[Effect("entry.suspended", entry.entry_id, content, public)],
        entries=[[entry.entry_id, suspended.state]],
        violation=against[0],
        **told,
    )


def _told(work: Work, settings: Settings, entry: ListEntry, against: Sequence[str]) -> dict[str, str | None]:
    """Return the paper of a suspension, or why there is none."""
    try:
        with work.session.begin_nested():
            return {"document": suspended_by_job(work, settings, entry, against)}
    except Refusal as refused:
        return {"document": None, "paper_refused": refused.code}
