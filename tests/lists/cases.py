"""Led cases: papers, steps and whole procedures, so that a test names only what it is about."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from registry.audit.work import Grant
from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.documents.commands import FileDocument, file_document
from registry.lists import queries
from registry.lists.commands import ProposeListing, TakeStep, propose_listing, take_step
from registry.lists.procedures import PROCEDURES
from registry.publication.asked import (
    AskWithdrawal,
    DecideWithdrawal,
    ask_withdrawal,
)
from registry.rulebook import Rulebook
from registry.store.engine import writing
from tests import given
from tests.publication.ending import decide_withdrawal

PAPERS = {
    "propose": "evidence",
    "nominate": "evidence",
    "apply": "statement",
    "serve_notice": "service_proof",
    "record_statement": "statement",
    "request_hearing": "statement",
    "note_silence": "other",
    "withdraw_hearing": "statement",
    "serve_hearing_notice": "service_proof",
    "hold_hearing": "hearing_record",
    "review": "review",
    "consent": "decision",
    "decide": "decision",
    "serve_decision": "service_proof",
    "answer": "review",
    "publish": "publicity",
    "check": "review",
    "publicise": "publicity",
    "record_objection": "statement",
    "answer_objection": "review",
    "list": "decision",
    "record": "decision",
    "confirm": "review",
    "give": "decision",
    "drop": "review",
}
WHO = {
    "hold_hearing": "colleague",
    "consent": "superior",
    "decide": "approver",
    "list": "approver",
    "confirm": "approver",
    "give": "approver",
}
CHECKS = ({"checked": "信用记录", "passed": True, "finding": "无有效违法记录"},)
STATED: dict[str, dict[str, Any]] = {
    "check": {"checks": CHECKS},
    "record_statement": {"points": ("秤是他人的",)},
    "record_objection": {"points": ("该店曾缺斤短两",)},
    "hold_hearing": {"attended": True},
}
BLACK = ("serve_notice", "note_silence", "review", "consent", "decide", "serve_decision", "publish")
RED = ("check", "publicise", "list")
WAITED = ("note_silence", "list")  # taken when the period before them has gone by
LONG_ENOUGH = timedelta(days=20)


@dataclass
class Case:
    """A founded registry in which cases are led; `now` moves as they go."""

    engine: Engine
    folder: Path
    now: datetime = given.NOW
    rulebook: Rulebook | None = None

    def work(self, session: Any, account: str) -> Any:
        """Return work by an account at this case's instant."""
        work = given.work(session, account, self.now)
        return replace(work, rulebook=self.rulebook) if self.rulebook else work

    def paper(self, kind: str, *, account: str = "officer", region: str = given.TOWN) -> str:
        """File a document of a kind and return its identifier."""
        with writing(self.engine) as session:
            filing = FileDocument(kind=kind, title=kind, region=region, content=kind.encode())
            return file_document(self.work(session, account), self.folder, filing)

    def business(self, name: str = "浉河区李记水产店", **more: Any) -> str:
        """Register a business."""
        with writing(self.engine) as session:
            return given.business(self.work(session, "national"), name, **more)

    def move(self, business_id: str, version: int = 1, **known: Any) -> None:
        """Record that a business is now known otherwise: elsewhere, or by another name."""
        what = RegisterBusiness(**{"region": given.TOWN, "kind": "enterprise", **known})
        command = ChangeBusiness(
            business_id=business_id, expected_version=version, held_from_on=self.now.date(), what=what
        )
        with writing(self.engine) as session:
            change_business(self.work(session, "national"), command)

    def violation(self, business_id: str, **more: Any) -> str:
        """Record a violation."""
        with writing(self.engine) as session:
            return given.violation(self.work(session, "national"), business_id, **more)

    def pledge(self, business_id: str, **more: Any) -> str:
        """File a pledge."""
        with writing(self.engine) as session:
            return given.pledge(self.work(session, "national"), business_id, **more)

    def propose(self, business_id: str, *facts: str, **more: Any) -> str:
        """Open a case, black unless told otherwise, and return its identifier."""
        origin = more.get("origin", "propose")
        account = more.pop("account", "officer")
        stated = {
            "regime": "henan_black",
            "business_id": business_id,
            "origin": origin,
            "ground": "使用作弊电子秤",
            "evidence": facts,
            "document_id": more.get("document_id") or self.paper(PAPERS[origin]),
            **more,
        }
        with writing(self.engine) as session:
            outcome = propose_listing(self.work(session, account), ProposeListing(**stated))
        assert outcome.id is not None
        return outcome.id

    def step(self, proposal_id: str, name: str, version: int, **more: Any) -> str:
        """Take a step and return what it answered: the proposal, or the entry at the end."""
        account = more.pop("account", WHO.get(name, "officer"))
        grants = more.pop("grants", ())
        stated = {
            "proposal_id": proposal_id,
            "step": name,
            "expected_version": version,
            "document_id": more.pop("document_id", None) or self.paper(PAPERS[name]),
            **STATED.get(name, {}),
            **more,
        }
        if more.pop("papers", True):
            self.papers(proposal_id, name, stated.get("served_on"))
        stated.pop("papers", None)
        with writing(self.engine) as session:
            work = self.work(session, account)
            if grants:
                held = tuple(Grant(role, given.TOWN) for role in grants)
                work = replace(work, actor=replace(work.actor, grants=held))
            outcome = take_step(work, TakeStep(**stated))
        assert outcome.id is not None
        return outcome.id

    def papers(self, proposal_id: str, name: str, served_on: date | None) -> None:
        """Let the paper of a step have been issued on the day of service, if it needs one."""
        with writing(self.engine) as session:
            work = self.work(session, "officer")
            proposal = queries.proposal(session, proposal_id)
            steps = {step.name: step for step in PROCEDURES[proposal.colour]} if proposal else {}
            if name not in steps or steps[name].paper is None:
                return
            back = replace(work, now=work.now - (work.today - min(served_on or work.today, work.today)))
            seq = proposal.version + 1 if steps[name].issues else 0
            given.paper_issued(back, proposal_id, name, str(steps[name].paper), seq)

    def lead(self, proposal_id: str, *steps: str) -> str:
        """Take steps from the first on, waiting where a period must go by."""
        return self.lead_on(proposal_id, *steps, version=1)

    def lead_on(self, proposal_id: str, *steps: str, version: int = 2) -> str:
        """Take steps of a case whose notice was served, or that stands at a version."""
        answer = proposal_id
        for at, name in enumerate(steps, start=version):
            if name in WAITED:
                self.now += LONG_ENOUGH
            answer = self.step(proposal_id, name, at)
        return answer

    def blacklisted(
        self, name: str = "浉河区李记水产店", decision_no: str = "信浉市监处罚〔2026〕12号"
    ) -> str:
        """List a business that cheated, by the whole procedure, and return the entry."""
        business_id = self.business(name)
        fact = self.violation(business_id, decision_no=decision_no)
        return self.lead(self.propose(business_id, fact), *BLACK)

    def redlisted(self, name: str = "浉河区诚信粮油店") -> str:
        """List a business that pledged, by the whole procedure, and return the entry."""
        business_id = self.business(name)
        fact = self.pledge(business_id)
        opened = self.propose(
            business_id, fact, regime="henan_red", origin="nominate", ground="公开承诺并守信"
        )
        return self.lead(opened, *RED)

    def withdrawn(self, entry_id: str, rule: str = "wrong_facts", **asked: Any) -> None:
        """Let an officer ask that an entry be withdrawn, and an approver grant it."""
        request = self.ask_withdrawal(entry_id, rule, **asked)
        self.decide_withdrawal(request)

    def ask_withdrawal(
        self, entry_id: str, rule: str = "wrong_facts", account: str = "officer", kind: str = "statement"
    ) -> str:
        """Ask that an entry be withdrawn and return the request."""
        paper = self.paper(kind)
        with writing(self.engine) as session:
            entry = queries.current_entry(session, entry_id)
            command = AskWithdrawal(
                entry_id=entry_id,
                expected_version=entry.version if entry else 1,
                rule=rule,
                reasons="经核查，列入有误",
                document_id=paper,
            )
            return str(ask_withdrawal(self.work(session, account), command).id)

    def decide_withdrawal(
        self, request: str, account: str = "approver", *, granted: bool = True, kind: str = "decision"
    ) -> None:
        """Decide a request that an entry be withdrawn."""
        command = DecideWithdrawal(
            withdrawal_id=request, granted=granted, reasons="材料属实", document_id=self.paper(kind)
        )
        with writing(self.engine) as session:
            decide_withdrawal(self.work(session, account), command)


def begun(engine: Engine, folder: Path) -> Case:
    """Found a registry and begin."""
    given.registry(engine)
    return Case(engine, folder)
