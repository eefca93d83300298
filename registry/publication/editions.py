"""Editions: what stands on a list on a day, as salted leaves under one signed root.

Only the root is signed, so a row can be taken back later without breaking what was signed: its
salt and content go, its leaf hash stays.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlmodel import Session, col

from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.errors import Malformed
from registry.identifiers import new_id
from registry.lists import board
from registry.lists.rules import one_regime
from registry.lists.tables import ListEntry
from registry.log.leaves import Effect
from registry.publication import public_view
from registry.publication.leaves import Tree, canonical, leaf_of, new_salt
from registry.publication.tables import Edition, EditionEntry
from registry.regions import prefix, region_or_refuse
from registry.store.versions import one_writer

FORMAT = "honest-metrology/edition/1"
AT_ONCE = 2000
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.IGNORECASE)  # it names a folder
LOCK = "editions"  # preparing ends, and withdrawing begins, by waiting for this


def prepare_edition(work: Work, regime: str, region: str, as_of: date | None = None) -> Outcome:
    """Prepare an edition of a list for a region, its files to be built afterwards.

    Args:
        work: By an officer of the region.
        regime: Code of the list or board.
        region: GB/T 2260, six digits.
        as_of: Legal day that it shows; today unless given.

    Returns:
        The edition, or `unchanged` with the one of the same day that says the same already.

    Raises:
        Forbidden: The office does not supervise the region.
        Malformed: The region or the code is none, or the day lies ahead.
        RuleRefused: No such list is in force there and then.
    """
    on = _allowed_day(work, regime, region, as_of or work.today)
    law = one_regime(work.rulebook, regime, region, on)
    if law.colour == "board":
        board.derive_board(work, regime, region)
    before = latest(work.session, regime, region, not_after=on)
    if before is not None and _says_the_same(work.session, before, on, prefix(region), work.rulebook.hash):
        return Outcome("unchanged", before.id)
    edition = _begun(work, regime, region, on, before)
    _fill(work.session, edition, prefix(region))
    edition.statement = _statement(work, edition, law.name_zh)
    work.session.add(edition)
    work.record(
        "edition.prepared",
        Subject("edition", edition.id),
        effects=[Effect("edition.prepared", edition.id, edition.statement)],
        regime=regime,
        region=region,
        edition=edition.version,
        root=edition.root,
        entries=edition.entries,
    )
    return Outcome("created", edition.id)


def _allowed_day(work: Work, regime: str, region: str, on: date) -> date:
    region_or_refuse(region, "region")
    work.require("officer", region)
    if CODE.fullmatch(regime) is None:
        raise Malformed("edition.regime_code", field="regime", value=regime)
    if on > work.today:
        raise Malformed("day.ahead", field="as_of", day=on.isoformat())
    return on


def latest(session: Session, regime: str, region: str, *, not_after: date | None = None) -> Edition | None:
    """Return the latest edition of a list for a region, by the day that it shows."""
    query = select(Edition).where(col(Edition.regime) == regime, col(Edition.region) == region)
    if not_after is not None:
        query = query.where(col(Edition.as_of_on) <= not_after)
    return session.execute(query.order_by(*_newest_first()).limit(1)).scalars().first()


def editions(session: Session, regime: str, region: str | None = None, limit: int = 100) -> Sequence[Edition]:
    """Return the editions of a list, for one region or for all, the latest first."""
    query = select(Edition).where(col(Edition.regime) == regime)
    if region is not None:
        query = query.where(col(Edition.region) == region)
    return session.execute(query.order_by(*_newest_first()).limit(limit)).scalars().all()


def one_edition(session: Session, regime: str, region: str, version: str) -> Edition | None:
    """Return an edition by its version, or None where there is none."""
    query = select(Edition).where(col(Edition.regime) == regime, col(Edition.region) == region)
    return session.execute(query.where(col(Edition.version) == version)).scalars().one_or_none()


def take_back(session: Session, entry_ids: Sequence[str]) -> int:
    """Blank entries in every edition that holds them; return how many editions must be built again.

    What is left of a row is its leaf hash. The generation of each edition rises in the same
    transaction, so that files with the old content are not served from its commit on.
    """
    one_writer(session, LOCK)
    touched: set[str] = set()
    for start in range(0, len(entry_ids), AT_ONCE):
        blanked = session.connection().execute(
            update(EditionEntry)
            .where(col(EditionEntry.entry_id).in_(entry_ids[start : start + AT_ONCE]))
            .where(col(EditionEntry.content).is_not(None))
            .values(salt=None, content=None)
            .returning(col(EditionEntry.edition_id))
        )
        touched |= set(blanked.scalars())
    for edition_id in sorted(touched):
        _raise_generation(session, edition_id)
    return len(touched)


def _begun(work: Work, regime: str, region: str, on: date, before: Edition | None) -> Edition:
    listed = select(func.count()).where(col(Edition.regime) == regime, col(Edition.region) == region)
    same_day = work.session.execute(listed.where(col(Edition.as_of_on) == on)).scalar_one()
    edition = Edition(
        id=new_id(),
        regime=regime,
        region=region,
        version=f"{on.isoformat()}.{same_day + 1}",
        as_of_on=on,
        entries=0,
        root="",
        statement={},
        rulebook_hash=work.rulebook.hash,
        previous_version=before.version if before else None,
        generation=1,
        built_generation=0,
        recorded_at=work.now,
    )
    work.session.add(edition)
    work.session.flush()
    return edition


def _fill(session: Session, edition: Edition, region_prefix: str) -> None:
    """Write the rows of an edition and their root."""
    tree = Tree()
    contents = _contents(session, edition.regime, edition.as_of_on, region_prefix)
    while part := list(islice(contents, AT_ONCE)):
        rows = []
        for entry_id, content in part:
            salt = new_salt()
            leaf = leaf_of(salt, content.encode())
            rows.append(
                {
                    "edition_id": edition.id,
                    "position": tree.size,
                    "entry_id": entry_id,
                    "leaf": leaf.hex(),
                    "salt": salt.hex(),
                    "content": content,
                }
            )
            tree.add(leaf)
        session.connection().execute(insert(EditionEntry), rows)
    edition.entries, edition.root = tree.size, tree.root().hex()
    one_writer(session, LOCK)
    _drop_what_ended_meanwhile(session, edition)


def _drop_what_ended_meanwhile(session: Session, edition: Edition) -> None:
    """Blank what another transaction withdrew while the rows were written."""
    ended = (
        select(col(ListEntry.entry_id))
        .where(col(ListEntry.superseded_at).is_(None), col(ListEntry.withdrawn_on).is_not(None))
        .where(col(ListEntry.regime) == edition.regime)
    )
    session.connection().execute(
        update(EditionEntry)
        .where(col(EditionEntry.edition_id) == edition.id, col(EditionEntry.entry_id).in_(ended))
        .values(salt=None, content=None)
    )


def _statement(work: Work, edition: Edition, name: str) -> dict[str, object]:
    return {
        "format": FORMAT,
        "regime": edition.regime,
        "name": name,
        "region": edition.region,
        "version": edition.version,
        "as_of_on": edition.as_of_on.isoformat(),
        "entries": edition.entries,
        "root": edition.root,
        "rulebook_hash": edition.rulebook_hash,
        "previous_version": edition.previous_version,
        "published_by": work.actor.office_code,
    }


def _contents(session: Session, regime: str, on: date, region_prefix: str) -> Iterator[tuple[str, str]]:
    for entry in public_view.all_entries(session, regime, on, region_prefix):
        yield entry.entry_id, canonical(entry.model_dump(mode="json"))


def _says_the_same(
    session: Session, before: Edition, on: date, region_prefix: str, rulebook_hash: str
) -> bool:
    """Say whether an edition of that day holds just the entries that stand now, under the same law."""
    if before.as_of_on != on or before.rulebook_hash != rulebook_hash:
        return False
    now = _contents(session, before.regime, on, region_prefix)
    then = ((row.entry_id, row.content) for row in rows_of(session, before.id))
    return all(one == other for one, other in zip_longest(now, then))


def rows_of(session: Session, edition_id: str) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of an edition by position, in bounded memory."""
    table = EditionEntry
    query = select(
        col(table.position), col(table.entry_id), col(table.leaf), col(table.salt), col(table.content)
    )
    query = query.where(col(table.edition_id) == edition_id).order_by(col(table.position)).limit(AT_ONCE)
    position = -1
    while part := session.connection().execute(query.where(col(table.position) > position)).all():
        yield from part
        position = part[-1].position


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    version = col(Edition.version)
    return col(Edition.as_of_on).desc(), func.length(version).desc(), version.desc()


def _raise_generation(session: Session, edition_id: str) -> None:
    session.execute(
        update(Edition).where(col(Edition.id) == edition_id).values(generation=col(Edition.generation) + 1)
    )
