"""Taking back what is still published of an entry that may not be shown, though nobody ended it.

A market's card is shown only while its trader trades there, and what a business is may be stated anew.
The pages hide such an entry at once; here the files and the feeds lose it. If it is shown again, the
next edition brings it with a new salt.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from registry.audit.work import Subject, Work
from registry.lists.tables import ListEntry
from registry.log import events
from registry.publication.answers import PublicEntry
from registry.publication.editions import take_back
from registry.publication.gathering import in_parts
from registry.publication.public_view import entries_by_id
from registry.publication.tables import PublishedRow


def hide_unshown(work: Work, business_ids: Sequence[str]) -> int:
    """Take back what is published of entries of these businesses that are not shown today.

    Returns:
        How many entries were hidden; doing it twice changes nothing.

    Raises:
        Forbidden: The office does not supervise the whole country.
    """
    work.require("officer", "")
    published = _published(work, business_ids)
    now = entries_by_id(work.session, published, work.today)
    hidden = [entry_id for entry_id in published if not isinstance(now.get(entry_id), PublicEntry)]
    if hidden:
        take_back(work.session, hidden)
        events.unlink(work.session, hidden)
        subject = Subject("entry" if len(hidden) == 1 else "batch", hidden[0])
        work.record("entry.hidden", subject, entries=hidden)
    return len(hidden)


def _published(work: Work, business_ids: Sequence[str]) -> list[str]:
    """Return the entries of these businesses of which some row still has its content."""
    found: list[str] = []
    for some in in_parts(business_ids):
        query = (
            select(col(ListEntry.entry_id))
            .join(PublishedRow, col(PublishedRow.entry_id) == col(ListEntry.entry_id))
            .where(col(ListEntry.superseded_at).is_(None), col(ListEntry.business_id).in_(some))
            .where(col(PublishedRow.content).is_not(None))
        )
        found += work.session.execute(query.distinct()).scalars()
    return sorted(found)
