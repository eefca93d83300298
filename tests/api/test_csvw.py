"""The table of an edition is found with its description over HTTP, by the rules of CSV on the Web alone."""

import csv
import io
import json
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from registry.publication.editions import prepare_edition
from registry.publication.files import build_files, pending_builds
from registry.store.engine import reading, writing
from tests import given
from tests.api.conftest import Town
from tests.api.test_deltas import published
from tests.publication.histories import BOARD, History

CITY = "411500"


def tables(town: Town, history: History) -> dict[str, str]:
    """Publish the board of the same day for the city too; return the addresses of its tables by region."""
    case = history.case
    with writing(case.engine) as session:
        prepare_edition(case.work(session, "national"), BOARD, CITY)
    with reading(case.engine) as session:
        waiting = pending_builds(session)
    for edition_id in waiting:
        build_files(case.engine, case.folder, edition_id)
    newest: list[dict[str, Any]] = town.get(f"/api/v1/lists/{BOARD}/editions").json()
    found: dict[str, str] = {}
    for told in newest:
        address = next(one for one in told["files"] if urlsplit(one).path.endswith(".csv"))
        found.setdefault(told["region"], urljoin("http://testserver.local", address))
    return found


def rows(answer: httpx.Response) -> list[str]:
    """Return the leaves of a table."""
    return [row["leaf"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]


def test_description_found_by_link_or_by_name_leads_back_to_the_table_of_the_same_region(town: Town) -> None:
    history = published(town)
    found = tables(town, history)
    assert set(found) == {given.TOWN, CITY}
    for region, address in found.items():
        answer = town.get(address)
        assert answer.headers["content-type"].startswith("text/csv")
        linked = answer.links["describedby"]
        assert linked["type"] == "application/csvm+json"
        by_link = urljoin(address, linked["url"])
        by_name = urljoin(address, f"{address}-metadata.json")
        assert by_link == by_name
        description = town.get(by_link)
        assert description.headers["content-type"].startswith("application/csvm+json")
        table = urljoin(by_link, json.loads(description.content)["url"])
        assert table == address
        manifest = town.get(urljoin(address, "manifest.json")).json()
        assert manifest["statement"]["region"] == region
        assert len(rows(town.get(table))) == manifest["statement"]["entries"] == 3
    leaves = [set(rows(town.get(address))) for address in found.values()]
    assert not leaves[0] & leaves[1]
