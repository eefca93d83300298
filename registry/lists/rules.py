"""Pure rules about lists: their basis, the facts that carry an entry, periods and terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from registry.calendar import add_months
from registry.errors import RuleRefused
from registry.lists.casefile import Period
from registry.regions import prefix
from registry.rulebook import Deadline, ListRegime, Rulebook
from registry.rulebook.periods import ends_on, quoted

Stated = Literal["expired", "annulled", "corrected", "cancelled"]  # by whoever withdraws an entry
# by their own procedures alone: repair, and the removal by the authority that a pointer points to
Ending = Literal[Stated, "repaired", "removed"]

MEASURED = ("red", "black")  # colours of the lists that may attach measures
SHOWN_STATES = ("published", "listed")
SEVERITIES = ("slight", "general", "serious")
RED_RECORD = "red.clean_record"  # how far back the checks of a red list look, where a rule says so


ENDINGS: Mapping[str, tuple[Ending, ...]] = {
    "black": ("repaired", "expired", "annulled", "corrected"),
    "red": ("cancelled", "expired", "annulled", "corrected"),
    "board": ("repaired", "expired", "annulled", "corrected"),
    "card": ("cancelled", "expired", "annulled", "corrected"),
    "pointer": ("removed", "expired", "annulled", "corrected"),
}
BY_ITSELF: tuple[Ending, ...] = ("expired", "annulled")  # follow from the day or from the decision


@dataclass(frozen=True)
class Fact:
    """A fact that a listing may rest on.

    Attributes:
        kind: `violation`, `pledge` or `designation`.
        codes: Violation types; for other kinds the kind itself.
        obstacle: Why it cannot support a listing; None: complete, effective and final.
        decided_on: Of a violation: the day of its decision, None where it is not known to the day.
        penalties: Of a violation: the kinds of penalty imposed.
        amounts: Of a violation: fine and confiscation in fen; None where none is stated.
    """

    id: str
    business_id: str
    kind: str
    codes: tuple[str, ...]
    severity: str | None = None
    publish_until: date | None = None
    obstacle: str | None = None
    decided_on: date | None = None
    penalties: tuple[str, ...] = ()
    amounts: tuple[int | None, ...] = ()

    def told(self) -> list[str]:
        """Return what a notice says of it: if that changes, the party must be told anew."""
        day = self.decided_on.isoformat() if self.decided_on else ""
        amounts = [str(amount) if amount is not None else "" for amount in self.amounts]
        return [self.kind, day, *sorted(self.codes), *sorted(self.penalties), *amounts]


def one_regime(rulebook: Rulebook, code: str, region: str, on: date) -> ListRegime:
    """Return a list or board in force in a region on a day.

    Raises:
        RuleRefused: None is in force, or it has a colour or measures without a legal basis.
    """
    regime = rulebook.find(ListRegime, code, region, on, field="regime")
    unfounded = legal_basis(regime) is None and regime.colour != "board"
    if unfounded or (regime.measures and regime.colour not in MEASURED):
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


def last_day(
    rulebook: Rulebook, rule: str, region: str, opened_on: date, calendar: Mapping[date, bool]
) -> date:
    """Return the inclusive last day of a period that opened on a day.

    Raises:
        RuleRefused: No such period is in force, or its length is not known.
    """
    deadline = rulebook.find(Deadline, rule, region, opened_on)
    last_on = ends_on(deadline, opened_on, calendar)
    if last_on is None:
        raise RuleRefused("deadline.unknown", rule=rule)
    return last_on


def refuse_before_elapsed(rulebook: Rulebook, period: Period, region: str, today: date) -> None:
    """Refuse a step while the period before it still runs.

    Raises:
        RuleRefused: Today is not later than the period's last day; quotes the rule and its source.
    """
    if today <= period.last_on:
        deadline = rulebook.find(Deadline, period.rule, region, period.opened_on)
        raise RuleRefused(
            "step.period_running",
            field="step",
            rule=period.rule,
            until=period.last_on.isoformat(),
            source=quoted(deadline),
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


def carries(fact: Fact, business_id: str, codes: Sequence[str] | None) -> bool:
    """Say whether a fact still carries an entry: of the same business, not fallen, of the list's grounds.

    What is repaired, under review or past its publicity has not fallen: these have their own procedures.

    Args:
        fact: As it stands.
        business_id: Of the entry.
        codes: Grounds of the list when the entry began; None: not known.
    """
    if fact.business_id != business_id or fact.obstacle in ("annulled", "incomplete", "ended"):
        return False
    return codes is None or bool(set(fact.codes) & set(codes))


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


def _below(severity: str | None, least: str | None) -> bool:
    if least is None:
        return False
    return severity is None or SEVERITIES.index(severity) < SEVERITIES.index(least)
