"""Cases at the desks by the keyboard alone: the offices consent and decide."""

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import col, select

from public_site.texts import words
from registry.businesses.tables import BusinessVersion
from registry.lists.tables import Proposal
from registry.store.engine import open_engine, reading
from tests.journeys.browsing import go, opened
from tests.journeys.keyboard import Keyboard
from tests.journeys.serving import Server

pytestmark = pytest.mark.browser
t = words("zh")


STEPS = (("superior", "reviewed", "consent"), ("approver", "consented", "decide"))


def business_in(town: Server, state: str) -> str:
    """Return the name of a business whose case for the black list stands in a state."""
    engine = open_engine(f"sqlite:///{town.folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        found = session.exec(
            select(BusinessVersion.name)
            .join(Proposal, col(BusinessVersion.business_id) == col(Proposal.business_id))
            .where(Proposal.state == state, Proposal.regime == "henan_black")
            .where(col(BusinessVersion.superseded_at).is_(None))
        ).first()
    engine.dispose()
    assert found is not None
    return str(found)


def state_of(page: Page) -> str:
    """Return the state that the page of a case shows."""
    return page.locator("main .head .tag").nth(1).inner_text()


def take(page: Page, business: str, act: str, reasons: str) -> None:
    """Take a step to which the first page leads, with its reasons."""
    hand = Keyboard(page)
    line = page.locator("main .rows li", has_text=business).filter(has_text=act)
    assert line.count() == 1
    hand.follow(line.get_by_role("link").inner_text())
    hand.follow(act)
    hand.write("reasons", reasons)
    if page.locator('main [name="where"]').count():
        hand.write("where", "浉河区")
    hand.press(t("desk.cases.take"))


@pytest.mark.parametrize(("account", "state", "act"), STEPS)
def test_who_decides_without_a_reason_is_told_beside_the_field_and_nothing_is_done(
    chromium: Browser, town: Server, account: str, state: str, act: str
) -> None:
    business = business_in(town, state)
    with opened(chromium, town, scripts=True, account=account) as page:
        line = page.locator("main .rows li", has_text=business).filter(has_text=t(f"desk.act.{act}"))
        line.get_by_role("link").click()
        case = page.url
        page.get_by_role("link", name=t(f"desk.act.{act}"), exact=True).click()
        page.locator("#reasons").fill(" ")  # the browser takes a blank for words; the desk does not
        page.locator("main form button.main").click()
        assert page.locator("#reasons-fault").count() == 1
        go(page, case)
        assert state_of(page) == t.term("state", state)


@pytest.mark.parametrize(
    ("account", "led"),
    [
        ("superior", ("reviewed", "consent", "consented")),
        ("approver", ("consented", "decide", "decided")),
    ],
)
def test_another_person_finds_the_case_on_the_first_page_and_decides(
    chromium: Browser, town: Server, account: str, led: tuple[str, str, str]
) -> None:
    before, act, after = led
    business = business_in(town, before)
    with opened(chromium, town, scripts=False, account=account) as page:
        go(page, "/desk")
        take(page, business, t(f"desk.act.{act}"), "事实清楚，同意。")
        assert state_of(page) == t.term("state", after)
