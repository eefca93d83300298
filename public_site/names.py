"""Words for what the rulebook and the sources call by code."""

from collections.abc import Iterable, Mapping
from datetime import date

from public_site.texts import Words
from registry.regions import region
from registry.rulebook import Conduct, Measure, Rulebook, ViolationType


class Names:
    """Names that hold for a region on a day; a code without a name is shown as it stands."""

    def __init__(self, rulebook: Rulebook, on: date, t: Words) -> None:
        self.rulebook = rulebook
        self.on = on
        self.t = t

    def measures(self, codes: Iterable[str], where: str) -> str:
        """Return the names of measures, joined."""
        named = self._named(Measure, where)
        return self.t("write.semicolon").join(named.get(code, code) for code in codes)

    def ground(self, code: str, where: str) -> str:
        """Return why an entry stands: a type of violation, a fact, or the officer's own words."""
        named = {**self._named(ViolationType, where), **self._named(Conduct, where)}
        return named.get(code) or self.t.term("ground", code)

    def penalties(self, kinds: Iterable[str]) -> str:
        """Return the kinds of penalty, joined."""
        return self.t("write.comma").join(self.t.term("penalty", kind) for kind in kinds)

    def _named(self, table: type[Measure | ViolationType | Conduct], where: str) -> Mapping[str, str]:
        rows = self.rulebook.in_force(table, where, self.on)
        return {code: row.name_zh if self.t.language == "zh" else row.name_en for code, row in rows.items()}


def region_words(code: str) -> str:
    """Return the full name of a region, or its code where it names none."""
    found = region(code)
    return found.full_name if found is not None else code
