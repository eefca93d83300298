"""Bad input meets a problem that names the field and the reason; never an error of ours."""

from typing import Any

import pytest

from tests import given
from tests.api.conftest import Town

CODE = "91110000600037341L"
SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise", "uscc": CODE}


def _violation(business_id: str, /, **more: Any) -> dict[str, Any]:
    return {
        "business_id": business_id,
        "decision_no": "浉市监处罚〔2026〕1号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": given.TOWN,
        "decided_on": "2026-09-01",
        "conduct_code": "cheating_instrument_used",
        "penalties": ["fine", "confiscation"],
        "fine_fen": 200000,
        "procedure": "ordinary",
        **more,
    }


def _pointers(answer: Any) -> list[str]:
    return [error.get("pointer", "") for error in answer.json()["errors"]]


def test_a_problem_is_typed_titled_and_spoken_in_the_readers_language(town: Town) -> None:
    answer = town.get("/api/v1/businesses/nobody")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "没有找到"
    english = town.get("/api/v1/businesses/nobody", headers={"Accept-Language": "en"}).json()
    assert english["title"] == "Not found"
    assert english["errors"][0]["code"] == "business.unknown"


@pytest.mark.parametrize(
    ("more", "status", "pointer"),
    [
        pytest.param({"colour": "red"}, 400, "/colour", id="an unknown field"),
        pytest.param({"name": 7}, 400, "/name", id="a wrong type"),
        pytest.param({"name": ""}, 400, "/name", id="an empty name"),
        pytest.param({"sector": "moon"}, 400, "/sector", id="an unknown sector"),
        pytest.param({"uscc": "12"}, 422, "/uscc", id="a code that is none"),
        pytest.param({"region": "999999"}, 422, "/region", id="a region that is none"),
        pytest.param({"stall": "A-1"}, 422, "/market", id="a stall of no market"),
    ],
)
def test_a_malformed_business_is_refused_at_its_field(
    town: Town, more: dict[str, Any], status: int, pointer: str
) -> None:
    answer = town.post("/api/v1/businesses", {**SHOP, **more})
    assert (answer.status_code, _pointers(answer)) == (status, [pointer])


@pytest.mark.parametrize(
    ("more", "status", "pointer"),
    [
        pytest.param({"conduct_code": "magic"}, 422, "/conduct_code", id="an unknown conduct"),
        pytest.param({"decided_on": "2026-11-21"}, 422, "/decided_on", id="a day ahead"),
        pytest.param({"decided_on": "yesterday"}, 400, "/decided_on", id="no date"),
        pytest.param({"fine_fen": "much"}, 400, "/fine_fen", id="no amount"),
        pytest.param({"fine_fen": -1}, 422, "/fine_fen", id="less than nothing"),
        pytest.param({"quantity": 0}, 422, "/quantity", id="no instrument"),
        pytest.param({"business_id": "nobody"}, 404, "/business_id", id="no such business"),
    ],
)
def test_a_malformed_violation_is_refused_at_its_field(
    town: Town, more: dict[str, Any], status: int, pointer: str
) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    answer = town.post("/api/v1/violations", _violation(business_id, **more))
    assert (answer.status_code, _pointers(answer)) == (status, [pointer])


def test_a_term_that_ends_before_it_begins_is_refused(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    pledge = {
        "business_id": business_id,
        "matter": "fuel",
        "pledged_on": "2026-01-02",
        "valid_through": "2026-01-01",
    }
    answer = town.post("/api/v1/pledges", pledge)
    assert (answer.status_code, _pointers(answer)) == (422, ["/valid_through"])


def test_a_decision_number_is_recorded_once(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    assert town.post("/api/v1/violations", _violation(business_id)).status_code == 201
    answer = town.post("/api/v1/violations", _violation(business_id, fine_fen=100000))
    assert (answer.status_code, _pointers(answer)) == (409, ["/decision_no"])


def test_a_stale_version_is_refused(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    change = {
        "expected_version": 2,
        "held_from_on": "2026-01-01",
        "what": {**SHOP, "name": "新名"},
    }
    answer = town.post(f"/api/v1/businesses/{business_id}/change", change)
    assert (answer.status_code, _pointers(answer)) == (409, ["/expected_version"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b"1" * 2000])
def test_a_body_that_is_no_object_is_a_problem(town: Town, body: bytes) -> None:
    headers = {
        "Authorization": f"Bearer {town.keys['national']}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    answer = town.client.post("/api/v1/businesses", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/businesses?limit=0",
        "/api/v1/businesses?limit=many",
        "/api/v1/businesses?cursor=%00",
        "/api/v1/businesses?cursor=abc",
        "/api/v1/businesses?region=4x",
        "/api/v1/businesses?region=999999",
        "/api/v1/businesses?sector=moon",
        "/api/v1/businesses?list=moon",
        "/api/v1/businesses?q=" + "长" * 300,
        "/api/v1/lists/henan_black/entries?cursor=abc",
        "/api/v1/lists/henan_black/entries?region=1",
        "/api/v1/statistics?limit=1000000",
    ],
)
def test_a_query_that_cannot_be_meant_is_a_problem(town: Town, path: str) -> None:
    answer = town.get(path)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/businesses", 405), ("PUT", "/", 405)],
)
def test_what_is_not_offered_is_said_plainly(town: Town, method: str, path: str, status: int) -> None:
    answer = town.client.request(method, path)
    assert answer.status_code == status


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x07", "\u2066"])
def test_a_name_with_characters_that_nobody_sees_is_refused(town: Town, hidden: str) -> None:
    answer = town.post("/api/v1/businesses", {**SHOP, "name": f"李记{hidden}水产店"})
    assert (answer.status_code, _pointers(answer)) == (400, ["/name"])


@pytest.mark.parametrize(
    ("path", "field", "more"),
    [
        ("/api/v1/pledges", "/matter", {"matter": "nope"}),
        ("/api/v1/violations", "/instrument_kind", {"instrument_kind": "zz"}),
    ],
)
def test_an_unknown_code_is_refused_at_its_field(
    town: Town, path: str, field: str, more: dict[str, str]
) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    body = _violation(business_id) if "violations" in path else {"business_id": business_id}
    answer = town.post(path, {**body, **more})
    assert (answer.status_code, _pointers(answer)) == (400, [field])


def test_an_unknown_region_is_no_question_of_grants(town: Town) -> None:
    answer = town.post("/api/v1/businesses", {**SHOP, "region": "999999"}, "officer")
    assert (answer.status_code, _pointers(answer)) == (422, ["/region"])


def test_a_region_that_was_abolished_is_recorded_with_its_history(town: Town) -> None:
    answer = town.post("/api/v1/businesses", {**SHOP, "region": "412701"})
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["region.historical"]
