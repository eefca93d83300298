"""Generated histories: businesses and what was recorded of them, version by version, from a seed.

They are written as rows, not by commands, because thousands are needed on both databases and with
every mix of days and instants; what the commands write is held by the other tests.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from registry.demonstration.tables import DemonstrationUnit
from registry.instruments.tables import Verification
from registry.pledges.tables import Pledge
from registry.violations.tables import Violation
from tests.scoring.oracle import Fact

FIRST_DAY, LAST_DAY = date(2021, 12, 25), date(2026, 11, 20)
REGIONS = ("411502", "411503", "410000", "210203", "320582", "370102", "440306", "460105", "530102")
REAL = ("150203", "330225", "130102")  # where a scheme found in practice holds
TYPES = ("M43", "M46", "M48", "K03", "C03", "M99", None)
EDGES = (date(2024, 2, 29), date(2023, 2, 28), date(2023, 12, 31), date(2024, 5, 31))


@dataclass
class Version:
    """What was held of a fact from an instant until another version of it was recorded."""

    recorded_at: datetime
    columns: dict[str, Any]


@dataclass
class Story:
    """A business and the versions of its facts; a violation has those of its decision beside."""

    business_id: str
    standing: str
    kind: str
    places: list[Version]
    facts: list[tuple[type, str, list[Version]]] = field(default_factory=list)
    decisions: dict[str, list[Version]] = field(default_factory=dict)
    instruments: dict[str, list[Version]] = field(default_factory=dict)

    def region(self, on: date, known_at: datetime) -> str | None:
        """Return where the business was on a day; None: it has no score."""
        if self.standing == "unidentified" or (self.standing, self.kind) == ("masked", "natural_person"):
            return None
        held = [
            place.columns["region"]
            for place in self.places
            if place.recorded_at <= known_at
            and (place.columns["held_from_on"] is None or place.columns["held_from_on"] <= on)
        ]
        return held[-1] if held else None

    def told(self, known_at: datetime) -> Iterator[Fact]:
        """Yield the facts as they were known, in the words of the oracle."""
        for table, _, versions in self.facts:
            known = _known(versions, known_at)
            if known is not None and table in _TELLERS:
                yield from _TELLERS[table](self, known, known_at)
        for instrument_id, versions in self.instruments.items():
            instrument = _known(versions, known_at)
            if instrument is not None:
                yield from _tell_verifications(instrument, self._verified(instrument_id, known_at))

    def _verified(self, instrument_id: str, known_at: datetime) -> list[dict[str, Any]]:
        """Return the verifications of an instrument as they were known."""
        all_known = [
            (fact_id, _known(versions, known_at))
            for table, fact_id, versions in self.facts
            if table is Verification
        ]
        return [
            {**known, "id": fact_id}
            for fact_id, known in all_known
            if known is not None and known["instrument_id"] == instrument_id
        ]


def _known(versions: list[Version], known_at: datetime) -> dict[str, Any] | None:
    seen = [version.columns for version in versions if version.recorded_at <= known_at]
    return seen[-1] if seen else None


def _tell_pledge(_story: Story, known: dict[str, Any], _known_at: datetime) -> Iterator[Fact]:
    if known["held_from_on"] is not None:
        yield Fact("pledge", known["held_from_on"], known["held_to_on"])
    if known["broken_on"] is not None:
        yield Fact("pledge.broken", known["broken_on"])


def _tell_designation(_story: Story, known: dict[str, Any], _known_at: datetime) -> Iterator[Fact]:
    if known["held_from_on"] is not None:
        yield Fact("designation", known["held_from_on"], known["held_to_on"])


def _tell_violation(story: Story, known: dict[str, Any], known_at: datetime) -> Iterator[Fact]:
    decision = _known(story.decisions[known["decision_id"]], known_at)
    if decision is None or known["type_code"] is None or decision["decided_precision"] != "day":
        return
    if decision["standing"] == "under_review":
        return
    if decision["standing"] == "annulled" and decision["held_to_on"] is None:
        return
    ends = [
        day for day in (known["repaired_on"], known["held_to_on"], decision["held_to_on"]) if day is not None
    ]
    yield Fact(
        f"violation.{known['type_code']}",
        decision["decided_on"],
        min(ends, default=None),
        known["quantity"],
    )


def _tell_verifications(instrument: dict[str, Any], verified: list[dict[str, Any]]) -> Iterator[Fact]:
    """Tell of each verification that was passed before the one before it ran out, or before the first use."""
    passed = [one for one in verified if one["result"] != "unqualified" and one["valid_through"] is not None]
    for one in passed:
        day = one["verified_on"]
        still_running = [
            before
            for before in passed
            if before["verified_on"] < day <= before["valid_through"]
            and (before["annulled_on"] is None or before["annulled_on"] > day)
        ]
        new = instrument["in_use_precision"] == "day" and instrument["in_use_on"] >= day
        if not still_running and not new:
            continue
        ends = [one["valid_through"] + timedelta(days=1), one["annulled_on"], instrument["retired_on"]]
        ends += [
            after["verified_on"]
            for after in verified
            if after["annulled_on"] is None
            and (
                after["verified_on"] > day
                or (after["verified_on"] == day and after in passed and after["id"] > one["id"])
            )
        ]
        yield Fact("verification.on_time", day, min(end for end in ends if end is not None))


_TELLERS: dict[type, Callable[[Story, dict[str, Any], datetime], Iterator[Fact]]] = {
    Pledge: _tell_pledge,
    DemonstrationUnit: _tell_designation,
    Violation: _tell_violation,
}


class Author:
    """Makes stories from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.made = 0

    def stories(self, count: int) -> list[Story]:
        """Return so many businesses with none to nine facts each."""
        return [self._story() for _ in range(count)]

    def day(self) -> date:
        """Return a day, often one at which a month or a year ends."""
        if self.random.random() < 0.15:
            return self.random.choice(EDGES)
        return FIRST_DAY + timedelta(days=self.random.randrange((LAST_DAY - FIRST_DAY).days))

    def _id(self, of: str) -> str:
        self.made += 1
        return f"{of}{self.seed:04d}{self.made:08d}"

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(self.random.randrange(24)), UTC)

    def _story(self) -> Story:
        choose = self.random
        business_id = self._id("b")
        places = [Version(self._at(FIRST_DAY), self._place(None))]
        if choose.random() < 0.2:
            moved_on = self.day()
            places.append(
                Version(self._at(moved_on + timedelta(days=choose.randrange(1, 90))), self._place(moved_on))
            )
        standing = choose.choices(("named", "masked", "unidentified"), (90, 7, 3))[0]
        kind = choose.choices(("enterprise", "natural_person"), (80, 20))[0]
        story = Story(business_id, standing, kind, places)
        for _ in range(choose.randrange(10)):
            choose.choice((self._pledge, self._designation, self._violation, self._violation))(story)
        for _ in range(choose.randrange(3)):
            self._instrument(story)
        return story

    def _place(self, held_from_on: date | None) -> dict[str, Any]:
        return {"region": self.random.choice(REGIONS + REAL), "held_from_on": held_from_on}

    def _versions(
        self, first: date, change: Callable[[dict[str, Any]], None], **columns: Any
    ) -> list[Version]:
        """Return a version recorded some days after its fact, and often others that change it."""
        at = self._at(first + timedelta(days=self.random.choice((0, 0, 1, 40, 400))))
        versions = [Version(at, columns)]
        while self.random.random() < 0.4:
            columns = dict(columns)
            change(columns)
            at += timedelta(days=self.random.randrange(1, 300))
            versions.append(Version(at, columns))
        return versions

    def _pledge(self, story: Story) -> None:
        begun = self.day()
        exact = self.random.random() < 0.9

        def end(columns: dict[str, Any]) -> None:
            columns["held_to_on"] = begun + timedelta(days=self.random.randrange(1200))
            columns["broken_on"] = columns["held_to_on"] if self.random.random() < 0.5 else None

        versions = self._versions(
            begun, end, held_from_on=begun if exact else None, held_to_on=None, broken_on=None
        )
        story.facts.append((Pledge, self._id("p"), versions))

    def _designation(self, story: Story) -> None:
        begun = self.day()

        def end(columns: dict[str, Any]) -> None:
            columns["held_to_on"] = begun + timedelta(days=self.random.randrange(1200))

        story.facts.append(
            (
                DemonstrationUnit,
                self._id("d"),
                self._versions(begun, end, held_from_on=begun, held_to_on=None),
            )
        )

    def _violation(self, story: Story) -> None:
        decided = self.day()
        decision_id = self._id("n")

        def change_decision(columns: dict[str, Any]) -> None:
            standing = self.random.choice(("under_review", "annulled", "annulled", "in_force"))
            later = decided + timedelta(days=self.random.randrange(900))
            columns["standing"] = standing
            columns["held_to_on"] = later if standing == "annulled" and self.random.random() < 0.9 else None

        def change_violation(columns: dict[str, Any]) -> None:
            later = decided + timedelta(days=self.random.randrange(900))
            columns[self.random.choice(("repaired_on", "held_to_on"))] = later
            columns["type_code"] = self.random.choice(TYPES)

        story.decisions[decision_id] = self._versions(
            decided,
            change_decision,
            decided_on=decided,
            decided_precision="day" if self.random.random() < 0.9 else "month",
            standing="in_force",
            held_to_on=None,
        )
        versions = self._versions(
            decided,
            change_violation,
            decision_id=decision_id,
            type_code=self.random.choice(TYPES),
            quantity=self.random.choice((1, 1, 1, 2, 7)),
            repaired_on=None,
            held_to_on=None,
        )
        story.facts.append((Violation, self._id("v"), versions))

    def _instrument(self, story: Story) -> None:
        """Give an instrument that is verified a few times: in time, late, failed, or annulled since."""
        choose, day = self.random, self.day()
        instrument_id = self._id("i")

        def retire(columns: dict[str, Any]) -> None:
            columns["retired_on"] = day + timedelta(days=choose.randrange(1200))

        in_use = day + timedelta(days=choose.choice((-200, -1, 0, 1)))
        stated = choose.random() < 0.5
        story.instruments[instrument_id] = self._versions(
            day,
            retire,
            in_use_on=in_use if stated else None,
            in_use_precision="day" if stated else "unknown",
            retired_on=None,
        )
        for _ in range(choose.randrange(5)):
            self._verified(story, instrument_id, day)
            day += timedelta(days=choose.choice((0, 180, 364, 365, 366, 500)))

    def _verified(self, story: Story, instrument_id: str, day: date) -> None:
        failed = self.random.random() < 0.15
        through = None if failed else day + timedelta(days=self.random.choice((180, 364, 364, 365)))

        def annul(columns: dict[str, Any]) -> None:
            columns["annulled_on"] = day + timedelta(days=self.random.randrange(400))

        versions = self._versions(
            day,
            annul,
            instrument_id=instrument_id,
            result="unqualified" if failed else self.random.choice(("qualified", "qualified", "limited")),
            verified_on=day,
            valid_through=through,
            annulled_on=None,
        )
        story.facts.append((Verification, self._id("c"), versions))
