"""The desk of reports over HTTP: nothing is shown before unlocking, and every reading is in the audit log."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from api.app import served
from api.edge import Edge
from registry import tables
from registry.accounts.tables import SessionSecret
from registry.audit.tables import AuditEntry
from registry.overrides.commands import ensure_archived
from registry.reports import disclosure
from registry.reports.disclosure import AskDisclosure
from registry.reports.store import REPORTS, name_site
from registry.reports.tables import HolderKey, Report
from registry.settings import read_settings
from registry.store.engine import reading, writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.desk.conftest import HOST, Browser, Town, built, give_passwords
from tests.reports.office import Office
from tests.reports.sending import NAME, PHOTO, STORY, sent
from tests.reports.site import OFFICE, PEPPER, PHRASE
from tests.reports.test_handling import said
from tests.reports.test_open import added

LI = ("li", "wang", "newcomer", "zhao", "qian", "officer", "admin", "auditor")


@pytest.fixture
def town(office: Office, data_dir: Path) -> Iterator[Town]:
    """The office of `site`, served with its desks."""
    with writing(office.site.engine) as session:
        name_site(session, "xinyang.example")
    with writing(office.registry) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    settings = read_settings(
        data_dir=data_dir,
        database_url=office.registry.url.render_as_string(hide_password=False),
        reports_url=office.site.engine.url.render_as_string(hide_password=False),
        second_factor=False,
    )
    settings.pepper_file.parent.mkdir(parents=True, exist_ok=True)
    settings.pepper_file.write_bytes(PEPPER)
    settings.pepper_file.chmod(0o600)
    give_passwords(office.registry, *LI)
    clock = [datetime(2026, 11, 22, 4, 0, tzinfo=UTC)]
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    app = built()
    edge = app.state.edge = Edge(settings, office.registry, index, lambda: clock[0], given.rulebook)
    with TestClient(served(app), base_url=f"https://{HOST}", raise_server_exceptions=False) as client:
        yield Town(client, office.registry, clock, settings)
    edge.reports.engine.dispose()
    index.close()


def arrived(office: Office) -> str:
    """Let a report arrive, and return its address at the desk."""
    with office.site.vault() as vault:
        return f"/desk/reports/{sent(vault)[0].id}"


def unlocked(town: Town, name: str) -> Browser:
    """Return a browser in which somebody has signed in and unlocked their key."""
    browser = town.at_desk(name)
    browser.open("/desk/reports")
    answer = browser.send("/desk/reports/unlocking", {"passphrase": PHRASE.format(name)})
    assert answer.status_code == 303, answer.text
    return browser


def readings(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        query = select(AuditEntry).where(col(AuditEntry.act) == "report.read").order_by(col(AuditEntry.seq))
        return [(one.account_name, one.subject_id) for one in session.exec(query)]


def shown(browser: Browser) -> str:
    """Return the page that was opened last."""
    assert browser.last is not None
    return browser.last.text


def opened(browser: Browser, address: str) -> str:
    """Open a report and return the page."""
    browser.open(address)
    browser.last = browser.send(f"{address}/opening")
    assert browser.last.status_code == 200, browser.last.text
    return browser.last.text


def step(browser: Browser, address: str, act: str, office: Office, **fields: object) -> None:
    """Do a step by its form."""
    with office.site.vault() as vault:
        version = vault.session.get_one(Report, address.rpartition("/")[2]).version
    browser.open(address)
    answer = browser.send(f"{address}/steps/{act}", {"version": str(version), **fields})
    assert answer.status_code == 303, answer.text


def test_a_report_is_read_and_handled_to_its_end_at_the_desk(office: Office, town: Town) -> None:
    with office.site.vault() as vault:
        report, reporter = sent(vault)
    address = f"/desk/reports/{report.id}"
    li = unlocked(town, "li")
    li.open("/desk/reports")
    assert report.id[:8] in shown(li)
    assert STORY not in li.client.get(address).text
    assert readings(town.engine) == []
    assert STORY in opened(li, address)
    assert readings(town.engine) == [("li", report.id)]
    file = li.send(f"{address}/files/content/1")
    assert file.content == PHOTO
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-disposition"] == (f'attachment; filename="{report.id[:8]}-content-1.jpeg"')
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["cache-control"] == "no-store"
    for nothing in ("content/2", "content/0", "thread/1", "originals/1", "copies-1/1"):
        assert li.send(f"{address}/files/{nothing}").status_code == 404, nothing
    with office.site.vault() as vault:
        part = added(vault, vault.session.get_one(Report, report.id), b"%PDF-later")
    assert "取出第 1 次补充的第 1 个文件" in opened(li, address)
    later = li.send(f"{address}/files/{part}/1")
    assert (later.content, later.headers["content-type"]) == (b"%PDF-later", "application/pdf")
    step(li, address, "triage", office, note="线索具体")
    team = [office.site.rows[name].fingerprint for name in ("wang", "newcomer")]
    step(li, address, "assign", office, team=team)
    li.open(address)
    assert li.send(f"{address}/opening").status_code == 403
    wang = unlocked(town, "wang")
    step(wang, address, "ask", office, text="请问是哪一天？")
    assert "线索具体" in opened(wang, address)
    step(wang, address, "close", office, outcome="corrected", text="已改正。")
    assert said(office, reporter)[-1] == ("office", "办理结果：已查实并责令改正。已改正。")
    for query, listed in (("", False), ("?closed=true", True)):
        wang.open(f"/desk/reports{query}")
        assert (report.id[:8] in shown(wang)) is listed, query


def test_the_first_page_names_what_waits_on_the_desk_of_reports_and_nothing_that_it_says(
    office: Office, town: Town
) -> None:
    address = arrived(office)
    number = address.rpartition("/")[2][:8]
    for name, awaits in (("li", True), ("zhao", False), ("officer", False)):
        home = town.at_desk(name).open("/desk").words
        assert (f"举报 {number}" in home) is awaits, name
        assert STORY not in home
    li = unlocked(town, "li")
    li.open(address)
    li.send(f"{address}/disclosures", {"compartment": "identity", "reason": "需要核实购买日期"})
    zhao = town.at_desk("zhao")
    home = zhao.open("/desk").words
    assert number in home
    assert "需要核实购买日期" not in home
    zhao.open("/desk/reports")
    action = shown(zhao).partition('action="/desk/reports/disclosures/')[2].partition("/")[0]
    zhao.send(f"/desk/reports/disclosures/{action}/approval")
    assert number not in zhao.open("/desk").words
    assert readings(town.engine) == []


def test_a_key_is_locked_by_its_button_by_idling_and_by_signing_out(office: Office, town: Town) -> None:
    address = arrived(office)
    ways = {
        "button": lambda browser: browser.send("/desk/reports/locking"),
        "idling": lambda _: town.wait(minutes=15),
        "signing out": lambda browser: browser.send("/desk/sign-out"),
    }
    for way, lock in ways.items():
        browser = unlocked(town, "li")
        assert STORY in opened(browser, address), way
        before = len(readings(town.engine))
        cookie = browser.cookies.get("__Secure-hm_reports")
        lock(browser)
        browser = town.at_desk("li")
        browser.cookies.set("__Secure-hm_reports", cookie or "", domain=HOST, path="/desk/reports")
        browser.open(address)
        answer = browser.send(f"{address}/opening")
        assert answer.status_code == 403, way
        assert STORY not in answer.text
        assert len(readings(town.engine)) == before


def test_no_button_of_a_report_takes_a_field_that_it_does_not_have(office: Office, town: Town) -> None:
    address = arrived(office)
    browser = unlocked(town, "li")
    before = len(readings(town.engine))
    for path in ("/desk/reports/locking", f"{address}/opening", f"{address}/referral"):
        browser.open(address)
        assert browser.send(path, {"surplus": "x"}).status_code == 422, path
    assert len(readings(town.engine)) == before
    assert STORY in opened(browser, address)


def test_the_database_alone_opens_no_key_and_the_cookie_alone_neither(office: Office, town: Town) -> None:
    browser = unlocked(town, "li")
    seed = office.site.secrets["li"].seed
    with reading(town.engine) as session:
        (row,) = session.exec(select(SessionSecret)).all()
    cookie = browser.cookies.get("__Secure-hm_reports")
    assert cookie
    assert seed not in bytes(row.sealed)
    for engine, metadata in ((office.registry, tables.metadata), (office.site.engine, REPORTS.metadata)):
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                assert cookie not in repr(connection.execute(table.select()).all()), table.name


@pytest.mark.parametrize("name", ["officer", "admin", "auditor"])
def test_nobody_else_finds_a_page_of_the_desk_of_reports(office: Office, town: Town, name: str) -> None:
    address = arrived(office)
    browser = town.at_desk(name)
    for path in ("/desk/reports", "/desk/reports/keys", address):
        browser.open(path, status=403)
    for path in (f"{address}/opening", "/desk/reports/unlocking", "/desk/reports/keys"):
        browser.open("/desk")
        assert browser.send(path, {"passphrase": PHRASE.format("li")}).status_code == 403
    assert readings(town.engine) == []


def test_an_identity_is_disclosed_through_two_custodians(office: Office, town: Town) -> None:
    address = arrived(office)
    li, zhao, qian = (unlocked(town, name) for name in ("li", "zhao", "qian"))
    li.open(address)
    asked = {"compartment": "identity", "reason": "需要核实购买日期"}
    assert li.send(f"{address}/disclosures", asked).status_code == 303
    for browser in (zhao, qian):
        browser.open("/desk/reports")
        assert "需要核实购买日期" in shown(browser)
        action = shown(browser).partition('action="/desk/reports/disclosures/')[2].partition("/")[0]
        base = f"/desk/reports/disclosures/{action}"
        assert browser.send(f"{base}/approval").status_code == 303
    qian.open("/desk/reports")
    assert qian.send(f"{base}/release", {"requested_by": "wang"}).status_code == 422
    li.open(address)
    assert NAME not in li.send(f"{address}/disclosed/identity").text
    qian.open("/desk/reports")
    assert qian.send(f"{base}/release").status_code == 303
    li.open(address)
    page = li.send(f"{address}/disclosed/identity")
    assert NAME in page.text
    assert "举报人已能看到" in page.text
    assert li.send(f"{address}/disclosed/originals").status_code == 403
    zhao.open("/desk/reports")
    zhao.client.get(address)
    assert zhao.client.get(address).status_code == 403


def test_files_as_they_were_sent_are_handed_out_under_a_name_of_ours_once_disclosed(
    office: Office, town: Town
) -> None:
    address = arrived(office)
    report_id = address.rpartition("/")[2]
    asked = AskDisclosure(compartment="originals", reason="需要核实拍摄时间")
    office.does("li", disclosure.ask, report_id, office.by("li"), asked)
    with office.site.vault() as vault:
        (request,) = disclosure.requests(vault, OFFICE)
    for name in ("zhao", "qian"):
        office.does(name, disclosure.approve, request.id)
    office.does("qian", disclosure.release, request.id, office.by("qian"))
    li = unlocked(town, "li")
    li.open(address)
    assert "周某 IMG_1.JPG" in li.send(f"{address}/disclosed/originals").text
    li.open(address)
    file = li.send(f"{address}/disclosed/originals", {"part": "originals", "number": "1"})
    assert (file.content, file.headers["content-type"]) == (PHOTO, "application/octet-stream")
    assert file.headers["content-disposition"] == (f'attachment; filename="{report_id[:8]}-originals-1.jpg"')
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for wrong in ({"part": "identity", "number": "0"}, {"part": "originals", "number": "0"}):
        li.open(address)
        assert li.send(f"{address}/disclosed/originals", wrong).status_code == 404
    assert len(office.audit("report.disclosed")) == 4  # a file that is not there is known once it was opened


def test_a_newcomer_makes_a_key_is_given_shares_and_a_third_person_confirms(
    office: Office, town: Town
) -> None:
    address = arrived(office)
    newcomer, li, zhao = town.at_desk("newcomer"), unlocked(town, "li"), town.at_desk("zhao")
    with office.site.vault() as vault:
        vault.session.delete(vault.session.get_one(HolderKey, office.site.rows["newcomer"].fingerprint))
    phrase = "an entirely new long phrase"
    newcomer.open("/desk/reports/keys")
    weak = newcomer.send("/desk/reports/keys", {"passphrase": "short", "repeated": "short"})
    assert weak.status_code == 422
    assert "short" not in weak.text
    newcomer.open("/desk/reports/keys")
    made = newcomer.send("/desk/reports/keys", {"passphrase": phrase, "repeated": phrase})
    assert made.status_code == 303, made.text
    with office.site.vault() as vault:
        query = select(HolderKey).where(col(HolderKey.person_id) == "newcomer")
        fingerprint = vault.session.exec(query).one().fingerprint
    li.open("/desk/reports/keys")
    given_to = {"holder": fingerprint, "purpose": "intake"}
    assert li.send("/desk/reports/keys/shares", given_to).status_code == 303
    li.open("/desk/reports/keys")
    assert li.send("/desk/reports/keys/confirmation", {"holder": fingerprint}).status_code == 422
    zhao.open("/desk/reports/keys")
    assert zhao.send("/desk/reports/keys/confirmation", {"holder": fingerprint}).status_code == 303
    newcomer.open("/desk/reports")
    assert newcomer.send("/desk/reports/unlocking", {"passphrase": phrase}).status_code == 303
    assert STORY in opened(newcomer, address)
