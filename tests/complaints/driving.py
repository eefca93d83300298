"""Complaints in a test: taken in and led on by the officer of the town, on a legal day."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine

from registry.audit.work import Work
from registry.commands import Outcome
from registry.complaints.commands import record_complaint, take_complaint_step
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.tables import Complaint
from registry.store.engine import writing
from tests import given

WRITTEN = {
    "complainant": "金丝雀甲",
    "phone": "13900000017",
    "address": "金丝雀路 5 号",
    "request": "退还金丝雀差价",
    "facts": "买三斤金丝雀只有两斤七两",
}
RESPONDENT = "民权路水产摊"


def at(on: date) -> datetime:
    """Return noon of a legal day."""
    return datetime.combine(on, time(4), UTC)


def complain(engine: Engine, on: date, account: str = "officer", **more: Any) -> str:
    """Take a complaint in and return its identifier."""
    stated = {"respondent": RESPONDENT, "matter": "short_weight", **WRITTEN, **more}
    if stated.get("business_id"):
        stated["respondent"] = None
    with writing(engine) as session:
        by = given.work(session, account, at(on))
        return str(record_complaint(by, RecordComplaint(**stated)).id)


def lead(by: Work, complaint_id: str, step: Any, **stated: Any) -> Outcome:
    """Take a step with a complaint as it stands."""
    version = by.session.get_one(Complaint, complaint_id).version
    return take_complaint_step(
        by, TakeComplaintStep(complaint_id=complaint_id, expected_version=version, step=step, **stated)
    )


def step(
    engine: Engine, on: date, complaint_id: str, name: str, account: str = "officer", **more: Any
) -> str:
    """Take a step on a day and return the complaint that it leaves."""
    with writing(engine) as session:
        return str(lead(given.work(session, account, at(on)), complaint_id, name, **more).id)
