"""Webhooks over HTTP: registered, seen and replayed by officers of the region, and by nobody else."""

from tests import given
from tests.api.conftest import Town

ADDRESS = {"url": "https://partner.example/hook", "region": given.TOWN}


def test_the_secret_of_a_webhook_is_shown_at_its_registration_and_never_again(town: Town) -> None:
    made = town.post("/api/v1/webhooks", ADDRESS, "officer").json()
    shown = town.get(f"/api/v1/webhooks/{made['id']}", "officer")
    assert (shown.status_code, shown.json()["url"]) == (200, ADDRESS["url"])
    assert made["secret"] not in shown.text
    assert made["secret"] not in town.get("/api/v1/webhooks", "officer").text


def test_a_webhook_is_replayed_and_ended_by_its_own_version(town: Town) -> None:
    path = f"/api/v1/webhooks/{town.post('/api/v1/webhooks', ADDRESS, 'officer').json()['id']}"
    assert town.post(f"{path}/replay", {"expected_version": 1, "after": -1}, "officer").status_code == 201
    stale = town.post(f"{path}/end", {"expected_version": 1}, "officer")
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (409, "/expected_version")
    assert town.post(f"{path}/end", {"expected_version": 2}, "officer").status_code == 201
    assert town.get(path, "officer").json()["ended_on"] is not None


def test_another_region_and_the_public_know_nothing_of_a_webhook(town: Town) -> None:
    elsewhere = town.post("/api/v1/webhooks", {**ADDRESS, "region": "110000"}, "national").json()["id"]
    assert town.get(f"/api/v1/webhooks/{elsewhere}", "officer").status_code == 404
    assert town.get("/api/v1/webhooks", "officer").json() == []
    assert town.get(f"/api/v1/webhooks/{elsewhere}").status_code == 401


def test_an_address_that_is_none_is_refused_with_its_field(town: Town) -> None:
    answer = town.post("/api/v1/webhooks", {**ADDRESS, "url": "ftp://partner.example"}, "officer")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")
