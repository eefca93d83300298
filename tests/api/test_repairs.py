"""From the black list to its repair over HTTP: gone everywhere, and the business is still found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from registry.publication.editions import prepare_edition
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town, built
from tests.lists.cases import BLACK, Case
from tests.lists.test_black import annul
from tests.repair.leading import KINDS, NEEDS, known_terms, object_to

NAME = "浉河区李记水产店"


@pytest.fixture
def listed(town: Town) -> tuple[Town, Case, str]:
    """A town under a law that knows the removal terms, with a black entry a year and a day old."""
    law = known_terms()
    edge = built().state.edge
    built().state.edge = replace(edge, rulebook=lambda: law)
    town.plant = replace(town.plant, rulebook=lambda: law)
    case = Case(town.plant.engine, town.plant.settings.data_dir, now=town.clock[0], rulebook=law)
    entry_id = case.blacklisted(NAME)
    case.now += timedelta(days=366)
    town.clock[0] = case.now
    town.deliver()
    return town, case, entry_id


def applied(town: Town, case: Case, entry_id: str) -> str:
    """Apply with every paper over HTTP and return the application."""
    body = {
        "subject_kind": "entry",
        "subject_id": entry_id,
        "applicant": "李大年",
        "papers": {paper: case.paper(kind) for paper, kind in KINDS.items()},
    }
    answer = town.post("/api/v1/repairs", body, "officer")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def decision(case: Case, **more: Any) -> dict[str, Any]:
    """Return the body of a decision that finds every need met."""
    findings = [{"need": need, "met": True, "reason": "经核查"} for need in NEEDS]
    return {
        "expected_version": 1,
        "grant": True,
        "findings": findings,
        "reasons": "材料属实",
        "document_id": case.paper("decision"),
        **more,
    }


def test_a_repaired_entry_is_gone_from_every_answer_and_its_business_is_found(
    listed: tuple[Town, Case, str],
) -> None:
    town, case, entry_id = listed
    at = f"/api/v1/lists/henan_black/entries/{entry_id}"
    shown = town.get(at).json()
    assert shown["repairable_from"] is not None
    business_id = shown["business_id"]
    repair_id = applied(town, case, entry_id)
    assert town.post(f"/api/v1/repairs/{repair_id}/decision", decision(case), "officer").status_code == 403
    granted = town.post(f"/api/v1/repairs/{repair_id}/decision", decision(case), "approver")
    assert granted.status_code == 201, granted.text
    assert town.get(at).status_code == 410
    assert NAME not in town.get(at).text
    assert town.get(f"/lists/henan_black/entries/{entry_id}").status_code == 410
    assert town.get("/api/v1/lists/henan_black/entries").json()["items"] == []
    town.deliver()
    hits = town.get("/api/v1/businesses", params={"q": NAME}).json()["items"]
    found = [hit["business"] for hit in hits]
    assert [(one["id"], one["lists"]) for one in found] == [(business_id, [])]
    assert town.get("/api/v1/businesses", params={"q": NAME, "list": "henan_black"}).json()["items"] == []
    assert town.get(f"/businesses/{business_id}").status_code == 200
    with writing(town.plant.engine) as session:
        edition = prepare_edition(case.work(session, "officer"), "henan_black", given.TOWN)
    assert edition.id is not None
    listing = town.get(f"/api/v1/lists/henan_black/editions?region={given.TOWN}").json()
    assert [one["entries"] for one in listing] == [0]


def test_officers_see_due_days_what_is_missing_and_every_step(listed: tuple[Town, Case, str]) -> None:
    town, case, entry_id = listed
    repair_id = applied(town, case, entry_id)
    file = town.get(f"/api/v1/repairs/{repair_id}", "auditor").json()
    assert (file["state"], file["conditions"], file["papers_missing"]) == ("complete", ["henan_black"], [])
    assert [step["step"] for step in file["steps"]] == ["apply"]
    assert town.get("/api/v1/repairs?overdue=true", "officer").json()["items"] == []
    town.clock[0] += timedelta(days=30)
    (late,) = town.get("/api/v1/repairs?overdue=true", "officer").json()["items"]
    assert (late["id"], late["overdue"]) == (repair_id, True)
    assert town.get("/api/v1/repairs").status_code == 401


def test_a_refused_grant_points_at_the_condition_and_quotes_its_rule(listed: tuple[Town, Case, str]) -> None:
    town, case, entry_id = listed
    repair_id = applied(town, case, entry_id)
    body = decision(case)
    body["findings"][1]["met"] = False
    refused = town.post(f"/api/v1/repairs/{repair_id}/decision", body, "approver")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["code"], error["pointer"]) == ("repair.unmet", "/grant")
    assert error["parameters"]["unmet"] == ["duties_performed"]
    assert "已经履行处罚决定规定的义务" in error["detail"]
    assert "henan_black" in error["detail"]


def test_an_objection_is_filed_once_however_often_it_is_sent_and_shows_on_page_and_answer(
    listed: tuple[Town, Case, str],
) -> None:
    town, case, entry_id = listed
    body = {
        "subject_kind": "entry",
        "subject_id": entry_id,
        "objector": "李大年",
        "points": ["不是本店的秤"],
    }
    once = [town.post("/api/v1/objections", body, "officer", key="same").json() for _ in range(2)]
    assert once[0] == once[1]
    assert [warning["code"] for warning in once[0]["warnings"]] == ["objection.deadline_unknown"]
    (open_one,) = town.get("/api/v1/objections", "officer").json()["items"]
    assert (open_one["id"], open_one["deadline_unknown"], open_one["overdue"]) == (once[0]["id"], True, False)
    assert town.get(f"/api/v1/lists/henan_black/entries/{entry_id}").json()["objected_on"] is not None
    assert "异议处理中" in town.get(f"/lists/henan_black/entries/{entry_id}").text
    answer = {
        "expected_version": 1,
        "upheld": False,
        "answers": ["现场笔录载明系本店使用"],
        "document_id": case.paper("decision"),
    }
    decided = town.post(f"/api/v1/objections/{once[0]['id']}/decision", answer, "national-approver")
    assert decided.status_code == 201, decided.text
    assert "异议处理中" not in town.get(f"/lists/henan_black/entries/{entry_id}").text


def test_a_business_says_of_each_record_and_entry_from_when_it_may_be_repaired(town: Town) -> None:
    case = Case(town.plant.engine, town.plant.settings.data_dir, now=town.clock[0])
    entry_id = case.blacklisted(NAME)
    town.clock[0] = case.now
    entry = town.get(f"/api/v1/lists/henan_black/entries/{entry_id}").json()
    shown = town.get(f"/api/v1/businesses/{entry['business_id']}").json()
    assert shown["entries"] == [{name: said for name, said in entry.items() if name != "due_process"}]
    assert entry["repairable_from"] is None  # the province's period is unknown
    (record,) = shown["violations"]
    assert record["repairable_from"] == "2026-09-02"
    assert record["objected_on"] is None
    object_to(case, record["violation_id"], "violation")
    object_to(case, entry_id)
    shown = town.get(f"/api/v1/businesses/{entry['business_id']}").json()
    marks = [one["objected_on"] for one in (*shown["violations"], *shown["entries"])]
    assert marks == [case.now.date().isoformat()] * 2
    held = town.get(f"/api/v1/entries/{entry_id}", "officer").json()
    assert (held["objected_on"], held["restores"]) == (marks[0], None)
    assert [one["objected_on"] for one in held["versions"]] == [marks[0], None]


def test_an_entry_whose_decision_fell_is_due_to_go_until_it_is_delivered(town: Town) -> None:
    case = Case(town.plant.engine, town.plant.settings.data_dir, now=town.clock[0])
    business_id = case.business(NAME)
    fact = case.violation(business_id)
    entry_id = case.lead(case.propose(business_id, fact), *BLACK)
    annul(case, fact)
    town.clock[0] = case.now + timedelta(days=20)
    (due,) = town.get("/api/v1/repairs/removals", "officer").json()
    assert (due["entry_id"], due["because"], due["overdue"]) == (entry_id, "annulled", True)
    town.deliver()
    assert town.get("/api/v1/repairs/removals", "officer").json() == []
