"""The two procedures as tables that can be read aloud, and the pure rules about grounds and terms.

Black: proposed, notice served, heard (or the period gone by unused), reviewed, consented where the
level above must, decided by another person, published. Red: nominated or applied, checked,
publicised, listed by another person. A board has no procedure: it repeats decided penalties.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from registry.calendar import add_months, add_working_days
from registry.errors import RuleRefused
from registry.regions import prefix
from registry.rulebook import Deadline, ListRegime, Row, Rulebook

Colour = Literal["red", "black", "board"]
Ending = Literal["repaired", "expired", "annulled", "corrected", "cancelled"]

SHOWN_STATES = ("published", "listed")
SEVERITIES = ("slight", "general", "serious")
RED_RECORD = "red.clean_record"  # how far back the checks of a red list look, where a rule says so


@dataclass(frozen=True)
class Step:
    """One step of a procedure.

    Attributes:
        before: States from which it may be taken; none: it opens the proposal.
        after: State that it reaches.
        role: What the person must hold on the region.
        documents: Kinds of document, one of which must be on file.
        opens: Rule of the period that begins with it.
        waits: True where the running period must have gone by.
        another_person: True where the proposer may not take it.
        superior: True where the office above the proposing one must take it, by another person.
        closes: True where it ends the proposal.
    """

    name: str
    before: tuple[str, ...]
    after: str
    role: Literal["officer", "approver"]
    documents: tuple[str, ...]
    opens: str | None = None
    waits: bool = False
    another_person: bool = False
    superior: bool = False
    closes: bool = False


BLACK = (
    Step("propose", (), "proposed", "officer", ("evidence", "decision", "other")),
    Step(
        "serve_notice", ("proposed",), "notice_served", "officer", ("service_proof",), opens="black.statement"
    ),
    Step("hear", ("notice_served",), "heard", "officer", ("statement",)),
    Step("note_silence", ("notice_served",), "heard", "officer", ("other", "statement"), waits=True),
    Step("review", ("heard",), "reviewed", "officer", ("review",), waits=True),
    Step("consent", ("reviewed",), "consented", "approver", ("decision", "review"), superior=True),
    Step("decide", ("reviewed", "consented"), "decided", "approver", ("decision",), another_person=True),
    Step("publish", ("decided",), "published", "officer", ("publicity",), closes=True),
    Step(
        "drop",
        ("proposed", "notice_served", "heard", "reviewed", "consented", "decided"),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
    ),
)

RED = (
    Step("nominate", (), "nominated", "officer", ("evidence", "other")),
    Step("apply", (), "applied", "officer", ("statement", "pledge", "evidence", "other")),
    Step("check", ("nominated", "applied"), "checked", "officer", ("review",)),
    Step("publicise", ("checked",), "publicised", "officer", ("publicity",), opens="red.publicised"),
    Step(
        "list",
        ("publicised",),
        "listed",
        "approver",
        ("decision",),
        waits=True,
        another_person=True,
        closes=True,
    ),
    Step(
        "drop",
        ("nominated", "applied", "checked", "publicised"),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
    ),
)

PROCEDURES: Mapping[str, tuple[Step, ...]] = {"black": BLACK, "red": RED, "board": ()}
OF_ONE_CASE = ("service_proof", "statement")  # papers that prove something of one party only
CHECKED_AGAIN = ("check", "decide", "publish", "list")  # steps that look at the facts once more

ENDINGS: Mapping[str, tuple[Ending, ...]] = {
    "black": ("repaired", "expired", "annulled", "corrected"),
    "red": ("cancelled", "expired", "annulled", "corrected"),
    "board": ("repaired", "expired", "annulled", "corrected"),
}
BY_ITSELF: tuple[Ending, ...] = ("expired", "annulled")  # follow from the day or from the decision


@dataclass(frozen=True)
class Fact:
    """A fact that a listing may rest on.

    Attributes:
        kind: `violation`, `pledge` or `designation`.
        codes: Violation types; for other kinds the kind itself.
        obstacle: Why it cannot support a listing; None: complete, effective and final.
    """

    id: str
    business_id: str
    kind: str
    codes: tuple[str, ...]
    severity: str | None = None
    publish_until: date | None = None
    obstacle: str | None = None


def one_regime(rulebook: Rulebook, code: str, region: str, on: date) -> ListRegime:
    """Return a list or board in force in a region on a day.

    Raises:
        RuleRefused: None is in force, or it has a colour or measures without a legal basis.
    """
    regime = rulebook.find(ListRegime, code, region, on)
    if legal_basis(regime) is None and (regime.colour != "board" or regime.measures):
        raise RuleRefused("listing.no_basis", field="regime", regime=code)
    return regime


def regimes_below(rulebook: Rulebook, region: str, on: date) -> tuple[ListRegime, ...]:
    """Return the lists and boards in force on a day in a region and below it, the widest place first."""
    own = prefix(region)
    places = {row.jurisdiction for row in rulebook.rows(ListRegime) if row.jurisdiction.startswith(own)}
    found: dict[str, ListRegime] = {}
    for place in sorted({own, *places}):
        found |= rulebook.in_force(ListRegime, place, on)
    return tuple(found.values())


def legal_basis(regime: ListRegime) -> str | None:
    """Return the instrument and article that a list rests on, or None for a board."""
    if regime.colour == "board" or regime.source is None:
        return None
    return " ".join(part for part in (regime.source.instrument, regime.source.article) if part)


def opening_step(colour: str, origin: str) -> Step:
    """Return the step that opens a proposal.

    Raises:
        RuleRefused: The colour has no such step: a board takes no proposals at all.
    """
    for step in PROCEDURES[colour]:
        if step.name == origin and not step.before:
            return step
    raise RuleRefused("listing.no_such_opening", field="origin", origin=origin, colour=colour)


def following_step(colour: str, name: str, state: str, *, consent_required: bool) -> Step:
    """Return a step that may be taken from a state.

    Raises:
        RuleRefused: The procedure does not allow it from there, or the consent is still missing.
    """
    step = next((one for one in PROCEDURES[colour] if one.name == name and one.before), None)
    if step is None or state not in step.before:
        raise RuleRefused("step.out_of_order", field="step", step=name, state=state)
    if step.name == "decide" and consent_required and state != "consented":
        raise RuleRefused("step.consent_missing", field="step", step=name)
    return step


def last_day(
    rulebook: Rulebook, rule: str, region: str, opened_on: date, calendar: Mapping[date, bool]
) -> date:
    """Return the inclusive last day of a period that opened on a day.

    Raises:
        RuleRefused: No such period is in force, or its length is not known.
    """
    deadline = rulebook.find(Deadline, rule, region, opened_on)
    if deadline.amount is None:
        raise RuleRefused("deadline.unknown", rule=rule)
    if deadline.unit == "working_day":
        return add_working_days(opened_on, deadline.amount, calendar)
    if deadline.unit == "month":
        return add_months(opened_on, deadline.amount)
    return opened_on + timedelta(days=deadline.amount)


def refuse_before_elapsed(
    rulebook: Rulebook, rule: str, region: str, *, opened_on: date, last_on: date, today: date
) -> None:
    """Refuse a step while the period before it still runs.

    Raises:
        RuleRefused: Today is not later than the period's last day; quotes the rule and its source.
    """
    if today <= last_on:
        deadline = rulebook.find(Deadline, rule, region, opened_on)
        raise RuleRefused(
            "step.period_running", field="step", rule=rule, until=last_on.isoformat(), source=quoted(deadline)
        )


def refuse_unfit_grounds(regime: ListRegime, business_id: str, facts: Sequence[Fact]) -> None:
    """Refuse grounds that do not carry a listing.

    Raises:
        RuleRefused: A fact is another's, not of the list's grounds, too slight, or not effective.
    """
    if not facts:
        raise RuleRefused("ground.none", field="evidence", regime=regime.code)
    for fact in facts:
        if fact.business_id != business_id:
            raise RuleRefused("ground.of_another", field="evidence", fact=fact.id)
        if not set(fact.codes) & set(regime.grounds):
            raise RuleRefused(
                "ground.not_of_the_list",
                field="evidence",
                fact=fact.id,
                regime=regime.code,
                source=quoted(regime),
            )
        if _below(fact.severity, regime.min_severity):
            raise RuleRefused("ground.too_slight", field="evidence", fact=fact.id, source=quoted(regime))
        if fact.obstacle is not None:
            raise RuleRefused("ground.not_effective", field="evidence", fact=fact.id, obstacle=fact.obstacle)


def publish_until(regime: ListRegime, listed_on: date, facts: Sequence[Fact]) -> date | None:
    """Return the first day on which an entry is hidden again; None: while its ground holds.

    A black entry without a term of its own stays no longer than the decisions that it rests on.
    """
    if regime.term_months is not None:
        return add_months(listed_on, regime.term_months) + timedelta(days=1)
    return max((fact.publish_until for fact in facts if fact.publish_until is not None), default=None)


def may_be_shown(on: date, publish_from: date | None, publish_until: date | None) -> bool:
    """Say whether an adverse record may be shown on a day; one without a settled term may not.

    Args:
        on: Legal day.
        publish_from: First day on which it may be shown; None: it is not published.
        publish_until: First day on which it is hidden again; None: its term is not settled.
    """
    return publish_from is not None and publish_until is not None and publish_from <= on < publish_until


def stands_on(on: date, begun_on: date | None, valid_through: date | None, *ended_on: date | None) -> bool:
    """Say whether a pledge or designation stands on a day: begun, not run out, not ended by then.

    Args:
        on: Legal day.
        begun_on: First day; None: unknown, so that it does not stand.
        valid_through: Inclusive last day; None: open.
        ended_on: Days on which it was broken, withdrawn or cancelled.
    """
    if begun_on is None or begun_on > on or (valid_through is not None and valid_through < on):
        return False
    return all(day is None or day > on for day in ended_on)


def quoted(row: Row) -> str:
    """Return the instrument and article of a rule, or the tag that says it has none."""
    if row.source is None:
        return f"[{row.tag}]"
    return " ".join(part for part in (row.source.instrument, row.source.article) if part)


def _below(severity: str | None, least: str | None) -> bool:
    if least is None:
        return False
    return severity is None or SEVERITIES.index(severity) < SEVERITIES.index(least)
