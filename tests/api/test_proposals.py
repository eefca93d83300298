"""A case shows where it stands, who took its steps, and what each next step needs."""

from datetime import timedelta
from typing import Any

from tests.api.conftest import Town
from tests.lists.cases import BLACK, LONG_ENOUGH, Case


def _case(town: Town) -> tuple[Case, str]:
    case = Case(town.plant.engine, town.plant.settings.data_dir)
    business_id = case.business()
    return case, case.propose(business_id, case.violation(business_id))


def _read(town: Town, proposal_id: str) -> Any:
    return town.get(f"/api/v1/proposals/{proposal_id}", "officer").json()


def test_the_steps_offered_are_those_that_can_be_taken(town: Town) -> None:
    case, proposal_id = _case(town)
    for version, step in enumerate(BLACK, start=1):
        town.clock[0] = case.now
        shown = _read(town, proposal_id)
        assert (shown["version"], len(shown["steps"])) == (version, version)
        assert step in [one["step"] for one in shown["next_steps"]]
        case.now += LONG_ENOUGH if step == "note_silence" else timedelta()
        case.step(proposal_id, step, shown["version"])
    town.clock[0] = case.now
    closed = _read(town, proposal_id)
    assert (closed["state"], closed["next_steps"]) == ("published", [])
    assert all(step["person_id"] and step["document_id"] for step in closed["steps"])
    assert closed["decided_by_person"] not in (None, closed["proposed_by_person"])


def test_a_step_that_waits_says_until_when(town: Town) -> None:
    case, proposal_id = _case(town)
    case.step(proposal_id, "serve_notice", 1)
    shown = _read(town, proposal_id)
    waiting = {one["step"]: one["not_before"] for one in shown["next_steps"]}
    assert waiting["note_silence"] == shown["next_deadline_on"] == shown["steps"][-1]["deadline_on"]
    assert waiting["record_statement"] is None


def test_what_another_person_and_the_level_above_must_do_is_said(town: Town) -> None:
    case, proposal_id = _case(town)
    case.lead(proposal_id, *BLACK[:3])
    town.clock[0] = case.now
    offered = {one["step"]: one for one in _read(town, proposal_id)["next_steps"]}
    assert offered["consent"]["superior"]
    assert "decide" not in offered  # the level above has not consented
    case.step(proposal_id, "consent", 4)
    decide = next(one for one in _read(town, proposal_id)["next_steps"] if one["step"] == "decide")
    assert (decide["role"], decide["another_person"]) == ("approver", True)


def test_cases_are_found_by_region_state_and_business_in_pages(town: Town) -> None:
    case = Case(town.plant.engine, town.plant.settings.data_dir)
    opened = []
    for number in range(3):
        business_id = case.business(f"第{number}店")
        opened.append(case.propose(business_id, case.violation(business_id, decision_no=f"{number}号")))
    case.step(opened[0], "serve_notice", 1)
    read, cursor = [], ""
    while cursor is not None:
        page = town.get(f"/api/v1/proposals?limit=2{cursor and '&cursor=' + cursor}", "auditor").json()
        read += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert read == sorted(opened)
    counts = {
        query: len(town.get(f"/api/v1/proposals?{query}", "officer").json()["items"])
        for query in ("region=4115", "region=410102", "state=notice_served", f"business={business_id}")
    }
    assert list(counts.values()) == [3, 0, 1, 1]


def test_cases_are_for_those_who_supervise(town: Town) -> None:
    assert town.get("/api/v1/proposals").status_code == 401
    assert town.get("/api/v1/proposals", "admin").status_code == 403


def test_a_case_tells_open_points_and_the_deadlines_that_the_office_broke(town: Town) -> None:
    case, proposal_id = _case(town)
    case.step(proposal_id, "serve_notice", 1)
    case.step(proposal_id, "record_statement", 2)
    shown = _read(town, proposal_id)
    assert (shown["open_points"], shown["overdue"]) == (["3.1"], False)
    assert [(one["rule"], one["due_on"]) for one in shown["deadlines"]] == [("black.decide", "2027-02-18")]
    town.clock[0] = case.now + timedelta(days=91)
    assert _read(town, proposal_id)["overdue"]
