"""Instruments over the interface: recorded by a key, read by those who supervise, shown to everybody."""

from datetime import date
from typing import Any

import pytest

from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town

SCALE = {
    "kind": "price_computing_scale",
    "maker": "示例衡器有限公司",
    "serial_no": "20260001",
    "place": "水产区 3 号台",
}
CERTIFICATE = {
    "certificate_no": "浉衡字第1号",
    "body": "信阳市质量技术监督检验测试中心",
    "result": "qualified",
    "verified_on": "2026-03-15",
}


@pytest.fixture
def shop(town: Town) -> str:
    """A business in the town that can be called up."""
    with writing(town.plant.engine) as session:
        work = given.work(session)
        return given.business(work, phone="13800138000", market="东方红农贸市场", stall="A-12")


def _registered(town: Town, business_id: str, account: str = "officer", **more: Any) -> str:
    answer = town.post("/api/v1/instruments", {"business_id": business_id, **SCALE, **more}, account)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _verified(town: Town, instrument_id: str, **more: Any) -> str:
    body = {"instrument_id": instrument_id, **CERTIFICATE, **more}
    answer = town.post("/api/v1/verifications", body, "officer")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_what_was_recorded_is_public_at_once_without_place_or_phone(town: Town, shop: str) -> None:
    instrument_id = _registered(town, shop)
    assert town.get(f"/api/v1/instruments/{instrument_id}").json()["status"] == "unknown"
    _verified(town, instrument_id)
    answer = town.get(f"/api/v1/instruments/{instrument_id}")
    shown = answer.json()
    assert (shown["status"], shown["kind_name"], shown["business_id"]) == ("valid", "电子计价秤", shop)
    assert shown["verification"]["valid_through"] == "2027-03-14"
    assert shown["market"] == "东方红农贸市场"
    assert "13800138000" not in answer.text
    assert "水产区" not in answer.text
    listed = town.get(f"/api/v1/businesses/{shop}/instruments").json()["items"]
    assert [one["instrument_id"] for one in listed] == [instrument_id]
    business = town.get(f"/api/v1/businesses/{shop}").json()
    assert business["instruments"] == listed
    assert business["instruments_counted"] == {"valid": 1}


def test_a_number_like_a_telephone_is_hidden_from_the_public(town: Town, shop: str) -> None:
    instrument_id = _registered(town, shop, serial_no="13912345678")
    assert "13912345678" not in town.get(f"/api/v1/instruments/{instrument_id}").text
    assert town.get("/api/v1/businesses?q=13912345678").json()["instruments"] == []


def test_the_certificate_that_speaks_finds_its_instrument_and_a_former_one_does_not(
    town: Town, shop: str
) -> None:
    instrument_id = _registered(town, shop)
    _verified(town, instrument_id, certificate_no="2025-0001", verified_on="2025-03-15")
    _verified(town, instrument_id, certificate_no="2026-0001")
    for number, found in (("2025-0001", []), ("2026-0001", [instrument_id])):
        answer = town.get(f"/api/v1/businesses?q={number}").json()["instruments"]
        assert [one["instrument_id"] for one in answer] == found


def test_a_business_that_is_not_shown_shows_no_instrument(town: Town, shop: str) -> None:
    assert town.get("/api/v1/instruments/none").status_code == 404
    assert town.get("/api/v1/businesses/none/instruments").status_code == 404


def test_pages_of_instruments_follow_one_another_without_gap_or_repeat(town: Town, shop: str) -> None:
    made = sorted(_registered(town, shop, serial_no=f"{number}") for number in range(5))
    for path, account in (
        (f"/api/v1/businesses/{shop}/instruments?", None),
        ("/api/v1/instruments?", "officer"),
    ):
        read, cursor = [], ""
        while cursor is not None:
            page = town.get(f"{path}limit=2{cursor and '&cursor=' + cursor}", account).json()
            read += [one["instrument_id"] for one in page["items"]]
            cursor = page["next"]
        assert read == made


def test_an_officer_finds_what_runs_out_and_no_other_region(town: Town, shop: str) -> None:
    soon, later = _registered(town, shop, serial_no="1"), _registered(town, shop, serial_no="2")
    _verified(town, soon, certificate_no="1", verified_on="2025-12-01")
    _verified(town, later, certificate_no="2", verified_on="2026-10-01")
    with writing(town.plant.engine) as session:
        work = given.work(session)
        elsewhere = given.business(work, "杭州某某超市有限公司", region="330102")
        foreign = given.instrument(work, elsewhere, serial_no="3")
    found = town.get("/api/v1/instruments?through=2026-11-30", "officer").json()["items"]
    assert [(one["instrument_id"], one["status"]) for one in found] == [(soon, "due_soon")]
    assert found[0]["place"] == "水产区 3 号台"
    assert len(town.get("/api/v1/instruments", "officer").json()["items"]) == 2
    assert len(town.get("/api/v1/instruments", "auditor").json()["items"]) == 3
    assert town.get(f"/api/v1/instruments/{foreign}/file", "officer").status_code == 404
    assert town.get("/api/v1/instruments").status_code == 401


def test_an_instrument_is_changed_and_retired_and_its_file_keeps_everything(town: Town, shop: str) -> None:
    instrument_id = _registered(town, shop)
    verification_id = _verified(town, instrument_id)
    path = f"/api/v1/instruments/{instrument_id}"
    what = {"business_id": shop, **SCALE, "kind": "fair_scale"}
    change = {"expected_version": 1, "held_from_on": "2026-10-01", "what": what}
    assert town.post(f"{path}/change", change, "officer").status_code == 201
    assert town.post(f"{path}/change", change, "officer").status_code == 409
    retire = {"expected_version": 2, "retired_on": "2026-11-01", "reason": "报废"}
    assert town.post(f"{path}/retirement", retire, "officer").status_code == 201
    file = town.get(f"{path}/file", "officer").json()
    assert [one["kind"] for one in file["versions"]] == ["fair_scale", "fair_scale", "price_computing_scale"]
    assert [one["verification_id"] for one in file["verifications"]] == [verification_id]
    assert town.get(path).json()["status"] == "retired"
    assert town.get(f"/api/v1/businesses/{shop}").json()["instruments"] == []


def test_an_annulled_verification_is_shown_no_more(town: Town, shop: str) -> None:
    instrument_id = _registered(town, shop)
    verification_id = _verified(town, instrument_id)
    annul = {"expected_version": 1, "annulled_on": "2026-11-01", "reason": "误录"}
    path = f"/api/v1/verifications/{verification_id}"
    assert town.post(f"{path}/annulment", annul, "officer").status_code == 201
    assert town.get(f"/api/v1/instruments/{instrument_id}").json()["verification"] is None
    versions = town.get(path, "officer").json()["versions"]
    assert [one["annulled_on"] for one in versions] == ["2026-11-01", None]
    listed = town.get(f"/api/v1/verifications?instrument={instrument_id}", "officer").json()["items"]
    assert [one["version"] for one in listed] == [2]


def test_the_same_again_is_unchanged_and_a_contradiction_names_its_field(town: Town, shop: str) -> None:
    instrument_id = _registered(town, shop)
    again = town.post("/api/v1/instruments", {"business_id": shop, **SCALE}, "officer")
    assert (again.status_code, again.json()["id"]) == (200, instrument_id)
    other = town.post("/api/v1/instruments", {"business_id": shop, **SCALE, "kind": "taximeter"}, "officer")
    assert other.status_code == 409
    assert other.json()["errors"][0]["pointer"] == "/kind"


def test_a_pump_is_verified_for_six_months_and_no_longer(town: Town, shop: str) -> None:
    pump = _registered(town, shop, kind="fuel_dispenser")
    body = {"instrument_id": pump, **CERTIFICATE, "valid_through": "2027-03-14"}
    refused = town.post("/api/v1/verifications", body, "officer")
    assert refused.status_code == 422
    assert "JJG 443-2023" in refused.text
    _verified(town, pump)
    town.clock[0] = given.NOW.replace(month=9, day=14)
    assert town.get(f"/api/v1/instruments/{pump}").json()["status"] == "due_soon"
    town.clock[0] = given.NOW.replace(month=9, day=15)
    assert town.get(f"/api/v1/instruments/{pump}").json()["status"] == "overdue"
    assert date(2026, 9, 14).isoformat() in town.get(f"/api/v1/instruments/{pump}").text
