"""Law that the demonstration's city adds to the rulebook, by two persons, as a real city would.

The national rules leave open which fines are small; without a local row a record that needs the
class waits; so does a repair without a local period. The figures here are invented, tagged so, and
bind nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from jobs.demo.stage import Stage
from registry.overrides.commands import ApproveOverride, ProposeOverride, approve_override, propose_override
from registry.rulebook import Deadline, Rulebook

OFFICES_SINCE = date(2018, 10, 1)
ROWS = (
    {
        "code": "fine",
        "jurisdiction": "4115",
        "in_force_from": "2026-04-01",
        "tag": "default",
        "note": "演示：一般罚款按“一般”失信信息处理",
        "kinds": ["fine", "small_fine"],
        "severity": "general",
    },
    {
        "code": "samr2025",
        "jurisdiction": "4115",
        "in_force_from": "2025-12-25",
        "in_force_to": "2026-04-01",
        "tag": "default",
        "note": "演示：市场监管总局规定的分类标准未查到，暂按“一般”处理",
        "kinds": ["fine", "small_fine", "confiscation"],
        "severity": "general",
    },
)

REPAIR_NEEDS = ("duties_performed", "harm_removed", "no_heavier_penalty", "no_restriction")
REPAIR = {
    "code": "henan_black",
    "jurisdiction": "4115",
    "in_force_from": "2020-05-01",
    "tag": "default",
    "note": "演示：省里未公布移出条件，暂按列入满一个月",
    "applies_to": "entry",
    "regime_of_law": "henan",
    "regimes": ["henan_black"],
    "min_months": 1,
    "counts_from": "listing",
    "needs": list(REPAIR_NEEDS),
    "papers": ["application", "pledge", "performance", "identity"],
}


ORDER_121 = date(2026, 4, 15)  # its periods were not found: an office enters what it goes by
CARRIED_OVER = (
    "complaint.accept",
    "complaint.mediate",
    "complaint.told_end",
    "complaint.jurisdiction",
    "report.verify",
    "report.verify_extension",
    "report.told_filing",
)


def add_local_law(stage: Stage, days_before: int) -> None:
    """Propose and approve the city's rows."""
    rows = [("severities", row) for row in ROWS] + [("repair_conditions", REPAIR)]
    rows += [("deadlines", row) for row in _carried_over(stage.package)]
    enter(stage, rows, "city-officer", "superior", days_before)


def _carried_over(package: Rulebook) -> Iterator[dict[str, Any]]:
    """Yield the periods before Order 121 as the city's own from its day on."""
    before = package.in_force(Deadline, "411500", ORDER_121 - timedelta(days=1))
    for code in CARRIED_OVER:
        yield {
            "code": code,
            "jurisdiction": "4115",
            "in_force_from": ORDER_121.isoformat(),
            "tag": "default",
            "note": "演示：总局令第121号的期限未查到，暂按原规定",
            **before[code].model_dump(mode="json", include={"amount", "unit", "counts_from", "excludes"}),
        }


def enter(
    stage: Stage, rows: Iterable[tuple[str, Mapping[str, Any]]], officer: str, approver: str, days_before: int
) -> None:
    """Propose rows by one account and approve them by another.

    Args:
        stage: Where it plays.
        rows: Table and row.
        officer: Account that proposes.
        approver: Account that approves.
        days_before: So many days before the chosen day.
    """
    for table, row in rows:
        with stage.acting(officer, days_before, 9) as work:
            stated = {"rule_table": table, "row": row, "reason": "演示用地方规则"}
            override_id = propose_override(work, ProposeOverride.model_validate(stated))
        with stage.acting(approver, days_before, 10) as work:
            approve_override(work, stage.package, ApproveOverride(override_id=override_id))
