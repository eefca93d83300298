"""Delivery: the index follows the database, whatever dies on the way, and each job acts once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from jobs import deliver_outbox, lapse_publicity, mend_index, nightly_score, publish_due
from jobs.patience import LONGEST
from registry.audit.tables import AuditEntry
from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.lists.tables import ListEntry
from registry.publication.editions import editions, prepare_edition
from registry.publication.tables import Edition
from registry.scoring.tables import Score
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.violations.commands import change_decision_standing
from registry.violations.forms import ChangeDecisionStanding
from registry.violations.tables import PenaltyDecision
from tests import given
from tests.jobs.conftest import Works

BLACK = ("henan_black",)


class Killed(BaseException):
    """Stands for a process that is gone."""


def _refuse_to_write_one_by_one(_documents: object) -> int:
    raise AssertionError("a document was written to the index by itself")


def waiting(works: Works) -> int:
    with reading(works.plant.engine) as session:
        return outbox.backlog(session, "search")


def acts(works: Works) -> int:
    with reading(works.plant.engine) as session:
        return len(session.exec(select(AuditEntry.seq)).all())


def state_of(works: Works, entry_id: str) -> str:
    with reading(works.plant.engine) as session:
        query = select(ListEntry.state).where(ListEntry.entry_id == entry_id)
        return session.exec(query.where(ListEntry.superseded_at.is_(None))).one()


def test_what_is_recorded_is_found_after_delivery_and_nothing_waits(works: Works) -> None:
    business_id = works.case.business("浉河区李记水产店")
    assert works.found("水产") == set()
    assert waiting(works) == 1
    works.deliver()
    assert works.found("水产") == {business_id}
    assert waiting(works) == 0


def test_files_that_cannot_be_built_are_tried_less_often_and_hinder_no_others(works: Works) -> None:
    broken = _edition_of(works, works.case.blacklisted())
    whole = _edition_of(works, works.case.redlisted())
    folder = works.plant.settings.data_dir / "editions" / "henan_black"
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    with pytest.raises(ExceptionGroup, match="could not be built"):
        deliver_outbox.build_files(works.plant)
    assert (_built(works, broken), _built(works, whole)) == (False, True)
    assert deliver_outbox.build_files(works.plant) == 0  # left alone for a while
    works.case.now += timedelta(seconds=1)
    with pytest.raises(ExceptionGroup):
        deliver_outbox.build_files(works.plant)
    works.case.now += timedelta(seconds=1)
    assert deliver_outbox.build_files(works.plant) == 0  # the wait has doubled
    folder.unlink()
    works.case.now += LONGEST
    assert deliver_outbox.build_files(works.plant) == 1
    assert _built(works, broken)


def _edition_of(works: Works, entry_id: str) -> str:
    """Prepare an edition of the list that an entry stands on."""
    with writing(works.plant.engine) as session:
        query = select(ListEntry.regime).where(ListEntry.entry_id == entry_id)
        work = given.work(session, "national", works.case.now)
        outcome = prepare_edition(work, session.exec(query).one(), "410000")
    assert outcome.id is not None
    return outcome.id


def _built(works: Works, edition_id: str) -> bool:
    with reading(works.plant.engine) as session:
        edition = session.get_one(Edition, edition_id)
        return edition.built_generation == edition.generation


def test_delivery_brings_more_than_one_batch(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver_outbox, "BATCH", 3)
    for number in range(8):
        works.case.business(f"浉河区{number}号粮店")
    works.deliver()
    assert works.plant.index.count() == 8


def test_the_name_that_a_business_gave_up_stays_findable_as_former(works: Works) -> None:
    business_id = works.case.business("老城百货")
    works.deliver()
    with writing(works.plant.engine) as session:
        change_business(
            works.case.work(session, "national"),
            ChangeBusiness(
                business_id=business_id,
                expected_version=1,
                held_from_on=given.TODAY,
                what=RegisterBusiness(name="申城百货", region=given.TOWN, kind="enterprise"),
            ),
        )
    works.deliver()
    assert works.found("申城") == {business_id} == works.found("老城")


def test_delivery_withdraws_an_entry_whose_decision_fell(works: Works) -> None:
    entry_id = works.case.blacklisted()
    works.deliver()
    assert len(works.found(lists=BLACK)) == 1
    _annul(works)
    assert state_of(works, entry_id) == "published"
    works.deliver()
    assert state_of(works, entry_id) == "annulled"
    assert works.found(lists=BLACK) == set()
    assert len(works.found()) == 1


def test_an_entry_whose_decision_fell_is_withdrawn_though_the_search_server_is_silent(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = works.case.blacklisted()
    works.case.business("浉河区李记水产店")
    works.deliver()
    _annul(works)
    monkeypatch.setattr(deliver_outbox, "BATCH", 1)  # the index is told of one subject at a time
    works.plant.patience.failed(deliver_outbox.SERVER, works.plant.now())
    works.deliver()
    assert state_of(works, entry_id) == "annulled"
    assert waiting(works) > 0, "the index is told when its server answers again"


def _annul(works: Works) -> None:
    """Let the only penalty decision fall."""
    with writing(works.plant.engine) as session:
        decision_id = session.exec(select(PenaltyDecision.decision_id)).one()
        change_decision_standing(
            works.case.work(session, "national"),
            ChangeDecisionStanding(
                decision_id=decision_id,
                expected_version=1,
                standing="annulled",
                changed_on=works.case.now.date(),
                reason="行政复议决定撤销",
            ),
        )


def test_more_than_the_index_holds_is_read_at_once_and_entries_that_fell_are_withdrawn(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = works.case.blacklisted()
    names = {works.case.business(f"浉河区{number}号粮店") for number in range(8)}
    _annul(works)
    monkeypatch.setattr(deliver_outbox, "MANY", 3)
    monkeypatch.setattr(works.plant.index, "upsert", _refuse_to_write_one_by_one)
    works.deliver()
    assert names < works.found()
    assert works.found(lists=BLACK) == set()
    assert state_of(works, entry_id) == "annulled"
    assert waiting(works) == 0


@pytest.mark.parametrize("consumer", ["lists", "search"])
@pytest.mark.parametrize("after", ["sync", "settle"])
def test_a_delivery_that_dies_is_repeated_without_harm(
    works: Works, monkeypatch: pytest.MonkeyPatch, after: str, consumer: str
) -> None:
    """Between commit of the index and settling, and between settling and the next batch."""
    business_id = works.case.business("浉河区李记水产店")
    works.case.blacklisted("浉河区王记蔬菜店")
    whole = {"sync": deliver_outbox.sync, "settle": outbox.settle}[after]

    def die(*arguments: Any) -> None:
        whole(*arguments)
        if after == "sync" or {row.consumer for row in arguments[1]} == {consumer}:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deliver_outbox if after == "sync" else outbox, after, die)
        with pytest.raises(Killed):
            works.deliver()
    before = acts(works)
    assert waiting(works) > 0, "what was not settled waits"
    works.deliver()
    assert waiting(works) == 0
    assert business_id in works.found("水产")
    assert works.plant.index.count() == 2
    assert len(works.found(lists=BLACK)) == 1
    assert acts(works) == before


def test_a_term_that_runs_out_ends_the_entry_once_though_the_job_runs_twice(works: Works) -> None:
    entry_id = works.case.blacklisted()
    works.deliver()
    works.pass_days(5 * 366)
    assert lapse_publicity.run(works.plant) == "withdrawn=1 freed=0 suspended=0"
    before = acts(works)
    assert lapse_publicity.run(works.plant) == "withdrawn=0 freed=0 suspended=0"
    assert acts(works) == before
    assert state_of(works, entry_id) == "expired"
    works.deliver()
    assert works.found(lists=BLACK) == set()


def test_a_list_is_published_once_a_day_though_the_job_runs_twice(works: Works) -> None:
    works.case.blacklisted()
    publish_due.run(works.plant)
    before = acts(works)
    assert publish_due.run(works.plant) == "editions=0 retired=0"
    assert acts(works) == before
    works.deliver()
    with reading(works.plant.engine) as session:
        assert [one.entries for one in editions(session, "henan_black")] == [1]
        assert [one.built_generation for one in editions(session, "henan_black")] == [1]


def test_a_score_is_written_once_though_the_job_runs_twice(works: Works) -> None:
    works.case.pledge(works.case.business())
    assert nightly_score.run(works.plant) == "scored=1 changed=1"
    assert nightly_score.run(works.plant) == "scored=0 changed=0"
    with reading(works.plant.engine) as session:
        assert len(session.exec(select(Score.business_id)).all()) == 1


def test_a_pledge_that_runs_out_is_brought_to_the_index_by_night(works: Works) -> None:
    works.case.pledge(works.case.business(), valid_through="2026-11-30")
    works.deliver()
    assert mend_index.run(works.plant) == "differing=0"
    works.pass_days(20)
    assert mend_index.run(works.plant) == "differing=1"
    works.deliver()
    assert mend_index.run(works.plant) == "differing=0"


def test_a_difference_by_accident_is_mended_by_night(works: Works) -> None:
    business_id = works.case.business("浉河区李记水产店")
    works.deliver()
    works.plant.index.delete([business_id])
    works.plant.index.commit()
    mend_index.run(works.plant)
    works.deliver()
    assert works.found("水产") == {business_id}
