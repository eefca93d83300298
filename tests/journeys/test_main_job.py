"""The main job over HTTP: facts in, score out, two persons list, all can see it — and it is taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from jobs import nightly_score, publish_due
from jobs.downloading import download_edition
from registry.audit.work import Work
from registry.imports.commands import import_file
from registry.publication.verify import verify_edition
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town
from tests.api.conftest import town as town  # noqa: PLC0414  # the fixture

NAME = "浉河区赵福顺鲜肉店"
CODE = "91110000600037341L"

BUSINESSES = f"""uscc,名称,kind,sector,region
{CODE},{NAME},enterprise,market_stall,{given.TOWN}
"""

VIOLATIONS = f"""决定书文号,处罚机关,uscc,name,region,conduct_code,决定日期,罚款金额,没收金额,penalties
浉市监处罚〔2026〕7号,信阳市浉河区市场监督管理局,{CODE},{NAME},{given.TOWN},cheating_instrument_used,2026-09-01,2000,350.50,罚款；没收
"""


class Case:
    """The business on its way, and the hands that lead it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.version = 0

    def pass_days(self, days: int) -> None:
        """Move the clock on."""
        self.town.clock[0] += timedelta(days=days)

    def paper(self, kind: str) -> str:
        """File a paper."""
        body = {"kind": kind, "title": kind, "region": given.TOWN, "content": "5paH5Lmm"}
        answer = self.town.post("/api/v1/documents", body, "officer")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def step(self, proposal_id: str, step: str, account: str, kind: str) -> Any:
        """Take a step, the paper that it serves issued before it, and return the answer."""
        body = {"expected_version": self.version, "reasons": "事实清楚"}
        if kind == "service_proof":
            self.town.post(f"/api/v1/proposals/{proposal_id}/papers", {"step": step}, account)
            body["document_id"] = self.paper(kind)
        answer = self.town.post(f"/api/v1/proposals/{proposal_id}/{step}", body, account)
        self.version += answer.status_code == 201
        return answer


def _import(town: Town, folder: Path) -> None:
    @contextmanager
    def transaction() -> Iterator[Work]:
        with writing(town.plant.engine) as session:
            yield given.work(session, "officer", town.clock[0])

    for kind, text in (("businesses", BUSINESSES), ("violations", VIOLATIONS)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8-sig")
        report = import_file(kind, path, transaction)
        assert (report.created, report.refused) == (1, []), report


def _listed(town: Town, case: Case, business_id: str, fact: str) -> str:
    """Lead the case onto the black list and return the entry."""
    proposal = town.post(
        "/api/v1/proposals",
        {
            "regime": "henan_black",
            "business_id": business_id,
            "origin": "propose",
            "ground": "使用作弊秤，处罚决定已生效",
            "evidence": [fact],
            "document_id": case.paper("evidence"),
        },
        "officer",
    )
    assert proposal.status_code == 201, proposal.text
    proposal_id, case.version = proposal.json()["id"], 1
    assert case.step(proposal_id, "decide", "approver", "decision").status_code == 422  # no notice yet
    assert case.step(proposal_id, "serve_notice", "officer", "service_proof").status_code == 201
    early = case.step(proposal_id, "note_silence", "officer", "other")
    assert early.status_code == 422  # the five working days run
    case.pass_days(10)
    assert case.step(proposal_id, "note_silence", "officer", "other").status_code == 201
    assert case.step(proposal_id, "review", "officer", "review").status_code == 201
    assert case.step(proposal_id, "consent", "approver", "decision").status_code in (403, 422)  # no superior
    assert case.step(proposal_id, "consent", "superior", "decision").status_code == 201
    assert case.step(proposal_id, "decide", "officer", "decision").status_code in (403, 422)  # the proposer
    assert case.step(proposal_id, "decide", "approver", "decision").status_code == 201
    assert case.step(proposal_id, "serve_decision", "officer", "service_proof").status_code == 201
    published = case.step(proposal_id, "publish", "officer", "publicity")
    assert published.status_code == 201, published.text
    return str(published.json()["id"])


def test_from_import_to_withdrawal(town: Town, tmp_path: Path) -> None:
    _import(town, tmp_path)
    town.deliver()
    found = town.get("/api/v1/businesses?q=赵福顺").json()["items"]
    business_id = found[0]["business"]["id"]

    nightly_score.run(town.plant)
    score = town.get(f"/api/v1/scores/{business_id}", "auditor").json()
    lines = [line["points"] for line in (*score["contributions"], *score["adjustments"])]
    assert score["base_points"] + sum(lines) == score["points"]
    assert score["grade"] == "D"
    fact = score["contributions"][0]["fact_id"]

    case = Case(town)
    entry_id = _listed(town, case, business_id, fact)
    entry = f"/lists/henan_black/entries/{entry_id}"
    town.deliver()
    publish_due.run(town.plant)
    town.deliver()
    assert town.get(f"/api/v1{entry}").json()["name"] == NAME
    assert NAME in town.get("/lists/black").text
    assert town.get("/api/v1/businesses?list=henan_black").json()["total"] == 1
    edition = town.get("/api/v1/lists/henan_black/editions").json()[0]
    files = {path: town.get(path).content for path in edition["files"]}
    assert len(files) == 5
    assert any(NAME.encode() in content for content in files.values())
    folder = town.plant.settings.data_dir / "editions/henan_black/410000" / edition["version"]
    assert verify_edition(folder / "g1") == []
    page = f"http://testserver.local/lists/henan_black/editions/{edition['version']}?region=410000"
    assert verify_edition(download_edition(town.client, page, tmp_path)) == []

    asked = {
        "expected_version": 1,
        "rule": "wrong_facts",
        "reasons": "复检合格",
        "document_id": case.paper("evidence"),
    }
    at = f"/api/v1/entries/{entry_id}/withdrawals"
    request = town.post(at, asked, "officer")
    assert request.status_code == 201, request.text
    granted = {"granted": True, "reasons": "属实"}
    withdrawn = town.post(f"{at}/{request.json()['id']}/decision", granted, "approver")
    assert withdrawn.status_code == 201, withdrawn.text
    _is_gone(town, entry, business_id, list(files))
    town.deliver()
    _is_gone(town, entry, business_id, list(files))
    remade = town.get("/api/v1/lists/henan_black/editions").json()[0]
    assert remade["state_root"] == edition["state_root"]
    for path in remade["files"]:
        assert NAME.encode() not in town.get(path).content
    assert verify_edition(folder / "g2") == []
    assert town.get(f"/businesses/{business_id}").status_code == 200  # findable, only the entry is gone


def _is_gone(town: Town, entry: str, business_id: str, files: list[str]) -> None:
    """Hold that nothing shows the entry, whether or not index and files were made again."""
    for path in (entry, f"/api/v1{entry}"):
        answer = town.get(path)
        assert answer.status_code == 410
        assert NAME not in answer.text
    assert NAME not in town.get("/lists/black").text
    assert town.get("/api/v1/lists/henan_black/entries").json()["items"] == []
    for path in files:
        answer = town.get(path)
        assert answer.status_code == 409 or NAME.encode() not in answer.content
    business = town.get(f"/api/v1/businesses/{business_id}").json()
    # the board repeats the decision itself for as long as that may be shown
    assert {one["regime"] for one in business["entries"]} <= {"metrology_board"}
    for query in ("q=赵福顺", "list=henan_black"):
        for item in town.get(f"/api/v1/businesses?{query}").json()["items"]:
            assert "henan_black" not in [listed["regime"] for listed in item["business"]["lists"]]
