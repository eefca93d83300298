"""Withdrawing an entry by decision: one person asks, on a ground of the rulebook; another decides.

What ends by its day or with its facts needs nobody's judgement and goes by `withdrawal`; an upheld
objection and a repair have their own procedures. Everything else goes this way.
"""

from typing import Final

from pydantic import Field
from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.documents.forms import Kind
from registry.documents.papers import demanded
from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists.details import PaperWords, Words
from registry.lists.tables import ListEntry
from registry.offices.tables import Office
from registry.publication.last_days import period_ends
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import (
    document_of,
    end_entries,
    ground_of,
    refuse_document,
    shown_rule,
    unended,
)
from registry.rulebook import ListRegime, WithdrawalGround
from registry.rulebook.periods import quoted

PERIOD = "withdrawal.decide"
REFUSE: Final = "refuse_withdrawal"  # the act that a refused request brings, with its paper
REFUSAL: Final[Kind] = "removal_refusal"


class AskWithdrawal(Command):
    """Ask that an entry be withdrawn: on which ground of the rulebook, why, and on what evidence."""

    entry_id: str
    expected_version: int
    rule: str = Field(max_length=100, description="Code of the ground in the rulebook.")
    reasons: str = Field(min_length=1, max_length=2000)
    document_id: str = Field(description="What shows it; its kinds are those of the ground.")


class DecideWithdrawal(PaperWords):
    """Grant or refuse a withdrawal that another person asked for."""

    withdrawal_id: str
    granted: bool
    reasons: Words
    document_id: str | None = Field(default=None, description="The decision; else its own paper.")


def ask_withdrawal(work: Work, command: AskWithdrawal) -> Outcome:
    """Ask that an entry be withdrawn; nothing ends by it.

    Returns:
        The request, with a warning where no rule of the place sets the period for deciding it.

    Raises:
        NotFound: There is no such entry or document.
        Conflict: The entry has moved on, ended before, or its withdrawal was asked for already.
        Forbidden: The office does not supervise the region.
        RuleRefused: A list of that colour knows no such ground, or the document does not fit.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("officer", entry.region, "entry_id")
    row = ground_of(work, entry, command.rule)
    refuse_document(work, command.document_id, entry, row.documents)
    if open_request(work, entry.entry_id) is not None:
        raise Conflict("withdrawal.open_already", field="entry_id", entry_id=entry.entry_id)
    asked = Withdrawal(
        id=new_id(),
        entry_id=entry.entry_id,
        business_id=entry.business_id,
        region=entry.region,
        ground=row.ending,
        rule=row.code,
        reasons=command.reasons,
        document_id=command.document_id,
        asked_by_person=work.actor.person_id,
        office_code=work.actor.office_code,
        asked_on=work.today,
        decide_by_on=period_ends(work.session, work.rulebook, PERIOD, entry.region, work.today),
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    work.session.add(asked)
    work.session.flush()
    _record(work, asked, "withdrawal.asked", row)
    if asked.decide_by_on is not None:
        return Outcome("created", asked.id)
    unknown = RuleRefused("deadline.unknown", field="entry_id", rule=PERIOD)
    return Outcome("created", asked.id, warnings=(unknown,))


def decide_withdrawal(work: Work, command: DecideWithdrawal) -> Outcome:
    """Grant or refuse a withdrawal; a grant ends the entry in this transaction.

    Raises:
        NotFound: There is no such request or document.
        Conflict: It is decided, or the entry ended before.
        Forbidden: The person may not decide in that region, or the office not about that list.
        RuleRefused: The same person asked for it, the ground is no longer in force, the paper of the
            decision was not issued, or the document is no decision.
    """
    asked = work.session.get(Withdrawal, command.withdrawal_id, with_for_update=True, populate_existing=True)
    if asked is None:
        raise NotFound("withdrawal.unknown", field="withdrawal_id", withdrawal_id=command.withdrawal_id)
    work.require("approver", asked.region)
    if asked.closed_on is not None:
        raise Conflict("withdrawal.closed", field="withdrawal_id", withdrawal_id=asked.id)
    if asked.asked_by_person == work.actor.person_id:
        raise RuleRefused("case.same_person", field="withdrawal_id")
    entry = unended(work, asked.entry_id)
    _refuse_level(work, entry)
    row = ground_of(work, entry, asked.rule, asked.ground, field="withdrawal_id")
    document_id = _document(work, entry, asked, command)
    asked.granted, asked.decided_by_person = command.granted, work.actor.person_id
    asked.decision, asked.decision_document_id = command.reasons, document_id
    asked.closed_on = work.today
    work.session.add(asked)
    work.session.flush()
    if command.granted:
        end_entries(work, [(entry, row.ending, shown_rule(row))], document_id, withdrawal=asked.id)
    _record(work, asked, f"withdrawal.{'granted' if command.granted else 'refused'}", row)
    return Outcome("changed", entry.entry_id)


def open_request(work: Work, entry_id: str) -> Withdrawal | None:
    """Return what was asked about an entry and nobody has decided yet, or None."""
    query = select(Withdrawal).where(Withdrawal.entry_id == entry_id, col(Withdrawal.closed_on).is_(None))
    return work.session.exec(query).first()


def _document(work: Work, entry: ListEntry, asked: Withdrawal, command: DecideWithdrawal) -> str:
    """Return the decision about a request; one decides about one withdrawal."""
    named = command.document_id
    if command.granted:
        document_id = document_of(work, entry, "withdraw", named, ("decision",))
    else:
        paper = demanded(
            work.session, entry.entry_id, REFUSAL, REFUSE, number_of(work.session, entry.entry_id)
        )
        document_id = named or paper.document_id
        refuse_document(work, document_id, entry, ("decision",))
    if document_id == asked.document_id or _decided_on(work, document_id):
        raise RuleRefused("case.document_used", field="document_id")
    return document_id


def number_of(session: Session, entry_id: str) -> int:
    """Return how often the withdrawal of an entry was asked for; a refusal does not move the entry on."""
    query = select(func.count()).where(col(Withdrawal.entry_id) == entry_id)
    number: int = session.execute(query).scalar_one()
    return number


def _decided_on(work: Work, document_id: str) -> bool:
    """Say whether a document is the decision about another withdrawal already."""
    query = select(Withdrawal.id).where(Withdrawal.decision_document_id == document_id)
    return work.session.exec(query).first() is not None


def _refuse_level(work: Work, entry: ListEntry) -> None:
    """Refuse an office that may not decide about the list: who lists removes."""
    law = work.rulebook.in_force(ListRegime, entry.region, work.today).get(entry.regime)
    office = work.session.get(Office, work.actor.office_code)
    if law is not None and (office is None or office.level not in law.decided_by):
        levels = law.decided_by
        raise Forbidden("withdrawal.level", field="withdrawal_id", levels=levels, source=quoted(law))


def _record(work: Work, asked: Withdrawal, act: str, row: WithdrawalGround) -> None:
    work.record(
        act,
        Subject("withdrawal", asked.id),
        entry=asked.entry_id,
        rule=row.code,
        source=quoted(row),
        document=asked.decision_document_id or asked.document_id,
    )
