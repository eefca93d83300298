"""Those who supervise see the facts of their regions, and which of them lack something."""

import pytest

from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town

FACTS = ("violations", "pledges", "designations")


def _facts(town: Town) -> None:
    """Record, for a business here and one elsewhere, each fact dated and undated."""
    with writing(town.plant.engine) as session:
        work = given.work(session)
        for number, region in enumerate((given.TOWN, "410102")):
            business_id = given.business(work, name=f"第{number}店", region=region)
            for dated in (True, False):
                day = "2026-06-01" if dated else None
                given.pledge(work, business_id, pledged_on=day)
                given.designation(work, business_id, designated_on=day)
                given.violation(
                    work,
                    business_id,
                    region=region,
                    decided_on=day,
                    decision_no=f"{number}{dated}号",
                )


@pytest.mark.parametrize("kind", FACTS)
def test_incomplete_facts_are_shown_with_what_they_lack(town: Town, kind: str) -> None:
    _facts(town)
    items = town.get(f"/api/v1/{kind}?incomplete=true", "auditor").json()["items"]
    assert len(items) == 2
    assert all(item["incomplete"] for item in items)
    assert len(town.get(f"/api/v1/{kind}", "auditor").json()["items"]) == 4


@pytest.mark.parametrize("kind", FACTS)
def test_an_officer_sees_the_own_regions_alone(town: Town, kind: str) -> None:
    _facts(town)
    items = town.get(f"/api/v1/{kind}?incomplete=true", "officer").json()["items"]
    assert len(items) == 1
    (business,) = {item["business_id"] for item in items}
    assert len(town.get(f"/api/v1/{kind}?business={business}", "officer").json()["items"]) == 2
    assert town.get(f"/api/v1/{kind}?business=nobody", "officer").json() == {"items": [], "next": None}


@pytest.mark.parametrize("kind", FACTS)
def test_pages_of_facts_follow_one_another_without_gap_or_repeat(town: Town, kind: str) -> None:
    _facts(town)
    whole = town.get(f"/api/v1/{kind}", "auditor").json()["items"]
    read, cursor = [], ""
    while cursor is not None:
        page = town.get(f"/api/v1/{kind}?limit=3{cursor and '&cursor=' + cursor}", "auditor").json()
        read += page["items"]
        cursor = page["next"]
    assert read == whole


@pytest.mark.parametrize("kind", FACTS)
def test_facts_are_for_those_who_supervise(town: Town, kind: str) -> None:
    assert town.get(f"/api/v1/{kind}").status_code == 401
    assert town.get(f"/api/v1/{kind}", "admin").status_code == 403
    assert town.get(f"/api/v1/{kind}?incomplete=maybe", "auditor").status_code == 400
