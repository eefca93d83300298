"""Filling a folder: the main job from import to index, step by step, each step timed."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jobs import (
    count_reports,
    deliver_outbox,
    escalate_complaints,
    lapse_publicity,
    nightly_score,
    shuffle_reports,
    sign_checkpoint,
)
from jobs.demo import complaining, handling, law, names, people, procedures, provinces, rewarding, waiting
from jobs.demo import reports as desk_of_reports
from jobs.demo.people import Shown
from jobs.demo.reporting import Reporter
from jobs.demo.sheets import write_csv
from jobs.demo.stage import Stage
from jobs.demo.summary import figures, sealed_figures
from jobs.demo.town import Town
from jobs.running import Plant
from registry.accounts.devices import Devices
from registry.founding import Found, found
from registry.imports.commands import builtin, import_file
from registry.imports.report import ImportReport
from registry.log import notes
from registry.overrides.commands import ensure_archived
from registry.overrides.queries import effective_rulebook
from registry.publication.editions import prepare_edition
from registry.publication.signing import load_or_create
from registry.reports import store as reports
from registry.rulebook import Rulebook, load_rulebook
from registry.settings import Settings
from registry.store.engine import open_engine, reading, writing
from registry.store.migrate import upgrade
from search_index.opening import open_index

EDITIONS = (("henan_black", "410000"), ("henan_red", "410000"), ("metrology_board", "000000"))


@dataclass
class Filling:
    """What the filling did: people and reporters shown, what was refused, seconds per step, figures."""

    tell: Callable[[str], None]
    people: dict[str, Shown] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    figures: dict[str, Any] = field(default_factory=dict)
    ways_back: dict[str, Reporter] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step, and tell that it begins."""
        self.tell(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)

    def took(self, report: ImportReport) -> None:
        """Remember what an import refused, and why."""
        self.refused.update(report.refused_by_reason)


def fill(settings: Settings, as_of: date, tell: Callable[[str], None]) -> Filling:
    """Fill an empty folder with real cases and an invented town around a day."""
    filling = Filling(tell)
    with filling.step("found"):
        stage = _stage(settings, as_of)
        _enter_people_and_law(stage, filling)
    with filling.step("import_real"):
        for kind in ("cases", "records"):
            filling.took(import_file(kind, builtin(kind), lambda: stage.acting("archivist", 80)))
    with filling.step("import_town"):
        town = _import_towns(stage, filling, settings.data_dir / "demo")
        with stage.acting("admin", 60, 8) as work:
            filling.people |= people.enter_market_people(work, procedures.cheats(work.session, as_of))
    with filling.step("lists"):
        procedures.list_merchants(stage)
    plant = _plant(settings, stage)
    with filling.step("publish_first"):
        _publish(stage, 30)
    with filling.step("withdraw"):
        procedures.repair_one(stage)
        waiting.lead_the_rest(stage)
    with filling.step("verify_instruments"):
        _verify_instruments(stage, filling, settings.data_dir / "demo", town)
    with filling.step("reports"):
        _fill_reports(settings, stage, filling)
    _pass_a_night(plant, stage, filling)
    with reading(stage.engine) as session, plant.reports.reading(as_of) as vault:
        filling.figures = figures(session, as_of, plant.index) | sealed_figures(session, vault)
    plant.index.close()
    plant.reports.engine.dispose()
    stage.engine.dispose()
    return filling


def _pass_a_night(plant: Plant, stage: Stage, filling: Filling) -> None:
    """Do what the last night before the chosen day does."""
    with filling.step("publish"):
        lapse_publicity.run(plant)
        _publish(stage, 0)
    with filling.step("score"):
        nightly_score.run(plant)
    with filling.step("night"):
        for job in (shuffle_reports, escalate_complaints, count_reports):
            job.run(plant)
    with filling.step("index_and_files"):
        deliver_outbox.run(plant)
        sign_checkpoint.run(plant)


def _stage(settings: Settings, as_of: date) -> Stage:
    """Return an empty folder's stage, founded."""
    engine = open_engine(settings.database)
    upgrade(engine)
    load_or_create(settings.data_dir)
    notes.load_or_create(settings.data_dir, settings.origin)
    reports.prepare(settings).engine.dispose()
    with writing(engine) as session:
        Devices(settings.second_factor_file).prepare(session)
    stage = Stage(engine, settings.data_dir, as_of, load_rulebook())
    _found(stage)
    return stage


def _found(stage: Stage) -> None:
    with writing(stage.engine) as session:
        found(
            session,
            Found(
                office_code="SAMR",
                office_name="国家级演示机关",
                region="000000",
                level="nation",
                administrator="admin",
                administrator_name="演示·管理员",
            ),
            stage.instant(90, 7),
            stage.package,
        )
        ensure_archived(session, stage.package, stage.instant(90, 7))


def _enter_people_and_law(stage: Stage, filling: Filling) -> None:
    with stage.acting("admin", 90, 8) as work:
        filling.people = people.enter_people(work)
    law.add_local_law(stage, 89)
    provinces.add_law(stage, 88)


def _import_towns(stage: Stage, filling: Filling, folder: Path) -> Town:
    """Write the towns' import files and import them like everybody else's."""
    town = Town(stage.as_of)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in (
        ("businesses", town.businesses),
        ("pledges", town.pledges()),
        ("designations", town.designations()),
        ("violations", town.violations()),
        ("instruments", town.instruments),
    ):
        path = folder / f"{kind}.csv"
        write_csv(path, list(rows))
        filling.took(import_file(kind, path, lambda: stage.acting("officer", 75)))
    names.enter_names(stage, town)
    for report in provinces.import_towns(stage, folder):
        filling.took(report)
    return town


def _verify_instruments(stage: Stage, filling: Filling, folder: Path, town: Town) -> None:
    """Import what the verification body found, up to a few days ago."""
    path = folder / "verifications.csv"
    write_csv(path, list(town.verifications()))
    filling.took(import_file("verifications", path, lambda: stage.acting("officer", 5)))


def _fill_reports(settings: Settings, stage: Stage, filling: Filling) -> None:
    opened = reports.open_reports(settings)
    try:
        desk, people = desk_of_reports.open_desk(stage, opened)
        filling.people |= people
        handled, rewarded = handling.handle_reports(desk), rewarding.reward_reports(desk)
        complaining.split_one(desk)
        desk_of_reports.try_keys(desk, people)
    finally:
        opened.engine.dispose()
    filling.ways_back = {
        "under way, with questions and files": handled["asked"],
        "a reward was told and can be claimed": rewarded["told"],
        "a reward is claimed: paid by custodian1 or custodian2": rewarded["to_pay"],
    }


# the last day's acts fall on its first instant: a day that has just begun has no later one yet
def _publish(stage: Stage, days_before: int) -> None:
    for regime, region in EDITIONS:
        account = "archivist" if region == "000000" else "province"
        with stage.acting(account, days_before, 0) as work:
            prepare_edition(work, regime, region)


def _plant(settings: Settings, stage: Stage) -> Plant:
    index = open_index(settings, write=True)

    def rulebook() -> Rulebook:
        with reading(stage.engine) as session:
            return effective_rulebook(session, stage.package)

    return Plant(settings, stage.engine, index, lambda: stage.instant(0, 0), rulebook)
