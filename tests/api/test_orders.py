"""An edition asked for between two publication days: answered 202, carried out once by a job."""

from jobs import publish_asked
from registry.accounts.tables import Account
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town
from tests.api.test_deltas import published
from tests.publication.histories import BOARD

EDITIONS = f"/api/v1/lists/{BOARD}/editions"
ASKED = {"region": given.TOWN}


def test_an_order_is_answered_with_where_to_look_and_carried_out_once(town: Town) -> None:
    before = len(published(town).folders())
    town.clock[0] = given.NOW.replace(year=given.NOW.year + 1)
    answer = town.post(EDITIONS, ASKED, "officer", key="one")
    assert answer.status_code == 202
    there = answer.headers["location"]
    assert town.get(there, "officer").json()["state"] == "waiting"
    again = town.post(EDITIONS, ASKED, "officer", key="one")
    assert (again.status_code, again.json(), again.headers["location"]) == (202, answer.json(), there)
    other = town.post(EDITIONS, ASKED, "officer", key="two")
    assert (other.status_code, other.headers["location"]) == (200, there)
    assert publish_asked.run(town.plant) == "orders=1"
    assert publish_asked.run(town.plant) == "orders=0"
    told = town.get(there, "officer").json()
    assert told["state"] == "published"
    town.deliver()
    edition = town.get(told["edition"]).json()
    assert (edition["version"], edition["region"]) == (told["version"], given.TOWN)
    assert edition["files"]
    assert len(town.get(EDITIONS, params=ASKED).json()) == before + 1


def test_who_approves_orders_an_edition_as_who_records_does(town: Town) -> None:
    published(town)
    town.clock[0] = given.NOW.replace(year=given.NOW.year + 1)
    there = town.post(EDITIONS, ASKED, "approver").headers["location"]
    assert publish_asked.run(town.plant) == "orders=1"
    assert town.get(there, "approver").json()["state"] == "published"


def test_nobody_orders_what_he_may_not_publish_and_nothing_is_left(town: Town) -> None:
    assert town.post(EDITIONS, ASKED, None).status_code == 401
    assert town.post(EDITIONS, ASKED, "auditor").status_code == 403
    assert town.post(EDITIONS, {"region": "370102"}, "officer").status_code == 403
    unknown = town.post("/api/v1/lists/nothing/editions", ASKED, "officer")
    assert (unknown.status_code, unknown.json()["type"].rpartition(":")[2]) == (422, "rule.absent")
    assert town.post(EDITIONS, {**ASKED, "as_of": "2099-01-01"}, "officer").status_code == 422
    assert publish_asked.run(town.plant) == "orders=0"
    assert town.get(f"{EDITIONS}/orders/none", "officer").status_code == 404


def test_an_order_of_who_may_act_no_more_is_refused_and_says_so(town: Town) -> None:
    there = town.post(EDITIONS, ASKED, "officer").headers["location"]
    with writing(town.plant.engine) as session:
        session.get_one(Account, "officer").disabled_at = given.NOW
    assert publish_asked.run(town.plant) == "orders=1"
    told = town.get(there, "national").json()
    assert (told["state"], told["refusal"], told["version"]) == ("refused", "account.refused", None)
