"""Three more towns, each under the scheme of its own place, so that scores, grades and lists differ by place.

The merchants and what was decided of them are invented. What their offices enter into the rulebook is a
demonstration's example, tagged so: of Baotou points and thresholds, of Xiangshan points, of Hebei nothing, so
that there nobody is graded.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from jobs.demo import law
from jobs.demo.sheets import write_csv
from jobs.demo.stage import Stage
from jobs.demo.town import GIVEN, PUBLISHED_AFTER, SURNAMES, TRADES
from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.audit.work import Work
from registry.imports.commands import import_file
from registry.imports.report import ImportReport
from registry.offices.commands import AddOffice, add_office

STALLS = 24
PLEDGED, DESIGNATED = 2, 8  # every so-manieth stall
EXAMPLE = "演示：本地分值未查到，暂按示例计分"
OFFENCES = (
    # conduct, fine in yuan, instruments, days before the chosen day
    ("cheating_instrument_used", "2000", 1, 150),
    ("instrument_overdue", "300", 2, 120),
    ("short_weight", "500", 1, 110),
    ("seal_broken", "600", 1, 140),
    ("instrument_unverified", "500", 4, 130),
    ("instrument_failed_but_used", "800", 1, 160),
)


@dataclass(frozen=True)
class Province:
    """A town, the office that supervises it, and what that office enters into the rulebook.

    Attributes:
        name: Of the account of its officer; that of its approver ends in `-approver`.
        office: Code, name, mark, region and level.
        region: Of the town.
        short: How its merchants are called.
        points: Dimension and hundredths by kind of fact, with what else the row says.
        bands: First hundredths by grade.
        in_force_from: Of the scheme.
    """

    name: str
    office: tuple[str, str, str, str, str]
    region: str
    short: str
    market: str
    points: Mapping[str, tuple[str, int, Mapping[str, object]]]
    bands: Mapping[str, int]
    in_force_from: str

    @property
    def jurisdiction(self) -> str:
        """Return the place of the rows."""
        return self.office[3].rstrip("0")

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield table and row of all that the office enters."""
        for row in law.ROWS:
            yield "severities", {**row, "jurisdiction": self.jurisdiction}
        stated = {
            "scheme": "default",
            "jurisdiction": self.jurisdiction,
            "in_force_from": self.in_force_from,
            "tag": "default",
            "note": EXAMPLE,
        }
        for code, (dimension, points, more) in self.points.items():
            name_zh, name_en = NAMED[code]
            named = {"code": code, "name_zh": name_zh, "name_en": name_en, "dimension": dimension}
            yield "score_points", {**stated, **named, "points": points, **more}
        for grade, points in self.bands.items():
            yield "grade_bands", {**stated, "code": grade, "grade": grade, "from_points": points}


NAMED = {
    "violation.M43": ("使用不合格计量器具", "Bad instrument used"),
    "violation.M48": ("使用作弊计量器具", "Cheating instrument used"),
    "violation.K03": ("破坏铅封或者封印", "Seal broken"),
    "violation.C02": ("短斤缺两", "Short weight"),
    "pledge": ("公开承诺有效", "Pledge in force"),
    "designation": ("诚信计量示范单位", "Demonstration unit"),
}
THREE_YEARS = {"counts_months": 36}
A_YEAR = {"counts_months": 12}
PROVINCES = (
    Province(
        name="baotou",
        office=("AMR-1502", "包头市市场监督管理局", "包市监", "150200", "city"),
        region="150203",
        short="昆都仑区",
        market="友谊集贸市场（演示）",
        points={
            "violation.M43": ("instruments", -1_000, {**THREE_YEARS, "per": "unit", "floor_points": -3_000}),
            "violation.M48": ("instruments", -4_000, {**THREE_YEARS, "direct_grade": "D"}),
            "violation.K03": ("instruments", -1_500, THREE_YEARS),
            "violation.C02": ("disputes", -800, THREE_YEARS),
            "pledge": ("bonus", 2_000, {**THREE_YEARS, "ceiling_points": 2_000}),
            "designation": ("bonus", 4_000, {**THREE_YEARS, "ceiling_points": 4_000}),
        },
        bands={"A": 12_000, "B": 10_000, "C": 8_000, "D": 0},
        in_force_from="2025-05-09",
    ),
    Province(
        name="xiangshan",
        office=("AMR-330225", "象山县市场监督管理局", "象市监", "330225", "county"),
        region="330225",
        short="象山丹城",
        market="蓬莱菜市场（演示）",
        points={
            "violation.M43": ("deductions", -200, {**A_YEAR, "per": "unit"}),
            "violation.M48": ("deductions", -1_200, A_YEAR),
            "violation.C02": ("deductions", -500, A_YEAR),
            "designation": ("additions", 300, A_YEAR),
        },
        bands={},
        in_force_from="2011-05-01",
    ),
    Province(
        name="hebei",
        office=("AMR-13", "河北省市场监督管理局", "冀市监", "130000", "province"),
        region="130102",
        short="长安区",
        market="北国便民市场（演示）",
        points={},
        bands={},
        in_force_from="2022-10-01",
    ),
)


def enter_offices(admin: Work) -> None:
    """Enter the offices of the three places, each with an officer and an approver."""
    for place in PROVINCES:
        code, name, mark, region, level = place.office
        stated = {"code": code, "name": name, "mark": mark, "region": region, "level": level}
        add_office(
            admin,
            AddOffice.model_validate({**stated, "superior_code": "SAMR", "held_from_on": law.OFFICES_SINCE}),
        )
        for account, role in ((place.name, "officer"), (f"{place.name}-approver", "approver")):
            grant = GrantRole.model_validate({"role": role, "region": region})
            person = f"演示·{place.short}{'承办人' if role == 'officer' else '审批人'}"
            add_account(
                admin, AddAccount(name=account, person_name=person, office_code=code, grants=(grant,))
            )


def add_law(stage: Stage, days_before: int) -> None:
    """Let each office enter its rows, by two persons."""
    for place in PROVINCES:
        rows: Sequence[tuple[str, dict[str, Any]]] = list(place.rows())
        law.enter(stage, rows, place.name, f"{place.name}-approver", days_before)


def import_towns(stage: Stage, folder: Path) -> Iterator[ImportReport]:
    """Write the import files of each town and import them as its officer; yield what each import did."""
    for number, place in enumerate(PROVINCES):
        town = _Town(stage, place, random.Random(number))
        for kind, rows in (
            ("businesses", town.stalls),
            ("pledges", town.pledges()),
            ("designations", town.designations()),
            ("violations", town.violations()),
        ):
            path = folder / f"{place.name}-{kind}.csv"
            write_csv(path, rows)
            yield import_file(kind, path, partial(stage.acting, place.name, 75))


class _Town:
    """The rows of one town."""

    def __init__(self, stage: Stage, place: Province, rng: random.Random) -> None:
        self.as_of = stage.as_of
        self.place = place
        self.stalls = [self._stall(number, rng) for number in range(STALLS)]

    def _stall(self, number: int, rng: random.Random) -> dict[str, str]:
        trade, sector = TRADES[number % len(TRADES)]
        name = rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)
        return {
            "name": f"{self.place.short}{name}{trade}店",
            "kind": "sole_trader",
            "sector": sector,
            "region": self.place.region,
            "market": self.place.market,
            "stall": f"{number + 1:02d}",
            "status": "open",
        }

    def _who(self, stall: dict[str, str]) -> dict[str, str]:
        return {key: stall[key] for key in ("name", "region", "market", "stall")}

    def pledges(self) -> Iterator[dict[str, str]]:
        """Give every second stall a pledge."""
        for number, stall in enumerate(self.stalls[::PLEDGED]):
            pledged = self.as_of - timedelta(days=100 + 7 * number)
            yield {
                **self._who(stall),
                "matter": "retail_weighing",
                "pledged_on": pledged.isoformat(),
                "valid_through": (pledged + timedelta(days=729)).isoformat(),
            }

    def designations(self) -> Iterator[dict[str, str]]:
        """Designate every eighth stall."""
        for number, stall in enumerate(self.stalls[::DESIGNATED]):
            designated = self.as_of - timedelta(days=100 + 20 * number)
            yield {
                **self._who(stall),
                "level": "county",
                "category": stall["sector"],
                "title": f"{self.place.short}诚信计量示范单位（演示）",
                "authority": self.place.office[1],
                "designated_on": designated.isoformat(),
                "valid_through": (designated + timedelta(days=1094)).isoformat(),
            }

    def violations(self) -> Iterator[dict[str, str]]:
        """Find one offence of each kind, with the stalls after the first."""
        for number, (conduct, fine, quantity, days) in enumerate(OFFENCES, start=1):
            decided = self.as_of - timedelta(days=days)
            yield {
                **self._who(self.stalls[number]),
                "decision_no": f"{self.place.office[2]}处罚〔{decided.year}〕演示{number:03d}号",
                "authority": self.place.office[1],
                "conduct_code": conduct,
                "decided_on": decided.isoformat(),
                "fine_yuan": fine,
                "quantity": str(quantity),
                "published_on": (decided + timedelta(days=PUBLISHED_AFTER)).isoformat(),
                "procedure": "ordinary",
                "penalties": "罚款",
                "basis": "《中华人民共和国计量法实施细则》",
                "summary": "演示案例。",
            }
