"""Who answers for an office reads who did what in it, and nobody else does."""

from datetime import timedelta
from typing import Any

import pytest

from registry.accounts.api_keys import issue_key
from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}


def _acts(town: Town, query: str = "", account: str = "auditor") -> list[Any]:
    answer = town.get(f"/api/v1/audit{query}", account)
    assert answer.status_code == 200, answer.text
    return [(one["act"], one["office_code"]) for one in answer.json()["items"]]


def _local_auditor(town: Town) -> None:
    with writing(town.plant.engine) as session:
        admin = given.work(session, "admin")
        command = AddAccount(
            name="local",
            person_name="区审计员",
            office_code="AMR-411502",
            grants=(GrantRole(role="auditor", region=given.TOWN),),
        )
        add_account(admin, command)
        town.keys["local"] = issue_key(admin, "local").token


def test_an_act_is_found_by_subject_person_act_and_day(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP, "officer").json()["id"]
    one = town.get(f"/api/v1/audit?subject={business_id}", "auditor").json()["items"][0]
    assert (one["act"], one["account_name"]) == ("businesses.registered", "officer")
    assert one["rulebook_hash"] == given.rulebook().hash
    for query in (f"?person={one['person_id']}", "?act=businesses.registered", f"?from={given.TODAY}"):
        assert ("businesses.registered", "AMR-411502") in _acts(town, query)
    yesterday = given.TODAY - timedelta(days=1)
    assert _acts(town, f"?subject={business_id}&to={yesterday}") == []
    assert _acts(town, f"?subject={business_id}&from=0001-01-01&to=9999-12-31")


def test_a_day_of_the_log_is_a_legal_day(town: Town) -> None:
    town.clock[0] = given.NOW.replace(hour=17)  # past midnight in Shanghai
    business_id = town.post("/api/v1/businesses", SHOP, "officer").json()["id"]
    assert _acts(town, f"?subject={business_id}&to={given.TODAY}") == []
    assert _acts(town, f"?subject={business_id}&from={given.TODAY + timedelta(days=1)}")


def test_pages_of_the_log_follow_one_another_without_gap_or_repeat(town: Town) -> None:
    whole = [one["seq"] for one in town.get("/api/v1/audit?limit=100", "auditor").json()["items"]]
    read, cursor = [], ""
    while cursor is not None:
        page = town.get(f"/api/v1/audit?limit=7{cursor and '&cursor=' + cursor}", "auditor").json()
        read += [one["seq"] for one in page["items"]]
        cursor = page["next"]
    assert read == whole == sorted(whole, reverse=True)
    assert len(whole) > 7


def test_a_local_auditor_reads_the_acts_of_the_own_offices_alone(town: Town) -> None:
    _local_auditor(town)
    town.post("/api/v1/businesses", SHOP, "officer")
    town.post("/api/v1/businesses", {**SHOP, "name": "别的店"}, "national")
    assert _acts(town, account="local") == [("businesses.registered", "AMR-411502")]
    assert ("businesses.registered", "SAMR") in _acts(town)


@pytest.mark.parametrize("account", ["officer", "approver", "national", "admin"])
def test_who_acts_or_keeps_accounts_does_not_read_the_log(town: Town, account: str) -> None:
    assert town.get("/api/v1/audit", account).status_code == 403
    assert town.get("/api/v1/audit").status_code == 401


def test_a_cursor_of_another_collection_is_refused(town: Town) -> None:
    assert town.get("/api/v1/audit?cursor=YWJj", "auditor").status_code == 422
