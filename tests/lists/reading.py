"""An independent reading of the tables: was this entry published by due process?

Nothing here asks the product's rules or procedures: rows, days and counts are read as an inspector
would read the files, and every working day is counted one by one.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlmodel import Session

from registry.calendar import is_working_day
from registry.store.columns import Instant

Row = dict[str, Any]
NOTICED = {"black", "card"}
CLOSED_BY = {"black": "publish", "red": "list", "card": "give"}
DECIDED_BY = {"black": "decide", "red": "list", "card": "give"}
DAYS = {"black": 5, "card": 5, "red": 7}
PROVED = {
    "serve_notice": "service_proof",
    "serve_hearing_notice": "service_proof",
    "serve_decision": "service_proof",
}
PAPER_OF = {
    **PROVED,
    "record_statement": "statement",
    "record_objection": "statement",
    "request_hearing": "statement",
    "hold_hearing": "hearing_record",
    "decide": "decision",
    "give": "decision",
    "list": "decision",
    "publish": "publicity",
    "publicise": "publicity",
}


def faults(session: Session, since: datetime) -> Iterator[str]:
    """Yield what is wrong with the way of each entry that was made at an instant or after it."""
    entries = text(
        "SELECT e.entry_id, e.colour, e.basis, e.proposal_id, p.proposed_by_person, p.decided_by_person"
        " FROM list_entry e JOIN proposal p ON p.id = e.proposal_id"
        " WHERE e.version = 1 AND e.recorded_at >= :since"
    ).bindparams(bindparam("since", since, Instant))
    for row in session.connection().execute(entries).mappings():
        entry = dict(row)
        steps = _rows(
            session,
            "SELECT s.*, d.kind AS paper, d.region AS paper_region FROM proposal_step s"
            " LEFT JOIN document d ON d.id = s.document_id WHERE s.proposal_id = :id ORDER BY s.seq",
            id=entry["proposal_id"],
        )
        for fault in _of_one(entry, steps):
            yield f"{entry['entry_id']}: {fault}: {[(step['step'], step['state']) for step in steps]}"


def papers_used_twice(session: Session) -> list[str]:
    """Return the documents that more than one step rests on."""
    query = "SELECT document_id FROM proposal_step GROUP BY document_id HAVING count(*) > 1"
    return [row["document_id"] for row in _rows(session, query)]


def _of_one(entry: Row, steps: list[Row]) -> Iterator[str]:
    colour = entry["colour"]
    if not entry["basis"]:
        yield "no basis"
    if steps[-1]["step"] != CLOSED_BY[colour]:
        yield "not closed by its last step"
    yield from _papers_and_days(steps)
    yield from _persons(entry, steps, DECIDED_BY[colour])
    yield from _elapsed(steps, "serve_notice" if colour in NOTICED else "publicise", DAYS[colour])
    yield from _answered(steps)
    if colour == "black":
        yield from _hearing(entry, steps)
        yield from _heard_before_decided(steps)
        if "serve_decision" not in _names(steps):
            yield "decision not served"


def _papers_and_days(steps: list[Row]) -> Iterator[str]:
    days = [_day(step["taken_on"]) for step in steps]
    if days != sorted(days):
        yield "days out of order"
    for step, day in zip(steps, days, strict=True):
        if step["paper"] is None or step["paper"] != PAPER_OF.get(step["step"], step["paper"]):
            yield f"no paper of its kind for {step['step']}"
        elif step["paper_region"] != "411502":
            yield f"paper of another region for {step['step']}"
        recorded = _legal_day(step["recorded_at"])
        if day > recorded or (day != recorded and _detail(step).get("served_on") != day.isoformat()):
            yield f"{step['step']} dated on a day of somebody's choice"


def _persons(entry: Row, steps: list[Row], deciding: str) -> Iterator[str]:
    proposer = steps[0]["person_id"]
    deciders = [step["person_id"] for step in steps if step["step"] == deciding]
    if not deciders or proposer in deciders:
        yield "decided by who proposed"
    if entry["decided_by_person"] != deciders[-1] or entry["proposed_by_person"] != proposer:
        yield "the case names other persons than its steps"
    if entry["colour"] == "black":
        consents = [step for step in steps if step["step"] == "consent"]
        if not consents or {step["person_id"] for step in consents} & {proposer, deciders[-1]}:
            yield "no consent by a third person"
        if any(step["office_code"] != "AMR-4115" for step in consents):
            yield "consent of another office than that above"


def _elapsed(steps: list[Row], opening: str, days: int) -> Iterator[str]:
    opened = [step for step in steps if step["step"] == opening]
    if not opened:
        yield f"no {opening}"
        return
    last = _last_working_day(_day(opened[-1]["taken_on"]), days)
    waiting = [step for step in steps if step["step"] in ("review", "note_silence", "list")]
    if not waiting or any(_legal_day(step["recorded_at"]) <= last for step in waiting):
        yield "the period had not gone by"


def _answered(steps: list[Row]) -> Iterator[str]:
    raised = {
        f"{step['seq']}.{n}" for step in steps for n, _ in enumerate(_detail(step).get("points", ()), 1)
    }
    given = [one["point"] for step in steps for one in _detail(step).get("answers", ())]
    if sorted(raised) != sorted(given):
        yield f"points {sorted(raised)} answered by {sorted(given)}"


def _hearing(entry: Row, steps: list[Row]) -> Iterator[str]:
    served = next(_day(step["taken_on"]) for step in steps if step["step"] == "serve_notice")
    last, asked = _last_working_day(served, 5), None
    for step in steps:
        came = _detail(step).get("received_on")
        if step["step"] == "request_hearing" and came and date.fromisoformat(came) <= last:
            asked = step
        elif step["step"] == "withdraw_hearing":
            asked = None
    if asked is None:
        return
    held = [step for step in steps if step["step"] == "hold_hearing" and step["seq"] > asked["seq"]]
    called = [step for step in steps if step["step"] == "serve_hearing_notice" and step["seq"] > asked["seq"]]
    if not held or not called:
        yield "asked for in time and not held"
        return
    if held[-1]["person_id"] == entry["proposed_by_person"]:
        yield "hearing held by who proposed"
    on = date.fromisoformat(_detail(called[-1])["held_on"])
    prepared = _last_working_day(_day(called[-1]["taken_on"]), 7)
    if on <= prepared or _day(held[-1]["taken_on"]) < on:
        yield "hearing held too early"
    decided = [step["seq"] for step in steps if step["step"] == "decide"]
    if decided[-1] < held[-1]["seq"]:
        yield "decided before the hearing"


def _heard_before_decided(steps: list[Row]) -> Iterator[str]:
    served = next(_day(step["taken_on"]) for step in steps if step["step"] == "serve_notice")
    last = _last_working_day(served, 5)
    decided = max(step["seq"] for step in steps if step["step"] == "decide")
    reviewed = max(step["seq"] for step in steps if step["step"] == "review")
    for step in steps:
        came = _detail(step).get("received_on")
        in_time = came is not None and date.fromisoformat(came) <= last
        if step["step"] == "record_statement" and in_time and not step["seq"] < reviewed < decided:
            yield "said in time and not heard before the decision"


def _names(steps: list[Row]) -> set[str]:
    return {step["step"] for step in steps}


def _last_working_day(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= 1 if is_working_day(day) else 0
    return day


def _detail(step: Row) -> Row:
    found = step["detail"]
    return json.loads(found) if isinstance(found, str) else found


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _legal_day(value: datetime | str) -> date:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    aware = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(ZoneInfo("Asia/Shanghai")).date()


def _rows(session: Session, query: str, **named: str) -> list[Row]:
    return [dict(row) for row in session.connection().execute(text(query), named).mappings()]
