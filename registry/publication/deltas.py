"""Deltas: the operations that lead from an edition to the next one of its list.

    ADD       leaf, salt, content       a row that the edition before did not have
    MOD       leaf, salt, content, old  a row that takes the place of another of the same entry
    WITHDRAW  leaf, ground              a row that is there no more, and why

They are in order of leaf. A row withdrawn later keeps its operation and leaf, and loses salt and content.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select
from sqlmodel import Session, col

from registry.errors import Gone, NotFound
from registry.lists.tables import ListEntry
from registry.publication.drafting import Draft
from registry.publication.state import LEAF, row_of
from registry.publication.tables import DeltaRow, Edition, PublishedRow

AT_ONCE = 1000
UNSHOWN = "not_shown"  # it may not be shown any more, though nobody ended it


def write(session: Session, edition: Edition, draft: Draft) -> None:
    """Write what leads from the edition before to this one."""
    left = {row.entry_id: row for row in _rows(session, draft.removed)}
    came = {row_of(one): one[:LEAF] for one in draft.added}
    operations: list[dict[str, Any]] = []
    for row in _rows(session, sorted(came)):
        old = left.pop(row.entry_id, None)
        operations.append(
            {
                "edition_id": edition.id,
                "leaf": row.leaf,
                "op": "MOD" if old else "ADD",
                "old_leaf": old.leaf if old else None,
                "ground": None,
                "row_id": row.id,
            }
        )
    grounds = _grounds(session, sorted(left), edition.as_of_on)
    for entry_id, row in left.items():
        operations.append(
            {
                "edition_id": edition.id,
                "leaf": row.leaf,
                "op": "WITHDRAW",
                "old_leaf": None,
                "ground": grounds[entry_id],
                "row_id": None,
            }
        )
    if operations:
        session.connection().execute(insert(DeltaRow), operations)


def operations_of(session: Session, edition_id: str) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the operations of an edition in order of leaf, with salt and content as they are now."""
    query = (
        select(
            col(DeltaRow.leaf),
            col(DeltaRow.op),
            col(DeltaRow.old_leaf),
            col(DeltaRow.ground),
            col(PublishedRow.salt),
            col(PublishedRow.content),
        )
        .outerjoin(PublishedRow, col(PublishedRow.id) == col(DeltaRow.row_id))
        .where(col(DeltaRow.edition_id) == edition_id)
        .order_by(col(DeltaRow.leaf))
        .limit(AT_ONCE)
    )
    leaf = b""
    while part := session.connection().execute(query.where(col(DeltaRow.leaf) > leaf)).all():
        yield from part
        leaf = part[-1].leaf


def after(session: Session, regime: str, region: str, version: str | None = None) -> Sequence[Edition]:
    """Return the editions whose deltas lead from a version to the newest, in order.

    Args:
        session: Read only.
        regime: Code of the list or board.
        region: GB/T 2260, six digits.
        version: Of the edition at hand; None: every delta that is retained.

    Raises:
        NotFound: The list has no such edition for the region, or it stands beside the chain.
        Gone: A delta between that edition and the newest is retained no more.
    """
    chain = select(Edition).where(col(Edition.regime) == regime, col(Edition.region) == region)
    if version is None:
        kept = chain.where(col(Edition.previous_version).is_not(None), col(Edition.retired_on).is_(None))
        return session.execute(kept.order_by(col(Edition.serial))).scalars().all()
    known = session.execute(chain.where(col(Edition.version) == version)).scalars().one_or_none()
    if known is None or known.serial is None:
        raise NotFound("edition.unknown", field="after", version=version)
    later = chain.where(col(Edition.serial) > known.serial).order_by(col(Edition.serial))
    found = session.execute(later).scalars().all()
    if any(edition.retired_on is not None for edition in found):
        raise Gone("delta.too_old", field="after", version=version)
    return found


def _rows(session: Session, row_ids: Sequence[int]) -> Iterator[Row[*tuple[Any, ...]]]:
    query = select(col(PublishedRow.id), col(PublishedRow.entry_id), col(PublishedRow.leaf))
    for start in range(0, len(row_ids), AT_ONCE):
        some = query.where(col(PublishedRow.id).in_(row_ids[start : start + AT_ONCE]))
        yield from session.connection().execute(some)


def _grounds(session: Session, entry_ids: Sequence[str], on: date) -> Mapping[str, str]:
    """Return the code of the ground on which each entry is not shown any more."""
    found = dict.fromkeys(entry_ids, UNSHOWN)
    query = select(ListEntry).where(col(ListEntry.superseded_at).is_(None))
    for start in range(0, len(entry_ids), AT_ONCE):
        some = query.where(col(ListEntry.entry_id).in_(entry_ids[start : start + AT_ONCE]))
        for entry in session.execute(some).scalars():
            if entry.withdrawn_ground is not None or entry.state == "suspended":
                found[entry.entry_id] = entry.withdrawn_ground or entry.state
            elif entry.publish_until is not None and entry.publish_until <= on:
                found[entry.entry_id] = "expired"
    return found
