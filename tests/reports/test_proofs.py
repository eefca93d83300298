"""A reporter proves on which day a report came and that something of it was opened, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlmodel import select

from api.intake.proving import OPENINGS_AT_ONCE
from jobs import shuffle_reports, sign_checkpoint
from jobs.running import Plant
from registry.audit.work import Actor
from registry.log.canonical import canonical
from registry.log.leaves import commitment_of
from registry.log.notes import load_or_create
from registry.log.tables import LogCheckpoint, LogLeaf
from registry.overrides.commands import ensure_archived
from registry.publication.verify import verify
from registry.reports import disclosure, opening
from registry.reports.holders import public_of
from registry.reports.opening import Unlocked
from registry.store.engine import reading, writing
from tests import given
from tests.reports.intaking import FORM, Desk
from tests.reports.site import OFFICE
from tests.reports.test_pages import hidden, post

BLOCK = 65_536
OFFICE_NAME = "信阳市浉河区市场监督管理局"


@pytest.fixture
def plant(desk: Desk) -> Iterator[Plant]:
    """The nightly jobs of the intake's installation."""
    edge = desk.reception.edge
    load_or_create(edge.settings.data_dir, edge.settings.origin)
    with writing(edge.engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    found = Plant(edge.settings, edge.engine, edge.index, edge.now, edge.rulebook)
    yield found
    found.reports.engine.dispose()


def shown(desk: Desk, code: str) -> str:
    """Come back with a code and return the page of its proofs."""
    back = post(desk, "/report/return", {"code": code}).text
    forms = [hidden(back, "/report/thread", at) for at in range(back.count('action="/report/thread"'))]
    (mine,) = (one for one in forms if one["step"] == "prove")
    page = post(desk, "/report/thread", mine)
    assert (page.status_code, len(page.content)) == (200, BLOCK)
    return page.text


def certificates(page: str) -> list[str]:
    """Return the certificates that a page shows."""
    boxes = page.split("<textarea")[1:]
    return [unescape(box.partition(">")[2].partition("</textarea>")[0]) for box in boxes]


def checked(desk: Desk, certificate: str) -> tuple[int, str]:
    """Paste a certificate into the page that checks it."""
    answer = post(desk, "/report/verify", {"certificate": certificate})
    assert len(answer.content) % BLOCK == 0
    return answer.status_code, answer.text


def test_a_reporter_proves_the_day_of_receipt_and_which_periods_ended(
    desk: Desk, plant: Plant, tmp_path: Path
) -> None:
    desk.clock[0] = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)  # under Order 20, whose periods are on record
    code = desk.reported()
    assert "请明天再来" in shown(desk, code)
    desk.clock[0] += timedelta(days=45)
    shuffle_reports.run(plant)
    assert "日志在一分钟内签名" in shown(desk, code)
    sign_checkpoint.run(plant)
    page = shown(desk, code)
    (told,) = certificates(page)
    with reading(plant.engine) as session:
        key = session.exec(select(LogCheckpoint)).first()
    assert key is not None
    paper = tmp_path / "receipt.txt"
    paper.write_text(told.strip() + "\n", encoding="utf-8")
    assert verify([paper], key.verifier_key) == []
    status, words = checked(desk, told)
    for said in (words, page):
        assert f"{OFFICE_NAME}于 2026-01-05 收到一件密封举报。" in said
        assert "举报核查期限已于 2026-01-26 届满" in said
    assert status == 200
    for secret in (code, desk.only_report().id, FORM["story"], FORM["merchant"]):
        assert secret not in words + told
    thread = post(desk, "/report/return", {"code": code}).text
    assert "已于2026年1月26日届满，逾期" in thread
    found = desk.client.post("/api/v1/reports/proofs", json={"ticket": desk.back(code)["ticket"]}).json()
    assert found["receipt"]["certificate"].strip() == told.strip()
    assert (
        commitment_of(
            bytes.fromhex(found["receipt"]["opening"]["salt"]),
            canonical(found["receipt"]["opening"]["content"]),
        )
        == found["receipt"]["commitment"]
    )


def test_a_certificate_that_was_altered_or_is_of_something_else_proves_nothing(
    desk: Desk, plant: Plant
) -> None:
    code = desk.reported()
    desk.clock[0] += timedelta(days=1)
    shuffle_reports.run(plant)
    sign_checkpoint.run(plant)
    (told,) = certificates(shown(desk, code))
    assert checked(desk, told.replace("\n", "\r\n"))[0] == 200
    lines = told.strip().split("\n")
    for wrong in (
        "",
        "x",
        told[:-40],
        told.replace("index ", "index 1"),
        "\n".join([*lines[:1], *lines[2:]]),
        told.partition("\n\n")[2],  # a checkpoint of this log, which proves nothing of a report
    ):
        status, words = checked(desk, wrong)
        assert status == 422, wrong
        assert "不是本站日志的证书" in words


def test_a_reporter_proves_that_the_own_identity_was_opened(desk: Desk, plant: Plant) -> None:
    code = desk.reported(**{"identity.name": "王小虎"})
    report, site = desk.only_report(), desk.site
    li, zhao = (Unlocked(site.rows[name], site.secrets[name]) for name in ("li", "zhao"))
    with site.vault() as vault:
        key = opening.key_for(vault, report, "identity", zhao.holder, zhao.secret)
        opening.seal_key(vault, report, "identity", key, (li.holder.fingerprint, public_of(li.holder)))
    with site.vault() as vault, writing(plant.engine) as session:
        told = disclosure.disclose(vault, Actor("li", "li", OFFICE, ()), report.id, "identity", li)
        assert told.within is not None
        told.within(given.work(session, "officer"))
    sign_checkpoint.run(plant)
    page = shown(desk, code)
    (certificate,) = certificates(page)
    assert "您的身份" in page
    status, words = checked(desk, certificate)
    assert status == 200
    assert f"{OFFICE_NAME}于 2026-11-22 打开了一件密封举报的“举报人身份”。" in words
    with reading(plant.engine) as session:
        leaf = session.exec(select(LogLeaf).where(LogLeaf.act == "report.opened")).one()
    assert leaf.leaf_id in words
    assert report.id not in certificate


def test_every_opening_can_be_proved_however_many_there_were(desk: Desk, plant: Plant) -> None:
    code = desk.reported(**{"identity.name": "王小虎"})
    report, site = desk.only_report(), desk.site
    li, zhao = (Unlocked(site.rows[name], site.secrets[name]) for name in ("li", "zhao"))
    with site.vault() as vault:
        key = opening.key_for(vault, report, "identity", zhao.holder, zhao.secret)
        opening.seal_key(vault, report, "identity", key, (li.holder.fingerprint, public_of(li.holder)))
    many = 2 * OPENINGS_AT_ONCE + 1
    for _ in range(many):
        with site.vault() as vault, writing(plant.engine) as session:
            told = disclosure.disclose(vault, Actor("li", "li", OFFICE, ()), report.id, "identity", li)
            assert told.within is not None
            told.within(given.work(session, "officer"))
    sign_checkpoint.run(plant)
    page = shown(desk, code)
    found = certificates(page)
    while page.count('name="after"'):
        forms = [hidden(page, "/report/thread", at) for at in range(page.count('action="/report/thread"'))]
        (following,) = (one for one in forms if one["step"] == "prove")
        answer = post(desk, "/report/thread", following)
        assert len(answer.content) == BLOCK
        page = answer.text
        found += certificates(page)
    assert len(set(found)) == len(found) == many
    ticket, after, leaves = desk.back(code)["ticket"], "", []
    while after is not None:
        answered = desk.client.post("/api/v1/reports/proofs", json={"ticket": ticket, "after": after}).json()
        leaves += [one["opening"]["leaf_id"] for one in answered["openings"]]
        after = answered["next"] or None
    assert len(set(leaves)) == len(leaves) == many
