"""The changes of the lists over HTTP: the feed, and Atom."""

from xml.etree import ElementTree as Xml

import pytest

from registry.publication.events import forget_events
from registry.store.engine import writing
from tests.api.conftest import Town
from tests.lists.cases import Case
from tests.publication.test_events import kept_for, withdraw

ATOM = "{http://www.w3.org/2005/Atom}"


def led(town: Town) -> Case:
    return Case(town.plant.engine, town.plant.settings.data_dir, town.clock[0])


def test_the_feed_is_read_on_from_the_number_that_it_gives(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    withdraw(case, entry_id)
    first = town.get("/api/v1/events", params={"limit": 1}).json()
    assert (len(first["items"]), first["more"]) == (1, True)
    rest = town.get("/api/v1/events", params={"after": first["after"]}).json()
    assert [one["act"] for one in rest["items"]] == ["entry.withdrawn"]
    assert rest["items"][0]["entry_id"] == entry_id
    nothing = town.get("/api/v1/events", params={"after": rest["after"]}).json()
    assert (nothing["items"], nothing["after"], nothing["more"]) == ([], rest["after"], False)


def test_a_number_that_is_too_old_is_answered_by_a_typed_problem(town: Town) -> None:
    case = led(town)
    case.blacklisted()
    with writing(town.plant.engine) as session:
        later = case.now.replace(year=case.now.year + 1)
        assert forget_events(session, kept_for(1), later) == 1
    answer = town.get("/api/v1/events")
    assert (answer.status_code, answer.json()["type"]) == (
        410,
        "urn:honest-metrology:refusal:events.forgotten",
    )


@pytest.mark.parametrize("asked", [{"after": "-2"}, {"after": "x"}, {"region": "41"}, {"limit": "0"}])
def test_a_malformed_question_is_refused_with_its_field(town: Town, asked: dict[str, str]) -> None:
    answer = town.get("/api/v1/events", params=asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/" + next(iter(asked))


def test_atom_feeds_of_list_region_and_business_tell_of_a_listing_without_a_name(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    town.clock[0] = case.now
    business_id = town.get(f"/api/v1/lists/henan_black/entries/{entry_id}").json()["business_id"]
    for name in ("list-henan_black", "region-411500", f"business-{business_id}"):
        answer = town.get(f"/api/v1/feeds/{name}.atom")
        assert answer.headers["content-type"].startswith("application/atom+xml")
        entries = Xml.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314  # our own answer
        assert len(entries) == 1
        assert entry_id in str(entries[0].find(f"{ATOM}link").get("href"))  # type: ignore[union-attr]
        assert "李记" not in answer.text


def test_the_feed_of_a_business_forgets_an_entry_that_was_withdrawn(town: Town) -> None:
    case = led(town)
    entry_id = case.blacklisted()
    town.clock[0] = case.now
    business_id = town.get(f"/api/v1/lists/henan_black/entries/{entry_id}").json()["business_id"]
    withdraw(case, entry_id)
    assert entry_id not in town.get(f"/api/v1/feeds/business-{business_id}.atom").text
    assert entry_id in town.get("/api/v1/feeds/list-henan_black.atom").text


@pytest.mark.parametrize(
    "name",
    [
        "list-none.atom",
        "region-999999.atom",
        "x.atom",
        "business-none.atom",
        "business-\uffff.atom",
        "list-henan_black",
    ],
)
def test_a_feed_that_there_is_not_is_not_found(town: Town, name: str) -> None:
    answer = town.get(f"/api/v1/feeds/{name}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "feed.unknown")
