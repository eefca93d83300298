"""An official paper: its number has no gap, its bytes are fixed, its code is all that the public needs."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.documents import papers
from registry.documents.forms import Kind
from registry.documents.kinds import FORMS
from registry.documents.papers import IssuePaper, RevokePaper, issue_paper, revoke_paper
from registry.documents.tables import Document, Paper
from registry.documents.typeset import pdf
from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.log.tables import LogLeaf, LogSalt
from registry.reports.referral import KIND as KIND_OF_REFERRAL
from registry.rulebook import PaperNumber
from registry.settings import Settings, read_settings
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from tests import given

SILENCE = {
    "party": "浉河区李记水产店",
    "notice_number": "信浉市监信告〔2026〕1号",
    "served_on": "2026年11月10日",
    "deadline": "2026年11月17日",
}

MANY = ("facts", "basis", "measures", "conditions", "papers")
ROW = Paper(
    document_id="",
    number="示市监信记〔2026〕1号",
    kind="silence",
    office_code="SAMR",
    series="信记",
    year=2026,
    serial=1,
    case_id="case",
    step="note_silence",
    issued_on=given.TODAY,
    sha256="",
    code="abcdefghijklmnopqrstuvwxyz",
)


def silence(case_id: str, **more: str) -> IssuePaper:
    stated = {"kind": "silence", "case_id": case_id, "step": "note_silence", "region": given.TOWN, **more}
    return IssuePaper.model_validate({"fields": SILENCE, **stated})


def issue(engine: Engine, settings: Settings, command: IssuePaper, account: str = "officer") -> Paper:
    with writing(engine) as session:
        document_id = issue_paper(given.work(session, account), settings, command)
        return session.get_one(Paper, document_id)


def test_every_kind_of_paper_has_a_form_and_a_rule_for_its_number() -> None:
    numbered = given.rulebook().in_force(PaperNumber, given.TOWN, given.TODAY)
    assert set(FORMS) == set(get_args(Kind)) == set(numbered) - {KIND_OF_REFERRAL}  # which is never kept


def test_a_paper_is_a_document_whose_digest_its_row_states(engine: Engine, settings: Settings) -> None:
    given.registry(engine)
    paper = issue(engine, settings, silence("case"))
    with reading(engine) as session:
        document = session.get_one(Document, paper.document_id)
        assert (document.kind, document.access, document.media_type) == (
            "other",
            "officers",
            "application/pdf",
        )
        assert document.number == paper.number == "信浉市监信记〔2026〕1号"
    kept = settings.data_dir / "documents" / paper.sha256[:2] / paper.sha256
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == paper.sha256 == document.digest


def test_numbers_of_a_series_have_no_gap_even_after_a_refusal(engine: Engine, settings: Settings) -> None:
    given.registry(engine)
    assert issue(engine, settings, silence("a")).serial == 1
    with pytest.raises(Malformed):  # its number is taken before the character is found
        issue(engine, settings, silence("b", fields={**SILENCE, "party": "𠮷记水产店"}))
    with pytest.raises(Conflict):
        issue(engine, settings, silence("a"))
    assert issue(engine, settings, silence("b")).serial == 2


def test_each_office_and_each_year_has_its_own_series(engine: Engine, settings: Settings) -> None:
    given.registry(engine)
    one = issue(engine, settings, silence("a"))
    other = issue(engine, settings, silence("b"), account="superior")
    with writing(engine) as session:
        later = given.work(session, "officer", given.NOW + timedelta(days=60))
        next_year = session.get_one(Paper, issue_paper(later, settings, silence("c")))
        assert [one.serial, other.serial, next_year.serial] == [1, 1, 1]
        assert len({one.number, other.number, next_year.number}) == 3


def test_a_field_that_the_form_needs_is_asked_for_by_name(engine: Engine, settings: Settings) -> None:
    given.registry(engine)
    with pytest.raises(Malformed) as refused:
        issue(engine, settings, silence("a", fields={**SILENCE, "served_on": ""}))
    assert (refused.value.code, refused.value.params["name"]) == ("paper.field_missing", "served_on")


def test_another_office_neither_issues_nor_revokes(engine: Engine, settings: Settings) -> None:
    given.registry(engine)
    with pytest.raises(Forbidden):
        issue(engine, settings, silence("a", region="110101"))
    code = issue(engine, settings, silence("a")).code
    with writing(engine) as session:
        with pytest.raises(Forbidden):
            revoke_paper(given.work(session, "superior"), RevokePaper(code=code, ground="有误"))
        with pytest.raises(Forbidden):
            revoke_paper(given.work(session, "officer"), RevokePaper(code=code, ground="有误"))
        with pytest.raises(NotFound):
            revoke_paper(given.work(session, "approver"), RevokePaper(code="none", ground="有误"))


def test_a_revoked_paper_makes_room_for_a_new_one_and_keeps_its_number(
    engine: Engine, settings: Settings
) -> None:
    given.registry(engine)
    first = issue(engine, settings, silence("a"))
    with writing(engine) as session:
        revoke_paper(given.work(session, "approver"), RevokePaper(code=first.code, ground="有误"))
        assert papers.issued(session, "a", "silence") is None
    second = issue(engine, settings, silence("a"))
    with reading(engine) as session:
        found = papers.issued(session, "a", "silence")
        assert found is not None
        assert (found.number, second.serial) == (second.number, 2)
        assert [paper.revoked_on for paper in papers.of_case(session, "a")].count(given.TODAY) == 1
    with writing(engine) as session, pytest.raises(Conflict):
        revoke_paper(given.work(session, "approver"), RevokePaper(code=first.code, ground="有误"))


def test_the_name_of_the_party_stands_in_the_file_and_nowhere_else(
    engine: Engine, settings: Settings
) -> None:
    given.registry(engine)
    issue(engine, settings, silence("a", fields={**SILENCE, "party": "王小明"}))
    with reading(engine) as session:
        for table in (AuditEntry, Document, Paper, Outbox, LogLeaf, LogSalt):
            for row in session.exec(select(table)):
                assert "王小明" not in row.model_dump_json()


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_a_paper_of_each_kind_can_be_set_from_the_fields_that_its_form_names(kind: str) -> None:
    fields = {name: ("甲", "乙") if name in MANY else "某事" for name in FORMS[kind].fields()}
    stated = {"kind": kind, "case_id": "case", "step": "step", "region": given.TOWN, "fields": fields}
    said = papers.composed("示范局", "https://example.org", ROW, IssuePaper.model_validate(stated))
    assert pdf(said, given.TODAY).startswith(b"%PDF-")


def test_no_file_of_a_paper_lies_open_to_the_public() -> None:
    assert {form.access for form in FORMS.values()} <= {"parties", "officers"}


def test_concurrent_offices_leave_no_gap_and_no_number_twice(postgres_engine: Engine, data_dir: Path) -> None:
    given.registry(postgres_engine)
    settings = read_settings(data_dir=data_dir)

    def one(n: int) -> int | None:
        try:
            return issue(postgres_engine, settings, silence(f"case {n // 2}")).serial
        except (Conflict, IntegrityError):  # the other of the pair was first
            return None

    with ThreadPoolExecutor(8) as pool:
        serials = [serial for serial in pool.map(one, range(40)) if serial is not None]
    assert sorted(serials) == list(range(1, 21))


SAID = papers.composed("示范局", "https://example.org", ROW, silence("case"))
FIXED = """
import hashlib, sys
from datetime import date
from registry.documents.typeset import pdf
from tests.documents.test_papers import SAID
sys.stdout.write(hashlib.sha256(pdf(SAID, date(2026, 11, 20))).hexdigest())
"""


def test_the_same_paper_has_the_same_bytes_in_every_process() -> None:
    digests = {
        subprocess.run([sys.executable, "-c", FIXED], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert digests == {hashlib.sha256(pdf(SAID, given.TODAY)).hexdigest()}


def test_the_bytes_of_a_paper_change_with_any_word_of_it() -> None:
    first = pdf(SAID, given.TODAY)
    assert pdf(dict(SAID), given.TODAY) == first
    for name in ("number", "day", "code", "office", "addressee"):
        assert pdf({**SAID, name: "另一"}, given.TODAY) != first, name
