"""Checking copies: which entries that somebody keeps are stale, and which were taken back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from registry.commands import Command
from registry.lists.tables import ListEntry
from registry.publication.answers import Answer, PublicEntry, Tombstone
from registry.publication.gathering import in_parts
from registry.publication.leaves import canonical
from registry.publication.public_view import entries_by_id
from registry.publication.tables import PublishedRow

MOST = 1000

State = Literal["current", "stale", "withdrawn", "suspended", "unknown"]


class KeptEntry(Command):
    """One entry that somebody keeps a copy of.

    Attributes:
        leaf: Leaf hash of the kept row, as the edition or delta gave it; None: the identifier alone.
    """

    entry_id: str = Field(min_length=1, max_length=64)
    leaf: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class KeptEntries(Command):
    """A copy, or a part of one."""

    items: tuple[KeptEntry, ...] = Field(min_length=1, max_length=MOST)


class CheckedEntry(Answer):
    """What became of an entry that somebody keeps.

    Attributes:
        state: `current`: shown, and the leaf, if given, is of what it says now; `stale`: shown, but it
            says something else now; `withdrawn`: shown no more, the copy must go; `suspended`: not shown
            at present, neither may the copy be; `unknown`: never ours.
    """

    entry_id: str
    state: State
    withdrawn_on: date | None = None
    ground: str | None = None


def check_copies(session: Session, items: Sequence[KeptEntry], on: date) -> tuple[CheckedEntry, ...]:
    """Return what became of each entry on a legal day, in the order in which they were asked."""
    ids = [item.entry_id for item in items]
    now = entries_by_id(session, ids, on)
    shown = {entry_id: one for entry_id, one in now.items() if isinstance(one, PublicEntry)}
    leaves = _leaves(session, shown)
    suspended = _not_shown(session, set(ids) - set(now), on)
    checked = []
    for item in items:
        entry = now.get(item.entry_id)
        if isinstance(entry, Tombstone):
            checked.append(
                CheckedEntry(
                    entry_id=item.entry_id,
                    state="withdrawn",
                    withdrawn_on=entry.withdrawn_on,
                    ground=entry.ground,
                )
            )
            continue
        state: State = "suspended" if item.entry_id in suspended else "unknown"
        if entry is not None:
            state = "current" if item.leaf in (None, *leaves[item.entry_id]) else "stale"
        checked.append(CheckedEntry(entry_id=item.entry_id, state=state))
    return tuple(checked)


def _not_shown(session: Session, entry_ids: set[str], on: date) -> set[str]:
    """Return which of these are entries of ours that were to be shown before, whatever hides them now."""
    found: set[str] = set()
    for some in in_parts(entry_ids):
        query = select(col(ListEntry.entry_id)).where(col(ListEntry.entry_id).in_(some))
        query = query.where(col(ListEntry.superseded_at).is_(None), col(ListEntry.publish_from) <= on)
        found |= set(session.connection().execute(query).scalars())
    return found


def _leaves(session: Session, shown: dict[str, PublicEntry]) -> dict[str, set[str]]:
    """Return the leaves under which each entry was published as it is now."""
    found: dict[str, set[str]] = defaultdict(set)
    said = {entry_id: canonical(one.model_dump(mode="json")) for entry_id, one in shown.items()}
    for some in in_parts(said):
        query = select(col(PublishedRow.entry_id), col(PublishedRow.leaf), col(PublishedRow.content))
        for row in session.connection().execute(query.where(col(PublishedRow.entry_id).in_(some))):
            if row.content == said[row.entry_id]:
                found[row.entry_id].add(row.leaf.hex())
    return found
