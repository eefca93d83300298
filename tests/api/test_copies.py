"""For those who keep copies: stale and withdrawn entries are named, and a clearance can be checked."""

import json
import shutil
from pathlib import Path

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.publication import clearance
from registry.publication.editions import prepare_edition
from registry.publication.files import build_files
from registry.publication.praise import SuspendEntry
from registry.publication.verify import said, verify
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town
from tests.lists.cases import Case
from tests.publication.ending import suspend_entry
from tests.publication.test_events import withdraw


def led(town: Town) -> Case:
    return Case(town.plant.engine, town.plant.settings.data_dir, town.clock[0])


def published(town: Town, case: Case, regime: str = "henan_black") -> list[dict[str, object]]:
    """Publish a list and return the rows of its file, as somebody keeps them."""
    town.clock[0] = case.now
    with writing(case.engine) as session:
        edition = prepare_edition(case.work(session, "national"), regime, "410000").id
    assert edition is not None
    build_files(case.engine, case.folder, edition)
    catalog = town.get("/api/v1/catalog").json()
    (found,) = [one for one in catalog["dcat:dataset"] if one["dct:identifier"].startswith(regime)]
    (rows,) = [one for one in found["dcat:distribution"] if one["dct:title"] == "entries.ndjson"]
    path = rows["schema:contentUrl"].removeprefix(town.plant.settings.public_url)
    return [json.loads(line) for line in town.get(path).text.splitlines()]


def checked(town: Town, *items: dict[str, object]) -> list[dict[str, object]]:
    answer = town.client.post("/api/v1/lists/check", json={"items": items})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_a_copy_is_current_until_the_entry_is_withdrawn(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    (row,) = published(town, case)
    kept = {"entry_id": entry_id, "leaf": row["leaf"]}
    assert checked(town, kept)[0]["state"] == "current"
    withdraw(case, entry_id)
    (said,) = checked(town, kept)
    assert (said["state"], said["ground"]) == ("withdrawn", "corrected")


def test_a_copy_of_what_is_said_differently_now_is_stale(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    published(town, case)
    assert checked(town, {"entry_id": entry_id, "leaf": "0" * 64})[0]["state"] == "stale"
    assert checked(town, {"entry_id": entry_id})[0]["state"] == "current"


def test_a_suspended_entry_is_not_to_be_shown_and_a_stranger_is_unknown(town: Town) -> None:
    case = led(town)
    entry_id = case.redlisted()
    town.clock[0] = case.now
    paper = case.paper("decision")
    with writing(case.engine) as session:
        suspend_entry(
            case.work(session, "approver"),
            SuspendEntry(entry_id=entry_id, expected_version=1, document_id=paper),
        )
    states = [one["state"] for one in checked(town, {"entry_id": entry_id}, {"entry_id": "nobody"})]
    assert states == ["suspended", "unknown"]


@pytest.mark.parametrize(
    "body",
    [{"items": []}, {"items": [{"entry_id": "a"}] * 1001}, {"items": [{"entry_id": "a", "leaf": "x"}]}, {}],
)
def test_a_malformed_copy_is_refused_with_its_field(town: Town, body: dict[str, object]) -> None:
    answer = town.client.post("/api/v1/lists/check", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/items")


def signed(answer: dict[str, object]) -> dict[str, object]:
    statement = answer["statement"]
    assert isinstance(statement, dict)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(answer["public_key"])))
    key.verify(bytes.fromhex(str(answer["signature"])), rfc8785.dumps(statement))
    return statement


def test_a_clearance_says_signed_and_dated_that_a_business_is_on_no_black_list(town: Town) -> None:
    case = led(town)
    business_id = case.business("浉河区诚信粮油店")
    answer = town.get("/api/v1/clearances", params={"business": business_id}).json()
    statement = signed(answer)
    assert statement["clear"] is True
    assert "henan_black" in {one["regime"] for one in statement["lists"]}  # type: ignore[attr-defined]
    with pytest.raises(InvalidSignature):
        signed({**answer, "statement": {**statement, "clear": False}})


def test_a_clearance_as_answered_is_found_genuine_by_the_verifier(town: Town, tmp_path: Path) -> None:
    business_id = led(town).business("浉河区诚信粮油店")
    answer = town.get("/api/v1/clearances", params={"business": business_id})
    place = tmp_path / "clearance.json"
    place.write_bytes(answer.content)
    assert verify([place], answer.json()["public_key"]) == []
    assert business_id in (said(place) or "")


def test_a_clearance_of_who_is_on_a_black_list_says_so(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    town.clock[0] = case.now
    business_id = town.get(f"/api/v1/lists/henan_black/entries/{entry_id}").json()["business_id"]
    statement = signed(town.get("/api/v1/clearances", params={"business": business_id}).json())
    assert (statement["clear"], statement["businesses"][0]["listed"]) == (False, ["henan_black"])  # type: ignore[index]
    withdraw(case, entry_id)
    statement = signed(town.get("/api/v1/clearances", params={"business": business_id}).json())
    assert statement["clear"] is True


def test_a_clearance_of_a_market_names_its_businesses_and_counts_its_persons(town: Town) -> None:
    case = led(town)
    case.business("浉河区诚信粮油店", market="东方红市场", stall="1号")
    case.business("王小明", kind="sole_trader", market="东方红市场", stall="2号")
    asked = {"region": given.TOWN, "market": "东方红市场"}
    statement = signed(town.get("/api/v1/clearances", params=asked).json())
    assert [one["name"] for one in statement["businesses"]] == ["浉河区诚信粮油店"]  # type: ignore[attr-defined]
    assert (statement["unnamed"], statement["clear"]) == (1, True)
    assert "王" not in json.dumps(statement, ensure_ascii=False)


def test_no_clearance_is_made_of_a_market_that_is_too_large_for_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearance, "MOST", 1)
    case = led(town)
    asked = {"region": given.TOWN, "market": "东方红市场"}
    case.business("浉河区诚信粮油店", market="东方红市场", stall="1号")
    assert town.get("/api/v1/clearances", params=asked).status_code == 200
    case.business("浉河区王记肉铺", market="东方红市场", stall="2号")
    answer = town.get("/api/v1/clearances", params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "clearance.too_many")


def test_files_that_a_withdrawal_has_just_deleted_are_a_conflict_and_no_failure(town: Town) -> None:
    case = led(town)
    case.blacklisted()
    published(town, case)
    for folder in (case.folder / "editions").rglob("g1"):
        shutil.rmtree(folder)  # as another process does, between the question and the answer
    (edition,) = town.get("/api/v1/lists/henan_black/editions").json()
    case.redlisted()  # nothing is answered from memory
    assert {town.get(path).status_code for path in edition["files"]} == {409}
    assert town.get("/api/v1/catalog").json()["dcat:dataset"] == []


def test_no_clearance_is_made_of_a_natural_person(town: Town) -> None:
    person = led(town).business("王小明", kind="sole_trader", market="东方红市场", stall="2号")
    answer = town.get("/api/v1/clearances", params={"business": person})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "clearance.person")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"region": given.TOWN}, 422),
        ({"business": "x", "market": "y"}, 422),
        ({"business": "nobody"}, 404),
        ({"region": given.TOWN, "market": "无此市场"}, 404),
    ],
)
def test_a_question_for_nobody_is_refused(town: Town, asked: dict[str, str], status: int) -> None:
    assert town.get("/api/v1/clearances", params=asked).status_code == status


def test_the_catalogue_names_the_files_of_the_latest_editions_with_their_digests(town: Town) -> None:
    case = led(town)
    assert town.get("/api/v1/catalog").json()["dcat:dataset"] == []
    case.blacklisted()
    published(town, case)
    catalog = town.get("/api/v1/catalog")
    assert catalog.headers["content-type"].startswith("application/ld+json")
    (found,) = catalog.json()["dcat:dataset"]
    for file in found["dcat:distribution"]:
        path = file["schema:contentUrl"].removeprefix(town.plant.settings.public_url)
        assert len(town.get(path).content) == int(file["dcat:byteSize"]["@value"])
