"""The first page of a desk: what is due first, no more than it shows, and how much there is in all."""

from datetime import timedelta

from sqlalchemy import event
from sqlmodel import Session, col, select

from public_site.desk.awaiting import A_GLANCE
from registry.identifiers import new_id
from registry.lists.tables import Proposal, ProposalDue
from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Browser, Town
from tests.desk.leading import Desk, business_with_violation, proposed


def multiply(town: Town, case: str, numbers: range) -> None:
    """Let other businesses have a case like the given one, each due a day earlier than the last."""
    with writing(town.engine) as session:
        was = session.get_one(Proposal, case)
        due = session.exec(select(ProposalDue).where(col(ProposalDue.proposal_id) == case)).first()
        assert due is not None
        assert due.due_on is not None
        for number in numbers:
            business = given.business(given.work(session, "national", town.clock[0]), f"甲{number}店")
            _copied(session, was, due, business, due.due_on - timedelta(days=number + 1))


def _copied(session: Session, was: Proposal, due: ProposalDue, business: str, due_on: object) -> None:
    made = {**was.model_dump(), "id": new_id(), "business_id": business}
    session.add(Proposal(**made))
    session.flush()
    session.add(ProposalDue(**{**due.model_dump(), "proposal_id": made["id"], "due_on": due_on}))


def statements(town: Town, browser: Browser) -> int:
    """Return how many statements it takes to show the first page."""
    asked: list[str] = []

    def note(*call: object) -> None:
        asked.append(str(call[2]))

    event.listen(town.engine, "before_cursor_execute", note)
    browser.open("/desk")
    event.remove(town.engine, "before_cursor_execute", note)
    return len(asked)


def test_the_first_page_asks_as_much_of_the_database_for_few_cases_as_for_many(town: Town) -> None:
    case = proposed(town, *business_with_violation(town))
    browser = town.at_desk("officer")
    multiply(town, case, range(A_GLANCE))
    few = statements(town, browser)
    multiply(town, case, range(A_GLANCE, 3 * A_GLANCE))
    assert statements(town, browser) == few


def test_the_first_page_shows_what_is_due_first_and_counts_the_rest(town: Town) -> None:
    case = proposed(town, *business_with_violation(town))
    multiply(town, case, range(A_GLANCE + 3))
    page = town.at_desk("officer").open("/desk")
    shown = [one.words for one in page.all("h3")]
    assert len(shown) == A_GLANCE
    assert shown[0].startswith(f"甲{A_GLANCE + 2}店")
    assert f"{A_GLANCE + 4} 件" in page.words
    assert "等待您这一岗位" in page.words
    assert "等待您这一岗位" not in town.at_desk("auditor").open("/desk").words


def test_a_case_that_its_proposer_may_not_decide_awaits_the_other_who_may(town: Town) -> None:
    desk = Desk(town, {})
    case = proposed(town, *business_with_violation(town))
    assert case not in str(desk.of("approver").open("/desk").all("a"))
    assert case in str(desk.of("officer").open("/desk").all("a"))
