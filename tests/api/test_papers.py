"""Whoever holds a paper verifies it by its code; nobody learns whom it names."""

from registry.documents.papers import issue_paper
from registry.documents.tables import Paper
from registry.settings import Settings
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town
from tests.documents.test_papers import SILENCE, silence


def issued(town: Town, settings: Settings) -> Paper:
    with writing(town.plant.engine) as session:
        document_id = issue_paper(given.work(session, "officer"), settings, silence("case"))
        return session.get_one(Paper, document_id)


def test_a_code_tells_number_office_day_and_digest(town: Town, settings: Settings) -> None:
    paper = issued(town, settings)
    answer = town.get(f"/api/v1/papers/{paper.code}")
    assert answer.status_code == 200
    assert answer.json() == {
        "kind": "silence",
        "title_zh": "期限届满记录",
        "title_en": "Record that a period has passed",
        "number": "信浉市监信记〔2026〕1号",
        "office_code": "AMR-411502",
        "office": "信阳市浉河区市场监督管理局",
        "issued_on": "2026-11-20",
        "sha256": paper.sha256,
        "valid": True,
        "revoked_on": None,
    }
    page = town.get(f"/verify/{paper.code}")
    assert page.status_code == 200
    assert paper.number in page.text
    assert paper.sha256 in page.text


def test_neither_page_nor_answer_names_the_party_the_case_or_the_document(
    town: Town, settings: Settings
) -> None:
    paper = issued(town, settings)
    for path in (f"/verify/{paper.code}", f"/api/v1/papers/{paper.code}"):
        told = town.get(path).text
        assert not [secret for secret in (SILENCE["party"], "case-", paper.document_id) if secret in told]


def test_an_unknown_code_looks_like_any_unknown_address(town: Town) -> None:
    address = "/verify/" + "a" * 26
    unknown = town.get(address)
    assert unknown.status_code == 404
    assert unknown.text.replace(address, "/no/such/place") == town.get("/no/such/place").text
    assert town.get("/api/v1/papers/" + "a" * 26).status_code == 404


def test_a_revoked_paper_is_told_to_be_revoked_at_once(town: Town, settings: Settings) -> None:
    paper = issued(town, settings)
    path = f"/api/v1/papers/{paper.code}"
    assert town.get(path).json()["valid"] is True
    body = {"ground": "文书内容有误"}
    assert town.post(f"{path}/revocation", body, "officer").status_code == 403
    assert town.post(f"{path}/revocation", body, "approver").status_code == 201
    answer = town.get(path).json()
    assert (answer["valid"], answer["revoked_on"]) == (False, "2026-11-20")
    assert "已撤销" in town.get(f"/verify/{paper.code}").text


def test_an_officer_downloads_the_file_and_the_public_does_not(town: Town, settings: Settings) -> None:
    paper = issued(town, settings)
    path = f"/api/v1/documents/{paper.document_id}"
    answer = town.get(path, "officer")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == f'attachment; filename="{paper.document_id}.pdf"'
    assert town.get(path).status_code == 401
