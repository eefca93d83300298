"""Handling a report, in both databases: who may, in which state, and what the reporter reads of it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pikepdf import Pdf
from sqlmodel import select

from registry.documents.tables import Document
from registry.errors import Conflict, Forbidden, NotFound, Refusal, RuleRefused
from registry.reports import codes, handling, inbox, reading, referral, thread
from registry.reports.handling import Assign, Close, Merge, Noted, OpenCase, Write
from registry.reports.referral import Refer, Referred, paper_of, referred
from registry.reports.rules import BECOMES, possible
from registry.reports.tables import Handled, Report
from registry.reports.vault import Vault
from registry.reports.witness import Told, carry_out, report_of
from registry.store.engine import reading as begun
from tests.reports.office import Office
from tests.reports.sending import NAME, STORY, sent
from tests.reports.site import OFFICE

NOTED = "线索具体，可以核查"
REFERRED = {"to": "平桥区局", "business": "李记水产", "place": "三号摊", "happened": "十月", "facts": "短秤"}


def one(office: Office) -> tuple[str, codes.Derived]:
    """Let a report arrive."""
    with office.site.vault() as vault:
        report, reporter = sent(vault)
        return report.id, reporter


def taken_up(office: Office) -> tuple[str, codes.Derived]:
    """Let a report arrive and be taken up by li."""
    report_id, reporter = one(office)
    office.does("li", handling.triage, report_id, office.by("li"), Noted(version=1, note=NOTED))
    return report_id, reporter


def team(office: Office, *names: str) -> tuple[str, ...]:
    """Return the fingerprints of a team."""
    return tuple(office.site.rows[name].fingerprint for name in names)


def assigned(office: Office, *names: str) -> tuple[str, codes.Derived]:
    """Let a report arrive, be taken up, and be assigned to a team."""
    report_id, reporter = taken_up(office)
    command = Assign(version=2, team=team(office, *(names or ("wang", "newcomer"))))
    office.does("li", handling.assign, report_id, office.by("li"), command)
    return report_id, reporter


def said(office: Office, reporter: codes.Derived) -> list[tuple[str, str]]:
    """Return what the reporter reads on returning."""
    with office.site.vault() as vault:
        report, key = thread.visit(vault, reporter)
        return [(message.written_by, message.text) for message in thread.messages(vault, report, key)]


def state(office: Office, report_id: str) -> str:
    with office.site.vault() as vault:
        return office.report(vault, report_id).state


def test_a_report_goes_from_its_arrival_to_its_end_and_the_reporter_reads_the_outcome(office: Office) -> None:
    report_id, reporter = assigned(office)
    wang = office.by("wang")
    office.does("wang", handling.ask, report_id, wang, Write(version=3, text="请问是哪一天？"))
    office.does("wang", handling.extend, report_id, wang, Noted(version=4, note="等待检定结果"))
    office.does(
        "wang", handling.open_case, report_id, wang, OpenCase(version=5, case_no="浉市监立〔2026〕9号")
    )
    command = Close(version=6, outcome="penalised", text="已罚款。")
    office.does("wang", handling.close, report_id, wang, command)
    assert state(office, report_id) == "closed"
    assert said(office, reporter) == [
        ("office", "请问是哪一天？"),
        ("office", "办理结果：已查实并处罚。已罚款。"),
    ]
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        found = reading.content(vault, office.witnessed("wang", report), report, wang)
    assert found.matter.story == STORY
    assert [note.act for note in found.notes] == ["triage", "extend", "file", "close"]
    assert report.closed_on == office.today
    assert report.extended_on == office.today


def test_every_act_stands_in_the_audit_log_and_none_says_what_the_report_says(office: Office) -> None:
    report_id, _ = assigned(office)
    wang = office.by("wang")
    office.does("wang", handling.open_case, report_id, wang, OpenCase(version=3, case_no="立案9号"))
    entries = office.audit("report.triaged", "report.assigned", "clue.opened", "report.filed")
    assert [entry.act for entry in entries] == [
        "report.triaged", "report.assigned", "clue.opened", "report.filed",
    ]  # fmt: skip
    told = repr([(entry.subject_kind, entry.detail) for entry in entries])
    assert not any(words in told for words in (NOTED, STORY, NAME, "立案9号"))
    clue = next(entry for entry in entries if entry.act == "clue.opened")
    assert clue.subject_id != report_id
    assert clue.detail == {}


def test_the_same_form_acts_once_and_an_older_view_acts_not_at_all(office: Office) -> None:
    report_id, reporter = one(office)
    li = office.by("li")
    for _ in range(2):
        office.does("li", handling.ask, report_id, li, Write(version=1, text="哪一天？"), key="same")
    assert said(office, reporter) == [("office", "哪一天？")]
    assert len(office.audit("report.answered")) == 1
    with pytest.raises(Conflict, match="moved"):
        office.does("li", handling.ask, report_id, li, Write(version=1, text="哪一天？"))


@pytest.mark.parametrize("name", ["officer", "approver", "admin", "auditor", "zhao", "superior"])
def test_who_is_no_handler_of_the_office_acts_on_no_report(office: Office, name: str) -> None:
    report_id, _ = one(office)
    command = Noted(version=1, note=NOTED)
    with pytest.raises(Refusal):  # even with a handler's key in hand
        office.does(name, handling.triage, report_id, office.by("li"), command)
    assert state(office, report_id) == "received"
    assert office.audit("report.triaged") == []


def test_who_was_not_assigned_can_do_nothing_more(office: Office) -> None:
    report_id, _ = assigned(office, "wang", "newcomer")
    assert {name: office.opens(name, report_id, "content") for name in ("li", "wang", "newcomer")} == {
        "li": False,
        "wang": True,
        "newcomer": True,
    }
    with pytest.raises(Forbidden):
        office.does("li", handling.ask, report_id, office.by("li"), Write(version=3, text="哪一天？"))


@pytest.mark.parametrize("names", [("wang",), ("wang", "wang"), ("wang", "zhao")])
def test_a_team_has_two_people_who_handle_reports(office: Office, names: tuple[str, ...]) -> None:
    report_id, _ = taken_up(office)
    command = Assign(version=2, team=team(office, *names))
    with pytest.raises(RuleRefused):
        office.does("li", handling.assign, report_id, office.by("li"), command)
    assert office.opens("li", report_id, "content")


def test_near_duplicates_count_once_and_each_reporter_reads_the_outcome(office: Office) -> None:
    first, reporter = taken_up(office)
    second, other = one(office)
    li = office.by("li")
    office.does("li", handling.merge, second, li, Merge(version=1, into=first))
    command = Assign(version=2, team=team(office, "wang", "newcomer"))
    office.does("li", handling.assign, first, li, command)
    assert not office.opens("li", second, "content")
    end = Close(version=3, outcome="unfounded", text="经检定合格。")
    office.does("wang", handling.close, first, office.by("wang"), end)
    words = ("office", "办理结果：未发现违法。经检定合格。")
    assert said(office, reporter) == said(office, other) == [words]
    with office.site.vault() as vault:
        assert office.report(vault, second).closed_on == office.today


def test_a_report_is_merged_only_into_one_that_counts_itself(office: Office) -> None:
    first, _ = taken_up(office)
    second, _ = one(office)
    third, _ = one(office)
    li = office.by("li")
    office.does("li", handling.merge, second, li, Merge(version=1, into=first))
    for report_id, into in ((third, second), (third, third), (first, third)):
        with pytest.raises(Refusal):
            office.does("li", handling.merge, report_id, li, Merge(version=1, into=into))
        with pytest.raises(Refusal):
            office.does("li", handling.merge, report_id, li, Merge(version=2, into=into))


def test_a_referral_has_no_place_for_who_reported(office: Office) -> None:
    report_id, reporter = taken_up(office)
    command = Refer(version=2, **REFERRED)
    office.does("li", referral.refer, report_id, office.by("li"), command)
    told = {"to", "business", "place", "happened", "facts"}
    assert set(Refer.model_fields) == {"version", "confirmed", *told}
    assert set(Referred.model_fields) == {"number", "office", "on", *told}
    assert state(office, report_id) == "referred"
    assert "平桥区局" in said(office, reporter)[0][1]


def test_a_referral_is_a_numbered_paper_that_is_made_anew_from_what_is_sealed(office: Office) -> None:
    papers, li = [], office.by("li")
    for _ in range(2):
        report_id, _ = taken_up(office)
        command = Refer(version=2, **{**REFERRED, "facts": "短秤\n两次"})
        office.does("li", referral.refer, report_id, li, command)
        with office.site.vault() as vault:
            report = office.report(vault, report_id)
            papers.append(referred(vault, office.witnessed("li", report), report, li))
            with pytest.raises(Forbidden):
                referred(vault, office.witnessed("wang", report), report, li)
    mark = papers[0].number.partition("举移")[0]
    assert [one.number for one in papers] == [f"{mark}举移〔2026〕{serial}号" for serial in (1, 2)]
    first = paper_of(papers[0])
    assert first == paper_of(papers[0])
    with Pdf.open(BytesIO(first)) as paper:
        assert str(paper.docinfo["/Title"]) == f"举报移送书 {papers[0].number}"
    for secret in (NAME, STORY, report_id):
        assert secret not in papers[0].model_dump_json()
    with begun(office.registry) as session:  # nothing of it stands in the registry
        assert session.exec(select(Document)).all() == []
        assert "短秤" not in repr([entry.detail for entry in office.audit("report.referred")])


def test_words_that_seem_to_tell_who_reported_are_referred_only_once_somebody_says_they_do_not(
    office: Office,
) -> None:
    report_id, _ = taken_up(office)
    told = {"version": 2, **REFERRED, "facts": "举报人电话 13900000000，短秤"}
    with pytest.raises(RuleRefused, match="referral_tells"):
        office.does("li", referral.refer, report_id, office.by("li"), Refer(**told))
    assert state(office, report_id) == "triaged"
    office.does("li", referral.refer, report_id, office.by("li"), Refer(**told, confirmed=True))
    assert state(office, report_id) == "referred"


def test_each_state_lets_just_its_acts_be_done(office: Office) -> None:
    report_id, _ = one(office)
    li = office.by("li")
    verbs: dict[str, tuple[Callable[..., Told], Callable[[int], Any]]] = {
        "triage": (handling.triage, lambda version: Noted(version=version, note=NOTED)),
        "merge": (handling.merge, lambda version: Merge(version=version, into="nothing")),
        "assign": (handling.assign, lambda version: Assign(version=version, team=team(office, "wang", "li"))),
        "ask": (handling.ask, lambda version: Write(version=version, text="何时？")),
        "extend": (handling.extend, lambda version: Noted(version=version, note=NOTED)),
        "file": (handling.open_case, lambda version: OpenCase(version=version, case_no="9")),
        "refer": (referral.refer, lambda version: Refer(version=version, **REFERRED)),
        "close": (handling.close, lambda version: Close(version=version, outcome="not_ours", text="移送")),
    }
    assert set(verbs) == set(BECOMES)
    for now in ("received", "triaged", "assigned", "filed", "referred", "merged", "closed"):
        for act, (verb, command) in verbs.items():
            refused = _tried(
                office,
                report_id,
                now,
                lambda vault, report, v=verb, c=command: v(
                    vault, office.actor("li"), report.id, li, c(report.version)
                ),
            )
            assert ("not_now" not in refused) == (act in possible(now)), (now, act, refused)


def _tried(office: Office, report_id: str, now: str, act: Callable[[Vault, Report], Told]) -> str:
    """Return how an act was refused in a state, in a transaction that leaves nothing behind."""
    try:
        with office.site.vault() as vault:
            report = vault.session.get_one(Report, report_id)
            report.state = now
            vault.session.flush()
            act(vault, report)
            raise Conflict("report.moved")
    except Refusal as refused:
        return refused.code


def test_a_report_of_another_office_is_not_there(office: Office) -> None:
    report_id, _ = one(office)
    with office.site.vault() as vault, pytest.raises(NotFound):
        report_of(vault, office.actor("superior"), report_id)


def test_rights_that_were_taken_meanwhile_undo_the_act(office: Office) -> None:
    report_id, _ = one(office)
    sides, li = office.sides("li"), office.by("li")
    changed = office.actor("wang")
    stale = type(sides)(changed, sides.working, sides.vaults, sides.reading)
    with pytest.raises(Forbidden, match="rights_changed"):
        carry_out(
            stale,
            "form",
            lambda vault: handling.triage(vault, changed, report_id, li, Noted(version=1, note=NOTED)),
        )
    assert state(office, report_id) == "received"
    with office.site.vault() as vault:
        assert vault.session.exec(select(Handled)).all() == []


def test_who_writes_after_the_end_awaits_an_answer_and_gets_one(office: Office) -> None:
    report_id, reporter = assigned(office)
    wang = office.by("wang")
    office.does(
        "wang", handling.close, report_id, wang, Close(version=3, outcome="unfounded", text="未发现短秤。")
    )

    def waiting() -> list[tuple[str, bool]]:
        with office.site.vault() as vault:
            lines = inbox.written_since(vault, OFFICE, office.site.rows["wang"])
        return [(line.id, line.mine) for line in lines]

    assert waiting() == []
    with office.site.vault() as vault:
        report, key = thread.visit(vault, reporter)
        thread.write(vault, report, key, "reporter", "我有新的照片。")
    assert waiting() == [(report_id, True)]
    office.does("wang", handling.ask, report_id, wang, Write(version=4, text="请补充在本页。"))
    assert waiting() == []
    assert state(office, report_id) == "closed"
    assert said(office, reporter)[-1] == ("office", "请补充在本页。")
