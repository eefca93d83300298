"""What a search finds and what stands on a list is taken along as a sheet that says what the pages say."""

import csv
from io import StringIO

import pytest

from tests.public_site.reading import Page, Site
from tests.public_site.town import CHEAT, FORGIVEN, PERSON, Town


def rows(site: Site, address: str) -> list[dict[str, str]]:
    """Read a sheet."""
    answer = site.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_a_list_holds_its_entries_and_none_that_was_taken_back(site: Site, town: Town) -> None:
    found = rows(site, "/lists/henan_black/export/entries.csv")
    assert [row["名称"] for row in found] == [CHEAT]
    assert found[0]["网址"].endswith(f"/lists/henan_black/entries/{town.entries['cheat']}")
    assert FORGIVEN not in str(found)
    assert rows(site, "/lists/henan_black/export/entries.csv?region=410100") == []


def test_a_search_is_taken_along_as_its_page_shows_it_and_names_no_natural_person(site: Site) -> None:
    page = Page(site.get("/search?q=浉河").text)
    links = {one.attributes["href"] for one in page.all("a")}
    shown = {one.removeprefix("/businesses/") for one in links if one.startswith("/businesses/")}
    found = rows(site, "/search/export/results.csv?q=浉河")
    assert {row["编号"] for row in found} == shown
    assert found
    assert all(row["依据"] for row in found)
    assert PERSON not in str(rows(site, "/search/export/results.csv?region=411502"))
    assert "/search/export/results.xlsx?q=%E6%B5%89%E6%B2%B3" in links


@pytest.mark.parametrize("address", ["/search/export/results", "/lists/henan_black/export/entries"])
def test_both_forms_are_offered_and_no_other(site: Site, address: str) -> None:
    assert site.get(f"{address}.xlsx").content[:2] == b"PK"
    assert site.get(f"{address}.pdf").status_code == 404
    assert site.get(f"{address}.csv").headers["content-disposition"].startswith("attachment")


def test_a_list_that_is_not_in_force_and_a_question_without_sense_are_refused(site: Site) -> None:
    assert site.get("/lists/none/export/entries.csv").status_code == 404
    assert site.get("/search/export/results.csv?sector=zz").status_code in (400, 422)
