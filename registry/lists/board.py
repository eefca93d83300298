"""Boards (信息公示板): they repeat decided penalties that may be shown, and add nothing to them."""

from typing import Any

from sqlalchemy import Row, exists, insert, select
from sqlmodel import col

from registry.audit.work import Subject, Work
from registry.businesses.persons import is_natural_person
from registry.businesses.tables import Alias, Business, BusinessVersion
from registry.identifiers import new_id
from registry.lists.rules import SEVERITIES, one_regime
from registry.lists.tables import EntryGround, ListEntry
from registry.regions import prefix
from registry.rulebook import ListRegime
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 1000


def derive_board(work: Work, regime: str, region: str) -> int:
    """Put on a board every decided violation that may be shown today and is not on it yet.

    No proposal, no measure: an entry lives exactly as long as the publicity of its decision, and
    nothing is ever put back that was taken off.

    Returns:
        How many entries were written; none on the second call.

    Raises:
        Forbidden: The office does not supervise the region.
        RuleRefused: No such board is in force there today.
    """
    work.require("officer", region)
    law = one_regime(work.rulebook, regime, region, work.today)
    written, after = 0, ""
    while rows := _candidates(work, law, region, after):
        after = rows[-1].violation_id
        fitting = [row for row in rows if _fits(law, row)]
        if fitting:
            _enter(work, law, fitting)
            written += len(fitting)
    return written


def _candidates(work: Work, law: ListRegime, region: str, after: str) -> list[Row[*tuple[Any, ...]]]:
    own = prefix(region)
    known = exists(
        select(1).where(
            col(ListEntry.regime) == law.code, col(ListEntry.violation_id) == col(Violation.violation_id)
        )
    )
    trade = exists(
        select(1).where(
            col(Alias.business_id) == col(Business.id), col(Alias.kind).in_(("trade_name", "short_name"))
        )
    )
    query = (
        select(
            col(Violation.violation_id),
            col(Violation.business_id),
            col(Violation.type_codes),
            col(Violation.severity),
            col(Violation.publish_from),
            col(Violation.publish_until),
            col(PenaltyDecision.decision_no),
            col(PenaltyDecision.authority),
            col(BusinessVersion.region),
            col(BusinessVersion.name),
            col(BusinessVersion.kind),
            col(BusinessVersion.uscc),
            col(BusinessVersion.sector),
            trade.label("has_trade_name"),
        )
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Violation.business_id))
        .join(Business, col(Business.id) == col(Violation.business_id))
        .where(violation_shown(work.today), ~known, col(Violation.violation_id) > after)
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(col(Business.standing) == "named", col(Business.merged_into_id).is_(None))
        .where(col(BusinessVersion.region).between(own.ljust(6, "0"), own.ljust(6, "9")))
        .order_by(col(Violation.violation_id))
        .limit(AT_ONCE)
    )
    return list(work.session.connection().execute(query))


def _fits(law: ListRegime, row: Row[*tuple[Any, ...]]) -> bool:
    """Say whether a record belongs on the board and names nobody whom the board may not name."""
    if not set(row.type_codes) & set(law.grounds):
        return False
    if law.sectors is not None and row.sector not in law.sectors:
        return False
    if law.min_severity and SEVERITIES.index(row.severity) < SEVERITIES.index(law.min_severity):
        return False
    if law.natural_persons_named or row.has_trade_name:
        return law.natural_persons_named or row.kind != "natural_person"
    return not is_natural_person(row.kind, row.name, row.uscc)


def _enter(work: Work, law: ListRegime, rows: list[Row[*tuple[Any, ...]]]) -> None:
    entries = [
        {
            "entry_id": new_id(),
            "version": 1,
            "held_from_on": work.today,
            "recorded_at": work.now,
            "regime": law.code,
            "colour": law.colour,
            "region": row.region,
            "business_id": row.business_id,
            "violation_id": row.violation_id,
            "state": "published",
            "ground": "、".join((row.authority, row.decision_no or "")).rstrip("、"),
            "measures": [],
            "persons_named": law.natural_persons_named,
            "listed_on": work.today,
            "publish_from": row.publish_from,
            "publish_until": row.publish_until,
        }
        for row in rows
    ]
    connection = work.session.connection()
    connection.execute(insert(ListEntry), entries)
    connection.execute(
        insert(EntryGround),
        [{"entry_id": entry["entry_id"], "fact_id": entry["violation_id"]} for entry in entries],
    )
    work.record(
        "board.derived",
        Subject("regime", law.code),
        concerns=dict.fromkeys(row.business_id for row in rows),
        entries=len(entries),
    )
