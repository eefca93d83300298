"""Both languages: in the address and not in a cookie, kept from page to page, and named in the head."""

from collections.abc import Callable

import pytest

from public_site.reader import in_english
from tests.public_site.reading import Page, Site

Read = Callable[..., Page]
OWN = ("/static/", "/api")  # files, and what programs read


def test_an_english_page_keeps_its_language_on_every_link_form_and_picture(
    every_page: dict[str, str],
) -> None:
    for path, html in every_page.items():
        if "lang=en" not in path:
            continue
        page = Page(html)
        for one in page.all("a", "img"):
            address = one.attributes.get("href") or one.attributes.get("src", "")
            if address.startswith("/") and not address.startswith(OWN) and "hreflang" not in one.attributes:
                assert "lang=en" in address, (path, address)
        forms = [form for form in page.all("form") if form.attributes["method"] == "get"]
        hidden = [one for one in page.all("input") if one.attributes.get("name") == "lang"]
        assert [one.attributes["value"] for one in hidden] == ["en"] * len(forms), path


def test_a_page_leads_to_the_same_page_in_the_other_language_and_back(read: Read) -> None:
    asked = "/search?q=%E6%B5%89%E6%B2%B3&sector=restaurant"
    (there,) = [one for one in read(asked).all("a") if "hreflang" in one.attributes]
    assert there.attributes["href"] == f"{asked}&lang=en"
    assert there.attributes["lang"] == there.attributes["hreflang"] == "en"
    (back,) = [one for one in read(there.attributes["href"]).all("a") if "hreflang" in one.attributes]
    assert back.attributes["href"] == asked


def test_a_page_names_its_versions_for_search_engines_under_the_public_address(read: Read) -> None:
    named = {
        one.attributes["hreflang"]: one.attributes["href"]
        for one in read("/lists/red?lang=en").all("link")
        if "hreflang" in one.attributes
    }
    site = "http://127.0.0.1:8000"
    assert named == {"zh-CN": f"{site}/lists/red", "en": f"{site}/lists/red?lang=en"}


@pytest.mark.parametrize("query", ["?lang=fr", "?lang=", "?lang=EN", ""])
def test_what_is_no_language_of_ours_is_chinese(site: Site, query: str) -> None:
    answer = site.get(f"/about{query}", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "zh-CN"
    assert "vary" not in answer.headers


def test_a_page_that_is_not_found_speaks_the_language_that_was_asked_for(site: Site) -> None:
    answer = site.get("/nowhere?lang=en")
    assert (answer.status_code, answer.headers["content-language"]) == (404, "en")


def test_a_quoted_address_in_a_name_is_no_link() -> None:
    shown = "<p>href=&#34;/x&#34;</p>"
    assert in_english(shown) == shown
    assert in_english('<a href="/a?b=c#d">') == '<a href="/a?b=c&amp;lang=en#d">'
