"""What every page keeps: no script of others, labels, landmarks, words from the catalogue, its headers."""

import json
from itertools import pairwise

import pytest

from tests.public_site.conftest import client_of
from tests.public_site.reading import Page, Site
from tests.public_site.town import Town

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def is_english(path: str) -> bool:
    """Say whether an address asks for English."""
    return "lang=en" in path


def test_a_page_has_no_script_but_modules_of_ours(every_page: dict[str, str]) -> None:
    for path, html in every_page.items():
        page = Page(html)
        assert page.all("iframe", "object", "embed") == [], path
        for script in page.all("script"):
            if script.attributes["type"] == "application/ld+json":  # data, which no browser runs
                assert json.loads(script.words)["@context"] == "https://schema.org", path
                continue
            assert script.attributes["type"] == "module", path
            assert script.attributes["src"].startswith("/static/"), path
            assert script.words == "", path
        handlers = [name for one in page.elements for name in one.attributes if name.startswith("on")]
        assert handlers == [], path


def test_a_page_carries_no_style_of_its_own_and_loads_nothing_from_elsewhere(
    every_page: dict[str, str],
) -> None:
    for path, html in every_page.items():
        page = Page(html)
        assert page.all("style") == [], path
        for element in page.elements:
            assert "style" not in element.attributes, path
            asset = element.tag == "link" and element.attributes["rel"] != "alternate"
            loaded = element.attributes.get("src") or (element.attributes["href"] if asset else None)
            assert loaded is None or loaded.startswith(("/static/", "/transparency/", "/lists/")), path


def test_every_form_control_has_a_label(every_page: dict[str, str]) -> None:
    for path, html in every_page.items():
        page = Page(html)
        labelled = {label.attributes["for"] for label in page.all("label") if label.words.strip()}
        controls = [
            one.attributes.get("id")
            for one in page.all("input", "select", "textarea")
            if one.attributes.get("type") != "hidden"
        ]
        assert set(controls) <= labelled, path
        assert all(button.words.strip() for button in page.all("button")), path


def test_a_page_has_one_heading_of_the_first_rank_and_skips_none(every_page: dict[str, str]) -> None:
    for path, html in every_page.items():
        ranks = [int(one.tag[1]) for one in Page(html).all("h1", "h2", "h3", "h4")]
        assert ranks.count(1) == 1, path
        assert ranks[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(ranks)), (
            path,
            ranks,
        )


def test_a_page_has_language_title_landmarks_and_a_way_past_the_navigation(
    every_page: dict[str, str],
) -> None:
    for path, html in every_page.items():
        page = Page(html)
        assert page.one("html").attributes["lang"] == ("en" if is_english(path) else "zh-CN"), path
        assert page.one("title").words.strip(), path
        assert page.one("main").attributes["id"] == "main", path
        assert page.all("header"), path
        assert page.all("footer"), path
        navigations = [one.attributes.get("aria-label") for one in page.all("nav")]
        assert all(navigations), path
        assert len(set(navigations)) == len(navigations), path
        assert page.all("a")[0].attributes["href"] == "#main", path


def test_identifiers_are_used_once_and_what_they_label_exists(every_page: dict[str, str]) -> None:
    for path, html in every_page.items():
        page = Page(html)
        known = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
        assert len(known) == len(set(known)), path
        for element in page.elements:
            for name in ("aria-labelledby", "aria-describedby"):
                assert set(element.attributes.get(name, "").split()) <= set(known), path
        within = {
            one.attributes["href"][1:] for one in page.all("a") if one.attributes["href"].startswith("#")
        }
        assert within <= set(known), path


def test_elements_are_closed_in_order(every_page: dict[str, str]) -> None:
    unbalanced = {path: found for path, html in every_page.items() if (found := Page(html).unbalanced)}
    assert unbalanced == {}


def test_no_code_of_the_catalogue_or_of_python_is_left_on_a_page(every_page: dict[str, str]) -> None:
    for path, html in every_page.items():
        words = Page(html).words
        for trace in ("None", "{{", "}}", "{%", "&lt;", "Undefined", "_"):
            assert trace not in words, (path, trace)


def test_every_link_inside_the_site_leads_somewhere(site: Site, every_page: dict[str, str]) -> None:
    addresses = {
        one.attributes["href"].partition("#")[0]
        for html in every_page.values()
        for one in Page(html).all("a", "link")
        if one.attributes["href"].startswith("/") and "hreflang" not in one.attributes  # the page itself
    }
    lost = {address: site.get(address).status_code for address in addresses}
    assert {address for address, status in lost.items() if status >= 400} == set()


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/lists/black", "/nowhere", "/businesses/none"])
def test_a_page_is_served_under_the_strict_policy(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in answer.headers


def test_a_page_says_that_its_merchants_are_invented_only_in_a_demonstration(
    town: Town, every_page: dict[str, str]
) -> None:
    with client_of(town, demonstration=True) as demonstration:
        for path in every_page:
            said = "Demonstration: merchants" if is_english(path) else "演示站：浉河区的商户"
            assert said in Page(demonstration.get(path).text).words, path
    for path, html in every_page.items():
        assert "演示站" not in html, path
        assert "Demonstration: merchants" not in html, path


def test_no_copy_of_a_page_may_be_kept_elsewhere_and_no_search_engine_lists_what_is_not_for_all(
    every_page: dict[str, str],
) -> None:
    for path, html in every_page.items():
        (robots,) = [one for one in Page(html).all("meta") if one.attributes.get("name") == "robots"]
        told = robots.attributes["content"].split(", ")
        assert "noarchive" in told, path
        withdrawn = "该条目已撤下" in html or "has been withdrawn" in html
        person = path.startswith("/businesses/") and (
            "名称未全部显示" in html or "The name is not shown" in html
        )
        assert ("noindex" in told) == (
            path.startswith(("/search", "/verify/", "/nowhere", "/report")) or withdrawn or person
        ), path
