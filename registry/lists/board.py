"""Boards (信息公示板): they repeat decided penalties that may be shown, and add nothing to them."""

from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, or_, select, tuple_
from sqlmodel import col

from registry.audit.work import Subject, Work
from registry.businesses.persons import is_natural_person
from registry.businesses.queries import with_trade_name
from registry.businesses.tables import Business, BusinessVersion
from registry.commands import Progress, silent
from registry.identifiers import new_id
from registry.lists.rules import SEVERITIES, one_regime
from registry.lists.tables import EntryGround, ListEntry
from registry.log.events import PublicEvent
from registry.log.leaves import Effect
from registry.regions import prefix
from registry.rulebook import ListRegime
from registry.store.bulk import insert_rows
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 1000  # businesses of one part: most have nothing to show, some have a dozen records

Part = tuple[str, str]
"""Where a part of the businesses ended: region and identifier of its last one."""
BEGINNING: Part = ("", "")


def derive_board(work: Work, regime: str, region: str) -> int:
    """Put on a board every decided violation that may be shown today and is not on it yet.

    No proposal, no measure: an entry lives exactly as long as the publicity of its decision, and
    nothing is put back that was taken off, unless the record's publicity began anew since, or the
    decision with which it fell is in force again.

    Returns:
        How many entries were written; none on the second call.

    Raises:
        Forbidden: The person is neither officer nor approver of the region.
        RuleRefused: No such board is in force there today.
    """
    written = 0
    part: Part | None = BEGINNING
    while part is not None:
        entered, part = derive_part(work, regime, region, part)
        written += entered
    return written


def derive_in_parts(
    acting: Callable[[], AbstractContextManager[Work]], regime: str, region: str, progress: Progress = silent
) -> int:
    """Do what `derive_board` does in many short transactions, so that nobody waits for all of a long board.

    Killed in between, it is simply called again: what was entered is on the board.

    Args:
        acting: Opens a transaction in which the person acts.
        regime: Code of the board.
        region: GB/T 2260, six digits.
        progress: Called with the businesses whose records were looked at.

    Returns:
        How many entries were written.

    Raises:
        Forbidden: As for `derive_board`; and likewise RuleRefused.
    """
    written = looked_at = 0
    part: Part | None = BEGINNING
    while part is not None:
        with acting() as work:
            entered, part = derive_part(work, regime, region, part)
        written += entered
        looked_at += AT_ONCE
        if part is not None:
            progress("businesses", looked_at)
    return written


def derive_part(work: Work, regime: str, region: str, after: Part) -> tuple[int, Part | None]:
    """Enter what some businesses of a region have to be on a board for.

    Args:
        work: By an officer or approver of the region.
        regime: Code of the board.
        region: GB/T 2260, six digits.
        after: Where the last part ended; `BEGINNING` at first.

    Returns:
        How many entries were written, and where this part ended; None: it was the last.

    Raises:
        Forbidden: The person is neither officer nor approver of the region.
        RuleRefused: No such board is in force there today.
    """
    if not work.actor.may("approver", region):  # what goes on a board was decided; nobody decides anew
        work.require("officer", region)
    law = one_regime(work.rulebook, regime, region, work.today)
    part = _businesses(work, region, after)
    rows = _candidates(work, law, [business_id for _, business_id in part])
    traders = with_trade_name(work.session, (row.business_id for row in rows))
    fitting = [row for row in rows if _fits(law, row, traders)]
    if fitting:
        _enter(work, law, fitting)
    return len(fitting), part[-1] if len(part) == AT_ONCE else None


def _businesses(work: Work, region: str, after: Part) -> list[Part]:
    """Return the next businesses of a region, in the order of their places."""
    own = prefix(region)
    place = (col(BusinessVersion.region), col(BusinessVersion.business_id))
    query = (
        select(*place)
        .where(col(BusinessVersion.superseded_at).is_(None), tuple_(*place) > after)
        .where(col(BusinessVersion.region).between(own.ljust(6, "0"), own.ljust(6, "9")))
        .order_by(*place)
        .limit(AT_ONCE)
    )
    return [(where, business_id) for where, business_id in work.session.connection().execute(query)]


def _candidates(work: Work, law: ListRegime, business_ids: list[str]) -> list[Row[*tuple[Any, ...]]]:
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
        )
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Violation.business_id))
        .join(Business, col(Business.id) == col(Violation.business_id))
        .where(col(Violation.business_id).in_(business_ids))
        .where(violation_shown(work.today), ~_known(law))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(col(Business.standing) == "named", col(Business.merged_into_id).is_(None))
        .order_by(col(Violation.violation_id))
    )
    return list(work.session.connection().execute(query))


def _known(law: ListRegime) -> ColumnElement[bool]:
    """Say in SQL that a record is on the board, or was taken off for good.

    What fell only with its decision returns when the decision is in force again, and so does what
    was taken off before its publicity began anew.
    """
    return exists(
        select(1)
        .where(col(ListEntry.regime) == law.code)
        .where(col(ListEntry.violation_id) == col(Violation.violation_id))
        .where(col(ListEntry.superseded_at).is_(None))
        .where(or_(col(ListEntry.withdrawn_on).is_(None), col(ListEntry.withdrawn_ground) != "annulled"))
        .where(
            or_(
                col(ListEntry.withdrawn_on).is_(None),
                col(Violation.restarted_on).is_(None),
                col(ListEntry.withdrawn_on) > col(Violation.restarted_on),
            )
        )
    )


def _fits(law: ListRegime, row: Row[*tuple[Any, ...]], traders: Container[str]) -> bool:
    """Say whether a record belongs on the board and names nobody whom the board may not name."""
    if not set(row.type_codes) & set(law.grounds):
        return False
    if law.sectors is not None and row.sector not in law.sectors:
        return False
    if law.min_severity and SEVERITIES.index(row.severity) < SEVERITIES.index(law.min_severity):
        return False
    if law.natural_persons_named or row.business_id in traders:
        return law.natural_persons_named or row.kind != "natural_person"
    return not is_natural_person(row.kind, row.name, row.uscc)


def _enter(work: Work, law: ListRegime, rows: list[Row[*tuple[Any, ...]]]) -> None:
    entries: list[dict[str, Any]] = [
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
    insert_rows(work.session, ListEntry, entries)
    grounds = [{"entry_id": entry["entry_id"], "fact_id": entry["violation_id"]} for entry in entries]
    insert_rows(work.session, EntryGround, grounds)
    work.record(
        "board.derived",
        Subject("regime", law.code),
        concerns=dict.fromkeys(row.business_id for row in rows),
        effects=[_effect(entry) for entry in entries],
        entries=len(entries),
    )


def _effect(entry: Mapping[str, Any]) -> Effect:
    content = {key: entry[key] for key in ("regime", "state")} | {"entry": entry["entry_id"]}
    event = PublicEvent(entry["regime"], entry["region"], entry["entry_id"], entry["business_id"])
    return Effect("board.derived", entry["entry_id"], content, event)
