"""Random officers, merchants and days: whatever they try, nothing is published without due process."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.audit.work import Work
from registry.lists import conditions, procedures
from registry.lists.commands import TakeStep
from registry.settings import read_settings
from registry.store.engine import checkpoint, reading
from tests.lists.cases import WHO
from tests.lists.driving import Driver
from tests.lists.reading import faults, papers_used_twice

log = logging.getLogger(__name__)

AT_ONCE = 2000
TOLD = 20_000  # acts after which a long run says how far it came
REACHED = ("publish", "list", "give", "hold_hearing", "answer", "answer_objection", "withdraw")
TRIED = (
    "step.same_person",
    "step.period_running",
    "step.consent_missing",
    "step.document_kind",
    "step.document_region",
    "answer.missing",
    "hearing.skipped",
    "hearing.too_soon",
    "version.stale",
)


def found_wrong(
    engine: Engine, folder: Path, acts: int, seed: int, tempted: Sequence[str] = ()
) -> tuple[list[str], Driver]:
    """Drive, and read every entry; stop at the first that is wrong.

    Args:
        engine: Of an empty registry.
        folder: Where its papers go.
        acts: How many are tried.
        seed: Of the choices.
        tempted: Steps that the proposer mostly tries to take too.
    """
    driver = Driver(
        engine, read_settings(data_dir=folder), seed, who={**WHO, **dict.fromkeys(tempted, "officer")}
    )
    wrong: list[str] = []
    for start in range(0, acts, AT_ONCE):
        since = driver.now
        driver.run(min(AT_ONCE, acts - start))
        with reading(engine) as session:
            wrong = list(faults(session, since))
        checkpoint(
            engine
        )  # as the process that holds the folder does, or the log of a million acts fills the disk
        if start % TOLD == 0:
            log.info("%d acts, the day is %s", start + AT_ONCE, driver.now.date())
        if wrong:
            break
    with reading(engine) as session:
        wrong += papers_used_twice(session)
    return wrong, driver


@pytest.mark.parametrize(
    "acts", [pytest.param(20_000, id="ordinary"), pytest.param(1_000_000, id="long", marks=pytest.mark.long)]
)
def test_no_entry_is_published_without_due_process(sqlite_engine: Engine, data_dir: Path, acts: int) -> None:
    wrong, driver = found_wrong(sqlite_engine, data_dir, acts, seed=20260401)
    assert wrong == []
    assert all(driver.tried[f"done {act}"] >= acts // 4000 for act in REACHED), driver.tried
    assert all(driver.tried[f"refused {code}"] > 0 for code in TRIED), driver.tried


def test_the_same_acts_are_tried_on_every_run(
    sqlite_engine: Engine, postgres_engine: Engine, data_dir: Path
) -> None:
    ways = [found_wrong(one, data_dir, 1500, seed=7)[1] for one in (sqlite_engine, postgres_engine)]
    assert ways[0].tried == ways[1].tried
    assert ways[0].now == ways[1].now


def test_no_entry_is_published_without_due_process_on_the_other_database(
    postgres_engine: Engine, data_dir: Path
) -> None:
    wrong, _ = found_wrong(postgres_engine, data_dir, 2000, seed=20251225)
    assert wrong == []


BROKEN: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "no period is waited for": ("review", {"waits": ()}, "the period had not gone by"),
    "anybody decides": ("decide", {"another_person": False}, "the case names other persons"),
    "a hearing is passed over": ("request_hearing", {"after": "heard"}, "asked for in time and not held"),
    "the proposer holds the hearing": (
        "hold_hearing",
        {"not_proposer": False},
        "hearing held by who proposed",
    ),
    "any paper will do": ("decide", {"documents": ("decision", "pledge")}, "no paper of its kind"),
    "no consent from above": ("consent", {"superior": False}, "consent of another office"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_rule_is_seen(
    fault: str, sqlite_engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, changes, seen_as = BROKEN[fault]
    steps = tuple(replace(one, **changes) if one.name == name else one for one in procedures.BLACK)
    monkeypatch.setitem(procedures.PROCEDURES, "black", steps)  # type: ignore[arg-type]
    tempted = [name] if {"another_person", "not_proposer"} & set(changes) else []
    wrong, _ = found_wrong(sqlite_engine, data_dir, 20_000, seed=1, tempted=tempted)
    assert any(seen_as in one for one in wrong), wrong[:3]


def test_points_that_may_stay_unanswered_are_seen(
    sqlite_engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditions, "ALL_ANSWERED", ())
    wrong, _ = found_wrong(sqlite_engine, data_dir, 20_000, seed=1)
    assert any("answered by" in one for one in wrong), wrong[:3]


def test_a_step_dated_at_will_is_seen(
    sqlite_engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dated = conditions.day_of

    def at_will(work: Work, detail: TakeStep, not_before: date) -> date:
        """Date a statement by hand: steps with a paper are held by the day of the paper too."""
        return not_before if detail.step == "record_statement" else dated(work, detail, not_before)

    monkeypatch.setattr(conditions, "day_of", at_will)
    wrong, _ = found_wrong(sqlite_engine, data_dir, 20_000, seed=1)
    assert any("somebody's choice" in one for one in wrong), wrong[:3]
