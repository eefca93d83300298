"""What search engines and finders of weaknesses look for: maps, robots.txt, security.txt, schema.org."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.public_site.conftest import client_of
from tests.public_site.reading import Page, Site
from tests.public_site.town import HOSTILE, Town

Read = Callable[..., Page]
SITE = "http://127.0.0.1:8000"


def mapped(site: Site, path: str) -> list[str]:
    """Return the paths that a map names, under the address of citizens."""
    answer = site.get(path)
    assert answer.status_code == 200
    found = re.findall(r"<loc>([^<]*)</loc>", answer.text)
    assert all(one.startswith(f"{SITE}/") for one in found)
    return [one.removeprefix(SITE) for one in found]


def test_the_maps_lead_to_every_page_and_to_no_natural_person(site: Site, town: Town) -> None:
    found = [path for one in mapped(site, "/sitemap.xml") for path in mapped(site, one)]
    assert {"/", "/data", "/lists/henan_black", f"/businesses/{town.businesses['model']}"} <= set(found)
    assert f"/businesses/{town.businesses['person']}" not in found
    assert f"/businesses/{town.businesses['stall']}" not in found
    assert {path: site.get(path).status_code for path in found} == dict.fromkeys(found, 200)
    assert site.get("/sitemaps/businesses-!.xml").status_code == 404


def test_robots_are_shown_the_map_and_kept_out_of_what_never_ends(site: Site) -> None:
    said = site.get("/robots.txt").text.splitlines()
    assert f"Sitemap: {SITE}/sitemap.xml" in said
    assert {"Disallow: /search", "Disallow: /desk"} <= set(said)
    assert "Disallow: /" not in said


def test_a_contact_for_weaknesses_is_told_only_where_there_is_one(
    site: Site, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.get("/.well-known/security.txt").status_code == 404
    monkeypatch.setenv("HM_SECURITY_CONTACT", "mailto:jiliang@example.cn")
    with client_of(town, demonstration=False) as told:
        said = told.get("/.well-known/security.txt").text
    assert "Contact: mailto:jiliang@example.cn\nExpires: 2027-12-31T00:00:00Z\n" in said


def test_a_business_is_described_in_data_and_a_natural_person_is_not(read: Read, town: Town) -> None:
    (script,) = read(f"/businesses/{town.businesses['hostile']}").all("script")
    assert json.loads(script.words)["name"] == HOSTILE
    assert read(f"/businesses/{town.businesses['person']}").all("script") == []


def test_the_history_of_a_business_stands_in_one_line_newest_first(read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['cheat']}")
    steps = [one.words for one in page.all("li") if "ol" in one.parents and "nav" not in one.parents]
    assert "列入河南省计量失信黑名单" in steps[0] or "列入" in steps[0]
    assert any("行政处罚决定" in one for one in steps)


def test_what_pages_say_in_data_is_whole_and_about_this_site(every_page: dict[str, str]) -> None:
    told = [
        (path, json.loads(script.words))
        for path, html in every_page.items()
        for script in Page(html).all("script")
        if script.attributes["type"] == "application/ld+json"
    ]
    assert {one["@type"] for _, one in told} >= {"WebSite", "DataCatalog", "LocalBusiness"}
    for path, one in told:
        assert one["url"].startswith(f"{SITE}/"), path
        assert one["name"], path
        assert None not in list(values_of(one)), path
        assert "" not in list(values_of(one)), path


def values_of(told: Any) -> Iterator[object]:
    """Return every value within a description."""
    if isinstance(told, dict):
        for value in told.values():
            yield from values_of(value)
    else:
        yield told


def test_every_desk_is_kept_from_search_engines_and_no_map_leads_there(site: Site) -> None:
    found = [path for one in mapped(site, "/sitemap.xml") for path in mapped(site, one)]
    assert [path for path in found if path.startswith("/desk")] == []
    for path in ("/desk/sign-in", "/desk/sign-up", "/desk/invitation"):
        (robots,) = [
            one for one in Page(site.get(path).text).all("meta") if one.attributes.get("name") == "robots"
        ]
        assert "noindex" in robots.attributes["content"], path
