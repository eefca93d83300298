"""A reporter's journey through the pages: without scripts, cookies or anything in an address."""

import asyncio
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest
from sqlmodel import select

from api.intake.turns import Crowded, Turns
from registry.reports.opening import key_for
from registry.reports.tables import BodyPiece, CompartmentKey, Report
from registry.reports.thread import write
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from tests.reports.intaking import FORM, Desk, hits, multipart
from tests.reports.test_intake import JPEG

BLOCK = 65_536
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
HEADERS = {
    "cache-control": "no-store, no-transform",
    "content-language": "zh-CN",
    "content-security-policy": "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow, noarchive",
}


def hidden(page: str, action: str, which: int = -1) -> dict[str, str]:
    """Return what a form of a page carries unseen."""
    forms = [one for one in page.split("<form ")[1:] if f'action="{action}"' in one]
    found = HIDDEN.findall(forms[which].partition("</form>")[0])
    return {name: unescape(value) for name, value in found}


def post(desk: Desk, path: str, fields: dict[str, Any], files: Any = ()) -> httpx.Response:
    return desk.client.post(path, **multipart(fields, files))


def looked_over(desk: Desk, **changed: Any) -> httpx.Response:
    """Fill the form in and go on to the page on which it is looked over."""
    form = desk.client.get("/report/new")
    assert form.status_code == 200
    carried = hidden(form.text, "/report/new")
    return post(desk, "/report/new", {**carried, **FORM, "step": "review", **changed})


def answered(desk: Desk, text: str) -> None:
    """Let the office write to the reporter of the one report."""
    with desk.site.vault() as vault:
        report = vault.session.exec(select(Report)).one()
        key = key_for(vault, report, "thread", desk.site.rows["li"], desk.site.secrets["li"])
        write(vault, report, key, "office", text)


def test_a_reporter_writes_looks_over_sends_and_comes_back(desk: Desk) -> None:
    form = desk.client.get("/report/new").text
    code = hidden(form, "/report/new")["code"]
    assert [code[at : at + 4] for at in range(0, 24, 4)] == re.findall(r"<span>(\d{4})</span>", form)
    review = looked_over(desk, conducts=("short_weight",), **{"identity.name": "王小虎"})
    assert review.status_code == 200
    assert FORM["story"] in review.text
    assert "缺斤短两" in review.text
    with desk.site.vault() as vault:
        assert vault.session.exec(select(BodyPiece)).all() == []  # looking it over keeps nothing
    carried = hidden(review.text, "/report/send")
    sent = post(desk, "/report/send", {**carried, "noted": "true"}, [("a.jpg", JPEG)])
    assert sent.status_code == 200, sent.text
    assert carried["code"][:4] in sent.text
    assert post(desk, "/report/send", carried).content == sent.content
    answered(desk, "请问是哪一天？")
    back = post(desk, "/report/return", {"code": carried["code"]})
    assert back.status_code == 200
    assert "请问是哪一天？" in back.text
    said = post(desk, "/report/thread", {**hidden(back.text, "/report/thread", 2), "text": "上周六"})
    assert "上周六" in said.text
    for step, fields in (("delete", {}), ("claim", {"word": "青山绿水"}), ("end", {})):
        forms = [hidden(said.text, "/report/thread", at) for at in range(said.text.count("<form "))]
        (mine,) = (one for one in forms if one["step"] == step)
        said = post(desk, "/report/thread", {**mine, **fields})
        assert said.status_code == 200, said.text
    assert "查看已结束" in said.text


def test_the_form_finds_the_merchant_and_comes_back_with_all_that_was_written(desk: Desk) -> None:
    carried = hidden(desk.client.get("/report/new").text, "/report/new")
    found = post(desk, "/report/new", {**carried, **FORM, "merchant": "没有这家店", "step": "find"})
    assert found.status_code == 200
    assert "登记中没有找到" in found.text
    assert "检索服务暂时没有应答" not in found.text
    index = MeilisearchIndex(Address("http://127.0.0.1:9", "businesses"), write=False)  # nobody listens
    object.__setattr__(desk.reception.edge, "index", index)
    silent = post(desk, "/report/new", {**carried, **FORM, "merchant": "没有这家店", "step": "find"})
    assert "检索服务暂时没有应答" in silent.text
    index.close()
    assert FORM["story"] in found.text
    review = post(desk, "/report/new", {**carried, **FORM, "step": "review"})
    changed = post(desk, "/report/new", {**hidden(review.text, "/report/new"), "step": "change"})
    assert FORM["story"] in changed.text
    assert hidden(changed.text, "/report/new") == carried


@pytest.mark.parametrize("told", ["我叫张三", "打 13800138000 找我", "My name is Li"])
def test_what_may_tell_of_the_writer_is_shown_before_anything_is_sealed(desk: Desk, told: str) -> None:
    review = looked_over(desk, story=f"秤少给半两。{told}，每天都这样。")
    assert "这些内容可能表明您是谁" in review.text
    carried = hidden(review.text, "/report/send")
    unconfirmed = post(desk, "/report/send", {k: v for k, v in carried.items() if k != "confirmed"})
    assert unconfirmed.status_code == 422
    assert post(desk, "/report/send", carried).status_code == 200


def test_what_is_refused_is_shown_with_what_was_written(desk: Desk, narrow: Callable[..., None]) -> None:
    short = looked_over(desk, story="短")
    assert short.status_code == 422
    assert 'aria-invalid="true"' in short.text
    assert FORM["merchant"] in short.text
    narrow(reports_largest=262_144)
    carried = hidden(looked_over(desk).text, "/report/send")
    large = post(desk, "/report/send", carried, [("a.bin", b"x" * 300_000)])
    assert large.status_code == 413
    assert "没有收下任何内容" in large.text
    assert hidden(large.text, "/report/send") == carried
    assert post(desk, "/report/send", carried).status_code == 200


def test_while_nobody_could_read_a_report_the_pages_say_so_and_name_the_other_ways(desk: Desk) -> None:
    desk.clock[0] = desk.clock[0].replace(year=2027)
    form = desk.client.get("/report/new")
    assert form.status_code == 503
    assert "12315" in form.text
    entry = desk.client.get("/report")
    assert entry.status_code == 200
    assert 'href="/report/new"' not in entry.text


def test_every_page_is_padded_bears_the_headers_of_its_class_and_runs_nothing(desk: Desk) -> None:
    review = looked_over(desk)
    carried = hidden(review.text, "/report/send")
    pages = [
        *(desk.client.get(path) for path in ("/report", "/report/new", "/report/return", "/report/nothing")),
        review,
        post(desk, "/report/send", carried),
        post(desk, "/report/return", {"code": carried["code"]}),
        post(desk, "/report/return", {"code": desk.drawn()["code"]}),
        post(desk, "/report/return", {"code": "1"}),
        post(desk, "/report/thread", {"ticket": "00" * 32, "step": "look"}),
    ]
    for page in pages:
        headers = {name: value for name, value in page.headers.items() if name != "content-length"}
        assert headers == HEADERS
        assert len(page.content) % BLOCK == 0
        assert "<script" not in page.text
    assert pages[-1].status_code == 403


def test_right_and_wrong_codes_are_answered_by_pages_of_one_length(desk: Desk) -> None:
    code = desk.reported()
    for _ in range(12):
        answered(desk, "问" * 1000)
    pages = [post(desk, "/report/return", {"code": one}) for one in (code, desk.drawn()["code"])]
    assert {(page.status_code, len(page.content)) for page in pages} == {(200, BLOCK)}
    assert "更早的消息" in pages[0].text


def test_nothing_that_is_kept_or_logged_names_who_asked(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    markers = ("203.0.113.77", "Canary-Agent-4471", "canary-cookie-9915")
    told = {"X-Forwarded-For": markers[0], "User-Agent": markers[1], "Cookie": f"visit={markers[2]}"}
    desk.client.headers.update(told)
    code = desk.reported()
    assert post(desk, "/report/return", {"code": code}).status_code == 200
    assert post(desk, "/report/send", {"code": code}).status_code == 422
    assert hits([desk.folder], markers) == []
    with desk.site.vault() as vault:
        tables = (BodyPiece, CompartmentKey, Report)
        rows = [row for table in tables for row in vault.session.exec(select(table))]
        assert not any(marker in str(vars(row)) for row in rows for marker in markers)
    assert not any(marker in caplog.text for marker in (*markers, code))


def test_english_pages_keep_their_language_from_form_to_form(desk: Desk) -> None:
    form = desk.client.get("/report/new?lang=en")
    assert form.headers["content-language"] == "en"
    assert 'action="/report/new?lang=en"' in form.text


async def _take_turns() -> list[str]:
    turns, taken = Turns(a_second=1000, most=2), []

    async def one(lane: Any, name: str) -> None:
        async with turns.turn(lane):
            taken.append(name)
            await asyncio.sleep(0)

    lanes = {"r1": "returning", "r2": "returning", "r3": "returning", "s1": "sending", "s2": "sending"}
    tasks = [asyncio.ensure_future(one(lane, name)) for name, lane in lanes.items()]
    await asyncio.sleep(0)
    with pytest.raises(Crowded):
        async with turns.turn("returning"):
            pass
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken


def test_who_sends_and_who_comes_back_take_turns_and_one_too_many_is_told() -> None:
    assert asyncio.run(_take_turns()) == ["r1", "s1", "r2", "s2"]
