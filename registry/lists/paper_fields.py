"""What the papers of a listing case say: fields from the case, the rulebook and the calendar (pure).

Every period is that of the rulebook on the day of issue, with its source; every measure stands with
its basis. The texts around the fields stand in the catalogue.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from registry.documents.forms import Fields, words
from registry.documents.papers import in_words
from registry.errors import RuleRefused
from registry.lists import casefile
from registry.lists.details import PointAnswer
from registry.lists.procedures import CARD_STATEMENT, HEARING_REQUEST, PUBLICISED, STATEMENT
from registry.lists.tables import ProposalStep
from registry.rulebook import Deadline, ListRegime, Measure, RepairCondition, Row
from registry.rulebook.periods import ends_on
from registry.texts import terms

RECONSIDERATION = "remedy.reconsideration"
LITIGATION = "remedy.litigation"
REPAIR_DECIDED = "repair.decide"
UNITS: Mapping[str, str] = MappingProxyType(
    {"working_day": "paper.unit.working_day", "day": "paper.unit.day", "month": "paper.unit.month"}
)
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "corrected": "paper.need.corrected",
        "duties_performed": "paper.need.duties_performed",
        "harm_removed": "paper.need.harm_removed",
        "no_restriction": "paper.need.no_restriction",
        "no_same_penalty": "paper.need.no_same_penalty",
        "no_heavier_penalty": "paper.need.no_heavier_penalty",
        "not_listed": "paper.need.not_listed",
        "other_conditions": "paper.need.other_conditions",
    }
)
HANDED_IN: Mapping[str, str] = MappingProxyType(
    {
        "application": "paper.handed_in.application",
        "pledge": "paper.handed_in.pledge",
        "performance": "paper.handed_in.performance",
        "identity": "paper.handed_in.identity",
    }
)


@dataclass(frozen=True)
class CasePapers:
    """All that the papers of one case are made of.

    Attributes:
        today: Day of issue.
        facts: The evidence in words; `bases` what its decisions rest on.
        steps: Steps taken, in order, with `offices` that took them by name.
        law: Deadlines in force in the region, by code.
        numbers: Numbers of the valid papers of the case, by kind; `issued_on` their days.
        stated: What the officer adds: reasons, where to turn, day and place of a hearing.
        answers: What the officer answers now, to points of the case.
    """

    today: date
    party: str
    uscc: str | None
    regime: ListRegime
    measures: Sequence[Measure]
    ground: str
    facts: Sequence[str]
    bases: Sequence[str]
    steps: Sequence[ProposalStep]
    offices: Mapping[str, str]
    law: Mapping[str, Deadline]
    calendar: Mapping[date, bool]
    repair: Sequence[RepairCondition]
    numbers: Mapping[str, str]
    issued_on: Mapping[str, date]
    stated: Mapping[str, str]
    answers: Sequence[PointAnswer]

    def last(self, *names: str) -> ProposalStep | None:
        """Return the last step of one of the names, or None where none was taken."""
        return next((step for step in reversed(self.steps) if step.step in names), None)

    def deadline(self, rule: str) -> Deadline:
        """Return a deadline in force.

        Raises:
            RuleRefused: There is none.
        """
        if rule not in self.law:
            raise RuleRefused("deadline.unknown", rule=rule)
        return self.law[rule]


def fields_of(kind: str, case: CasePapers) -> Fields:
    """Return the fields of a paper of the case.

    Raises:
        RuleRefused: A period that the paper must state is not known.
    """
    made = {**_common(case), **_BY_KIND.get(kind, _nothing)(case), **case.stated}
    return {name: value for name, value in made.items() if value}


def period_words(rule: Deadline) -> str:
    """Return the length of a period in words.

    Raises:
        RuleRefused: The rulebook lacks the figure.
    """
    if rule.amount is None:
        raise RuleRefused("deadline.unknown", rule=rule.code)
    return words(UNITS[rule.unit], n=rule.amount)


def cited(row: Row) -> str:
    """Return what a rule rests on: instrument in title marks, and article; or that none was found."""
    if row.source is None:
        return words("paper.rule.own", name=_called(row))
    instruments = row.source.instrument.split("；")
    articles = (row.source.article or "").split("；")
    if len(instruments) != len(articles):
        instruments, articles = [row.source.instrument], [row.source.article or ""]
    return "；".join(f"{_titled(one)}{article}" for one, article in zip(instruments, articles, strict=True))


def law_of(regime: ListRegime) -> str:
    """Return what a list rests on, with its name and the day since which it is in force."""
    return words(
        "paper.rule.of_list",
        source=cited(regime),
        name=regime.name_zh,
        since=in_words(regime.in_force_from),
    )


def _called(row: Row) -> str:
    """Return what a rule is called in Chinese; who is served with a paper reads no codes."""
    known = terms("zh")
    names = (known.get(f"{family}.{row.code}") for family in ("rule", "regime", "measure", "tag"))
    return next((name for name in names if name is not None), row.code)


def _titled(instrument: str) -> str:
    name, bracket, tail = instrument.partition("（")
    return instrument if "《" in name else f"《{name}》{bracket}{tail}"


def _common(case: CasePapers) -> dict[str, Any]:
    regime = case.regime
    measures = tuple(
        words("paper.measure", name=measure.name_zh, source=cited(measure)) for measure in case.measures
    )
    return {
        "party": case.party,
        "regime": regime.name_zh,
        "facts": tuple(case.facts),
        "ground": case.ground,
        "basis": (law_of(regime), *dict.fromkeys(case.bases)),
        "measures": measures,
        "no_measures": "" if measures else regime.code,
        "notice_number": case.numbers.get("notice", ""),
        **_heard(case),
    }


def _heard(case: CasePapers) -> dict[str, Any]:
    """Return how the party was told and what it answered."""
    served, stated = case.last("serve_notice"), case.last("record_statement", "hold_hearing")
    silent = served is not None and stated is None and case.last("note_silence") is not None
    running = casefile.period(case.steps, _statement(case))
    return {
        "served_on": in_words(served.taken_on) if served else "",
        "deadline": in_words(running.last_on) if running else "",
        "stated_on": in_words(stated.taken_on) if stated else "",
        "silent_until": in_words(running.last_on) if silent and running else "",
        "answers": _answered(case),
    }


def _answered(case: CasePapers) -> tuple[tuple[str, str], ...]:
    """Return the points that were raised, each beside its answer, in the order of raising."""
    given: dict[str, Mapping[str, Any]] = dict(casefile.answers(case.steps))
    given |= {answer.point: answer.model_dump() for answer in case.answers}
    return tuple(
        (
            point,
            words(
                "paper.accepted" if given[number]["accepted"] else "paper.not_accepted",
                reasons=given[number]["reasons"],
            ),
        )
        for number, point in casefile.points(case.steps).items()
        if number in given
    )


def _statement(case: CasePapers) -> str:
    """Return the rule of the period in which the party may answer the notice."""
    return CARD_STATEMENT if case.regime.colour == "card" else STATEMENT


def _notice(case: CasePapers) -> dict[str, Any]:
    """Return the rights of the party: the last day is that of service on the day of issue."""
    rule = case.deadline(_statement(case))
    hearing = case.law.get(HEARING_REQUEST) if case.regime.colour == "black" else None
    made = {
        "period": period_words(rule),
        "period_source": cited(rule),
        "deadline": _ends(case, rule),
        **_term(case),
    }
    if hearing is not None:
        made |= {
            "hearing_period": period_words(hearing),
            "hearing_source": cited(hearing),
            "hearing_deadline": _ends(case, hearing),
        }
    return made


def _decision(case: CasePapers) -> dict[str, Any]:
    consent = case.last("consent")
    return {
        **_term(case),
        **remedies(case.law),
        "uscc": case.uscc or "",
        "noticed_on": in_words(case.issued_on["notice"]) if "notice" in case.issued_on else "",
        "consented_on": in_words(consent.taken_on) if consent else "",
        "consenting_office": case.offices[consent.office_code] if consent else "",
    }


def remedies(law: Mapping[str, Deadline]) -> dict[str, str]:
    """Return within which periods a decision may be contested, and by which law.

    Args:
        law: Deadlines in force, by code.

    Raises:
        RuleRefused: A period is not known.
    """
    missing = [rule for rule in (RECONSIDERATION, LITIGATION) if rule not in law]
    if missing:
        raise RuleRefused("deadline.unknown", rule=missing[0])
    return {
        "reconsideration": period_words(law[RECONSIDERATION]),
        "litigation": period_words(law[LITIGATION]),
        "remedies_source": f"{cited(law[RECONSIDERATION])}；{cited(law[LITIGATION])}",
    }


def _publicity(case: CasePapers) -> dict[str, Any]:
    rule = case.deadline(PUBLICISED)
    return {"period": period_words(rule), "period_source": cited(rule), "deadline": _ends(case, rule)}


def _red_decision(case: CasePapers) -> dict[str, Any]:
    running = casefile.period(case.steps, PUBLICISED)
    months = case.regime.term_months
    return {
        "uscc": case.uscc or "",
        "publicity_number": case.numbers.get("publicity", ""),
        "publicity_until": in_words(running.last_on) if running else "",
        "term": words(UNITS["month"], n=months) if months else "",
        "while_held": "" if months else case.regime.code,
    }


def _consent(case: CasePapers) -> dict[str, Any]:
    return {
        "asking_office": case.offices[case.steps[0].office_code],
        "regime_basis": cited(case.regime),
    }


def _publication(case: CasePapers) -> dict[str, Any]:
    return {"decision_number": case.numbers.get("decision", "")}


def _repair_guide(case: CasePapers) -> dict[str, Any]:
    """Return the conditions of repair; where the rulebook lacks the period, that it is still missing."""
    decided = case.deadline(REPAIR_DECIDED)
    conditions: list[str] = []
    for row in case.repair:
        if row.min_months is not None:
            conditions.append(words("paper.need.months", n=row.min_months, source=cited(row)))
        else:
            conditions.append(words("paper.need.months_unknown", source=cited(row)))
        conditions += [words(NEEDS[need]) for need in row.needs]
    wanted = dict.fromkeys(paper for row in case.repair for paper in row.papers)
    return {
        "decision_number": case.numbers.get("decision", ""),
        "conditions": tuple(dict.fromkeys(conditions)) or (words("paper.need.none"),),
        "papers": tuple(words(HANDED_IN[paper]) for paper in wanted) or (words("paper.handed_in.none"),),
        "decision_period": period_words(decided),
        "decision_source": cited(decided),
    }


def _term(case: CasePapers) -> dict[str, str]:
    months = case.regime.term_months
    if months is None:
        return {"term_of_grounds": case.regime.code}
    return {"term": words(UNITS["month"], n=months)}


def _ends(case: CasePapers, rule: Deadline) -> str:
    last_on = ends_on(rule, case.today, case.calendar)
    return in_words(last_on) if last_on is not None else ""


def _service(case: CasePapers) -> dict[str, Any]:
    return {"papers": tuple(f"{case.numbers[kind]}" for kind in case.numbers if kind in _SERVED)}


def _nothing(_case: CasePapers) -> dict[str, Any]:
    return {}


_SERVED = ("notice", "hearing_notice", "decision", "repair_guide")
_BY_KIND: Mapping[str, Callable[[CasePapers], dict[str, Any]]] = MappingProxyType(
    {
        "notice": _notice,
        "consent": _consent,
        "decision": _decision,
        "card": _decision,
        "publication": _publication,
        "publicity": _publicity,
        "red_decision": _red_decision,
        "objection_answer": _red_decision,
        "repair_guide": _repair_guide,
        "service_proof": _service,
    }
)
