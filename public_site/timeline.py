"""What is shown of a business in one line of time: what happened, and when, the newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from public_site.names import Names
from registry.publication.answers import PublicBusiness, PublicRegime


@dataclass(frozen=True)
class Happened:
    """One thing that happened, with the place on the page that tells more."""

    on: date
    precision: str
    what: str
    anchor: str


def timeline(it: PublicBusiness, regimes: Mapping[str, PublicRegime], names: Names) -> list[Happened]:
    """Return what is shown of a business and has a day; nothing else would say when."""
    return sorted(_all(it, regimes, names), key=lambda one: one.on, reverse=True)


def _all(it: PublicBusiness, regimes: Mapping[str, PublicRegime], names: Names) -> Iterator[Happened]:
    t = names.t
    for pledge in it.pledges:
        if pledge.pledged_on:
            what = t("history.pledged", matter=t.term("matter", pledge.matter))
            yield Happened(pledge.pledged_on, pledge.pledged_precision, what, "pledges")
    for unit in it.designations:
        if unit.designated_on:
            what = t("history.designated", level=t.term("level", unit.level))
            yield Happened(unit.designated_on, unit.designated_precision, what, "designations")
    for found in it.violations:
        if found.decided_on:
            what = t("history.decided", authority=found.authority)
            yield Happened(found.decided_on, found.decided_precision, what, "violations")
    for entry in it.entries:
        regime = regimes.get(entry.regime)
        named = t(f"colour.{entry.colour}") if regime is None else names.named(regime)
        yield Happened(entry.listed_on, "day", t("history.listed", name=named), "lists")
