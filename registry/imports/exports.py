"""What is on record as rows for a spreadsheet: in the columns that the importer reads, and read-only views.

An export of facts imports to the same state: what an import cannot say again, such as a broken pledge or a
masked name, stands in a last column, and rows that have it are refused when they come back.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlmodel import Session, col, or_, select

from registry.audit.queries import audit_entries
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.businesses.tables import Business, BusinessVersion, Market
from registry.calendar import PartialDate, Precision
from registry.demonstration.queries import designations_within
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import Forbidden, NotFound
from registry.imports.columns import COLUMNS
from registry.imports.raw import STANDING, STANDS
from registry.imports.values import fold
from registry.instruments.queries import instruments_by_id, verifications_within
from registry.instruments.tables import Instrument, Verification
from registry.lists.queries import proposals_within
from registry.lists.tables import Proposal
from registry.offices.queries import offices_within
from registry.pledges.queries import pledges_within
from registry.pledges.tables import Pledge
from registry.rulebook import Conduct, InstrumentKind, Rulebook
from registry.texts import terms, word
from registry.violations.queries import violations_within
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 2_000
READERS = ("officer", "approver", "auditor")
AUDITORS = ("auditor",)  # not the administrator: the log tells of every case, and he sees none
PROPOSALS = ("编号", "名单", "主体", "统一社会信用代码", "行政区划", "状态", "列入事由", "期限", "办结日期")
AUDIT = ("序号", "时间", "账号", "人员", "机关", "行为", "行为代码", "对象类别", "对象", "内容", "规则版本")

Row = list[str]


@dataclass(frozen=True)
class Export:
    """Rows to be written.

    Attributes:
        headings: Chinese, as in the templates.
        rows: Read while they are written.
    """

    headings: tuple[str, ...]
    rows: Iterator[Row]


@dataclass(frozen=True)
class Asked:
    """Which rows: those within any of these prefixes of regions."""

    session: Session
    rulebook: Rulebook
    within: tuple[str, ...]


def export(work: Work, kind: str, region: str = "") -> Export:
    """Return what is on record of a kind, within the regions that the actor supervises.

    Args:
        work: Who asks; nothing is written.
        kind: One of `EXPORTS`.
        region: Only what is within this prefix of a code.

    Raises:
        NotFound: There is no such kind.
        Forbidden: The actor supervises nothing there.
    """
    if kind not in EXPORTS:
        raise NotFound("export.kind_unknown", field="kind", kind=kind, known=", ".join(EXPORTS))
    roles, headings, rows = EXPORTS[kind]
    held = {grant.region for grant in work.actor.grants if grant.role in roles}
    below = {one for one in held if one.startswith(region)}
    within = {region} if any(region.startswith(one) for one in held) else below
    if not within:
        raise Forbidden("grant.missing", role=roles[0], region=region or "000000")
    asked = Asked(work.session, work.rulebook, tuple(sorted(within)))
    return Export(headings(), rows(asked))


def _columns(kind: str) -> Callable[[], tuple[str, ...]]:
    return lambda: (*(column.zh[0] for column in COLUMNS[kind]), STANDING)


def _businesses(asked: Asked) -> Iterator[Row]:
    places = or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in asked.within))
    query = (
        select(BusinessVersion, Business.standing, Market.name)
        .join(Business, col(Business.id) == col(BusinessVersion.business_id))
        .join(Market, col(Market.id) == col(BusinessVersion.market_id), isouter=True)
        .where(col(BusinessVersion.superseded_at).is_(None), col(Business.merged_into_id).is_(None), places)
        .order_by(col(BusinessVersion.business_id))
        .limit(AT_ONCE)
    )
    after = ""
    while found := asked.session.exec(query.where(col(BusinessVersion.business_id) > after)).all():
        for version, standing, market in found:
            values = {**version.model_dump(), "market": market}
            yield _row("businesses", values, "" if standing == "named" else standing)
        after = found[-1][0].business_id


def _facts(
    kind: str,
    query: Callable[..., Sequence[Any]],
    values: Callable[[Asked, Any], tuple[dict[str, Any], str]],
    key: Callable[[Any], tuple[str, str]],
) -> Callable[[Asked], Iterator[Row]]:
    """Return what yields facts with the businesses that bear them; `key` gives own and its identifier."""

    def rows(asked: Asked) -> Iterator[Row]:
        after = ""
        while found := query(asked.session, asked.within, after=after, limit=AT_ONCE):
            who = _who(asked.session, {key(fact)[1] for fact in found})
            for fact in found:
                if (bearer := who.get(key(fact)[1])) is not None:
                    stated, ended = values(asked, fact)
                    yield _row(kind, {**stated, **bearer}, ended)
            after = key(found[-1])[0]

    return rows


def _who(session: Session, business_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what names each business, those left out that were merged into another."""
    found = session.exec(
        select(BusinessVersion, Market.name)
        .join(Business, col(Business.id) == col(BusinessVersion.business_id))
        .join(Market, col(Market.id) == col(BusinessVersion.market_id), isouter=True)
        .where(col(BusinessVersion.business_id).in_(sorted(business_ids)))
        .where(col(BusinessVersion.superseded_at).is_(None), col(Business.merged_into_id).is_(None))
    ).all()
    return {
        version.business_id: {
            "uscc": version.uscc,
            "name": version.name,
            "region": version.region,
            "market": market,
            "stall": version.stall,
        }
        for version, market in found
    }


def _pledge(_asked: Asked, row: Pledge) -> tuple[dict[str, Any], str]:
    ended = "broken" if row.broken_on else "withdrawn" if row.withdrawn_on else ""
    return {**row.model_dump(), "pledged_on": _partial(row.pledged_on, row.pledged_precision)}, ended


def _designation(_asked: Asked, row: DemonstrationUnit) -> tuple[dict[str, Any], str]:
    on = _partial(row.designated_on, row.designated_precision)
    return {**row.model_dump(), "designated_on": on}, "cancelled" if row.cancelled_on else ""


def _violation(asked: Asked, row: tuple[Violation, PenaltyDecision]) -> tuple[dict[str, Any], str]:
    violation, decision = row
    stated = {
        **violation.model_dump(),
        **decision.model_dump(),
        "authority_region": decision.region,
        "decided_on": _partial(decision.decided_on, decision.decided_precision),
        "found_on": _partial(violation.found_on, violation.found_precision),
        "conduct_code": _words(asked.rulebook, Conduct).get(violation.conduct_code, violation.conduct_code),
        "fine_yuan": _yuan(decision.fine_fen),
        "confiscated_yuan": _yuan(decision.confiscated_fen),
    }
    ended = "" if decision.standing == "in_force" else decision.standing
    return stated, "repaired" if violation.repaired_on and not ended else ended


def _instruments_within(
    session: Session, within: Iterable[str], *, after: str, limit: int
) -> Sequence[Instrument]:
    places = or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in within))
    return session.exec(
        select(Instrument)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Instrument.business_id))
        .where(col(Instrument.superseded_at).is_(None), col(BusinessVersion.superseded_at).is_(None), places)
        .where(col(Instrument.instrument_id) > after)
        .order_by(col(Instrument.instrument_id))
        .limit(limit)
    ).all()


def _instrument(asked: Asked, row: Instrument) -> tuple[dict[str, Any], str]:
    stated = {
        **row.model_dump(),
        "kind": _words(asked.rulebook, InstrumentKind).get(row.kind, row.kind),
        "in_use_on": _partial(row.in_use_on, row.in_use_precision),
    }
    return stated, "retired" if row.retired_on else ""


def _verified_within(
    session: Session, within: Iterable[str], *, after: str, limit: int
) -> Sequence[tuple[Verification, Instrument]]:
    found = verifications_within(session, within, after=after, limit=limit)
    instruments = instruments_by_id(session, {row.instrument_id for row in found})
    return [(row, instruments[row.instrument_id]) for row in found]


def _verification(_asked: Asked, row: tuple[Verification, Instrument]) -> tuple[dict[str, Any], str]:
    verification, of = row
    stated = {
        **verification.model_dump(),
        "maker": of.maker,
        "serial_no": of.serial_no,
        "valid_through": verification.stated_through,
    }
    return stated, "cancelled" if verification.annulled_on else ""


def _proposals(asked: Asked) -> Iterator[Row]:
    after = ""
    states = terms("zh")
    while found := proposals_within(asked.session, asked.within, after=after, limit=AT_ONCE):
        who = _who(asked.session, {one.business_id for one in found})
        for one in found:
            yield _proposal(one, who.get(one.business_id, {}), states)
        after = found[-1].id


def _proposal(one: Proposal, who: Mapping[str, Any], states: Mapping[str, str]) -> Row:
    said = (
        one.id,
        one.regime,
        who.get("name"),
        who.get("uscc"),
        one.region,
        states.get(f"state.{one.state}", one.state),
        one.ground,
        one.next_deadline_on,
        one.closed_on,
    )
    return [_text(value) for value in said]


def _audit(asked: Asked) -> Iterator[Row]:
    offices = None if "" in asked.within else offices_within(asked.session, asked.within)
    before: int | None = None
    while found := audit_entries(asked.session, offices, before=before, limit=AT_ONCE):
        yield from map(audit_row, found)
        before = found[-1].seq


def audit_row(one: AuditEntry) -> Row:
    """Return an entry of the audit log as a row under `AUDIT`."""
    detail = json.dumps(one.detail, ensure_ascii=False, sort_keys=True)
    who = (one.account_name, one.person_id, one.office_code)
    what = (word("act", one.act, "zh"), one.act, one.subject_kind, one.subject_id, detail, one.rulebook_hash)
    return [str(one.seq), one.at.isoformat(), *who, *what]


def _row(kind: str, values: Mapping[str, Any], ended: str) -> Row:
    cells = []
    for column in COLUMNS[kind]:
        value = values.get(column.heading)
        words = column.words or {}
        several = value if isinstance(value, (list, tuple)) else (value,)
        cells.append("；".join(words[one][0] if one in words else _text(one) for one in several))
    return [*cells, terms("zh")[f"exported.{ended}"] if ended else STANDS]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _partial(day: date | None, precision: str) -> str | None:
    return PartialDate(day, Precision(precision)).isoformat()


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


@cache
def _words(rulebook: Rulebook, kind: type[Conduct | InstrumentKind]) -> Mapping[str, str]:
    """Return the Chinese name of each code of the law where the importer reads it as that code."""
    codes: dict[str, str] = {}
    for row in rulebook.rows(kind):
        also = row.also_zh if isinstance(row, InstrumentKind) else ()
        codes |= {fold(name): row.code for name in (row.name_zh, row.name_en, *also)}
    return {row.code: row.name_zh for row in rulebook.rows(kind) if codes[fold(row.name_zh)] == row.code}


def _exported(
    kind: str,
    query: Callable[..., Sequence[Any]],
    values: Callable[[Asked, Any], tuple[dict[str, Any], str]],
    key: Callable[[Any], tuple[str, str]],
) -> "Kind":
    return READERS, _columns(kind), _facts(kind, query, values, key)


Kind = tuple[tuple[str, ...], Callable[[], tuple[str, ...]], Callable[[Asked], Iterator[Row]]]
EXPORTS: Mapping[str, Kind] = {
    "businesses": (READERS, _columns("businesses"), _businesses),
    "pledges": _exported("pledges", pledges_within, _pledge, lambda row: (row.pledge_id, row.business_id)),
    "designations": _exported(
        "designations",
        designations_within,
        _designation,
        lambda row: (row.designation_id, row.business_id),
    ),
    "instruments": _exported(
        "instruments",
        _instruments_within,
        _instrument,
        lambda row: (row.instrument_id, row.business_id),
    ),
    "verifications": _exported(
        "verifications",
        _verified_within,
        _verification,
        lambda row: (row[0].verification_id, row[1].business_id),
    ),
    "violations": _exported(
        "violations",
        violations_within,
        _violation,
        lambda row: (row[0].violation_id, row[0].business_id),
    ),
    "proposals": (READERS, lambda: PROPOSALS, _proposals),
    "audit": (AUDITORS, lambda: AUDIT, _audit),
}
"""By kind: who may, its headings, and what yields its rows."""
