"""Cases with which an office is to go on: found by their state and the role that the next step needs."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlmodel import col

from registry.audit.work import Work
from registry.lists.possible import is_awaited
from registry.lists.procedures import PROCEDURES
from registry.lists.tables import Proposal, ProposalDue


def waiting(work: Work, limit: int) -> Sequence[Proposal]:
    """Return open cases of the actor's regions whose next step needs a role of the actor, due ones first.

    One whose next step this person may not take, having proposed it, may be among them.

    Args:
        work: Of the person.
        limit: At least 1.
    """
    due = (
        select(col(ProposalDue.proposal_id), func.min(col(ProposalDue.due_on)).label("due_on"))
        .where(col(ProposalDue.met_on).is_(None))
        .group_by(col(ProposalDue.proposal_id))
        .subquery()
    )
    query = select(Proposal).where(_waits(work)).outerjoin(due, due.c.proposal_id == col(Proposal.id))
    ordered = query.order_by(due.c.due_on.asc().nulls_last(), col(Proposal.id)).limit(limit)
    return work.session.execute(ordered).scalars().all()


def count_waiting(work: Work) -> int:
    """Return how many cases `waiting` would return without a limit."""
    query = select(func.count()).select_from(Proposal).where(_waits(work))
    found: int = work.session.execute(query).scalar_one()
    return found


def _waits(work: Work) -> ColumnElement[bool]:
    """Return what is true of an open case that waits for a role which the actor holds there."""
    reached = [
        and_(
            col(Proposal.region).startswith(grant.region, autoescape=True),
            tuple_(col(Proposal.colour), col(Proposal.state)).in_(_states(grant.role)),
        )
        for grant in work.actor.grants
        if grant.on_region
    ]
    return and_(col(Proposal.closed_on).is_(None), or_(false(), *reached))


def _states(role: str) -> list[tuple[str, str]]:
    """Return the colours and states from which an office goes on by somebody of a role."""
    return [
        (colour, state)
        for colour, steps in PROCEDURES.items()
        for step in steps
        if step.role == role and is_awaited(step)
        for state in step.before
    ]
