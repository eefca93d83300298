"""What the tests of recording violations share."""

from typing import Any

from sqlalchemy import Engine

from registry.store.engine import reading, writing
from registry.violations import commands, queries
from registry.violations.commands import RecordViolation
from registry.violations.tables import PenaltyDecision, Violation
from tests import given


def a_business(engine: Engine, name: str = "浉河区李记水产店") -> str:
    """Return a business in a registry founded for it."""
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session), name=name)


def a_row(business_id: str, **more: Any) -> RecordViolation:
    """Return a row that scores and may be shown, with what a test cares about."""
    stated = {
        "decision_no": "信浉市监处罚〔2026〕12号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": given.TOWN,
        "decided_on": "2026-06-01",
        "procedure": "ordinary",
        "penalties": ("larger_fine", "confiscation"),
        "fine_fen": 150_000,
        "conduct_code": "cheating_instrument_used",
        **more,
    }
    return RecordViolation(business_id=business_id, **stated)


def record(engine: Engine, *rows: RecordViolation, account: str = "national") -> list[str]:
    """Record rows in one batch; return what became of each, or the code of its refusal."""
    with writing(engine) as session:
        outcomes = commands.record_violations(given.work(session, account), rows)
    return [outcome.refusal.code if outcome.refusal else outcome.what for outcome in outcomes]


def the_one(engine: Engine, business_id: str) -> tuple[Violation, PenaltyDecision]:
    """Return the one violation of a business with its decision."""
    with reading(engine) as session:
        (found,) = queries.violations_of(session, business_id)
    return found
