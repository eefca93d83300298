"""Everybody can use every page: in words for people, axe finds nothing, the keyboard is enough."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import DESK, go, opened
from tests.journeys.serving import Server
from tests.journeys.test_browser import a_listed
from tests.journeys.walking import PUBLIC, ROWS, Walk, codes_shown

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}  # 1280 wide at 400 per cent (WCAG 2.2, 1.4.10)
SIZES = (DESK, NARROW)
NO_PAGES = {"/.well-known/security.txt"}  # a file, where the installation names a contact
TAKES_FOCUS = "a[href], button, input:not([type=hidden]), textarea, select, summary"
TO_FILL_IN = "main form[method=post]:has([required])"
AXE = "rules => axe.run({resultTypes: ['violations'], rules})"
COLOURS = {"color-contrast": {"enabled": False}}  # the most work for axe; done at the other width
EMPTIED = """form => {
    form.noValidate = true;
    for (const field of form.querySelectorAll('input:not([type=hidden]), textarea, select')) {
        if (['checkbox', 'radio'].includes(field.type)) field.checked = false;
        else field.value = '';
    }
}"""
UNTIED = """() => [...document.querySelectorAll('.fault')].filter(
    fault => !document.querySelector(`[aria-describedby~="${CSS.escape(fault.id)}"]`)
).map(fault => fault.id).concat(
    [...document.querySelectorAll('.faults a')].filter(
        link => !document.getElementById(decodeURIComponent(link.hash.slice(1)))
    ).map(link => link.hash)
)"""
FOCUS = """() => {
    const style = getComputedStyle(document.activeElement);
    return [document.activeElement === document.body, style.outlineStyle, parseFloat(style.outlineWidth)];
}"""


@pytest.fixture(scope="module")
def walk(chromium: Browser, town: Server) -> Walk:
    """Every page that somebody of the town is shown."""
    found = Walk(town)
    for person in (PUBLIC, *town.passwords):
        with opened(chromium, town, scripts=False, account=person) as page:
            found.follow(person, page.context)
    return found


def by_person(walk: Walk) -> Iterator[tuple[str, list[str]]]:
    """Return who looks at which addresses."""
    ordered = sorted(walk.pages.values(), key=lambda one: (one.person, one.address))
    for person, visits in groupby(ordered, key=lambda one: one.person):
        yield person, [visit.address for visit in visits]


def found_by_axe(page: Page, rules: Any = None) -> list[str]:
    """Return what axe-core holds against a page, of whatever impact."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    told: dict[str, Any] = page.evaluate(AXE, rules or {})
    return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in told["violations"]]


def held_against(page: Page) -> list[str]:
    """Return what is wrong with a page at either width."""
    said = []
    for size in SIZES:
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        said += [f"{wide} wide"] if wide > size["width"] else []
        said += found_by_axe(page, None if size is DESK else COLOURS)
    return said


def in_language(path: str, language: str) -> str:
    """Return the address of a page in a language."""
    return path if language == "zh" else f"{path}{'&' if '?' in path else '?'}lang={language}"


def test_somebody_is_led_to_every_page_of_the_table(walk: Walk) -> None:
    assert {row for row in ROWS if row not in walk.reached} == NO_PAGES


def test_no_page_shows_people_the_words_of_programs(walk: Walk) -> None:
    assert walk.codes == {}


def test_a_word_of_programs_is_seen_where_people_read_and_nowhere_else() -> None:
    assert codes_shown('<p class="x_y"><b>water_meter</b>水表</p>') == {"water_meter"}
    assert codes_shown('<code>water_meter</code><a class="code" href="/">water_meter</a>') == set()


def test_no_two_pages_have_the_same_title(walk: Walk) -> None:
    shapes = defaultdict(set)
    for shape, visit in walk.pages.items():
        shapes[visit.title].add(shape.partition(" ")[0])
    assert {title: of for title, of in shapes.items() if len(of) > 1} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_any_page_and_nothing_is_wider_than_the_screen(
    chromium: Browser, town: Server, walk: Walk, language: str
) -> None:
    held: dict[str, list[str]] = {}
    for person, addresses in by_person(walk):
        with opened(chromium, town, scripts=True, account=person) as page:
            for address in addresses:
                go(page, in_language(address, language))
                assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
                if said := held_against(page):
                    held[f"{person} {page.url}"] = said
    assert held == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_a_form_with_faults_and_each_fault_is_told_with_its_field(
    chromium: Browser, town: Server, walk: Walk, language: str
) -> None:
    held: dict[str, list[str]] = {}
    shown = 0
    for person, addresses in by_person(walk):
        with opened(chromium, town, scripts=True, account=person) as page:
            for address in addresses:
                for at in range(_forms(page, in_language(address, language))):
                    send_empty(page, in_language(address, language), at)
                    shown += 1
                    if said := [*page.evaluate(UNTIED), *held_against(page)]:
                        held[f"{person} {address} {at}"] = said
    assert held == {}
    assert shown > len(town.passwords)


def _forms(page: Page, address: str) -> int:
    go(page, address)
    return page.locator(TO_FILL_IN).count()


def send_empty(page: Page, address: str, at: int) -> None:
    """Send one of the forms of a page with nothing filled in; it must be shown again with its faults."""
    go(page, address)
    form = page.locator(TO_FILL_IN).nth(at)
    form.evaluate(EMPTIED)
    with page.expect_navigation() as waiting:
        form.locator("button[type=submit]").first.click()
    answer = waiting.value
    assert answer is not None
    assert answer.status in (409, 422), f"{address} {answer.status}"
    assert page.locator(".faults li").count() > 0, address
    assert page.title().startswith(("有误", "Faults")), address


def test_a_search_needs_no_mouse_and_suggestions_speak_to_screen_readers(
    chromium: Browser, town: Server
) -> None:
    business = a_listed(town)
    with opened(chromium, town, scripts=True) as page:
        go(page, "/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        field = page.get_by_role("combobox")
        assert field.evaluate("one => one === document.activeElement")
        page.keyboard.type(business["uscc"][-8:])
        option = page.get_by_role("option", name=business["name"])
        option.wait_for()
        assert found_by_axe(page) == []
        page.keyboard.press("ArrowDown")
        assert option.get_attribute("aria-selected") == "true"
        assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/businesses/{business['id']}")


@pytest.mark.parametrize(
    ("person", "paths"),
    [
        (PUBLIC, ("/", "/search?q=浉河", "/lists/black", "/desk/sign-in")),
        ("officer", ("/desk", "/desk/cases", "/desk/sign-ups")),
    ],
)
def test_the_focus_is_seen_on_everything_that_takes_it(
    chromium: Browser, town: Server, person: str, paths: tuple[str, ...]
) -> None:
    with opened(chromium, town, scripts=True, account=person) as page:
        for path in paths:
            go(page, path)
            for _ in range(page.locator(TAKES_FOCUS).count()):
                page.keyboard.press("Tab")
                left, style, wide = page.evaluate(FOCUS)
                if left:
                    break
                assert style != "none", path
                assert wide >= 2, path
