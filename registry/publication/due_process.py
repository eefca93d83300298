"""How an entry came about, as the public may see it: steps, days and offices, never a person or a paper."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.lists.tables import ListEntry, ProposalStep
from registry.offices.queries import name_on
from registry.publication.answers import DueProcess, PointedDecision, PublicStep
from registry.publication.gathering import entry_shown


def due_process(session: Session, entry_id: str, on: date) -> DueProcess | None:
    """Return the steps that led to an entry, in order; None where it is not shown on a day or had none.

    What the party said and what was answered stays in the file of the case; that it was said does not.
    """
    asked = (
        select(ProposalStep)
        .join(ListEntry, col(ListEntry.proposal_id) == col(ProposalStep.proposal_id))
        .where(col(ListEntry.entry_id) == entry_id, entry_shown(on))
        .order_by(col(ProposalStep.seq))
    )
    taken = session.execute(asked).scalars().all()
    if not taken:
        return None
    told = taken[0].detail.get("decision")
    return DueProcess(
        steps=tuple(
            PublicStep(
                step=one.step,
                on=one.taken_on,
                office=name_on(session, one.office_code, one.taken_on) or one.office_code,
                until=one.deadline_on,
            )
            for one in taken
        ),
        decision=PointedDecision.model_validate_strings(_pointed(told)) if told else None,
    )


def _pointed(told: dict[str, str]) -> dict[str, str]:
    return {name: told[name] for name in PointedDecision.model_fields}
