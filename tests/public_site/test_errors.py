"""Pages where there is nothing to see: each status in its own words, for people and for search engines."""

from pathlib import Path

import pytest

from public_site.errors import error_page
from public_site.reader import LANGUAGES, Reader
from registry.settings import read_settings
from registry.texts import Language
from tests.public_site.reading import Page, Site

STATUSES = (400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)


def shown(
    status: int, language: Language, headers: dict[str, str] | None = None
) -> tuple[Page, dict[str, str]]:
    """Return the page of a status and its headers."""
    reader = Reader(read_settings(data_dir=Path("unused")), language, "/somewhere", ())
    answer = error_page(reader, status, headers or {})
    assert answer.status_code == status
    return Page(answer.content), dict(answer.headers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_words_of_its_own(language: Language) -> None:
    told = {status: shown(status, language)[0] for status in STATUSES}
    assert len({page.one("h1").words for page in told.values()}) == len(STATUSES)
    for status, page in told.items():
        assert str(status) in page.words
        assert {"/search", "/"} <= {one.attributes["href"].partition("?")[0] for one in page.all("a")}


def test_a_status_without_words_of_its_own_is_told_as_the_nearest() -> None:
    assert shown(418, "zh")[0].one("h1").words == shown(400, "zh")[0].one("h1").words
    assert shown(599, "zh")[0].one("h1").words == shown(500, "zh")[0].one("h1").words


def test_search_engines_list_no_page_of_an_error_and_are_told_when_to_come_back() -> None:
    page, headers = shown(503, "zh", {"Retry-After": "30", "X-Inside": "secret"})
    (robots,) = [one for one in page.all("meta") if one.attributes.get("name") == "robots"]
    assert "noindex" in robots.attributes["content"]
    assert {name.lower(): value for name, value in headers.items()}["retry-after"] == "30"
    assert "secret" not in str(headers)


def test_what_was_never_there_is_answered_as_a_page(site: Site) -> None:
    answer = site.get("/nowhere")
    assert answer.status_code == 404
    assert Page(answer.text).one("h1").words == "没有找到这个页面"
