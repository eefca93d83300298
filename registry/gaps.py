"""What a recorded fact lacks, said to whoever recorded it: what is missing, and what it cannot do."""

from collections.abc import Iterable, Mapping

from registry.errors import Refusal, RuleRefused

_WARNINGS: Mapping[str, Refusal] = {
    "pledged_on.missing": RuleRefused("pledged_on.missing", field="pledged_on"),
    "pledged_on.not_to_the_day": RuleRefused("pledged_on.not_to_the_day", field="pledged_on"),
    "designated_on.missing": RuleRefused("designated_on.missing", field="designated_on"),
    "designated_on.not_to_the_day": RuleRefused("designated_on.not_to_the_day", field="designated_on"),
    "decided_on.missing": RuleRefused("decided_on.missing", field="decided_on"),
    "decided_on.not_to_the_day": RuleRefused("decided_on.not_to_the_day", field="decided_on"),
    "interval.unknown": RuleRefused("interval.unknown", field="valid_through"),
    "type.none": RuleRefused("type.none", field="conduct_code"),
    "penalty.unknown": RuleRefused("penalty.unknown", field="penalties"),
    "procedure.unknown": RuleRefused("procedure.unknown", field="procedure"),
    "severity.unknown": RuleRefused("severity.unknown", field="severity"),
    "publicity.period_unknown": RuleRefused("publicity.period_unknown"),
    "publicity.unpublished": RuleRefused("publicity.unpublished", field="published_on"),
}


def warnings_of(lacks: Iterable[str]) -> tuple[Refusal, ...]:
    """Return a warning for each thing that a fact on record lacks, by the codes kept with it."""
    return tuple(_WARNINGS[code] for code in lacks)
