"""How a pledge ends: broken, withdrawn, or by its term."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.log.tables import LogLeaf
from registry.pledges import commands, queries
from registry.pledges.commands import BreakPledge, FilePledge, WithdrawPledge
from registry.pledges.tables import Pledge
from registry.store.engine import reading, writing
from tests import given

DAY = date(2026, 9, 1)


def _pledge(engine: Engine, valid_through: date | None = None) -> tuple[str, str]:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work)
        return business_id, given.pledge(work, business_id, valid_through=valid_through)


def _broken(pledge_id: str, version: int = 1, day: date = DAY) -> BreakPledge:
    return BreakPledge(pledge_id=pledge_id, expected_version=version, broken_on=day, reason="复检不合格")


def test_a_broken_pledge_holds_until_the_day_of_the_breach_and_not_on_it(engine: Engine) -> None:
    business_id, pledge_id = _pledge(engine, valid_through=date(2027, 3, 14))
    with writing(engine) as session:
        outcome = commands.break_pledge(given.work(session, "officer"), _broken(pledge_id))
    assert (outcome.what, outcome.id) == ("changed", pledge_id)
    with reading(engine) as session:
        row = queries.pledges_of(session, business_id)[0]
        leaf = session.exec(select(LogLeaf.act).where(LogLeaf.act == "pledge.broken")).all()
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "pledge.broken")).all()
    assert (row.version, row.broken_on, row.held_from_on, row.held_to_on) == (2, DAY, date(2026, 3, 15), DAY)
    assert leaf == ["pledge.broken"]
    assert len(entries) == 1


def test_the_version_before_the_breach_can_still_be_read(engine: Engine) -> None:
    _business_id, pledge_id = _pledge(engine)
    later = datetime(2026, 11, 21, tzinfo=UTC)
    with writing(engine) as session:
        commands.break_pledge(given.work(session, now=later), _broken(pledge_id))
    with reading(engine) as session:
        versions = session.exec(select(Pledge).order_by(Pledge.version)).all()  # type: ignore[arg-type]
    assert [(row.broken_on, row.superseded_at) for row in versions] == [(None, later), (DAY, None)]


def test_a_stale_version_is_refused(engine: Engine) -> None:
    _business_id, pledge_id = _pledge(engine)
    with writing(engine) as session:
        commands.break_pledge(given.work(session), _broken(pledge_id))
    withdrawal = WithdrawPledge(pledge_id=pledge_id, expected_version=1, withdrawn_on=DAY)
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.withdraw_pledge(given.work(session), withdrawal)
    assert (refused.value.code, refused.value.params["current"]) == ("version.stale", 2)


def test_a_breach_is_established_once(engine: Engine) -> None:
    _business_id, pledge_id = _pledge(engine)
    with writing(engine) as session:
        commands.break_pledge(given.work(session), _broken(pledge_id))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.break_pledge(given.work(session), _broken(pledge_id, version=2))
    assert refused.value.code == "pledge.broken"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        pytest.param(date(2026, 3, 14), "pledge.not_held", id="before it was made"),
        pytest.param(date(2026, 10, 1), "pledge.not_held", id="after its term"),
        pytest.param(date(2026, 11, 21), "day.ahead", id="on a day ahead"),
    ],
)
def test_a_pledge_is_broken_only_while_it_holds(engine: Engine, day: date, code: str) -> None:
    _business_id, pledge_id = _pledge(engine, valid_through=date(2026, 9, 30))
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.break_pledge(given.work(session), _broken(pledge_id, day=day))
    assert (refused.value.code, refused.value.field) == (code, "broken_on")


def test_a_pledge_may_be_broken_on_the_last_day_of_its_term(engine: Engine) -> None:
    _business_id, pledge_id = _pledge(engine, valid_through=DAY)
    with writing(engine) as session:
        assert commands.break_pledge(given.work(session), _broken(pledge_id)).what == "changed"


def test_a_withdrawn_pledge_no_longer_holds_and_is_not_revived_by_filing_it_again(engine: Engine) -> None:
    business_id, pledge_id = _pledge(engine)
    with writing(engine) as session:
        command = WithdrawPledge(pledge_id=pledge_id, expected_version=1, withdrawn_on=DAY)
        commands.withdraw_pledge(given.work(session), command)
    with writing(engine) as session:
        again = FilePledge(business_id=business_id, matter="retail_weighing", pledged_on="2026-03-15")
        assert commands.file_pledge(given.work(session), again).what == "unchanged"
    with reading(engine) as session:
        (row,) = queries.pledges_of(session, business_id)
        assert (row.withdrawn_on, row.held_to_on) == (DAY, DAY)
        assert session.exec(select(LogLeaf.act).where(LogLeaf.act == "pledge.withdrawn")).all()


def test_only_an_officer_of_the_region_ends_a_pledge_that_exists(engine: Engine) -> None:
    _business_id, pledge_id = _pledge(engine)
    with writing(engine) as session, pytest.raises(Forbidden):
        commands.break_pledge(given.work(session, "approver"), _broken(pledge_id))
    with writing(engine) as session, pytest.raises(NotFound):
        commands.break_pledge(given.work(session), _broken("none"))
