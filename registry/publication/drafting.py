"""Drafting an edition: what a list says now, set against what it said before.

The long part of an edition, in bounded steps: one consistent state is read, and what is new is
written in short transactions, each of which looks again whether its entries still stand. A row
that is withdrawn after it was written is blanked as any published row is; so a draft needs no lock
while it grows, and a draft that was never published leaves only rows that the next one takes up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from registry.commands import Progress, silent
from registry.lists.rules import SHOWN_STATES
from registry.lists.tables import ListEntry
from registry.publication import public_view, state
from registry.publication.leaves import NOTHING, canonical, leaf_of, new_salt
from registry.publication.state import Writing, row_of, slot
from registry.publication.tables import Edition, PublishedRow
from registry.regions import prefix
from registry.store.versions import one_writer

AT_ONCE = 1000
LOCK = "editions"  # preparing ends, and withdrawing begins, by waiting for this


@dataclass
class Draft:
    """An edition that is not yet one: its state, and how it differs from the head of its list.

    Attributes:
        on: Legal day that it shows.
        head_id: The edition that it was set against; None where there was none.
        state_root: Of the draft.
        entries: How many leaves it has.
        removed: Row numbers that the head has and the draft has not.
        added: Slots that the draft has and the head has not.
    """

    regime: str
    region: str
    on: date
    head_id: str | None
    state_root: bytes = NOTHING
    entries: int = 0
    removed: Sequence[int] = ()
    added: list[bytes] = field(default_factory=list)


def drafted(
    read: Session, writing: Writing, regime: str, region: str, on: date, *, progress: Progress = silent
) -> Draft:
    """Return a draft of what stands on a list in a region on a day.

    Args:
        read: Reads one consistent state throughout; may be the transaction that `writing` gives.
        writing: Opens a short transaction.
        regime: Code of the list or board.
        region: GB/T 2260, six digits.
        on: Legal day.
        progress: Called with the entries that are drafted.
    """
    before = head(read, regime, region)
    draft = Draft(regime, region, on, before.id if before else None)
    root = bytes.fromhex(before.state_root) if before else NOTHING
    left = {row_of(one) for one in state.slots(read, root)}
    contents = _told(_contents(read, regime, on, prefix(region)), progress)
    while part := dict(islice(contents, AT_ONCE)):
        fresh: dict[str, str] = {}
        known = _on_record(read, draft, part)
        for entry_id, content in part.items():
            same = known.get((entry_id, content))
            if same is None:
                fresh[entry_id] = content
                continue
            draft.entries += 1
            if row_of(same) in left:
                left.remove(row_of(same))
            else:
                draft.added.append(same)
        if fresh:
            with writing() as session:
                made = _written(session, draft, fresh)
            draft.added += made
            draft.entries += len(made)
    draft.removed = sorted(left)
    change = state.Change(read, root, removed=_leaves(read, draft.removed), added=draft.added)
    change.write(writing)
    draft.state_root = change.root
    return draft


def head(session: Session, regime: str, region: str) -> Edition | None:
    """Return the last edition of the chain of a list for a region."""
    query = select(Edition).where(col(Edition.regime) == regime, col(Edition.region) == region)
    query = query.where(col(Edition.serial).is_not(None)).order_by(col(Edition.serial).desc())
    return session.execute(query.limit(1)).scalars().first()


def _contents(session: Session, regime: str, on: date, region_prefix: str) -> Iterator[tuple[str, str]]:
    for entry in public_view.all_entries(session, regime, on, region_prefix):
        yield entry.entry_id, canonical(entry.model_dump(mode="json"))


def _told(contents: Iterator[tuple[str, str]], progress: Progress) -> Iterator[tuple[str, str]]:
    """Yield contents, and tell of every part of them that it begins."""
    number = 0
    while part := list(islice(contents, AT_ONCE)):
        progress("entries", number)
        yield from part
        number += len(part)
    progress("entries", number)


def _on_record(session: Session, draft: Draft, part: dict[str, str]) -> dict[tuple[str, str], bytes]:
    """Return the slots of rows that say of these entries what the draft would say, the newest of each."""
    query = select(
        col(PublishedRow.id), col(PublishedRow.entry_id), col(PublishedRow.leaf), col(PublishedRow.content)
    )
    query = query.where(col(PublishedRow.regime) == draft.regime, col(PublishedRow.region) == draft.region)
    query = query.where(col(PublishedRow.entry_id).in_(part), col(PublishedRow.content).is_not(None))
    rows = session.connection().execute(query.order_by(col(PublishedRow.id)))
    return {(row.entry_id, row.content): slot(row.leaf, row.id) for row in rows}


def _written(session: Session, draft: Draft, fresh: dict[str, str]) -> list[bytes]:
    """Write the rows of those entries that still stand, and return their slots."""
    one_writer(session, LOCK)
    standing = select(col(ListEntry.entry_id)).where(
        col(ListEntry.entry_id).in_(fresh),
        col(ListEntry.superseded_at).is_(None),
        col(ListEntry.withdrawn_on).is_(None),
        col(ListEntry.state).in_(SHOWN_STATES),
    )
    kept = sorted(set(session.connection().execute(standing).scalars()))
    last = session.connection().execute(select(func.max(col(PublishedRow.id)))).scalar_one() or 0
    rows = []
    for number, entry_id in enumerate(kept, start=last + 1):
        salt = new_salt()
        rows.append(
            {
                "id": number,
                "regime": draft.regime,
                "region": draft.region,
                "entry_id": entry_id,
                "leaf": leaf_of(salt, fresh[entry_id].encode()),
                "salt": salt,
                "content": fresh[entry_id],
            }
        )
    if rows:
        session.connection().execute(insert(PublishedRow), rows)
    return [slot(row["leaf"], row["id"]) for row in rows]  # type: ignore[arg-type]  # as just made


def _leaves(session: Session, row_ids: Sequence[int]) -> Iterator[bytes]:
    for start in range(0, len(row_ids), AT_ONCE):
        query = select(col(PublishedRow.leaf)).where(
            col(PublishedRow.id).in_(row_ids[start : start + AT_ONCE])
        )
        yield from session.connection().execute(query).scalars()
