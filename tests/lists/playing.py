"""Playing a worked case from its file: each act on its day by its person, with what must come of it.

A file has a title, the law, the facts, a list of acts and the result. Every act says `on`, `do` and,
where a person matters, `by`. An act that must be refused says `refused` with the code and what the
refusal quotes; one that must succeed may say `expect`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.calendar import SHANGHAI
from registry.documents.papers import issued
from registry.errors import Refusal
from registry.lists import casefile, dues, queries
from registry.lists.board import derive_board
from registry.lists.commands import TakeStep
from registry.lists.pointer import RecordPointer, record_pointer
from registry.overrides.tables import CalendarOverride
from registry.publication import public_view
from registry.publication.asked import AskWithdrawal, ask_withdrawal
from registry.publication.praise import RenewEntry
from registry.publication.suspension import suspend_blemished
from registry.publication.withdrawal import WithdrawEntry, lapse_due
from registry.rulebook import parse_row
from registry.settings import read_settings
from registry.store.engine import reading, writing
from registry.violations.commands import ChangeDecisionStanding, change_decision_standing, repair_violation
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import Case
from tests.publication.ending import renew_entry, withdraw_entry

FOLDER = Path(__file__).parent / "worked"
STEPS = frozenset(TakeStep.model_fields["step"].annotation.__args__)
SAID = ("on", "do", "by", "expect", "refused", "because")


def worked_cases() -> list[Path]:
    """Return the files of the worked cases, in order."""
    return sorted(FOLDER.glob("*.toml"))


def at_ten(day: date) -> datetime:
    """Return ten in the morning in Shanghai."""
    return datetime.combine(day, time(10), SHANGHAI).astimezone(UTC)


@dataclass
class Play:
    """A case being played; `named` gives what the file calls by a word its identifier."""

    case: Case
    named: dict[str, str] = field(default_factory=dict)
    proposal_id: str = ""
    entry_id: str = ""
    asked: str = ""

    def act(self, act: Mapping[str, Any]) -> None:
        """Do one act of the file and look at what came of it."""
        self.case.now = at_ten(act["on"])
        stated = {name: value for name, value in act.items() if name not in SAID}
        do = self.step if act["do"] in STEPS else getattr(self, act["do"])
        if act["do"] in STEPS:
            stated["name"] = act["do"]
        if "by" in act:
            stated["account"] = act["by"]
        if "refused" not in act:
            do(**stated)
            self.look(**act.get("expect", {}))
            return
        with pytest.raises(Refusal) as refused:
            do(**stated)
        said = {**refused.value.params, "code": refused.value.code}
        quoted = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
        assert {name: quoted.get(name) for name in act["refused"]} == act["refused"], quoted

    def business(self, key: str, **known: Any) -> None:
        """Register a business."""
        self.named[key] = self.case.business(known.pop("name"), **known)

    def violation(self, key: str, of: str, **known: Any) -> None:
        """Record a violation with its penalty decision."""
        stated = {"decision_no": f"信浉市监处罚〔2026〕{len(self.named)}号", **known}
        self.named[key] = self.case.violation(self.named[of], **stated)

    def cheat(self, decided_on: date, **more: Any) -> None:
        """Register `shop`, and record its `penalty` for a scale that cheats, published when decided."""
        self.business("shop", name=more.pop("name", "浉河区李记水产店"))
        said = {"decided_on": decided_on.isoformat(), "published_on": decided_on, **more}
        self.violation("penalty", "shop", **said)

    def model(self, **more: Any) -> None:
        """Register `shop` and its public `pledge`."""
        self.business("shop", name="浉河区诚信粮油店")
        self.pledge("pledge", "shop", **more)

    def praise(self) -> None:
        """Open a case for the red list on the pledge."""
        self.open("shop", ("pledge",), list="henan_red", origin="nominate", ground="公开承诺并守信")

    def accuse(self) -> None:
        """Open a case for the black list on the penalty."""
        self.open("shop", ("penalty",))

    def pledge(self, key: str, of: str, **known: Any) -> None:
        """File a pledge."""
        self.named[key] = self.case.pledge(self.named[of], **known)

    def designation(self, key: str, of: str, **known: Any) -> None:
        """Designate a demonstration unit."""
        with writing(self.case.engine) as session:
            self.named[key] = given.designation(self.work(session), self.named[of], **known)

    def open(self, of: str, rests_on: tuple[str, ...] = (), rules: bool = False, **stated: Any) -> None:
        """Open a case on the facts named, or on the rules of a market's organiser."""
        facts = [self.named[key] for key in rests_on]
        stated["list"] = stated.pop("list", "henan_black")
        stated["regime"] = stated.pop("list")
        if rules:
            stated["rules_document_id"] = self.case.paper("house_rules")
        self.proposal_id = self.case.propose(self.named[of], *facts, **stated)

    def pointer(self, of: str, rests_on: tuple[str, ...], account: str = "officer", **stated: Any) -> None:
        """Record a decision of the national list."""
        paper = self.case.paper("decision", account=account, region=stated.pop("region", given.TOWN))
        command = {
            "business_id": self.named[of],
            "evidence": [self.named[key] for key in rests_on],
            "document_id": paper,
            **stated,
        }
        with writing(self.case.engine) as session:
            outcome = record_pointer(self.case.work(session, account), RecordPointer.model_validate(command))
        self.proposal_id = str(outcome.id)

    def step(self, name: str, **stated: Any) -> None:
        """Take a step of the open case as it stands."""
        with reading(self.case.engine) as session:
            proposal = queries.proposal(session, self.proposal_id)
        assert proposal is not None, "no case is open"
        if on_paper := stated.pop("on_paper", None):
            stated["document_id"] = self.named[on_paper]
        if region := stated.pop("region", None):
            kind = stated.pop("kind")
            filed_by = stated.pop("filed_by")
            stated["document_id"] = self.case.paper(kind, account=filed_by, region=region)
        answer = self.case.step(self.proposal_id, name, proposal.version, **stated)
        self.entry_id = answer if answer != self.proposal_id else self.entry_id

    def keep(self, key: str, kind: str) -> None:
        """Keep the official paper of a kind that the open case has."""
        with reading(self.case.engine) as session:
            paper = issued(session, self.proposal_id, kind)
        assert paper is not None, f"the case has no paper {kind}"
        self.named[key] = paper.document_id

    def annul(self, fact: str, standing: str = "annulled") -> None:
        """Record that the decision of a violation was annulled, or stands otherwise."""
        with writing(self.case.engine) as session:
            found = violation(session, self.named[fact])
            assert found is not None
            command = ChangeDecisionStanding(
                decision_id=found[1].decision_id,
                expected_version=found[1].version,
                standing=standing,  # type: ignore[arg-type]
                changed_on=self.case.now.date(),
                reason="复议决定",
            )
            change_decision_standing(self.work(session), command)

    def repair(self, fact: str) -> None:
        """Record that a violation was repaired."""
        with writing(self.case.engine) as session:
            repair_violation(self.work(session), self.named[fact], 1, self.case.now.date())

    def jobs(self) -> None:
        """Run what runs by the clock."""
        with writing(self.case.engine) as session:
            lapse_due(self.work(session))
            suspend_blemished(self.work(session), read_settings(data_dir=self.case.folder))

    def board(self) -> None:
        """Put on the board what may be shown today."""
        with writing(self.case.engine) as session:
            derive_board(self.work(session), "metrology_board", "000000")

    def withdraw(self, account: str = "approver", facts: tuple[str, ...] = (), **stated: Any) -> None:
        """Withdraw the entry of the case, because of facts of it that have fallen."""
        fallen = [self.named[fact] for fact in facts]
        self._end(account, WithdrawEntry, withdraw_entry, facts=fallen, **stated)

    def ask(self, rule: str, kind: str = "evidence", account: str = "officer", **paper: Any) -> None:
        """Ask that the entry of the case be withdrawn."""
        said = {"rule": rule, "reasons": "经核查"}
        self.asked = self._end(account, AskWithdrawal, ask_withdrawal, kind, paper, **said)

    def grant(self, account: str = "approver", granted: bool = True, kind: str = "decision") -> None:
        """Decide what was asked."""
        self.case.decide_withdrawal(self.asked, account, granted=granted, kind=kind)

    def renew(self, account: str = "approver") -> None:
        """Renew the entry of the case."""
        self._end(account, RenewEntry, renew_entry)

    def _end(
        self,
        account: str,
        command: Any,
        verb: Any,
        kind: str = "decision",
        filed: Mapping[str, str] = MappingProxyType({}),
        **stated: Any,
    ) -> str:
        paper = self.case.paper(kind, **filed)
        with reading(self.case.engine) as session:
            entry = queries.current_entry(session, self.entry_id)
        assert entry is not None
        asked = command(entry_id=self.entry_id, expected_version=entry.version, document_id=paper, **stated)
        with writing(self.case.engine) as session:
            return str(verb(self.case.work(session, account), asked).id)

    def law(self, table: str, **row: Any) -> None:
        """Let a row of law hold besides those of the package."""
        book = self.case.rulebook or given.rulebook()
        self.case.rulebook = book.with_rows([parse_row(table, row)])

    def working_day(self, day: date, *, working: bool) -> None:
        """Set a day against the installed calendar."""
        with writing(self.case.engine) as session:
            session.add(
                CalendarOverride(day_on=day, working=working, reason="通知", recorded_at=self.case.now)
            )

    def nothing(self) -> None:
        """Let the day come."""

    def look(self, **expected: Any) -> None:
        """Compare what a file expects with what stands."""
        if not expected:
            return
        with reading(self.case.engine) as session:
            found = {**self._of_case(session), **self._of_entry(session, expected.get("of"))}
        assert {name: found[name] for name in expected} == expected

    def _of_case(self, session: Any) -> dict[str, Any]:
        steps = queries.steps(session, self.proposal_id)
        if not steps:
            return {}
        last, owed = steps[-1], dues.of_case(session, self.proposal_id)
        today = self.case.now.date()
        return {
            "state": last.state,
            "day": last.taken_on,
            "deadline": last.deadline_on,
            "late": last.detail.get("late"),
            "open_points": casefile.unanswered(steps),
            "due": {due.rule: due.due_on for due in owed if due.met_on is None},
            "overdue": sorted(due.rule for due in owed if dues.is_broken(due, today)),
        }

    def _of_entry(self, session: Any, of: str | None) -> dict[str, Any]:
        entry = queries.current_entry(session, self.entry_id) if self.entry_id else None
        found: dict[str, Any] = {"of": of}
        if entry is not None:
            found |= {"entry": entry.state, "until": entry.publish_until, "listed_on": entry.listed_on}
            found |= {"measures": entry.measures, "basis": entry.basis, "rule": entry.withdrawn_rule}
        if of is not None:
            shown = public_view.business(
                session, self.named[of], self.case.now.date(), self.case.rulebook or given.rulebook()
            )
            found["shown"] = sorted(one.regime for one in shown.entries) if shown else []
            found["shown_as"] = shown.name if shown else None
        return found

    def work(self, session: Any) -> Any:
        """Return work by the officer of the whole country."""
        return self.case.work(session, "national")


def play(path: Path, engine: Engine, folder: Path) -> None:
    """Play a file from its first act to its result."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    begins = at_ten(told["acts"][0]["on"])
    given.registry(engine, begins)
    playing = Play(Case(engine, folder, begins))
    for number, act in enumerate(told["acts"], start=1):
        try:
            playing.act(act)
        except (AssertionError, pytest.fail.Exception, Refusal) as failed:
            failed.add_note(f"{path.name}: act {number}: {act}")
            raise
    playing.look(**told["result"].get("stands", {}))
