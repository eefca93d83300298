"""Who sent a report is disclosed to one person, by two custodians, for a week, and the reporter is told."""

from datetime import timedelta
from typing import cast

import pytest
from sqlmodel import col, select

from registry.errors import Conflict, Forbidden, NotFound, Refusal, RuleRefused
from registry.log.tables import LogLeaf, LogSalt
from registry.reports import codes, disclosure, epochs, reading, visits
from registry.reports.disclosed import disclosures, proof_of
from registry.reports.disclosure import AskDisclosure
from registry.reports.envelope import Compartment
from registry.reports.sealing import Unopened
from registry.reports.tables import Disclosed, EpochKey
from registry.reports.witness import Seen
from registry.store.engine import reading as begun
from tests.reports.office import Office
from tests.reports.sending import NAME
from tests.reports.site import OFFICE
from tests.reports.test_handling import assigned, one

WEEK = timedelta(days=7)  # the rulebook's default, `report.disclosed`
WHY = "需要向举报人核实购买日期"
ASKED = AskDisclosure(compartment="identity", reason=WHY)


def asked(office: Office, name: str = "wang", *, command: AskDisclosure = ASKED) -> tuple[str, str]:
    """Let a report be assigned to wang and newcomer, and one of them ask; return report and request."""
    report_id, _ = assigned(office, "wang", "newcomer")
    office.does(name, disclosure.ask, report_id, office.by(name), command)
    with office.site.vault() as vault:
        (row,) = disclosure.requests(vault, OFFICE)
    return report_id, row.id


def disclosure_of(office: Office, report_id: str) -> str:
    """Let the identity of an assigned report be asked for and disclosed to wang; return the request."""
    office.does("wang", disclosure.ask, report_id, office.by("wang"), ASKED)
    with office.site.vault() as vault:
        (row,) = disclosure.requests(vault, OFFICE)
    for name in ("zhao", "qian"):
        office.does(name, disclosure.approve, row.id)
    office.does("qian", disclosure.release, row.id, office.by("qian"))
    return row.id


def released(office: Office) -> str:
    """Let the identity of a report be disclosed to wang."""
    report_id, request_id = asked(office)
    for name in ("zhao", "qian"):
        office.does(name, disclosure.approve, request_id)
    office.does("qian", disclosure.release, request_id, office.by("qian"))
    return report_id


def test_what_two_custodians_agreed_to_opens_for_the_one_who_asked_alone(office: Office) -> None:
    report_id = released(office)
    assert office.opens("wang", report_id, "identity")
    assert not office.opens("newcomer", report_id, "identity")
    assert not office.opens("wang", report_id, "originals")
    (proof,) = disclosure.opened(office.sides("wang"), report_id, "identity", office.by("wang"))
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        assert reading.identity(vault, proof, report, office.by("wang")).name == NAME
        assert [(row.compartment, row.opened_on) for row in disclosures(vault, report_id)] == [
            ("identity", office.today)
        ]


def test_it_falls_when_its_week_is_over(office: Office) -> None:
    report_id = released(office)
    last = office.today + WEEK
    assert office.opens("wang", report_id, "identity", last)
    after = last + timedelta(days=1)
    assert not office.opens("wang", report_id, "identity", after)
    with pytest.raises(Forbidden):
        office.does("wang", disclosure.disclose, report_id, "identity", office.by("wang"), today=after)
    with office.site.vault(last) as vault:
        assert disclosure.lapse(vault) == 0
    with office.site.vault(after) as vault:
        assert disclosure.lapse(vault) == 1
        assert [row.report_id for row in disclosure.requests(vault, OFFICE, "lapsed")] == [report_id]
    assert not office.opens("wang", report_id, "identity")


@pytest.mark.parametrize("agreeing", [(), ("zhao",), ("zhao", "zhao")])
def test_fewer_than_two_persons_disclose_nothing(office: Office, agreeing: tuple[str, ...]) -> None:
    report_id, request_id = asked(office)
    for seq, name in enumerate(agreeing):
        if seq and name in agreeing[:seq]:
            with pytest.raises(RuleRefused):
                office.does(name, disclosure.approve, request_id)
        else:
            office.does(name, disclosure.approve, request_id)
    with pytest.raises(RuleRefused, match="disclosure_few"):
        office.does("qian", disclosure.release, request_id, office.by("qian"))
    assert not office.opens("wang", report_id, "identity")


@pytest.mark.parametrize("name", ["wang", "li", "officer", "approver", "admin", "auditor"])
def test_only_custodians_agree_and_hand_over(office: Office, name: str) -> None:
    report_id, request_id = asked(office)
    with pytest.raises(Refusal):
        office.does(name, disclosure.approve, request_id)
    for custodian in ("zhao", "qian"):
        office.does(custodian, disclosure.approve, request_id)
    with pytest.raises(Refusal):  # even with a custodian's key in hand
        office.does(name, disclosure.release, request_id, office.by("qian"))
    assert not office.opens("wang", report_id, "identity")


def test_only_who_handles_the_report_asks_and_once(office: Office) -> None:
    report_id, _ = asked(office)
    with pytest.raises(Forbidden):
        office.does("li", disclosure.ask, report_id, office.by("li"), ASKED)
    with pytest.raises(Conflict):
        office.does("wang", disclosure.ask, report_id, office.by("wang"), ASKED)


def test_one_custodian_refuses(office: Office) -> None:
    report_id, request_id = asked(office)
    office.does("zhao", disclosure.refuse, request_id)
    for name in ("zhao", "qian"):
        with pytest.raises(NotFound):
            office.does(name, disclosure.approve, request_id)
    assert not office.opens("wang", report_id, "identity")


def test_only_custodians_read_why(office: Office) -> None:
    asked(office)
    with office.site.vault() as vault:
        (row,) = disclosure.requests(vault, OFFICE)
        assert disclosure.reason_of(vault, row, office.by("zhao")) == WHY
        with pytest.raises(Forbidden):
            disclosure.reason_of(vault, row, office.by("li"))
        assert WHY.encode() not in row.sealed_reason
    assert WHY not in repr([entry.detail for entry in office.audit("report.disclosure_asked")])


def test_files_that_were_added_are_disclosed_with_the_first_ones(office: Office) -> None:
    report_id, request_id = asked(office, command=AskDisclosure(compartment="originals", reason=WHY))
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        addition, incoming = visits.begin_addition(vault, report)
        added = visits.added(addition)
        incoming.keep(added, 1, [b"later"])
        visits.receive_addition(vault, report, addition, incoming)
        incoming.close()
    for name in ("zhao", "qian"):
        office.does(name, disclosure.approve, request_id)
    office.does("qian", disclosure.release, request_id, office.by("qian"))
    after = office.today + WEEK + timedelta(days=1)
    for compartment in ("originals", added):
        assert office.opens("wang", report_id, compartment)
        assert not office.opens("newcomer", report_id, compartment)
        assert not office.opens("wang", report_id, compartment, after)
    assert not office.opens("wang", report_id, "identity")


def test_no_share_of_custody_opens_more_than_was_disclosed(office: Office) -> None:
    report_id, request_id = asked(office, command=AskDisclosure(compartment="originals", reason=WHY))
    for name in ("zhao", "qian"):
        office.does(name, disclosure.approve, request_id)
    office.does("qian", disclosure.release, request_id, office.by("qian"))
    with office.site.vault() as vault:  # the requester is a custodian besides
        report = office.report(vault, report_id)
        epoch, wang = vault.session.get_one(EpochKey, report.custody_epoch), office.site.rows["wang"]
        epochs.give_share(vault, epoch, office.site.rows["zhao"], office.site.secrets["zhao"], wang)
        epochs.confirm_share(vault, epoch, wang, "qian")
        addition, incoming = visits.begin_addition(vault, report)
        incoming.keep(visits.added(addition), 1, [b"later"])
        visits.receive_addition(vault, report, addition, incoming)
        incoming.close()
    assert office.opens("wang", report_id, visits.added(addition))  # by the share, outside of a disclosure
    proofs = disclosure.opened(office.sides("wang"), report_id, "originals", office.by("wang"))
    assert [one.compartment for one in proofs] == ["originals"]


def test_the_reporter_learns_of_each_opening_and_proves_it_and_nothing_says_by_whom(office: Office) -> None:
    report_id, reporter = assigned(office, "wang", "newcomer")
    request_id = disclosure_of(office, report_id)
    for _ in range(2):
        disclosure.opened(office.sides("wang"), report_id, "identity", office.by("wang"))
    entries = office.audit("report.disclosed")
    with office.site.vault() as vault:
        told = disclosures(vault, report_id)
        assert [(one.compartment, one.opened_on) for one in told] == [("identity", office.today)] * 2
        report = office.report(vault, report_id)
        proofs = [proof_of(vault, report, reporter, one) for one in told]
        with pytest.raises(Unopened):
            proof_of(vault, report, codes.derive(codes.draw(), vault.pepper), told[0])
    with begun(office.registry) as session:
        leaves = session.exec(select(LogLeaf).where(LogLeaf.act == "report.opened")).all()
        kept = session.exec(select(LogSalt).where(col(LogSalt.leaf_id).in_([one.leaf_id for one in leaves])))
        assert all(one.salt is None and one.content is None for one in kept)
    assert {one.leaf_id: one.commitment for one in leaves} == {one.leaf_id: one.commitment for one in proofs}
    assert {entry.detail["leaf_id"] for entry in entries} == {one.leaf_id for one in leaves}
    assert set(Disclosed.model_fields) == {"id", "report_id", "compartment", "opened_on", "sealed_proof"}
    for secret in (report_id, "wang", request_id, NAME):
        assert secret not in repr([one.content for one in proofs])
        assert secret not in repr([one.model_dump() for one in leaves])


def test_nothing_is_read_without_its_entry_in_the_audit_log(office: Office) -> None:
    report_id, _ = one(office)
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        for proof in (
            Seen("another", "content", "li"),
            Seen(report_id, "identity", "li"),
            Seen(report_id, "content", "wang"),
        ):
            with pytest.raises(Forbidden, match="unwitnessed"):
                reading.content(vault, proof, report, office.by("li"))
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        reading.content(vault, office.witnessed("li", report), report, office.by("li"))
        for compartment in ("identity", "originals", "originals-1"):
            with pytest.raises(Forbidden, match="not_disclosed"):
                office.witnessed("li", report, cast(Compartment, compartment))
    entries = office.audit("report.read")
    assert [(entry.person_id, entry.subject_id, entry.detail) for entry in entries] == [
        ("li", report_id, {"compartment": "content"})
    ]
