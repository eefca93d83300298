"""The results page where a search server does not answer: it shows what the database found, and says so."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from tests.public_site.conftest import client_of
from tests.public_site.reading import Page, Site
from tests.public_site.town import Town

NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def silent(town: Town) -> Iterator[Site]:
    """A client of the pages, whose search server does not answer."""
    index = MeilisearchIndex(Address(NOBODY_LISTENS, "businesses"), write=False)
    with client_of(replace(town, index=index), demonstration=False) as client:
        yield client
    index.close()


def test_the_reader_is_told_that_the_database_answered(silent: Site, site: Site) -> None:
    name = site.get("/api/v1/businesses").json()["items"][0]["business"]["name"]
    told = Page(silent.get("/search", params={"q": name}).text)
    assert name in told.words
    assert "检索服务暂时没有应答" in told.words
    nothing = Page(silent.get("/search", params={"q": name[1:]}).text)
    assert "没有找到" in nothing.words
    assert "拼音首字母" not in nothing.words  # no advice that the database cannot follow
    assert "没有可以公开的记录" not in nothing.words  # that is not known without the index
    english = silent.get("/search", params={"q": "nothing like it", "lang": "en"}).text
    assert "The search index is not answering" in english
    assert "检索服务暂时没有应答" not in site.get("/search", params={"q": name}).text
    assert silent.get("/search").status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_of_what_was_found_says_so_as_its_page_does(silent: Site, site: Site, form: str) -> None:
    items = site.get("/api/v1/businesses").json()["items"]
    name = next(one["business"]["name"] for one in items if one["business"]["uscc"])
    asked = {"q": name}
    for pages, told in ((silent, True), (site, False)):
        first, *others = rows_of(pages.get(f"/search/export/results.{form}", params=asked).content, form)
        assert first[0].startswith("检索服务暂时没有应答") is told
        assert name in [row[0] for row in (others if told else [first, *others])]
        matched = pages.post("/match", data={"text": name[1:], "as": form}).content
        assert rows_of(matched, form)[0][0].startswith("检索服务暂时没有应答") is told


def rows_of(content: bytes, form: str) -> list[list[str]]:
    """Return the rows of a sheet below its headings."""
    if form == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1:]
    read = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in read[1:]]
