"""Led cases: papers, steps and whole procedures, so that a test names only what it is about."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from registry.audit.work import Grant
from registry.documents.commands import FileDocument, file_document
from registry.lists.commands import ProposeListing, TakeStep, propose_listing, take_step
from registry.rulebook import Rulebook
from registry.store.engine import writing
from tests import given

PAPERS = {
    "propose": "evidence",
    "nominate": "evidence",
    "apply": "statement",
    "serve_notice": "service_proof",
    "hear": "statement",
    "note_silence": "other",
    "review": "review",
    "consent": "decision",
    "decide": "decision",
    "publish": "publicity",
    "check": "review",
    "publicise": "publicity",
    "list": "decision",
    "drop": "review",
}
WHO = {"consent": "superior", "decide": "approver", "list": "approver"}
BLACK = ("serve_notice", "note_silence", "review", "consent", "decide", "publish")
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

    def paper(self, kind: str) -> str:
        """File a document of a kind and return its identifier."""
        with writing(self.engine) as session:
            filing = FileDocument(kind=kind, title=kind, region=given.TOWN, content=kind.encode())
            return file_document(self.work(session, "officer"), self.folder, filing)

    def business(self, name: str = "浉河区李记水产店", **more: Any) -> str:
        """Register a business."""
        with writing(self.engine) as session:
            return given.business(self.work(session, "national"), name, **more)

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
            outcome = propose_listing(self.work(session, "officer"), ProposeListing(**stated))
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
            **more,
        }
        with writing(self.engine) as session:
            work = self.work(session, account)
            if grants:
                held = tuple(Grant(role, given.TOWN) for role in grants)
                work = replace(work, actor=replace(work.actor, grants=held))
            outcome = take_step(work, TakeStep(**stated))
        assert outcome.id is not None
        return outcome.id

    def lead(self, proposal_id: str, *steps: str) -> str:
        """Take steps from the first on, waiting where a period must go by."""
        answer = proposal_id
        for version, name in enumerate(steps, start=1):
            if name in WAITED:
                self.now += LONG_ENOUGH
            answer = self.step(proposal_id, name, version)
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


def begun(engine: Engine, folder: Path) -> Case:
    """Found a registry and begin."""
    given.registry(engine)
    return Case(engine, folder)
