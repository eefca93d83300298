"""Rows of the rulebook in words that an official understands, Chinese or English."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.regions import region
from registry.rulebook.book import Rulebook
from registry.rulebook.differences import Difference, Standpoint, said_fields
from registry.rulebook.law_rows import Deadline, ViolationType
from registry.rulebook.model import Row, Source
from registry.rulebook.penalty_rows import PenaltyRange
from registry.rulebook.periods import quoted
from registry.rulebook.score_rows import ScoreDimension, Step
from registry.texts import Language, terms

_WHOLE = 10_000
_FAMILIES: Mapping[str, str] = {
    "any_kinds": "penalty",
    "colour": "list_colour",
    "colours": "list_colour",
    "consent_choice": "choices",
    "consent_levels": "level",
    "counts_from": "counted_from",
    "decided_by": "level",
    "documents": "document",
    "fields": "field",
    "heavier_fines": "penalty",
    "heavier_penalties": "penalty",
    "kinds": "penalty",
    "level": "level",
    "measures": "measure",
    "min_severity": "severity",
    "needs": "need",
    "only_kinds": "penalty",
    "papers": "repair_paper",
    "regime_of_law": "regime_of_law",
    "regimes": "regime",
    "scope": "scope",
    "sectors": "sector",
    "severity": "severity",
    "weighed": "factor",
}
_TITLED = frozenset({"name_zh", "name_en", "violation_type"})  # said by the title of a row already
_OPEN = {"source": "no_source", "tag": "sourced", "name_zh": "whole_act", "name_en": "whole_act"}
"""What it means that these are not there; of all else the law sets nothing."""
_VIOLATIONS = frozenset({"grounds", "violation_type", "violation_types"})


class Wording:
    """The words of one language for the rows of a rulebook."""

    def __init__(self, rulebook: Rulebook, language: Language) -> None:
        """Take the rulebook whose names of violations and dimensions are used."""
        self.language = language
        self._name = f"name_{language}"
        self._elsewhere = "name_en" if language == "zh" else "name_zh"
        self._terms = terms(language)
        self._violations = {row.code: str(getattr(row, self._name)) for row in rulebook.rows(ViolationType)}
        self._dimensions = {row.code: str(getattr(row, self._name)) for row in rulebook.rows(ScoreDimension)}

    def say(self, key: str, **params: object) -> str:
        """Return one of the fixed phrases."""
        return self._terms[f"rule_said.{key}"].format(**params)

    def points(self, value: int | None) -> str:
        """Return points, given in hundredths; None: there are none."""
        return self.say("ungraded") if value is None else _hundredths(value)

    def day(self, on: date) -> str:
        """Return a legal day."""
        return self.say("day", year=on.year, month=on.month, day=on.day)

    def place(self, code: str) -> str:
        """Return the name of a place by its code or prefix; empty for the nation."""
        found = region(code.ljust(6, "0")) if code.strip("0") else None
        return self.say("nation") if found is None else found.full_name

    def where(self, at: Standpoint) -> str:
        """Return place and day of a standpoint."""
        return self.say("where", place=self.place(at.region), day=self.day(at.on))

    def title(self, row: Row) -> str:
        """Return table, name and code of a row."""
        table = self._terms[f"rule_table.{row.table}"]
        return self.say("row", table=table, name=self.name(row), code=row.code)

    def name(self, row: Row) -> str:
        """Return what a row is called: its own name, that of its violation, or the word for its code."""
        own = getattr(row, self._name, None)
        if isinstance(row, PenaltyRange):
            kind = self._violations.get(row.violation_type, row.violation_type)
            return kind if own is None else f"{kind}{self.say('colon')}{own}"
        if own is not None:
            return str(own)
        if (law := getattr(row, "regime_of_law", None)) is not None:
            named = [self._word("regime_of_law", law), getattr(row, "severity", None)]
            return self._joined(tuple(self._word("severity", one) for one in named if one is not None))
        families = ("rule", row.table, "refusal_ground", "withdrawal", "penalty", "paper", "matter", "grade")
        return next(
            (self._terms[f"{one}.{row.code}"] for one in families if f"{one}.{row.code}" in self._terms),
            row.code,
        )

    def field(self, name: str) -> str:
        """Return the word for a field."""
        return self._terms[f"rule_field.{name}"]

    def value(self, row: Row, name: str) -> str:
        """Return the value of a field with its unit."""
        value = getattr(row, name)
        if value is None or value == ():
            return self.say("unknown" if row.is_unknown(name) else _OPEN.get(name, "none"))
        if isinstance(value, tuple):
            return self._joined(tuple(self._one(row, name, one) for one in value))
        return self._one(row, name, value)

    def lines(self, found: Difference) -> tuple[tuple[str, str | None, str | None], ...]:
        """Return word, old and new value of every field that a difference is about; None: not there."""
        row = found.row
        said = _TITLED | ({"unit"} if isinstance(row, Deadline) else set())
        whole = (
            name
            for name in said_fields(row)
            if name not in said and (row.is_unknown(name) or getattr(row, name) not in (None, ()))
        )
        names = tuple(name for name in found.fields if name != self._elsewhere)
        names = names or found.fields or tuple(whole)
        return tuple(
            (
                self.field(name),
                None if found.before is None else self.value(found.before, name),
                None if found.after is None else self.value(found.after, name),
            )
            for name in names
        )

    def since(self, found: Difference) -> str:
        """Return what became of a rule, from which day, and whose rule it is."""
        parts = [self.say(found.kind)]
        if found.from_on is not None:
            parts.append(self.say("from", day=self.day(found.from_on)))
        parts.append(self.say("of", place=self.place(found.row.jurisdiction)))
        return self._joined(tuple(parts))

    def _joined(self, parts: tuple[str, ...]) -> str:
        return self.say("list").join(parts)

    def _one(self, row: Row, name: str, value: Any) -> str:
        """Return one value: a flag, a step, a basis, a number with its unit, or the word for a code."""
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, Source):
            return quoted(row)
        if isinstance(value, Step):
            return self.say("step", months=value.from_month, share=_hundredths(value.bp))
        if isinstance(value, int):
            return self._number(row, name, value)
        return self._word(name, str(value))

    def _number(self, row: Row, name: str, value: int) -> str:
        if name.endswith("_fen"):
            return self.say("yuan", amount=f"{value // 100:,}.{value % 100:02d}")
        if name.endswith("months"):
            return self.say("months", amount=value)
        if name.endswith("points"):
            return self.say("points", amount=_hundredths(value))
        if name.startswith(("gains_", "goods_", "factor_")) and value >= _WHOLE:
            return self.say("times", amount=f"{value / _WHOLE:g}")
        if name.endswith("bp"):
            return self.say("percent", amount=_hundredths(value))
        unit = self._terms[f"rule_value.unit.{row.unit}"] if isinstance(row, Deadline) else ""
        return f"{value} {unit}".strip()

    def _word(self, name: str, code: str) -> str:
        if name == "published_on":
            how_often, _, day = code.partition(":")
            return self.say(how_often, day=day)
        if name in _VIOLATIONS:
            return self._violations.get(code) or self._terms.get(f"ground.{code}", code)
        if name == "dimension":
            return self._dimensions.get(code, code)
        family = "tag" if name == "tag" else _FAMILIES.get(name, "rule_value")
        keys = (f"tag.[{code}]", f"{family}.{code}", f"rule_value.{name}.{code}")
        return next(
            (self._terms[key] for key in keys[0 if name == "tag" else 1 :] if key in self._terms), code
        )


def _hundredths(value: int) -> str:
    """Write hundredths as a number without trailing zeros, the sign before it."""
    whole, rest = divmod(abs(value), 100)
    digits = f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "")
    return f"-{digits}" if value < 0 else digits
