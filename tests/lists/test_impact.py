"""What a new rulebook would do to entries: what it refuses and the one in force does not, nothing else."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.errors import Forbidden
from registry.lists.impact import FailingEntry, failing_entries
from registry.lists.tables import ListEntry, Proposal
from registry.rulebook import Deadline, ListRegime, Rulebook
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from tests import given
from tests.lists.cases import BLACK, RED, Case, begun
from tests.lists.test_board import derive
from tests.lists.test_red import nominated

HENAN, BOARD = "henan_black", "metrology_board"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def changed(code: str, **columns: Any) -> Rulebook:
    """Return the package's law with one list changed from its first day on."""
    (regime,) = [row for row in given.rulebook().rows(ListRegime) if row.code == code]
    return given.rulebook().with_rows([regime.model_copy(update=columns)])


def failing(
    case: Case, new: Rulebook, region: str = "000000", account: str = "national", old: Rulebook | None = None
) -> tuple[FailingEntry, ...]:
    with reading(case.engine) as session:
        work = Work(session, given.actor(session, account), case.now, old or given.rulebook())
        return failing_entries(work, new, region=region, progress=lambda _step, _rows: None)


def listed(case: Case) -> str:
    business_id = case.business()
    violation_id = case.violation(business_id)
    return case.lead(case.propose(business_id, violation_id), *BLACK)


def test_the_same_law_fails_nobody_and_another_list_s_law_neither(case: Case) -> None:
    listed(case)
    derive(case)
    assert failing(case, given.rulebook()) == ()
    assert failing(case, changed("henan_red", grounds=("designation",))) == ()


def test_a_list_that_no_longer_knows_the_ground_loses_the_entry_and_says_why(case: Case) -> None:
    entry_id = listed(case)
    (one,) = failing(case, changed(HENAN, grounds=("M51",)))
    assert (one.entry_id, one.regime, one.refusal.code) == (entry_id, HENAN, "ground.not_of_the_list")
    assert failing(case, changed(HENAN, grounds=("M51", "M48"))) == ()


def test_a_list_that_ends_a_term_that_is_over_and_a_sector_left_out_are_told(case: Case) -> None:
    listed(case)
    told = {
        name: [one.refusal.code for one in failing(case, new)]
        for name, new in {
            "ended": changed(HENAN, in_force_to=case.now.date()),
            "sector": changed(HENAN, sectors=("taxi",)),
            "term": changed(HENAN, term_months=0),
            "longer": changed(HENAN, term_months=60),
        }.items()
    }
    case.now += timedelta(days=1)
    assert told == {"ended": ["rule.absent"], "sector": ["listing.sector"], "term": [], "longer": []}
    assert [one.refusal.code for one in failing(case, changed(HENAN, term_months=0))] == ["impact.run_out"]


def test_a_board_that_asks_for_a_graver_class_loses_the_lesser_records(case: Case) -> None:
    case.violation(case.business())
    assert derive(case) == 1
    assert [one.refusal.code for one in failing(case, changed(BOARD, min_severity="serious"))] == [
        "ground.too_slight"
    ]


def test_praise_falls_where_the_new_law_looks_further_back(case: Case) -> None:
    proposal_id, business_id = nominated(case)
    case.lead(proposal_id, *RED)
    short = given.rulebook().with_rows([_record(1)])
    case.rulebook = short
    with writing(case.engine) as session:
        given.violation(
            case.work(session, "national"),
            business_id,
            decided_on=(case.now.date() - timedelta(days=90)).isoformat(),
        )
    assert [
        one.refusal.code for one in failing(case, given.rulebook().with_rows([_record(12)]), old=short)
    ] == ["listing.blemished"]


def _record(months: int) -> Deadline:
    return Deadline(
        code="red.clean_record",
        in_force_from=date(2020, 1, 1),
        tag="default",
        amount=months,
        unit="month",
        counts_from="decision",
    )


def test_only_the_region_that_was_asked_for_is_told_and_only_to_its_officer(case: Case) -> None:
    listed(case)
    new = changed(HENAN, grounds=("M51",))
    assert len(failing(case, new, "411500")) == 1
    assert failing(case, new, "410100") == ()
    with pytest.raises(Forbidden):
        failing(case, new, "000000", "officer")


def test_nothing_is_written(case: Case) -> None:
    listed(case)
    before = written(case.engine)
    failing(case, changed(HENAN, grounds=("M51",)))
    assert written(case.engine) == before


def written(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (AuditEntry, ListEntry, Outbox, Proposal)
        ]
