"""Runs: what they record, what they leave alone, and what survives a kill or a second worker."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from registry.audit.tables import AuditEntry
from registry.audit.work import Actor, Grant
from registry.businesses.tables import Business
from registry.errors import Conflict, Forbidden, Malformed
from registry.founding import job_actor
from registry.mergers.commands import UndoMerger, undo_merger
from registry.pledges.commands import BreakPledge, break_pledge
from registry.rulebook import Rulebook
from registry.scoring.commands import ScoreRunSummary, compute, compute_histogram, score_run
from registry.scoring.queries import current_score
from registry.scoring.tables import Score, ScoreRun
from registry.store.engine import reading, writing
from registry.store.outbox import backlog
from tests import given
from tests.scoring.histories import Author
from tests.scoring.rulebooks import LOCAL_LAW, national_and, point
from tests.scoring.telling import write

JOB = job_actor("nightly_score")
ON_RECORD = tuple[str, int, str | None]


def run(engine: Engine, now: datetime = given.NOW, **how: object) -> ScoreRunSummary:
    """Run by the job under the package's rulebook, unless said otherwise."""
    rulebook = how.pop("rulebook", None) or given.rulebook()
    return score_run(engine, rulebook, now=now, actor=JOB, **how)  # type: ignore[arg-type]


def on_record(engine: Engine) -> set[ON_RECORD]:
    """Return business, points and grade of every score that holds, as readers read it."""
    with reading(engine) as session:
        known = (current_score(session, business_id) for business_id in session.exec(select(Business.id)))
        return {(score.business_id, score.points, score.grade) for score in known if score is not None}


def computed(engine: Engine, rulebook: Rulebook, on: date, now: datetime) -> set[ON_RECORD]:
    """Return the same as a full computation gives it."""
    return {
        (row["business_id"], row["points"], row["grade"])
        for batch in compute(engine, rulebook, on, now)
        for row in batch.to_pylist()
    }


def count(session: Session, table: type) -> int:
    """Return how many rows a table has."""
    return session.exec(select(func.count()).select_from(table)).one()


def pledged(engine: Engine) -> tuple[str, str]:
    """Return a business and its pledge, the day before `given.TODAY`'s instant."""
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work)
        return business_id, given.pledge(work, business_id)


def test_a_business_without_facts_has_the_base(engine: Engine) -> None:
    """Nothing is known against it or for it."""
    given.registry(engine)
    with writing(engine) as session:
        business_id = given.business(given.work(session))
    summary = run(engine)
    assert on_record(engine) == {(business_id, 10_000, "A")}
    assert (summary.full, summary.scored, summary.changed) == (True, 1, 1)
    assert summary.as_json()["grades"] == {"A": 1}


def test_night_after_night_the_changed_ones_alone_equal_a_full_computation(engine: Engine) -> None:
    """What was recorded, began, aged, ended, or came under other rules is found every time."""
    given.registry(engine)
    write(engine, Author(7).stories(150))
    night = datetime(2024, 1, 30, 18, tzinfo=UTC)
    partial = 0
    for step in (0, 1, 28, 1, 31, 1, 200, 47, 1, 29, 90):
        night += timedelta(days=step)
        summary = run(engine, night, rulebook=LOCAL_LAW)
        assert on_record(engine) == computed(engine, LOCAL_LAW, summary.as_of_on, night)
        with reading(engine) as session:
            assert summary.scored >= summary.changed
            partial += not summary.full and summary.scored < count(session, Business)
    assert partial >= 8, "the nights no longer look at a part of the businesses"


def test_a_score_is_appended_only_when_it_changes(engine: Engine) -> None:
    """A broken pledge supersedes the score; a second run over the same facts writes no version."""
    business_id, pledge_id = pledged(engine)
    run(engine)
    later = given.NOW + timedelta(days=1)
    with writing(engine) as session:
        work = given.work(session, now=later)
        command = BreakPledge(
            pledge_id=pledge_id, expected_version=1, broken_on=given.TODAY, reason="短斤缺两"
        )
        break_pledge(work, command)
    assert run(engine, later).changed == 1
    assert run(engine, later, full=True).changed == 0
    with reading(engine) as session:
        versions = session.exec(select(Score).order_by(col(Score.version))).all()
    assert [(row.version, row.points, row.superseded_at) for row in versions] == [
        (1, 10_000, later),
        (2, 9_000, None),
    ]
    assert {row.business_id for row in versions} == {business_id}


def test_delivering_twice_equals_once(engine: Engine) -> None:
    """A run with nothing to do records no run and no audit entry."""
    pledged(engine)
    first = run(engine)
    again = run(engine)
    assert (first.run_id is None, again.run_id) == (False, None)
    assert again.grades == first.grades
    with reading(engine) as session:
        assert count(session, ScoreRun) == 1
        acts = session.exec(select(AuditEntry.act).where(AuditEntry.act == "scores.computed")).all()
        assert list(acts) == ["scores.computed"]


def test_a_run_settles_what_it_answers_and_tells_no_consumer(engine: Engine) -> None:
    """The grade is internal: its change reaches no index and no feed."""
    pledged(engine)
    with reading(engine) as session:
        for_search = backlog(session, "search")
        assert backlog(session, "score") > 0
    run(engine)
    with reading(engine) as session:
        assert backlog(session, "score") == 0
        assert backlog(session, "search") == for_search


def test_what_is_recorded_after_the_instant_of_a_run_is_left_to_the_next(engine: Engine) -> None:
    """A run that does not know a fact does not answer for it either."""
    business_id, _ = pledged(engine)
    run(engine)
    ahead = given.NOW + timedelta(hours=3)
    with writing(engine) as session:
        given.designation(given.work(session, now=ahead), business_id)
    assert run(engine, given.NOW + timedelta(hours=1)).run_id is None
    assert run(engine, ahead).scored == 1


def test_other_law_makes_the_run_a_full_one(engine: Engine) -> None:
    """A rulebook of another content is computed for everybody, whoever is told."""
    pledged(engine)
    run(engine)
    stricter = national_and([point("4115", "pledge", -100, "commitment")])
    summary = run(engine, rulebook=stricter)
    assert (summary.full, summary.changed) == (True, 1)


def test_a_rule_that_comes_into_force_makes_the_run_a_full_one(engine: Engine) -> None:
    """The content of the rulebook stays the same; the day chooses other rows of it."""
    tomorrow = given.TODAY + timedelta(days=1)
    coming = national_and([point("4115", "pledge", -100, "commitment", in_force_from=tomorrow)])
    pledged(engine)
    assert run(engine, rulebook=coming).changed == 1
    summary = run(engine, given.NOW + timedelta(days=1), rulebook=coming)
    assert (summary.full, summary.changed) == (True, 1)


def test_a_run_that_is_overtaken_starts_again(engine: Engine) -> None:
    """Of two workers the later writer never lays an older snapshot over a newer one."""
    business_id, _ = pledged(engine)
    overtaken = []

    def overtake(step: str, _rows: int) -> None:
        if step == "computed" and not overtaken:
            overtaken.append(step)
            with writing(engine) as session:
                given.business(given.work(session), "浉河区王记水产店")
            run(engine)

    summary = run(engine, progress=overtake)
    assert summary.run_id is None, "the second worker had done everything"
    assert len(on_record(engine)) == 2
    with reading(engine) as session:
        assert count(session, Score) == 2
        found = current_score(session, business_id)
        assert found is not None
        assert found.rulebook_hash == given.rulebook().hash


def test_a_run_with_a_clock_behind_the_last_one_is_refused(engine: Engine) -> None:
    """It would know less than what is on record."""
    pledged(engine)
    run(engine)
    with pytest.raises(Conflict) as refused:
        run(engine, given.NOW - timedelta(minutes=1))
    assert refused.value.code == "score.before_last_run"


def test_only_today_is_recorded_and_a_past_day_is_computed_without_a_trace(engine: Engine) -> None:
    """What held on a past day, as known at an instant, changes nothing on record."""
    pledged(engine)
    with pytest.raises(Malformed) as refused:
        run(engine, as_of=given.TODAY - timedelta(days=1))
    assert refused.value.code == "score.not_today"
    told = compute_histogram(engine, given.rulebook(), date(2024, 6, 30), given.NOW)
    assert (told["scored"], told["grades"], told["points"]) == (1, {"A": 1}, {"100": 1})
    unknown = compute_histogram(engine, given.rulebook(), date(2024, 6, 30), datetime(2024, 7, 1, tzinfo=UTC))
    assert unknown["scored"] == 0, "the business was not known yet"
    with reading(engine) as session:
        assert (count(session, Score), count(session, ScoreRun)) == (0, 0)


def test_who_is_no_officer_of_the_whole_country_runs_no_scores(engine: Engine) -> None:
    """A town's officer records facts; the run is for all."""
    pledged(engine)
    local = Actor("p", "officer", "AMR-411502", (Grant("officer", "411502"),))
    with pytest.raises(Forbidden):
        score_run(engine, given.rulebook(), now=given.NOW, actor=local)


def test_a_business_that_is_merged_keeps_no_score_of_its_own(engine: Engine, data_dir: Path) -> None:
    """Its score ends and none follows; were it itself again, the versions would go on."""
    business_id, _ = pledged(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), "浉河区王记水产店")
    run(engine)
    merger_id = given.merger(engine, data_dir, business_id, other)
    run(engine)
    assert {found for found, _, _ in on_record(engine)} == {other}
    with writing(engine) as session:
        work = given.work(session)
        undo = UndoMerger(merger_id=merger_id, reason="两家店", document_id=given.paper(work, data_dir))
        undone = undo_merger(work, undo).id
    given.decided(engine, undone or "")
    run(engine)
    assert {found for found, _, _ in on_record(engine)} == {other, business_id}
    with reading(engine) as session:
        found = current_score(session, business_id)
        assert found is not None
        assert found.version == 2
