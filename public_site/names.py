"""Words for what the rulebook and the sources call by code."""

from collections.abc import Iterable
from datetime import date

from api.scoring import Drawn
from public_site.texts import Words
from registry.measures.rules import Attached, attached
from registry.publication.answers import PublicEntry, PublicRegime
from registry.regions import region
from registry.rulebook import (
    Conduct,
    Deadline,
    InstrumentKind,
    ListRegime,
    Measure,
    Row,
    Rulebook,
    ViolationType,
)
from registry.rulebook.periods import quoted
from registry.scoring.answers import Adjustment, Rule, Scheme
from registry.texts import catalogue


class Names:
    """Names that hold for a region on a day; what is in force there no more bears its last name.

    A code that never had a name is shown as it stands.
    """

    def __init__(self, rulebook: Rulebook, on: date, t: Words) -> None:
        self.rulebook = rulebook
        self.on = on
        self.t = t

    def measures(self, codes: Iterable[str], where: str) -> str:
        """Return the names of measures, joined."""
        return self.t("write.semicolon").join(self._named(Measure, code, where) or code for code in codes)

    def attached(self, entry: PublicEntry) -> tuple[Attached, ...]:
        """Return the measures of an entry, each with its own basis."""
        return attached(self.rulebook, entry.regime, entry.region, self.on, named=entry.measures)

    def measure(self, one: Attached | Measure) -> str:
        """Return the name of a measure."""
        return one.name_zh if self.t.language == "zh" else one.name_en

    def named(self, one: PublicRegime | ListRegime) -> str:
        """Return the name of a list."""
        return one.name_zh if self.t.language == "zh" else one.name_en

    def law(self, regime: PublicRegime) -> ListRegime:
        """Return the rule that founds a list."""
        return self.rulebook.find(ListRegime, regime.code, regime.region, self.on)

    def levels(self, levels: Iterable[str]) -> str:
        """Return the levels of offices, joined."""
        return self.t("write.comma").join(self.t.term("level", level) for level in levels)

    def source(self, row: Row) -> str:
        """Return the instrument of a rule, and in words what its tag says of how sure it is."""
        if row.source is None:
            return self.t(f"tag.{row.tag}")
        said = "partly_default" if row.tag == "default" else row.tag
        return quoted(row) + (self.t("write.semicolon") + self.t(f"tag.{said}") if said else "")

    def place(self, jurisdiction: str) -> str:
        """Return the name of the place whose rule it is."""
        return region_words(jurisdiction.ljust(6, "0")) if jurisdiction else self.t("range.nation")

    def ground_of(self, law: Rule | Scheme | Drawn | Adjustment) -> str:
        """Return the ground of a rule, scheme, share or cap that an answer names, and how sure it is."""
        if law.source is None:
            return self.t(f"tag.{law.tag}") if law.tag else ""
        quoted = " ".join(part for part in (law.source.instrument, law.source.article) if part)
        said = "partly_default" if law.tag == "default" else law.tag
        return self.t("write.semicolon").join((quoted, self.t(f"tag.{said}"))) if said else quoted

    def reason(self, code: str) -> str:
        """Return a reason that has a code and no parameters in words."""
        return catalogue()[code][self.t.language]

    def period(self, rule: str, where: str) -> str:
        """Return how long a period of a rule is, or that its figure is not known there."""
        row = self.rulebook.in_force(Deadline, where, self.on).get(rule)
        return self.length(row) if row is not None else self.t("repair.unknown_period")

    def length(self, row: Deadline) -> str:
        """Return the length of a period."""
        if row.amount is None:
            return self.t("repair.unknown_period")
        return self.t(f"repair.unit.{row.unit}", amount=row.amount)

    def ground(self, code: str, where: str) -> str:
        """Return why an entry stands: a type of violation, a fact, or the officer's own words."""
        named = self._named(Conduct, code, where) or self._named(ViolationType, code, where)
        return named or self.t.term("ground", code)

    def grounds(self, codes: Iterable[str], where: str) -> str:
        """Return the grounds of a list, joined."""
        return self.t("write.semicolon").join(self.ground(code, where) for code in codes)

    def regimes(self, codes: Iterable[str], where: str) -> str:
        """Return the names of lists, joined."""
        return self.t("write.comma").join(self._named(ListRegime, code, where) or code for code in codes)

    def fields(self, codes: Iterable[str]) -> str:
        """Return the fields of penalties, joined."""
        return self.t("write.comma").join(self.t.term("field", code) for code in codes)

    def penalties(self, kinds: Iterable[str]) -> str:
        """Return the kinds of penalty, joined."""
        return self.t("write.comma").join(self.t.term("penalty", kind) for kind in kinds)

    def instrument(self, kind: str, where: str) -> str:
        """Return the name of a kind of instrument."""
        return self._named(InstrumentKind, kind, where) or kind

    def interval(self, kind: str, where: str, on: date) -> str:
        """Return how long a verification of a day runs by the rulebook, and where that is from."""
        row = self.rulebook.in_force(InstrumentKind, where, on).get(kind)
        return self.t("instrument.no_interval") if row is None else self.runs(row)

    def runs(self, row: InstrumentKind) -> str:
        """Return how long a verification runs, and where that is from."""
        return self.t("write.semicolon").join((self.length_of(row), self.source(row)))

    def length_of(self, row: InstrumentKind) -> str:
        """Return how long a verification runs."""
        if row.months is None:
            return self.t("instrument.no_interval")
        if row.longer_months is not None:
            return self.t("instrument.months_between", least=row.months, most=row.longer_months)
        return self.t(f"instrument.months.{row.mode}", months=row.months)

    def _named(
        self,
        table: type[Measure | ViolationType | Conduct | ListRegime | InstrumentKind],
        code: str,
        where: str,
    ) -> str | None:
        row = self.rulebook.in_force(table, where, self.on).get(code)
        if row is None:
            once = (row for row in self.rulebook.rows(table) if row.code == code)
            row = max(once, key=lambda row: row.in_force_from, default=None)
        if row is None:
            return None
        return row.name_zh if self.t.language == "zh" else row.name_en


def region_words(code: str) -> str:
    """Return the full name of a region, or its code where it names none."""
    found = region(code)
    return found.full_name if found is not None else code
