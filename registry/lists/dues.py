"""The office's own deadlines in a case: begun by one step, met by another; a broken one shows."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import Session, col

from registry.audit.work import Work
from registry.lists.procedures import Step
from registry.lists.tables import Proposal, ProposalDue
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Deadline
from registry.rulebook.periods import ends_on


def begin(work: Work, proposal: Proposal, step: Step) -> None:
    """Write down the deadlines that a step begins; one that no rule names does not begin."""
    if not step.owes:
        return
    law = work.rulebook.in_force(Deadline, proposal.region, work.today)
    for rule in step.owes:
        if rule in law:
            due_on = ends_on(law[rule], work.today, calendar_overrides(work.session))
            work.session.add(
                ProposalDue(
                    proposal_id=proposal.id,
                    seq=proposal.version,
                    rule=rule,
                    region=proposal.region,
                    office_code=work.actor.office_code,
                    due_on=due_on,
                )
            )
    work.session.flush()


def meet(work: Work, proposal: Proposal, rules: Sequence[str] | None) -> None:
    """Write down that deadlines of a case were met today, or fell away; None: all that are open."""
    if rules is not None and not rules:
        return
    query = update(ProposalDue).where(
        col(ProposalDue.proposal_id) == proposal.id, col(ProposalDue.met_on).is_(None)
    )
    if rules is not None:
        query = query.where(col(ProposalDue.rule).in_(rules))
    work.session.connection().execute(query.values(met_on=work.today))


def owe_again(work: Work, proposal: Proposal, rules: Sequence[str]) -> None:
    """Write down that deadlines of a case are open again, for the day on which they were due."""
    query = update(ProposalDue).where(
        col(ProposalDue.proposal_id) == proposal.id, col(ProposalDue.rule).in_(rules)
    )
    work.session.connection().execute(query.values(met_on=None))


def of_case(session: Session, proposal_id: str) -> Sequence[ProposalDue]:
    """Return the office's deadlines in a case, in the order in which they began."""
    query = select(ProposalDue).where(col(ProposalDue.proposal_id) == proposal_id)
    return session.execute(query.order_by(col(ProposalDue.seq), col(ProposalDue.rule))).scalars().all()


def broken(session: Session, on: date, region_prefix: str = "") -> Sequence[ProposalDue]:
    """Return the deadlines that were broken by a day, met too late or still not met, the oldest first.

    Args:
        session: Read only.
        on: Legal day.
        region_prefix: Leading digits of GB/T 2260; empty for everywhere.
    """
    query = select(ProposalDue).where(col(ProposalDue.due_on) < on, _late())
    query = query.where(
        col(ProposalDue.region).between(region_prefix.ljust(6, "0"), region_prefix.ljust(6, "9"))
    )
    return (
        session.execute(query.order_by(col(ProposalDue.due_on), col(ProposalDue.proposal_id))).scalars().all()
    )


def is_broken(due: ProposalDue, on: date) -> bool:
    """Say whether a deadline was broken by a day."""
    return due.due_on is not None and due.due_on < (due.met_on or on)


def _late() -> ColumnElement[bool]:
    return or_(col(ProposalDue.met_on).is_(None), col(ProposalDue.met_on) > col(ProposalDue.due_on))
