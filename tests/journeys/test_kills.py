"""Killed at each step of import, publication, delivery and rebuild, and run again: as after one clean run."""

import csv
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlmodel import Session, col, func, select

from jobs import deliver_outbox, process
from registry.accounts.commands import actor_by_account
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.businesses.tables import BusinessVersion
from registry.imports.rows import Businesses
from registry.lists.tables import EntryGround, ListEntry
from registry.log.tables import LogLeaf
from registry.publication.editions import rows_of
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.rulebook import load_rulebook
from registry.settings import read_settings
from registry.store import outbox
from registry.store.engine import open_engine, reading, writing
from registry.violations.commands import change_decision_standing
from registry.violations.forms import ChangeDecisionStanding
from registry.violations.tables import PenaltyDecision, Violation
from search_index.embedded import EmbeddedIndex
from tests.journeys.cases import today
from tests.journeys.conftest import Filled
from tests.journeys.serving import PATIENCE, command, environment

pytestmark = pytest.mark.long

PUBLISH = ("publish", "metrology_board", "--region", "411500", "--as", "city-officer")
PUBLISH_STEPS = {
    "rows written, state not": ("registry.publication.drafting:_written", "after", 1),
    "drafted, not prepared": ("registry.publication.editions:drafted", "after", 1),
    "prepared, no files begun": ("jobs.cli_publication:build_files", "before", 1),
    "in the midst of the files": ("registry.publication.files:_write_manifest", "before", 1),
    "files whole, not in place": ("registry.publication.files:_settle", "before", 1),
    "in place, not said": ("registry.publication.files:_say_built", "before", 1),
    "said": ("registry.publication.files:_say_built", "after", 1),
}
DELIVERY_STEPS = {
    "fallen entries withdrawn": ("jobs.deliver_outbox:withdraw_fallen", "after", 1),
    "index written, not committed": ("search_index.embedded:EmbeddedIndex.commit", "before", 1),
    "index committed, rows not settled": ("search_index.embedded:EmbeddedIndex.commit", "after", 1),
    "rows settled, next batch not begun": ("jobs.deliver_outbox:_deliver_search", "after", 1),
    "files of a changed edition deleted": (
        "registry.publication.files:_delete_other_generations",
        "after",
        1,
    ),
    "first edition built, others not": ("registry.publication.files:build_files", "after", 1),
}
REBUILD_STEPS = {
    "begun": ("search_index.generations:Generations.begin", "after", 1),
    "filled, not in use": ("search_index.generations:Generations.use", "before", 1),
    "in use, old one not removed": ("search_index.generations:Generations.use", "after", 1),
}


class Left(NamedTuple):
    """What is left in a folder, without identifiers and salts, which chance makes."""

    businesses: int
    names: int
    violations: int
    entries: tuple[tuple[Any, ...], ...]
    editions: tuple[tuple[Any, ...], ...]
    acts: int
    leaves: int
    waiting: int
    index: tuple[str, ...]
    files: tuple[str, ...]


def left_in(folder: Path) -> Left:
    """Look at a folder that no process works in; every edition in it must verify."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        entries = session.exec(
            select(ListEntry.entry_id, ListEntry.state, ListEntry.version).order_by(
                col(ListEntry.entry_id), col(ListEntry.version)
            )
        ).all()
        left = Left(
            businesses=_count(session, BusinessVersion),
            names=session.exec(select(func.count(func.distinct(BusinessVersion.name)))).one(),
            violations=_count(session, Violation),
            entries=tuple(row[1:] for row in entries),
            editions=tuple(_edition(session, folder, one) for one in _editions(session)),
            acts=_count(session, AuditEntry),
            leaves=_count(session, LogLeaf),
            waiting=outbox.backlog(session, "search"),
            index=_indexed(folder),
            files=tuple(sorted(str(path.relative_to(folder)) for path in (folder / "editions").rglob("*.*"))),
        )
    engine.dispose()
    return left


def _count(session: Session, table: type[Any]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def _editions(session: Session) -> list[Edition]:
    order = (col(Edition.regime), col(Edition.region), col(Edition.version))
    return list(session.exec(select(Edition).order_by(*order)).all())


def _edition(session: Session, folder: Path, edition: Edition) -> tuple[Any, ...]:
    shown = sum(row.content is not None for row in rows_of(session, edition))
    if edition.built_generation:
        place = folder / "editions" / edition.regime / edition.region / edition.version
        assert verify_edition(place / f"g{edition.built_generation}") == []
    built = edition.built_generation == edition.generation
    return edition.regime, edition.region, edition.version, edition.entries, shown, built


def _indexed(folder: Path) -> tuple[str, ...]:
    index = EmbeddedIndex.open(folder / "index", write=False)
    found = sorted(digest for _one, digest in index.digests())
    index.close()
    return tuple(found)


def act(folder: Path, *words: str) -> None:
    """Do it without a kill; it must end well."""
    if words == ("deliver",):
        with process.plant(read_settings(data_dir=folder, database_url="")) as plant:
            deliver_outbox.run(plant)
        return
    ended = command(folder, *words)
    assert ended.returncode == 0, ended.stderr


def killed(folder: Path, at: tuple[str, str, int], *words: str) -> None:
    """Do it in a process that dies at a point."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.journeys.killed", at[0], at[1], str(at[2]), *words],
        env=environment(folder),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr


@contextmanager
def copied(filled: Path, name: str) -> Iterator[Path]:
    """Copy a folder beside itself, and remove the copy afterwards."""
    folder = filled.with_name(name)
    shutil.copytree(filled, folder)
    yield folder
    shutil.rmtree(folder)


def compared(folder: Path, at: tuple[str, str, int], *words: str) -> Left:
    """Do it clean in a copy, and killed and again in the folder; both must leave the same."""
    with copied(folder, "clean") as clean:
        act(clean, *words)
        expected = left_in(clean)
    killed(folder, at, *words)
    act(folder, *words)
    assert left_in(folder) == expected
    return expected


@pytest.mark.parametrize("step", PUBLISH_STEPS)
def test_an_edition_killed_while_published_is_published_once_and_whole(filled: Filled, step: str) -> None:
    before = left_in(filled.folder)
    after = compared(filled.folder, PUBLISH_STEPS[step], *PUBLISH)
    assert len(after.editions) == len(before.editions) + 1


@pytest.mark.parametrize("step", DELIVERY_STEPS)
def test_a_delivery_killed_and_repeated_loses_nothing_and_does_nothing_twice(
    filled: Filled, tmp_path: Path, step: str
) -> None:
    register(filled.folder, tmp_path, deliver_outbox.BATCH + 500)
    annul_a_ground(filled.folder)
    before = left_in(filled.folder)
    after = compared(filled.folder, DELIVERY_STEPS[step], "deliver")
    assert before.waiting > deliver_outbox.BATCH
    assert after.waiting == 0
    assert len(after.index) == len(before.index) + deliver_outbox.BATCH + 500
    assert "annulled" in {state for state, _version in after.entries}
    assert all(built for *_rest, built in after.editions)


@pytest.mark.parametrize("step", REBUILD_STEPS)
def test_a_rebuild_killed_leaves_an_index_in_use_and_one_folder_after_the_next(
    filled: Filled, step: str
) -> None:
    killed(filled.folder, REBUILD_STEPS[step], "index", "rebuild")
    act(filled.folder, "index", "check")
    act(filled.folder, "index", "rebuild")
    act(filled.folder, "index", "check")
    assert len([path for path in (filled.folder / "index").iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize(("when", "nth"), [("before", 1), ("after", 1), ("after", 2)])
def test_an_import_killed_in_a_batch_is_whole_after_the_next(
    filled: Filled, tmp_path: Path, when: str, nth: int
) -> None:
    path = businesses(tmp_path, Businesses.at_once + 500)
    at = ("registry.audit.work:Work.record", when, nth)
    compared(filled.folder, at, "import", "businesses", str(path), "--as", "officer")


def businesses(folder: Path, rows: int) -> Path:
    """Write an import file of merchants that the town does not have."""
    path = folder / "merchants.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "region", "kind", "address"])
        writer.writerows([f"浉河区{n}号分店", "411502", "enterprise", f"{n}号"] for n in range(rows))
    return path


def register(folder: Path, beside: Path, rows: int) -> None:
    """Import merchants, which then wait for their delivery."""
    act(folder, "import", "businesses", str(businesses(beside, rows)), "--as", "officer")


def annul_a_ground(folder: Path) -> None:
    """Annul the decision that an entry of the black list rests on."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    with writing(engine) as session:
        decision_id, version = session.exec(
            select(PenaltyDecision.decision_id, PenaltyDecision.version)
            .join(Violation, col(Violation.decision_id) == col(PenaltyDecision.decision_id))
            .join(EntryGround, col(EntryGround.fact_id) == col(Violation.violation_id))
            .join(ListEntry, col(ListEntry.entry_id) == col(EntryGround.entry_id))
            .where(ListEntry.regime == "henan_black", ListEntry.state == "published")
            .where(col(ListEntry.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
            .order_by(col(PenaltyDecision.decision_id))
        ).first() or ("", 0)
        actor = actor_by_account(session, "officer")
        change_decision_standing(
            Work(session, actor, process.clock(), load_rulebook()),
            ChangeDecisionStanding(
                decision_id=decision_id,
                expected_version=version,
                standing="annulled",
                changed_on=today(),
                reason="行政复议决定撤销",
            ),
        )
    engine.dispose()
