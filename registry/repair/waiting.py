"""Objections and applications with which an office is to go on: by their state and the role that it needs."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from registry.audit.work import Work
from registry.repair.steps import RECEIVED
from registry.repair.tables import Objection, Repair

OBJECTIONS: Mapping[str, ColumnElement[bool]] = {
    "approver": col(Objection.state) == "open",
    "officer": col(Objection.state).in_((RECEIVED, "upheld")),
}
REPAIRS: Mapping[str, ColumnElement[bool]] = {
    "approver": or_(
        col(Repair.state) == "complete",
        and_(col(Repair.state) == "granted", col(Repair.revocation_proposed_by_person).is_not(None)),
    ),
    "officer": col(Repair.state).in_((RECEIVED, "incomplete")),
}


def objections_waiting(work: Work, limit: int) -> Sequence[Objection]:
    """Return objections of the actor's regions that wait for a role of the actor, due ones first.

    One that this person may not decide, having taken it in, may be among them.

    Args:
        work: Of the person.
        limit: At least 1.
    """
    query = select(Objection).where(_waits(work, col(Objection.region), OBJECTIONS))
    due = col(Objection.decide_by_on).asc().nulls_last()
    return work.session.execute(query.order_by(due, col(Objection.id)).limit(limit)).scalars().all()


def repairs_waiting(work: Work, limit: int) -> Sequence[Repair]:
    """Return applications that wait for a role of the actor, as `objections_waiting`."""
    query = select(Repair).where(_waits(work, col(Repair.region), REPAIRS))
    due = col(Repair.decide_by_on).asc().nulls_last()
    return work.session.execute(query.order_by(due, col(Repair.id)).limit(limit)).scalars().all()


def count_objections_waiting(work: Work) -> int:
    """Return how many objections `objections_waiting` would return without a limit."""
    query = select(func.count()).select_from(Objection)
    found: int = work.session.execute(
        query.where(_waits(work, col(Objection.region), OBJECTIONS))
    ).scalar_one()
    return found


def count_repairs_waiting(work: Work) -> int:
    """Return how many applications `repairs_waiting` would return without a limit."""
    query = select(func.count()).select_from(Repair)
    found: int = work.session.execute(query.where(_waits(work, col(Repair.region), REPAIRS))).scalar_one()
    return found


def _waits(
    work: Work, region: Mapped[str], by_role: Mapping[str, ColumnElement[bool]]
) -> ColumnElement[bool]:
    reached = [
        and_(region.startswith(grant.region, autoescape=True), by_role[grant.role])
        for grant in work.actor.grants
        if grant.on_region and grant.role in by_role
    ]
    return or_(false(), *reached)
