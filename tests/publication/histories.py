"""A board that changes as a test draws it, and its published files as a reader holds them."""

import json
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.publication.editions import editions, prepare_edition
from registry.publication.files import build_files, edition_folder, pending_builds
from registry.publication.withdrawal import withdraw_fallen
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case
from tests.lists.test_black import repair

BOARD = "metrology_board"


@dataclass
class History:
    """A board of the town, act by act.

    Attributes:
        case: The registry.
        shown: Business, violation and version of the business of each record that stands.
        taken_back: Names of those whose record does not stand any more.
    """

    case: Case
    shown: list[tuple[str, str, int]] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    recorded: int = 0

    def act(self, what: str, which: int) -> None:
        """Record, rename, take back or publish."""
        if what == "publish":
            self.publish()
        elif what == "record" or not self.shown:
            self._record()
        elif what == "rename":
            self._rename(which % len(self.shown))
        else:
            self._take_back(which % len(self.shown))

    def publish(self) -> str:
        """Publish the board a day later, build what waits, and return the edition."""
        self.case.now += timedelta(days=1)
        with writing(self.case.engine) as session:
            outcome = prepare_edition(self.case.work(session, "officer"), BOARD, given.TOWN)
        with reading(self.case.engine) as session:
            waiting = pending_builds(session)
        for edition_id in waiting:
            build_files(self.case.engine, self.case.folder, edition_id)
        assert outcome.id is not None
        return outcome.id

    def folders(self) -> list[Path]:
        """Return the folders of the editions' present files, the oldest first."""
        with reading(self.case.engine) as session:
            found = editions(session, BOARD, given.TOWN)
            return [edition_folder(self.case.folder, one) / f"g{one.generation}" for one in reversed(found)]

    def _record(self) -> None:
        self.recorded += 1
        name = f"浉河区第{self.recorded}秤行"
        business_id = self.case.business(name)
        decision_no = f"信浉市监处罚〔2026〕{self.recorded}号"
        self.shown.append((business_id, self.case.violation(business_id, decision_no=decision_no), 1))
        self.names[business_id] = [name]

    def _rename(self, which: int) -> None:
        business_id, fact, version = self.shown[which]
        name = f"浉河区改名{self.recorded}之{version}店{which}"
        with writing(self.case.engine) as session:
            work = self.case.work(session, "national")
            what = RegisterBusiness(name=name, region=given.TOWN, kind="enterprise")
            change = ChangeBusiness(
                business_id=business_id, expected_version=version, held_from_on=work.today, what=what
            )
            change_business(work, change)
        self.shown[which] = (business_id, fact, version + 1)
        self.names[business_id].append(name)

    def _take_back(self, which: int) -> None:
        business_id, fact, _ = self.shown.pop(which)
        repair(self.case, fact)
        with writing(self.case.engine) as session:
            withdraw_fallen(self.case.work(session, "national"), [business_id])
        self.taken_back += self.names.pop(business_id)


def contents_of(folder: Path) -> dict[str, Any]:
    """Return what an edition says, by leaf; None where a row was taken back."""
    with closing((folder / "entries.ndjson").open(encoding="utf-8")) as lines:
        told = [json.loads(line) for line in lines]
    return {row["leaf"]: row.get("content") for row in told}


def applied(before: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a copy says once a delta was applied, as a reader would do it."""
    after = dict(before)
    with closing((folder / "delta.ndjson").open(encoding="utf-8")) as lines:
        for told in map(json.loads, lines):
            if told["op"] != "ADD":
                del after[told["old"] if told["op"] == "MOD" else told["leaf"]]
            if told["op"] != "WITHDRAW":
                after[told["leaf"]] = told.get("content")
    return after


def only_delta(folder: Path, to: Path) -> Path:
    """Copy the files of a delta alone."""
    to.mkdir(parents=True)
    for path in folder.glob("delta*"):
        shutil.copy(path, to)
    return to
