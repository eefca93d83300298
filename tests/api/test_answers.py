"""What every answer carries, and what the public is told."""

import re

import pytest

from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise", "phone": "13800000000"}


def test_an_unchanged_answer_is_really_not_sent_again(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    first = town.get(f"/api/v1/businesses/{business_id}")
    tag = first.headers["etag"]
    again = town.get(f"/api/v1/businesses/{business_id}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = town.get(f"/api/v1/businesses/{business_id}", headers={"If-None-Match": '"old"'})
    assert other.status_code == 200


def test_a_changed_answer_has_another_tag(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    path = f"/api/v1/businesses/{business_id}"
    before = town.get(path).headers["etag"]
    pledge = {"business_id": business_id, "matter": "fuel", "pledged_on": "2026-01-02"}
    assert town.post("/api/v1/pledges", pledge).status_code == 201
    assert town.get(path, headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/v1/businesses", "/api/v1/nothing", "/nothing", "/healthz", "/api/openapi.json"],
)
def test_every_answer_carries_the_security_headers(town: Town, path: str) -> None:
    headers = town.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_what_a_key_reads_is_stored_nowhere(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    answer = town.get(f"/api/v1/scores/{business_id}", "auditor")
    assert answer.headers["cache-control"] == "no-store"


def test_no_phone_enters_a_public_answer(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    town.deliver()
    for path in (
        f"/api/v1/businesses/{business_id}",
        "/api/v1/businesses?q=李记",
        f"/businesses/{business_id}",
    ):
        assert "13800000000" not in town.get(path).text


def test_a_recorded_business_is_found_with_the_reason(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    town.deliver()
    page = town.get("/api/v1/businesses?q=lijishuichan").json()
    assert [item["business"]["id"] for item in page["items"]] == [business_id]
    assert page["items"][0]["reasons"][0]["kind"] == "pinyin"


def test_the_document_of_the_interface_is_openapi_3_1_and_reads_offline(town: Town) -> None:
    document = town.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/businesses" in document["paths"]
    page = town.get("/api").text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith("/")
        assert town.get(address).status_code == 200
    assert "<script>" not in page


def test_health_answers_without_the_database(town: Town) -> None:
    assert town.get("/healthz").text == "ok\n"
    assert town.get("/readyz").json()["index_behind"] == 0
    assert "hm_index_documents" in town.get("/metrics").text
