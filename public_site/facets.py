"""Where a search can be narrowed: links with exact counts, and how to take each choice back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from public_site.names import region_words
from public_site.narrowing import below
from public_site.texts import Words
from registry.publication.answers import PublicRegime
from registry.regions import ancestors, prefix, region
from search_index.protocol import Facets

FIRST = 8
Go = Callable[..., str]


@dataclass(frozen=True)
class Choice:
    """One choice of a group; `address` makes it, or takes it back where it is made."""

    label: str
    count: int
    address: str
    chosen: bool = False


@dataclass(frozen=True)
class Group:
    """One dimension: what is offered at once, and what only on demand."""

    code: str
    choices: Sequence[Choice]

    @property
    def first(self) -> Sequence[Choice]:
        """Return what is offered at once: what was chosen, and the greatest."""
        return self.choices[:FIRST]

    @property
    def others(self) -> Sequence[Choice]:
        """Return the rest."""
        return self.choices[FIRST:]


def groups(
    found: Facets, t: Words, regimes: Mapping[str, PublicRegime], asked: Mapping[str, str], go: Go
) -> list[Group]:
    """Return the dimensions in which something can be chosen.

    Args:
        found: What was counted.
        t: The words of the reader.
        regimes: The lists, by code.
        asked: The filters as they stand: `region`, `sector`, `list`, `designated`.
        go: Gives the address with some of the filters changed.
    """
    lists = {code: (one.name_zh if t.language == "zh" else one.name_en) for code, one in regimes.items()}
    sectors = {code: t.term("sector", code) for code in found.sectors}
    made = [
        Group("list", _choices("list", found.lists, lists, asked["list"], go)),
        Group("designated", _units(found, t, asked["designated"], go)),
        Group("sector", _choices("sector", found.sectors, sectors, asked["sector"], go)),
        Group("region", _regions(found.regions, asked["region"], go)),
    ]
    return [one for one in made if one.choices]


def _choices(
    name: str, counts: Mapping[str, int], words: Mapping[str, str], asked: str, go: Go
) -> list[Choice]:
    counts = {code: number for code, number in counts.items() if code in words}
    if asked in words:
        counts.setdefault(asked, 0)
    made = [
        Choice(words[code], number, go(**{name: "" if code == asked else code}), code == asked)
        for code, number in counts.items()
    ]
    return sorted(made, key=_order)


def _units(found: Facets, t: Words, asked: str, go: Go) -> list[Choice]:
    if not found.designated and not asked:
        return []
    return [
        Choice(t("search.only_units"), found.designated, go(designated="" if asked else "1"), bool(asked))
    ]


def _regions(counts: Mapping[str, int], asked: str, go: Go) -> list[Choice]:
    """Return the regions that the chosen one lies in, itself, and those just below it."""
    own = prefix(asked) if asked else ""

    def within(code: str) -> int:
        return sum(number for county, number in counts.items() if county.startswith(code))

    above = [
        Choice(_named(code), within(code), go(region=higher.ljust(6, "0") if higher else ""), chosen=True)
        for higher, code in zip(ancestors(asked), ancestors(asked)[1:], strict=False)
    ]
    made = [Choice(_named(code), number, go(region=code)) for code, number in below(counts, own).items()]
    return [*above, *sorted((one for one in made), key=_order)]


def _named(code: str) -> str:
    full = code.ljust(6, "0")
    found = region(full)
    return found.name if found is not None else region_words(full)


def _order(one: Choice) -> tuple[bool, int, str]:
    return not one.chosen, -one.count, one.label
