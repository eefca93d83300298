"""Over HTTP: two persons merge two records, and the record given up leads to the survivor everywhere."""

from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town


def _two(town: Town) -> tuple[str, str, str]:
    engine = town.plant.engine
    with writing(engine) as session:
        work = given.work(session)
        document = given.paper(work, town.plant.settings.data_dir)
        return given.business(work, "老李鱼铺"), given.business(work), document


def test_a_merged_business_answers_308_and_is_found_under_the_survivor(town: Town) -> None:
    former, survivor, document = _two(town)
    town.deliver()
    body = {
        "kind": "duplicate",
        "former_id": former,
        "survivor_id": survivor,
        "reason": "同一经营者",
        "document_id": document,
    }
    proposed = town.post("/api/v1/mergers", body, "officer")
    assert proposed.status_code == 201
    merger_id = proposed.json()["id"]
    assert town.get(f"/api/v1/businesses/{former}").status_code == 200
    decision = {"decision": "approved"}
    own = town.post(f"/api/v1/mergers/{merger_id}/decision", decision, "officer")
    assert (own.status_code, own.json()["errors"][0]["code"]) == (403, "grant.missing")
    assert town.post(f"/api/v1/mergers/{merger_id}/decision", decision, "approver").status_code == 201
    town.deliver()
    for path in ("/api/v1/businesses", "/businesses"):
        answer = town.get(f"{path}/{former}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}/{survivor}")
    found = town.get("/api/v1/businesses", params={"q": "老李鱼铺"}).json()["items"]
    assert [one["business"]["id"] for one in found] == [survivor]


def test_officers_read_the_mergers_of_their_regions(town: Town) -> None:
    former, survivor, document = _two(town)
    body = {"former_id": former, "survivor_id": survivor, "reason": "转让", "document_id": document}
    town.post("/api/v1/mergers", {**body, "kind": "succession"})
    items = town.get("/api/v1/mergers", "officer", params={"business": former}).json()["items"]
    assert [(one["kind"], one["survivor_id"], one["decision"]) for one in items] == [
        ("succession", survivor, None)
    ]
    assert town.get("/api/v1/mergers", "officer", params={"business": "x"}).json()["items"] == []
    assert town.get("/api/v1/mergers").status_code == 401
    undo = {"reason": "误并", "document_id": document}
    refused = town.post("/api/v1/mergers/x/undoing", undo)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (404, "merger.unknown")
