"""One request, one transaction, one effect; nobody acts without a key that reaches so far."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import func, select

from jobs import forget_answers
from registry.audit.tables import AuditEntry
from registry.businesses.tables import Business
from registry.store.engine import reading
from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}


def _counts(town: Town) -> tuple[int, int]:
    with reading(town.plant.engine) as session:
        return (
            session.exec(select(func.count(Business.id))).one(),
            session.exec(select(func.count(AuditEntry.seq))).one(),
        )


def test_a_retry_repeats_the_answer_and_not_the_act(town: Town) -> None:
    first = town.post("/api/v1/businesses", SHOP, key="once")
    before = _counts(town)
    again = town.post("/api/v1/businesses", SHOP, key="once")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert _counts(town) == before


def test_a_key_used_with_another_content_is_refused(town: Town) -> None:
    town.post("/api/v1/businesses", SHOP, key="once")
    answer = town.post("/api/v1/businesses", {**SHOP, "name": "别的店"}, key="once")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "idempotency.reused")


def test_a_refused_act_can_be_sent_again_with_its_key(town: Town) -> None:
    assert town.post("/api/v1/businesses", {**SHOP, "region": "999999"}, key="once").status_code == 422
    assert town.post("/api/v1/businesses", SHOP, key="once").status_code == 201


def test_a_request_that_records_needs_its_idempotency_key(town: Town) -> None:
    answer = town.post("/api/v1/businesses", SHOP, key="")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "idempotency.missing")


@pytest.mark.parametrize("key", ["k" * 201, "钥匙".encode(), b"\xff", "a\tb"])
def test_an_idempotency_key_is_visible_ascii_of_bounded_length(town: Town, key: str) -> None:
    before = _counts(town)
    answer = town.post("/api/v1/businesses", SHOP, key=key)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/Idempotency-Key")
    assert _counts(town) == before


def test_an_idempotency_key_belongs_to_its_account(town: Town) -> None:
    one = town.post("/api/v1/businesses", SHOP, "officer", key="same")
    other = town.post("/api/v1/businesses", {**SHOP, "name": "另一家"}, "colleague", key="same")
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]


def test_a_retry_while_the_act_still_runs_is_told_to_wait(town: Town) -> None:
    bearer = f"Bearer {town.keys['national']}"
    assert town.running.begin((bearer, "once"))
    answer = town.post("/api/v1/businesses", SHOP, key="once")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "idempotency.running")
    town.running.end((bearer, "once"))
    assert town.post("/api/v1/businesses", SHOP, key="once").status_code == 201


def test_of_many_requests_with_one_key_one_acts(town: Town) -> None:
    before = _counts(town)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: town.post("/api/v1/businesses", SHOP, key="once"), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert _counts(town) == (before[0] + 1, before[1] + 1)


def test_a_key_is_remembered_for_a_day(town: Town) -> None:
    town.post("/api/v1/businesses", SHOP, key="once")
    town.clock[0] += timedelta(hours=23)
    assert forget_answers.run(town.plant) == "forgotten=0 tried=0 sign_ups=0 uploads=0"
    town.clock[0] += timedelta(hours=2)
    assert forget_answers.run(town.plant) == "forgotten=1 tried=0 sign_ups=0 uploads=0"


@pytest.mark.parametrize(
    "path", ["/api/v1/businesses", "/api/v1/pledges", "/api/v1/violations", "/api/v1/designations"]
)
@pytest.mark.parametrize(
    "header",
    [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}],
)
def test_without_a_valid_key_nothing_changes(town: Town, path: str, header: dict[str, str]) -> None:
    before = _counts(town)
    bodies = {
        "/api/v1/businesses": SHOP,
        "/api/v1/pledges": {"business_id": "x", "matter": "fuel"},
        "/api/v1/violations": {
            "business_id": "x",
            "authority": "局",
            "region": given.TOWN,
            "conduct_code": "other",
        },
        "/api/v1/designations": {"business_id": "x", "level": "city", "authority": "局"},
    }
    answer = town.post(path, bodies[path], account=None, headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert _counts(town) == before


@pytest.mark.parametrize("account", ["approver", "superior", "auditor", "admin"])
def test_only_an_officer_records(town: Town, account: str) -> None:
    before = _counts(town)
    assert town.post("/api/v1/businesses", SHOP, account=account).status_code == 403
    assert _counts(town) == before


def test_an_officer_records_only_in_the_own_region(town: Town) -> None:
    assert town.post("/api/v1/businesses", SHOP, account="officer").status_code == 201
    elsewhere = {**SHOP, "region": "410102"}
    assert town.post("/api/v1/businesses", elsewhere, account="officer").status_code == 403


def test_scores_are_for_those_who_supervise_the_region(town: Town) -> None:
    elsewhere = town.post("/api/v1/businesses", {**SHOP, "region": "410102"}).json()["id"]
    path = f"/api/v1/scores/{elsewhere}"
    assert town.get(path).status_code == 401
    foreign, unknown = town.get(path, "officer"), town.get("/api/v1/scores/nobody", "officer")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert town.get(path, "auditor").status_code == 200


def test_what_will_be_known_cannot_be_asked(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    path = f"/api/v1/scores/{business_id}"
    assert town.get(f"{path}?known_at=2030-01-01T00:00:00Z", "auditor").status_code == 422
    assert town.get(f"{path}?known_at=2026-01-01T00:00:00", "auditor").status_code == 422
    assert town.get(f"{path}?as_of=2026-13-01", "auditor").status_code == 400
