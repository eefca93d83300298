"""Pointing to the national serious-violation list (严重违法失信名单): what its authority decided, never we.

Who records it writes down that decision and how it meets the double test of the rule: serious
conduct, a heavier penalty, each factor weighed. Another person confirms it; the entry is shown as a
pointer, with no measure of ours.
"""

from datetime import date, timedelta
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from registry.audit.work import Work
from registry.calendar import add_months
from registry.commands import Command, Outcome
from registry.errors import Malformed, NotFound, RuleRefused
from registry.lists import conditions, grounds, queries
from registry.lists.details import Words
from registry.lists.following import opening_step
from registry.lists.rules import Fact, one_regime
from registry.lists.steps import OpenCase, Opening, open_case
from registry.lists.tables import ListEntry
from registry.rulebook import Choice, ListingTest, ListRegime, OfficeLevel, PenaltyKind
from registry.rulebook.periods import quoted

RECORD: Literal["record"] = "record"


class AuthorityDecision(Command):
    """The decision by which an authority put a party on the national list."""

    number: str = Field(min_length=1, max_length=128)
    authority: str = Field(min_length=1, max_length=200)
    level: OfficeLevel
    decided_on: date
    published_at: str = Field(pattern=r"^https?://[^\s]{3,500}$", description="Address of its publication.")


class Weighed(Command):
    """One factor of the rule, what was found, and why it weighs so."""

    factor: str = Field(pattern=r"^[a-z_]+$")
    finding: Words
    reasons: Words


class SuperiorConsent(Command):
    """The consent of the level above the deciding authority."""

    authority: str = Field(min_length=1, max_length=200)
    number: str = Field(min_length=1, max_length=128)
    given_on: date


class RecordPointer(OpenCase):
    """Record that an authority put a business on the national list."""

    regime: str = "national_serious"
    evidence: tuple[str, ...] = Field(
        min_length=1, max_length=100, description="The violations, by identifier."
    )
    decision: AuthorityDecision
    serious_conduct: Words = Field(description="First test: the conduct, and the article that names it.")
    heavier_penalty: PenaltyKind = Field(description="Second test: the kind of penalty that was imposed.")
    heavier_fine: Words | None = Field(
        default=None, description="Of a fine: where the decision says that it was set as a heavier one."
    )
    weighed: tuple[Weighed, ...] = Field(min_length=1, max_length=20)
    consent: SuperiorConsent | None = None


def record_pointer(work: Work, command: RecordPointer) -> Outcome:
    """Open the case of a pointer: another person must confirm it before it is shown.

    Raises:
        NotFound: There is no such business, document or fact.
        Forbidden: The office does not supervise the region.
        Malformed: A day lies ahead.
        RuleRefused: The list was not in force, the double test is not met, a factor was not weighed,
            the consent is missing, or the term has run out.
        Conflict: The business is pointed to already.

    Source: Order 44 (国家市场监督管理总局令第44号), arts. 2, 8 and 12.
    """
    found = grounds.subject(work.session, command.business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=command.business_id)
    decided_on = command.decision.decided_on
    if decided_on > work.today:
        raise Malformed("day.ahead", field="decision.decided_on", day=decided_on.isoformat())
    work.require("officer", found[1].region, "business_id")
    regime = one_regime(work.rulebook, command.regime, found[1].region, decided_on)
    step = opening_step(regime.colour, RECORD)
    conditions.refuse_subject(regime, *found)
    conditions.refuse_document(work.session, command.document_id, step, found[1].region)
    facts = conditions.checked_facts(work, regime, command.business_id, command.evidence)
    test = work.rulebook.find(ListingTest, regime.code, found[1].region, decided_on)
    _refuse_penalty(test, command, facts)
    _refuse_unweighed(test, command)
    _refuse_without_consent(work, test, command)
    _refuse_run_out(work, regime, decided_on)
    return open_case(
        work,
        regime,
        step,
        Opening(command, found[1].region, facts),
        command.model_dump(mode="json", exclude=set(OpenCase.model_fields)),
    )


def listed_by(session: Session, entry: ListEntry) -> str:
    """Return the authority that put a party on the national list, as its decision names it."""
    recorded = queries.steps(session, str(entry.proposal_id))[0]
    return str(recorded.detail["decision"]["authority"])


def _refuse_penalty(test: ListingTest, command: RecordPointer, facts: list[Fact]) -> None:
    """Refuse where no heavier penalty was imposed, or the listing came before the penalty."""
    kind = command.heavier_penalty
    if not any(kind in fact.penalties for fact in facts):
        raise RuleRefused("pointer.no_such_penalty", field="heavier_penalty", penalty=kind)
    fine = kind in test.heavier_fines
    if fine and command.heavier_fine is None:
        raise RuleRefused("pointer.fine_not_heavier", field="heavier_fine", source=quoted(test))
    if not fine and kind not in test.heavier_penalties:
        raise RuleRefused("pointer.not_heavier", field="heavier_penalty", penalty=kind, source=quoted(test))
    days = [fact.decided_on for fact in facts if fact.decided_on is not None]
    if days and command.decision.decided_on < min(days):
        raise RuleRefused("pointer.before_penalty", field="decision.decided_on", on=min(days).isoformat())


def _refuse_unweighed(test: ListingTest, command: RecordPointer) -> None:
    weighed = {one.factor for one in command.weighed}
    left = [factor for factor in test.weighed if factor not in weighed]
    if left:
        raise RuleRefused("pointer.not_weighed", field="weighed", factors=tuple(left), source=quoted(test))


def _refuse_without_consent(work: Work, test: ListingTest, command: RecordPointer) -> None:
    on = command.decision.decided_on
    choice = work.rulebook.find(Choice, test.consent_choice, "", on)
    asked = choice.value == "required" and command.decision.level in test.consent_levels
    if asked and command.consent is None:
        raise RuleRefused("pointer.consent_missing", field="consent", source=quoted(choice))
    if command.consent is not None and command.consent.given_on > on:
        raise RuleRefused("pointer.consent_after", field="consent.given_on", on=on.isoformat())


def _refuse_run_out(work: Work, regime: ListRegime, decided_on: date) -> None:
    if regime.term_months is None:
        return
    until = add_months(decided_on, regime.term_months) + timedelta(days=1)
    if until <= work.today:
        raise RuleRefused("pointer.run_out", field="decision.decided_on", until=until.isoformat())
