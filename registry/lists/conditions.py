"""What must hold before a case opens or moves on: subject, facts, documents, persons, days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.accounts.tables import Account
from registry.audit.work import Work
from registry.businesses.persons import is_natural_person
from registry.businesses.tables import Business, BusinessVersion
from registry.calendar import add_months
from registry.documents.tables import Document
from registry.errors import Conflict, Forbidden, Malformed, NotFound, RuleRefused
from registry.lists import casefile, grounds, party, queries
from registry.lists.details import StepDetail
from registry.lists.procedures import ALL_ANSWERED, CHECKED_AGAIN, Step
from registry.lists.rules import RED_RECORD, Fact, refuse_before_elapsed, refuse_unfit_grounds
from registry.lists.tables import Proposal, ProposalStep
from registry.offices.tables import Office
from registry.regions import prefix
from registry.rulebook import Deadline, ListRegime, Row
from registry.rulebook.periods import quoted

DETAILS = tuple(StepDetail.model_fields)
EXHIBITS = ("evidence", "statement", "other")  # what may be handed in beside a step's own document


def refuse_subject(
    regime: ListRegime, business: Business, known: BusinessVersion, has_trade_name: bool
) -> None:
    """Refuse subjects that no list may name, and natural persons where this one may not.

    Raises:
        Conflict: The record was merged into another.
        RuleRefused: The subject is not named, a natural person, or of another sector.
    """
    if business.merged_into_id is not None:
        raise Conflict("business.merged", field="business_id", survivor_id=business.merged_into_id)
    if business.standing != "named" or known.name is None:
        raise RuleRefused("listing.unnamed", field="business_id", standing=business.standing)
    if is_withheld(regime, known, has_trade_name):
        raise RuleRefused(
            "listing.natural_person", field="business_id", regime=regime.code, source=quoted(regime)
        )
    if regime.sectors is not None and known.sector not in regime.sectors:
        raise RuleRefused(
            "listing.sector",
            field="business_id",
            regime=regime.code,
            sector=known.sector,
            source=quoted(regime),
        )


def is_withheld(regime: ListRegime, known: BusinessVersion, has_trade_name: bool) -> bool:
    """Say whether a list may not show a party, because it is a natural person."""
    if regime.natural_persons_named or known.name is None:
        return False
    person = is_natural_person(known.kind, known.name, known.uscc)
    return person and (known.kind == "natural_person" or not has_trade_name)


def market_of(session: Session, regime: ListRegime, known: BusinessVersion, rules: str | None) -> str | None:
    """Return the market of a card; None for every other list.

    Raises:
        RuleRefused: The business trades in no market, or rules are given where none belong.
        NotFound: There is no such document of rules.
    """
    if regime.colour != "card":
        if rules is not None:
            raise RuleRefused("card.no_card", field="rules_document_id", regime=regime.code)
        return None
    if known.market_id is None:
        raise RuleRefused("card.no_market", field="business_id", source=quoted(regime))
    document = session.get(Document, rules) if rules is not None else None
    if rules is not None and document is None:
        raise NotFound("document.unknown", field="rules_document_id", document_id=rules)
    if document is not None:
        _refuse_elsewhere(document, known.region, "rules_document_id")
    if document is not None and document.kind != "house_rules":
        raise RuleRefused(
            "step.document_kind",
            field="rules_document_id",
            step="propose",
            kind=document.kind,
            kinds=("house_rules",),
        )
    return known.market_id


def refuse_document(
    session: Session, document_id: str, step: Step, region: str, case_id: str | None = None
) -> None:
    """Refuse a document that is not on file, of another kind or place, or that serves another step.

    Only what opens a case may serve several: one decision may be evidence against two parties. An
    official paper serves the step of the case that it was issued for, and none once it is revoked.

    Raises:
        NotFound: There is no such document.
        RuleRefused: It does not fit the step.
    """
    filed = queries.filed(session, document_id)
    if filed is None:
        raise NotFound("document.unknown", field="document_id", document_id=document_id)
    document, paper, used = filed
    if document.kind not in step.documents:
        raise RuleRefused(
            "step.document_kind",
            field="document_id",
            step=step.name,
            kind=document.kind,
            kinds=step.documents,
        )
    _refuse_elsewhere(document, region, "document_id")
    if step.before and used:
        raise RuleRefused("step.document_used", field="document_id", kind=document.kind)
    if step.before and paper is not None and (paper.case_id != case_id or paper.revoked_on is not None):
        raise RuleRefused("step.paper_of_another", field="document_id", number=paper.number)


def refuse_exhibits(session: Session, detail: StepDetail, step: Step, region: str) -> None:
    """Refuse what was handed in beside a step's document and is not on file, or of another kind or place.

    Raises:
        NotFound: There is no such document.
        RuleRefused: It is no exhibit, or of another region.
    """
    for number, document_id in enumerate(detail.exhibits or ()):
        field = f"exhibits.{number}"
        document = session.get(Document, document_id)
        if document is None:
            raise NotFound("document.unknown", field=field, document_id=document_id)
        if document.kind not in EXHIBITS:
            raise RuleRefused(
                "step.document_kind", field=field, step=step.name, kind=document.kind, kinds=EXHIBITS
            )
        _refuse_elsewhere(document, region, field)


def _refuse_elsewhere(document: Document, region: str, field: str) -> None:
    of, here = prefix(document.region), prefix(region)
    if not (here.startswith(of) or of.startswith(here)):
        raise RuleRefused("step.document_region", field=field, document_region=document.region, region=region)


def refuse_detail(step: Step, detail: StepDetail) -> None:
    """Refuse a step that lacks what it must state, or that states what it does not know.

    Raises:
        Malformed: Names the field.
    """
    for name in DETAILS:
        stated = getattr(detail, name) is not None
        if name in step.needs and not stated:
            raise Malformed("step.detail_missing", field=name, step=step.name, detail=name)
        if stated and name not in (*step.needs, *step.takes):
            raise Malformed("step.detail_unwanted", field=name, step=step.name, detail=name)


def refuse_person(
    work: Work, proposal: Proposal, regime: ListRegime, step: Step, before: Sequence[ProposalStep]
) -> None:
    """Refuse a person without the role, of the wrong office or level, who proposed it or consented to it.

    Raises:
        Forbidden: Role, region, level or office.
        RuleRefused: The same person acted before.
    """
    if party.takes_itself(work, proposal, step):
        return
    work.require(step.role, proposal.region)
    another = step.another_person or step.superior or step.not_proposer
    if another and work.actor.person_id == proposal.proposed_by_person:
        raise RuleRefused("step.same_person", field="step", step=step.name)
    office = work.session.get(Office, work.actor.office_code) if step.another_person else None
    if step.another_person and (office is None or office.level not in regime.decided_by):
        raise Forbidden(
            "step.level",
            field="step",
            step=step.name,
            levels=regime.decided_by,
            source=quoted(regime),
        )
    consented = {taken.person_id for taken in before if taken.step == "consent"}
    if step.another_person and work.actor.person_id in consented:
        raise RuleRefused("step.consented", field="step", step=step.name)
    if step.superior:
        proposing = before[0].office_code
        below = work.session.get(Office, proposing)
        if below is None or below.superior_code != work.actor.office_code:
            raise Forbidden("step.not_superior", field="step", step=step.name, office=proposing)


def refuse_objected(proposal: Proposal, step: Step) -> None:
    """Refuse a step that looks at the facts once more while an objection to the case is open.

    Raises:
        RuleRefused: One is.
    """
    if step.name in CHECKED_AGAIN and proposal.objected_on is not None:
        raise RuleRefused("step.objected", field="step", step=step.name, on=proposal.objected_on.isoformat())


def refuse_early(work: Work, proposal: Proposal, step: Step, before: Sequence[ProposalStep]) -> None:
    """Refuse while a period runs that an earlier step opened, or before the day of the hearing.

    Raises:
        RuleRefused: With the last day of the period and its source, or the day of the hearing.
    """
    for rule in step.waits:
        running = casefile.period(before, rule)
        if running is None:
            raise RuleRefused("step.no_period", field="step")
        refuse_before_elapsed(work.rulebook, running, proposal.region, work.today)
    if step.name == "hold_hearing":
        called = casefile.called_for(before)
        if called is None or work.today < called:
            raise RuleRefused("hearing.not_yet", field="step", on=called.isoformat() if called else "")


def refuse_unheard(step: Step, before: Sequence[ProposalStep], detail: Mapping[str, Any]) -> None:
    """Refuse to pass over a point that was raised, an objection that was upheld, a check that failed.

    Raises:
        RuleRefused: Names the points or the check.
    """
    opened = casefile.unanswered(before)
    answered = Counter(given["point"] for given in detail.get("answers", ()))
    wrong = sorted(set(answered) - set(opened)) or [one for one, times in answered.items() if times > 1]
    if wrong:
        raise RuleRefused("answer.no_open_point", field="answers", point=wrong[0])
    left = [number for number in opened if number not in answered]
    if step.name in ALL_ANSWERED and left:
        field = "answers" if "answers" in step.takes else "step"
        raise RuleRefused("answer.missing", field=field, step=step.name, points=", ".join(left))
    if step.name == "list" and (upheld := casefile.accepted(before)):
        raise RuleRefused("objection.upheld", field="step", points=", ".join(upheld))
    failed = [check["checked"] for check in detail.get("checks", ()) if not check["passed"]]
    if failed:
        raise RuleRefused("check.failed", field="checks", checked=failed[0])


def day_of(work: Work, detail: StepDetail, not_before: date) -> date:
    """Return the legal day of a step: today, or the proved day of service.

    Raises:
        Malformed: It lies ahead, or before the last step.
    """
    day = detail.served_on or work.today
    if day > work.today:
        raise Malformed("day.ahead", field="served_on", day=day.isoformat())
    if day < not_before:
        raise Malformed(
            "step.before_last", field="served_on", day=day.isoformat(), last=not_before.isoformat()
        )
    return day


def received_on(work: Work, detail: StepDetail, opened_on: date) -> date:
    """Return the day on which a statement, request or objection came: today, or as its paper proves.

    Raises:
        Malformed: It lies ahead, or before the period in which it could come.
    """
    day = detail.received_on or work.today
    if day > work.today:
        raise Malformed("day.ahead", field="received_on", day=day.isoformat())
    if day < opened_on:
        raise Malformed(
            "step.before_last", field="received_on", day=day.isoformat(), last=opened_on.isoformat()
        )
    return day


def server(work: Work, detail: StepDetail) -> str:
    """Return the person who served a paper: the officer named, or who records it.

    Raises:
        NotFound: There is no such account.
    """
    if detail.served_by is None:
        return work.actor.person_id
    account = work.session.get(Account, detail.served_by)
    if account is None:
        raise NotFound("account.unknown", field="served_by", name=detail.served_by)
    return account.person_id


def checked_facts(work: Work, regime: ListRegime, business_id: str, evidence: Sequence[str]) -> list[Fact]:
    """Return the facts that a listing rests on, checked for today, as is whom it would name.

    Raises:
        NotFound: One of them, or the business, is not on record.
        RuleRefused: One does not carry the listing, a red candidate has a violation, or the
            subject may not be named: it was changed since the case was opened.
    """
    found = grounds.subject(work.session, business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=business_id)
    refuse_subject(regime, *found)
    if regime.colour == "card" and not evidence:
        return []  # it rests on the organiser's rules, which opened the case
    facts = grounds.facts(work.session, evidence, work.today)
    missing = sorted(set(evidence) - {fact.id for fact in facts})
    if missing:
        raise NotFound("ground.unknown", field="evidence", fact=missing[0])
    refuse_unfit_grounds(regime, business_id, facts)
    if regime.colour == "red":
        _refuse_blemished(work, regime, found[1].region, business_id)
    return facts


def blemishes(work: Work, regime: ListRegime, region: str, business_id: str) -> tuple[list[str], Row]:
    """Return the violations that speak against praising a business today, and the rule that says so.

    Args:
        work: The act.
        regime: The red list.
        region: Of the case or entry: the rule of the narrowest place that has one holds.
        business_id: Who is praised.
    """
    rule = work.rulebook.in_force(Deadline, region, work.today).get(RED_RECORD)
    since = add_months(work.today, -rule.amount) if rule is not None and rule.amount is not None else None
    return grounds.unrepaired(work.session, business_id, work.today, since), rule or regime


def _refuse_blemished(work: Work, regime: ListRegime, region: str, business_id: str) -> None:
    """Refuse to praise who has an effective violation that is not repaired."""
    against, rule = blemishes(work, regime, region, business_id)
    if against:
        raise RuleRefused("listing.blemished", field="business_id", violation=against[0], source=quoted(rule))
