"""What the public may see: the one place where that is decided.

Pages, public answers, index, feeds and files are all made from here. The day decides: a record
whose term has run out is not shown, whether or not a job has run since; an entry that was
withdrawn is not shown for any day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlmodel import Session, col

from registry.businesses.tables import BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import Malformed
from registry.instruments.tables import Instrument
from registry.lists.rules import legal_basis, regimes_below
from registry.lists.tables import ListEntry
from registry.pledges.tables import Pledge
from registry.publication import instruments
from registry.publication.answers import (
    Answer,
    IndexSource,
    Page,
    PublicBusiness,
    PublicDesignation,
    PublicEntry,
    PublicPledge,
    PublicRegime,
    PublicStatistic,
    PublicViolation,
    Tombstone,
)
from registry.publication.counts import Entries
from registry.publication.gathering import (
    AT_ONCE,
    Known,
    Standing,
    all_businesses,
    designation_stands,
    entry_shown,
    in_parts,
    known_businesses,
    pledge_stands,
    shown_violations,
)
from registry.regions import region
from registry.rulebook import Rulebook, ViolationType
from registry.statistics.tables import Statistic
from registry.violations.tables import PenaltyDecision, Violation

A_COUNTY = 6  # digits
Shown = TypeVar("Shown", bound=Answer)


def business(session: Session, business_id: str, on: date, rulebook: Rulebook) -> PublicBusiness | None:
    """Return a business as the public may see it on a day, or None where it may not."""
    known = known_businesses(session, [business_id]).get(business_id)
    if known is None:
        return None
    asked = (
        _of(Pledge, business_id).where(pledge_stands(on)),
        _of(DemonstrationUnit, business_id).where(designation_stands(on)),
        _of(ListEntry, business_id).where(entry_shown(on)),
        shown_violations(col(Violation.violation_id), on=on).where(col(Violation.business_id) == business_id),
        _of(Instrument, business_id).where(col(Instrument.superseded_at).is_(None)),
    )
    # most businesses have next to nothing on record, which one statement tells
    there = session.connection().execute(select(*(query.exists() for query in asked))).one()
    pledges, designations, entries = (
        _rows(session, query) if some else [] for query, some in zip(asked, there[:3], strict=False)
    )
    violations = _violations(session, known, on, rulebook) if there[3] else ()
    used = instruments.of_business(session, known, on, rulebook) if there[4] else instruments.NONE
    return PublicBusiness(
        **_described(known),
        uscc_check_ok=known.uscc_check_ok if known.identity.uscc else None,
        pledges=tuple(_copied(PublicPledge, row) for row in pledges),
        designations=tuple(_copied(PublicDesignation, row) for row in designations),
        instruments=used.items,
        instruments_counted=used.counted,
        violations=tuple(violations),
        entries=tuple(made for row in entries if (made := _entry(row, known)) is not None),
        last_confirmed_at=max(
            [
                known.recorded_at,
                *used.recorded_at,
                *(row.recorded_at for row in (*pledges, *designations, *entries)),
            ]
        ),
    )


def index_documents(session: Session, on: date, ids: Iterable[str] | None = None) -> Iterator[IndexSource]:
    """Yield what a search index may hold, of the named businesses or of all, in bounded memory.

    A named business that may not be shown is not yielded: the index must drop it.
    """
    parts = all_businesses(session) if ids is None else (known_businesses(session, p) for p in in_parts(ids))
    for known in parts:
        standing = Standing(session, sorted(known), on)
        for one in known.values():
            yield IndexSource(
                business_id=one.id,
                version=one.version,
                name=one.identity.name,
                former_names=one.identity.former_names,
                aliases=one.identity.aliases,
                market=one.market,
                stall=one.stall,
                address=one.identity.address,
                uscc=one.identity.uscc,
                region=one.region,
                sector=one.sector,
                status=one.status,
                lists=tuple(listed.regime for listed in standing.lists(one)),
                designated=one.id in standing.designated,
                pledged=one.id in standing.pledged,
            )


def entries(
    session: Session,
    regime: str,
    on: date,
    *,
    region_prefix: str = "",
    sector: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[PublicEntry]:
    """Return a page of the entries of a list or board, the newest listing first.

    Args:
        session: Read only.
        regime: Code of the list or board.
        on: Legal day on which it is looked at.
        region_prefix: Leading digits of GB/T 2260; empty for everywhere.
        sector: Code of the sector of the business; empty for any.
        after: The cursor that an earlier page gave.
        limit: At least 1.

    Raises:
        Malformed: The cursor is none of ours.
    """
    found: list[PublicEntry] = []
    cursor = after
    while len(found) <= limit:
        rows = _rows(
            session, _entries_after(regime, on, cursor, limit + 1, region_prefix=region_prefix, sector=sector)
        )
        known = known_businesses(session, (row.business_id for row in rows))
        for row in rows:
            made = _entry(row, known[row.business_id]) if row.business_id in known else None
            if made is not None:
                found.append(made)
        if len(rows) <= limit:
            break
        cursor = _cursor(rows[-1])
    return Page(items=tuple(found[:limit]), after=_cursor(found[limit - 1]) if len(found) > limit else None)


def all_entries(session: Session, regime: str, on: date, region_prefix: str) -> Iterator[PublicEntry]:
    """Yield every entry of a list or board, the newest listing first, in bounded memory."""
    after = None
    while True:
        page = entries(session, regime, on, region_prefix=region_prefix, after=after, limit=AT_ONCE)
        yield from page.items
        after = page.after
        if after is None:
            return


def entry(session: Session, entry_id: str, on: date) -> PublicEntry | Tombstone | None:
    """Return an entry that is shown, the tombstone of one that was, or None where there is none."""
    return entries_by_id(session, [entry_id], on).get(entry_id)


def entries_by_id(session: Session, entry_ids: Iterable[str], on: date) -> dict[str, PublicEntry | Tombstone]:
    """Return by identifier the entries that are shown, and the tombstones of those that were."""
    found: dict[str, PublicEntry | Tombstone] = {}
    for some in in_parts(entry_ids):
        asked = select(ListEntry).where(col(ListEntry.entry_id).in_(some))
        rows = _rows(session, asked.where(entry_shown(on)))
        known = known_businesses(session, (row.business_id for row in rows))
        for row in rows:
            made = _entry(row, known[row.business_id]) if row.business_id in known else None
            if made is not None:
                found[row.entry_id] = made
        for row in _rows(session, asked.where(col(ListEntry.superseded_at).is_(None))):
            tombstone = _tombstone(row, on)
            if row.entry_id not in found and tombstone is not None:
                found[row.entry_id] = tombstone
    return found


def lists(
    counted: Entries, rulebook: Rulebook, on: date, jurisdiction: str = "000000"
) -> tuple[PublicRegime, ...]:
    """Return the lists and boards in force on a day for a region and below it, with their counts.

    Args:
        counted: What is shown on them.
        rulebook: The law known today.
        on: Legal day.
        jurisdiction: GB/T 2260.
    """
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (code, _, where, _), count in counted.items():
        counts[code][where] = counts[code].get(where, 0) + count
    return tuple(
        PublicRegime(
            code=regime.code,
            colour=regime.colour,
            name_zh=regime.name_zh,
            name_en=regime.name_en,
            level=regime.level,
            region=regime.jurisdiction.ljust(6, "0"),
            region_name=_region_name(regime.jurisdiction.ljust(6, "0")),
            basis=legal_basis(regime),
            grounds=tuple(regime.grounds),
            measures=tuple(regime.measures),
            term_months=regime.term_months,
            published_on=regime.published_on,
            entries=sum(counts[regime.code].values()),
            entries_by_region=dict(sorted(counts[regime.code].items())),
        )
        for regime in regimes_below(rulebook, jurisdiction, on)
    )


def statistics(
    session: Session, after: str | None = None, limit: int = 50, record_kind: str | None = None
) -> Page[PublicStatistic]:
    """Return a page of the published aggregates, those of one published record together."""
    query = (
        select(Statistic).where(col(Statistic.source_key) > (after or "")).order_by(col(Statistic.source_key))
    )
    if record_kind is not None:
        query = query.where(col(Statistic.record_kind) == record_kind)
    rows = _rows(session, query.limit(limit + 1))
    items = tuple(_statistic(row) for row in rows[:limit])
    return Page(items=items, after=rows[limit - 1].source_key if len(rows) > limit else None)


def _statistic(row: Statistic) -> PublicStatistic:
    stated = {name: getattr(row, name) for name in PublicStatistic.model_fields if name != "record"}
    return PublicStatistic(record=row.source_key.removesuffix(f":{row.measure}"), **stated)


def _described(known: Known) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.identity.name,
        "masked": known.identity.masked,
        "former_names": known.identity.former_names,
        "aliases": known.identity.aliases,
        "uscc": known.identity.uscc,
        "kind": known.kind,
        "sector": known.sector,
        "region": known.region,
        "region_name": _region_name(known.region),
        "address": known.identity.address,
        "market": known.market,
        "stall": known.stall,
        "status": known.status,
        "version": known.version,
    }


def _entry(row: ListEntry, known: Known) -> PublicEntry | None:
    """Return an entry as shown: a natural person is named only where the regime allowed it."""
    if known.identity.natural_person and not row.persons_named:
        return None
    return PublicEntry(
        entry_id=row.entry_id,
        regime=row.regime,
        colour=row.colour,
        business_id=row.business_id,
        name=(known.raw_name or known.identity.name) if row.persons_named else known.identity.name,
        uscc=known.identity.uscc,
        region=row.region,
        region_name=_region_name(row.region),
        market=known.market,
        stall=known.stall,
        ground=known.words(row.ground),
        basis=row.basis,
        measures=tuple(row.measures),
        listed_on=row.listed_on,
        publish_from=row.publish_from,
        publish_until=row.publish_until,
        objected_on=row.objected_on,
    )


def _tombstone(row: ListEntry, on: date) -> Tombstone | None:
    """Return what is left of an entry that was shown; a suspended or coming one leaves no trace."""
    if row.withdrawn_on is not None and row.withdrawn_ground is not None:
        return Tombstone(
            entry_id=row.entry_id,
            regime=row.regime,
            withdrawn_on=row.withdrawn_on,
            ground=row.withdrawn_ground,
            rule=row.withdrawn_rule,
        )
    if row.publish_until is not None and row.publish_until <= on:
        return Tombstone(
            entry_id=row.entry_id,
            regime=row.regime,
            withdrawn_on=row.publish_until,
            ground="expired",
            rule="publish_until",
        )
    return None


def _violations(session: Session, known: Known, on: date, rulebook: Rulebook) -> Iterator[PublicViolation]:
    query = shown_violations(Violation, PenaltyDecision, on=on).where(col(Violation.business_id) == known.id)
    order = (col(PenaltyDecision.decided_on).desc(), col(Violation.violation_id))
    names = rulebook.in_force(ViolationType, known.region, on)
    for found, decision in session.execute(query.order_by(*order)):
        yield PublicViolation(
            violation_id=found.violation_id,
            type_codes=tuple(found.type_codes),
            type_names=tuple(names[code].name_zh for code in found.type_codes if code in names),
            conduct_code=found.conduct_code,
            conduct=known.words(found.conduct or decision.summary),
            found_on=found.found_on,
            found_precision=found.found_precision,
            severity=found.severity,
            decision_no=decision.decision_no,
            authority=decision.authority,
            decided_on=decision.decided_on,
            decided_precision=decision.decided_precision,
            standing=decision.standing,
            penalties=tuple(decision.penalties),
            fine_fen=decision.fine_fen,
            confiscated_fen=decision.confiscated_fen,
            basis=known.words(decision.basis),
            source=known.words(decision.source),
            publish_from=found.publish_from,
            publish_until=found.publish_until,
            objected_on=found.objected_on,
        )


def _entries_after(
    regime: str, on: date, cursor: str | None, limit: int, *, region_prefix: str, sector: str
) -> Select[*tuple[Any, ...]]:
    query = select(ListEntry).where(col(ListEntry.regime) == regime, entry_shown(on))
    if len(region_prefix) == A_COUNTY:  # the entries of a county lie side by side, in their order
        query = query.where(col(ListEntry.region) == region_prefix)
    elif region_prefix:
        query = query.where(
            col(ListEntry.region).between(region_prefix.ljust(6, "0"), region_prefix.ljust(6, "9"))
        )
    if sector:  # asked of one entry after the other: as a join all of the sector might be read
        business = select(col(BusinessVersion.sector)).where(
            col(BusinessVersion.business_id) == col(ListEntry.business_id)
        )
        now = business.where(col(BusinessVersion.superseded_at).is_(None))
        query = query.where(now.scalar_subquery() == sector)
    if cursor is not None:
        query = query.where(_beyond(cursor))
    return query.order_by(col(ListEntry.listed_on).desc(), col(ListEntry.entry_id).desc()).limit(limit)


def _cursor(row: ListEntry | PublicEntry) -> str:
    return f"{row.listed_on.isoformat()}.{row.entry_id}"


def _beyond(cursor: str) -> ColumnElement[bool]:
    day, _, entry_id = cursor.partition(".")
    try:
        listed_on = date.fromisoformat(day)
    except ValueError as not_ours:
        raise Malformed("cursor.malformed", field="cursor") from not_ours
    return tuple_(col(ListEntry.listed_on), col(ListEntry.entry_id)) < (listed_on, entry_id)


def _copied(answer: type[Shown], row: Any) -> Shown:
    """Return an answer that takes from a row the columns that it names, and no other."""
    return answer(**{name: getattr(row, name) for name in answer.model_fields})


def _of(table: type[Any], business_id: str) -> Select[*tuple[Any, ...]]:
    return select(table).where(table.business_id == business_id)


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    return session.execute(query).scalars().all()


def _region_name(code: str) -> str | None:
    found = region(code)
    return found.full_name if found else None
