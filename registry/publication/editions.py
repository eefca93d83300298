"""Editions: what stands on a list on a day, as salted leaves under one signed root.

Only the root is signed, so a row can be taken back later without breaking what was signed: its
salt and content go, its leaf hash stays.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlmodel import Session, col

from registry.audit.work import Subject, Work
from registry.commands import Outcome, Progress, silent
from registry.errors import Conflict, Malformed
from registry.identifiers import new_id
from registry.lists import board
from registry.lists.rules import one_regime
from registry.log.events import PublicEvent
from registry.log.leaves import Effect
from registry.log.tables import LogHead
from registry.publication import deltas, state
from registry.publication.drafting import LOCK, Draft, drafted, head
from registry.publication.state import row_of
from registry.publication.tables import Edition, PublishedRow
from registry.regions import region_or_refuse
from registry.store.engine import reading, writing
from registry.store.versions import one_writer

FORMAT = "honest-metrology/edition/1"
AT_ONCE = 1000
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.IGNORECASE)  # it names a folder

Acting = Callable[[], AbstractContextManager[Work]]


def publish_edition(
    acting: Acting, regime: str, region: str, as_of: date | None = None, progress: Progress = silent
) -> Outcome:
    """Prepare an edition in several short transactions, so that nobody waits while a long list is read.

    Args:
        acting: Opens a transaction in which an officer of the region acts.
        regime: Code of the list or board.
        region: GB/T 2260, six digits.
        as_of: Legal day that it shows; today unless given.
        progress: Called with the businesses looked at, for a board, and the entries drafted.

    Returns:
        As `prepare_edition`.

    Raises:
        Conflict: Another edition of the list was prepared meanwhile.
        Forbidden: As `prepare_edition`; and likewise Malformed and RuleRefused.
    """
    with acting() as work:
        on = allowed_day(work, regime, region, as_of or work.today)
        of_records = _is_board(work, regime, region, on)
        engine = work.session.get_bind().engine
    if of_records:
        board.derive_in_parts(acting, regime, region, progress)
    with reading(engine) as session:
        draft = drafted(session, lambda: writing(engine), regime, region, on, progress=progress)
    with acting() as work:
        return prepare_edition(work, regime, region, on, draft)


def prepare_edition(
    work: Work, regime: str, region: str, as_of: date | None = None, draft: Draft | None = None
) -> Outcome:
    """Prepare an edition of a list for a region, its files to be built afterwards.

    Args:
        work: By an officer of the region.
        regime: Code of the list or board.
        region: GB/T 2260, six digits.
        as_of: Legal day that it shows; today unless given.
        draft: What it says, as drafted before; else it is drafted here, in this one transaction.

    Returns:
        The edition, or `unchanged` with the one of the same day that says the same already.

    Raises:
        Forbidden: The office does not supervise the region.
        Malformed: The region or the code is none, or the day lies ahead.
        RuleRefused: No such list is in force there and then.
        Conflict: Another edition of the list was prepared since the draft was begun.
    """
    if draft is None:
        on = _begun(work, regime, region, as_of)
        draft = drafted(work.session, lambda: nullcontext(work.session), regime, region, on)
    on = allowed_day(work, regime, region, draft.on)
    one_writer(work.session, LOCK)
    before = head(work.session, regime, region)
    if (before.id if before else None) != draft.head_id:
        raise Conflict("edition.overtaken", regime=regime, region=region)
    latest_then = latest(work.session, regime, region, not_after=on)
    if latest_then is not None and _says_the_same(latest_then, draft, work.rulebook.hash):
        return Outcome("unchanged", latest_then.id)
    edition = _made(work, draft, before, one_regime(work.rulebook, regime, region, on).name_zh)
    if edition.previous_version is not None:
        deltas.write(work.session, edition, draft)
    _record(work, edition)
    return Outcome("created", edition.id)


def _record(work: Work, edition: Edition) -> None:
    event = PublicEvent(edition.regime, edition.region, edition=edition.version)
    work.record(
        "edition.prepared",
        Subject("edition", edition.id),
        effects=[Effect("edition.prepared", edition.id, edition.statement, event)],
        regime=edition.regime,
        region=edition.region,
        edition=edition.version,
        state_root=edition.state_root,
        entries=edition.entries,
    )


def _begun(work: Work, regime: str, region: str, as_of: date | None) -> date:
    """Check that the edition is allowed, bring a board up to its records, and return the edition's day."""
    on = allowed_day(work, regime, region, as_of or work.today)
    if _is_board(work, regime, region, on):
        board.derive_board(work, regime, region)
    return on


def _is_board(work: Work, regime: str, region: str, on: date) -> bool:
    return one_regime(work.rulebook, regime, region, on).colour == "board"


def allowed_day(work: Work, regime: str, region: str, on: date) -> date:
    """Return the day of an edition that the person may publish.

    Raises:
        Forbidden: The person is neither officer nor approver of the region.
        Malformed: The region or the code is none, or the day lies ahead.
    """
    region_or_refuse(region, "region")
    if not work.actor.may("approver", region):  # an edition shows what was decided; nobody decides anew
        work.require("officer", region, "region")
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
    """Blank what was published of entries; return how many editions must be built again.

    What is left of a row is its leaf hash, in every edition and delta that has it. The generation
    of each edition rises in the same transaction, so that files with the old content are not served
    from its commit on.
    """
    one_writer(session, LOCK)
    touched: set[str] = set()
    for start in range(0, len(entry_ids), AT_ONCE):
        blanked = session.connection().execute(
            update(PublishedRow)
            .where(col(PublishedRow.entry_id).in_(entry_ids[start : start + AT_ONCE]))
            .where(col(PublishedRow.content).is_not(None))
            .values(salt=None, content=None)
            .returning(col(PublishedRow.regime), col(PublishedRow.region), col(PublishedRow.leaf))
        )
        leaves: dict[tuple[str, str], list[bytes]] = {}
        for regime, region, leaf in blanked:
            leaves.setdefault((regime, region), []).append(leaf)
        for (regime, region), some in leaves.items():
            touched |= _editions_with(session, regime, region, some)
    for edition_id in sorted(touched):
        _raise_generation(session, edition_id)
    return len(touched)


def _editions_with(session: Session, regime: str, region: str, leaves: Sequence[bytes]) -> set[str]:
    query = select(col(Edition.id), col(Edition.state_root))
    query = query.where(col(Edition.regime) == regime, col(Edition.region) == region)
    query = query.where(col(Edition.retired_on).is_(None))
    roots = {row.id: bytes.fromhex(row.state_root) for row in session.connection().execute(query)}
    holding = state.holding(session, set(roots.values()), leaves)
    return {edition_id for edition_id, root in roots.items() if root in holding}


def _made(work: Work, draft: Draft, before: Edition | None, name: str) -> Edition:
    """Write an edition; it follows the head of its chain unless it shows an earlier day than that."""
    listed = select(func.count()).where(
        col(Edition.regime) == draft.regime, col(Edition.region) == draft.region
    )
    same_day = work.session.execute(listed.where(col(Edition.as_of_on) == draft.on)).scalar_one()
    follows = before is None or before.as_of_on <= draft.on
    edition = Edition(
        id=new_id(),
        regime=draft.regime,
        region=draft.region,
        version=f"{draft.on.isoformat()}.{same_day + 1}",
        serial=(before.serial or 0 if before else 0) + 1 if follows else None,
        as_of_on=draft.on,
        entries=draft.entries,
        state_root=draft.state_root.hex(),
        statement={},
        rulebook_hash=work.rulebook.hash,
        previous_version=before.version if before and follows else None,
        generation=1,
        built_generation=0,
        recorded_at=work.now,
    )
    edition.statement = _statement(work, edition, name)
    work.session.add(edition)
    work.session.flush()
    return edition


def _statement(work: Work, edition: Edition, name: str) -> dict[str, object]:
    # the head stays locked until the commit, so the leaf of this act gets the position stated here
    position = select(col(LogHead.size)).where(col(LogHead.id) == 1).with_for_update()
    return {
        "format": FORMAT,
        "regime": edition.regime,
        "name": name,
        "region": edition.region,
        "version": edition.version,
        "serial": edition.serial,
        "as_of_on": edition.as_of_on.isoformat(),
        "entries": edition.entries,
        "state_root": edition.state_root,
        "rulebook_hash": edition.rulebook_hash,
        "previous_version": edition.previous_version,
        "published_by": work.actor.office_code,
        "log_position": work.session.execute(position).scalar_one_or_none(),
    }


def _says_the_same(before: Edition, draft: Draft, rulebook_hash: str) -> bool:
    """Say whether an edition is of the day of a draft and holds just its entries, under the same law."""
    said = (before.as_of_on, before.rulebook_hash, before.state_root)
    return said == (draft.on, rulebook_hash, draft.state_root.hex())


def rows_of(session: Session, edition: Edition) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of an edition in order of leaf, in bounded memory."""
    table = PublishedRow
    query = select(col(table.id), col(table.entry_id), col(table.leaf), col(table.salt), col(table.content))
    slots = state.slots(session, bytes.fromhex(edition.state_root))
    while part := list(islice(slots, AT_ONCE)):
        asked = [row_of(one) for one in part]
        found = {row.id: row for row in session.connection().execute(query.where(col(table.id).in_(asked)))}
        yield from (found[row_id] for row_id in asked)


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    version = col(Edition.version)
    return col(Edition.as_of_on).desc(), func.length(version).desc(), version.desc()


def _raise_generation(session: Session, edition_id: str) -> None:
    session.execute(
        update(Edition).where(col(Edition.id) == edition_id).values(generation=col(Edition.generation) + 1)
    )
