"""What the law takes back is gone with the next delivery; what was not delivered shows as overdue."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import select

from jobs import nightly_score
from registry.publication import public_view
from registry.publication.answers import PublicEntry, Tombstone
from registry.repair.removals import Removal, removals
from registry.scoring.tables import Score
from registry.store.engine import reading
from registry.violations.queries import violations_of
from tests import given
from tests.jobs.conftest import Works
from tests.lists.cases import BLACK
from tests.lists.test_black import annul
from tests.repair import leading
from tests.scoring import oracle

DAY = timedelta(days=1)


def due(works: Works) -> list[Removal]:
    """Return what an officer of the town sees as due to go."""
    with reading(works.plant.engine) as session:
        return removals(works.case.work(session, "officer"), (given.TOWN,))


def test_an_annulled_penalty_takes_its_entry_back_with_the_next_delivery(works: Works) -> None:
    case = works.case
    business_id = case.business()
    fact = case.violation(business_id)
    entry_id = case.lead(case.propose(business_id, fact), *BLACK)
    works.deliver()
    assert due(works) == []
    annul(case, fact)
    works.deliver()
    assert isinstance(leading.shown(case, entry_id), Tombstone)
    assert due(works) == []
    with reading(works.plant.engine) as session:
        shown = public_view.business(session, business_id, case.now.date(), given.rulebook())
    assert shown is not None
    assert (shown.entries, shown.violations) == ((), ())


def test_what_was_not_delivered_is_overdue_after_three_working_days(works: Works) -> None:
    case = works.case
    business_id = case.business()
    fact = case.violation(business_id)
    entry_id = case.lead(case.propose(business_id, fact), *BLACK)
    case.now = datetime(2026, 12, 17, 2, tzinfo=UTC)  # a Thursday
    annul(case, fact)
    (waiting,) = due(works)
    assert (waiting.entry.entry_id, waiting.because, waiting.since) == (
        entry_id,
        "annulled",
        date(2026, 12, 17),
    )
    assert waiting.due_on == date(2026, 12, 22)  # Friday, Monday, Tuesday
    assert not waiting.overdue(date(2026, 12, 22))
    assert waiting.overdue(date(2026, 12, 23))
    assert isinstance(leading.shown(case, entry_id), PublicEntry)
    works.deliver()
    assert due(works) == []


def scored(works: Works, business_id: str) -> tuple[int, str | None]:
    """Run the night and return the score on record."""
    works.deliver()
    nightly_score.run(works.plant)
    with reading(works.plant.engine) as session:
        query = select(Score).where(Score.business_id == business_id, Score.superseded_at.is_(None))  # type: ignore[union-attr]
        score = session.exec(query).one()
    return score.points, score.grade


def verdict(works: Works, business_id: str) -> tuple[int, str | None]:
    """Return what the oracle says of the violations of a business."""
    with reading(works.plant.engine) as session:
        facts = [
            oracle.Fact(f"violation.{found.type_code}", decision.decided_on, found.repaired_on)
            for found, decision in violations_of(session, business_id)
            if decision.decided_on is not None
        ]
    said = oracle.score(given.rulebook(), given.TOWN, facts, works.case.now.date())
    assert said is not None
    return said.points, said.grade


def test_the_night_after_a_repair_and_after_its_revocation_scores_as_the_oracle_says(works: Works) -> None:
    case = works.case
    business_id = case.business()
    fact = case.violation(business_id)
    case.now = datetime(2026, 12, 1, 2, tzinfo=UTC)
    seen = [scored(works, business_id)]
    assert seen[-1] == verdict(works, business_id)
    case.now += DAY
    repair_id = leading.granted(case, fact, "violation")
    seen.append(scored(works, business_id))
    assert seen[-1] == verdict(works, business_id)
    case.now += DAY
    leading.revoke(case, repair_id)
    seen.append(scored(works, business_id))
    assert seen[-1] == verdict(works, business_id)
    before, repaired, again = (points for points, _ in seen)
    assert repaired > before
    assert again < repaired
