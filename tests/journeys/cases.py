"""Leading the town's open case by HTTP, each step by its person with a paper of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from sqlmodel import select

from jobs import process
from jobs.demo.town import REGION
from registry.calendar import legal_day
from registry.lists.tables import Proposal
from registry.store.engine import open_engine, reading
from tests.journeys.serving import Server

# step and account: what is left of a black case whose notice was served
STEPS_LEFT = (
    ("note_silence", "officer"),
    ("review", "officer"),
    ("consent", "superior"),
    ("decide", "approver"),
    ("serve_decision", "officer"),
    ("publish", "officer"),
)


@dataclass(frozen=True)
class Open:
    """A case whose notice was served long ago."""

    proposal_id: str
    business_id: str
    name: str


def today() -> date:
    """Return the legal day of the running server."""
    return legal_day(process.clock())


def open_case(server: Server) -> Open:
    """Return the town's black case that waits for its next step."""
    engine = open_engine(f"sqlite:///{server.folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        query = select(Proposal.id, Proposal.business_id).where(
            Proposal.regime == "henan_black", Proposal.state == "notice_served"
        )
        proposal_id, business_id = session.exec(query).one()
    engine.dispose()
    name = server.get(f"/api/v1/businesses/{business_id}").json()["name"]
    return Open(proposal_id, business_id, name)


def paper(server: Server, kind: str) -> str:
    """File a paper."""
    body = {"kind": kind, "title": f"{kind} 文书", "region": REGION, "content": "5paH5Lmm"}
    return server.recorded("/api/v1/documents", body, "officer")


def take(server: Server, case: Open, step: str, account: str) -> httpx.Response:
    """Take a step of the case as it stands, and return the answer."""
    at = f"/api/v1/proposals/{case.proposal_id}"
    body: dict[str, Any] = {
        "expected_version": server.get(at, "officer").json()["version"],
        "reasons": "事实清楚",
    }
    if step == "serve_decision":
        server.recorded(f"{at}/papers", {"step": step}, account)
        body["document_id"] = paper(server, "service_proof")
    return server.post(f"{at}/{step}", body, account)


def listed(server: Server, case: Open) -> str:
    """Lead the case to its end and return the entry; the person who proposed cannot decide."""
    for step, account in STEPS_LEFT:
        if step == "decide":
            assert take(server, case, step, "officer").status_code == 403
        answer = take(server, case, step, account)
        assert answer.status_code == 201, (step, answer.text)
    return str(answer.json()["id"])


def withdrawn(server: Server, entry_id: str) -> None:
    """Take the entry back as listed in error: an officer asks for it, an approver grants it."""
    at = f"/api/v1/entries/{entry_id}/withdrawals"
    asked = {
        "expected_version": 1,
        "rule": "wrong_facts",
        "reasons": "复检合格",
        "document_id": paper(server, "evidence"),
    }
    request = server.recorded(at, asked, "officer")
    server.recorded(f"{at}/{request}/decision", {"granted": True, "reasons": "属实"}, "approver")
