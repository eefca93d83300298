"""Who acts upon a fact can read it first: what holds, its version, and every version before."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from registry.lists.rules import ENDINGS
from registry.store.engine import writing
from registry.texts import Language, terms
from tests import given
from tests.api.conftest import Town
from tests.lists.cases import Case

Facts = dict[str, str]


@pytest.fixture
def facts(town: Town) -> Facts:
    """One fact of each kind in the town, and a red entry."""
    case = Case(town.plant.engine, town.plant.settings.data_dir)
    business_id = case.business()
    entry_id = case.redlisted()
    town.clock[0] = case.now
    with writing(town.plant.engine) as session:
        work = given.work(session)
        found = {
            "pledges": given.pledge(work, business_id),
            "designations": given.designation(work, business_id),
            "violations": given.violation(work, business_id),
        }
    decision_id = town.get(f"/api/v1/violations/{found['violations']}", "officer").json()["decision_id"]
    return {**found, "entries": entry_id, "decisions": decision_id}


def _paper(town: Town) -> str:
    body = {"kind": "decision", "title": "决定", "region": given.TOWN, "content": "5paH5Lmm"}
    return str(town.post("/api/v1/documents", body, "officer").json()["id"])


# collection, what to do, by whom, what to say beside the version
Change = tuple[str, str, str, Callable[[Town], dict[str, Any]]]

CHANGES: tuple[Change, ...] = (
    ("pledges", "breach", "officer", lambda _: {"broken_on": "2026-11-01", "reason": "复检不合格"}),
    ("pledges", "withdrawal", "officer", lambda _: {"withdrawn_on": "2026-11-01"}),
    (
        "designations",
        "cancellation",
        "national",
        lambda _: {"cancelled_on": "2026-11-01", "reason": "期间检查不合格"},
    ),
    (
        "decisions",
        "standing",
        "officer",
        lambda _: {"standing": "under_review", "changed_on": "2026-11-01", "reason": "复议"},
    ),
    ("entries", "suspension", "approver", lambda _: {"reasons": "投诉正在核查"}),
)


@pytest.mark.parametrize("change", CHANGES, ids=[f"{kind}-{act}" for kind, act, *_ in CHANGES])
def test_the_version_that_is_read_is_the_one_to_act_upon(town: Town, facts: Facts, change: Change) -> None:
    kind, act, account, said = change
    path = f"/api/v1/{kind}/{facts[kind]}"
    before = town.get(path, account).json()
    body = {"expected_version": before["version"], **said(town)}
    assert town.post(f"{path}/{act}", {**body, "expected_version": 7}, account).status_code == 409
    changed = town.post(f"{path}/{act}", body, account)
    assert (changed.status_code, changed.json()["what"]) == (201, "changed"), changed.text
    after = town.get(path, account).json()
    assert after["version"] == before["version"] + 1
    numbers = [one["version"] for one in after["versions"]]
    assert numbers == sorted(numbers, reverse=True)
    assert after["versions"][0]["superseded_at"] is None
    former = dict(after["versions"][1])
    assert former.pop("superseded_at") == after["versions"][0]["recorded_at"]
    assert former.items() <= before["versions"][0].items()


def test_a_suspended_red_entry_is_renewed_over_the_interface(town: Town, facts: Facts) -> None:
    path = f"/api/v1/entries/{facts['entries']}"
    assert town.get(path, "approver").json()["grounds"]
    for version, act in ((1, "suspension"), (2, "renewal")):
        body = {"expected_version": version, "reasons": "投诉正在核查"}
        answer = town.post(f"{path}/{act}", body, "approver")
        assert answer.status_code == 201, answer.text
    assert [one["state"] for one in town.get(path, "approver").json()["versions"]] == [
        "listed",
        "suspended",
        "listed",
    ]


@pytest.mark.parametrize("kind", ["pledges", "designations", "violations", "decisions", "entries"])
def test_only_those_who_supervise_read_the_versions_of_a_fact(town: Town, facts: Facts, kind: str) -> None:
    path = f"/api/v1/{kind}/{facts[kind]}"
    assert town.get(path).status_code == 401
    refused, unknown = town.get(path, "admin"), town.get(f"/api/v1/{kind}/nobody", "admin")
    assert (refused.status_code, refused.content) == (403, unknown.content)


def test_what_is_said_again_changes_nothing_and_is_no_new_thing(town: Town, facts: Facts) -> None:
    business_id = town.get(f"/api/v1/pledges/{facts['pledges']}", "officer").json()["business_id"]
    pledge = {"business_id": business_id, "matter": "retail_weighing", "pledged_on": "2026-03-15"}
    again = town.post("/api/v1/pledges", pledge, key="again")
    assert (again.status_code, again.json()["what"]) == (200, "unchanged")
    assert town.post("/api/v1/pledges", pledge, key="again").status_code == 200
    assert town.post("/api/v1/pledges", {**pledge, "matter": "fuel"}).status_code == 201


def test_what_the_path_names_has_no_place_in_the_body(town: Town, facts: Facts) -> None:
    path = f"/api/v1/pledges/{facts['pledges']}/withdrawal"
    body = {"pledge_id": facts["pledges"], "expected_version": 1, "withdrawn_on": "2026-11-01"}
    answer = town.post(path, body, "officer")
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["pointer"], error["code"]) == (400, "/pledge_id", "field.in_path")


def test_a_step_that_no_procedure_knows_is_refused_in_the_path(town: Town, facts: Facts) -> None:
    body = {"expected_version": 1, "document_id": _paper(town)}
    case_id = town.get(f"/api/v1/entries/{facts['entries']}", "officer").json()["proposal_id"]
    answer = town.post(f"/api/v1/proposals/{case_id}/pardon", body, "officer")
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["pointer"], error["where"]) == (400, "/step", "path")


@pytest.mark.parametrize(
    ("language", "ground", "rule"),
    [
        ("zh", "取消列入", "不再符合守信条件"),
        ("en", "cancelled", "the conditions of the list are no longer met"),
    ],
)
def test_what_was_taken_back_says_why_in_words(
    town: Town, facts: Facts, language: str, ground: str, rule: str
) -> None:
    path = f"/entries/{facts['entries']}"
    body = {
        "expected_version": 1,
        "rule": "conditions_lost",
        "reasons": "示范单位已取消",
        "document_id": _paper(town),
    }
    asked = town.post(f"/api/v1{path}/withdrawals", body, "officer").json()["id"]
    decision = {"granted": True, "reasons": "属实"}
    decided = town.post(f"/api/v1{path}/withdrawals/{asked}/decision", decision, "approver")
    assert decided.status_code == 201, decided.text
    told = town.get(f"/api/v1/lists/henan_red{path}", headers={"Accept-Language": language})
    assert told.status_code == 410
    assert f"{ground};" in told.json()["detail"] or f"{ground}，" in told.json()["detail"]
    assert rule in told.json()["detail"]
    if language == "zh":
        page = town.get(f"/lists/henan_red{path}")
        assert page.status_code == 410
        assert ground in page.text
        assert rule in page.text


def test_every_way_in_which_an_entry_ends_has_its_words() -> None:
    endings = {ending for known in ENDINGS.values() for ending in known}
    for language in get_args(Language):
        assert {f"withdrawal.{ending}" for ending in endings} <= set(terms(language))
    assert terms("zh").keys() == terms("en").keys()
