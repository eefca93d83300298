"""Lists of names and codes are matched with what is on record: completely, with reasons, never too much."""

import csv
from collections import defaultdict
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.describing import WORKBOOK
from jobs import deliver_outbox
from registry.businesses.commands import RegisterBusiness, register_business
from registry.store.engine import writing
from tests import given as facts
from tests.api.conftest import Town
from tests.imports.workbooks import parts_of, sheet

MATCH = "/api/v1/businesses/match"
NAMES = st.text("甲乙丙", min_size=1, max_size=2).map(lambda middle: f"浉河区{middle}秤行")
SHOPS = st.lists(
    st.tuples(NAMES, st.lists(NAMES, max_size=2), st.lists(NAMES, max_size=1)), min_size=1, max_size=5
)


BORNE: dict[Path, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
STALLS = count(1)


def matched(town: Town, *texts: str, **more: Any) -> list[dict[str, Any]]:
    """Ask and return what was found for each."""
    answer = town.post(MATCH, {"items": [{"text": text, **more} for text in texts]}, None)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    assert [one["text"] for one in items] == [text.strip() for text in texts]
    return items


def register(town: Town, name: str, **more: Any) -> str:
    """Register an enterprise."""
    with writing(town.plant.engine) as session:
        command = RegisterBusiness(name=name, region=facts.TOWN, kind="enterprise", **more)
        return str(register_business(facts.work(session, "national"), command).id)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shops=SHOPS)
def test_every_business_is_found_by_each_of_its_names_and_all_who_share_one_are_named(
    town: Town, shops: list[tuple[str, list[str], list[str]]]
) -> None:
    bearers = BORNE[town.plant.settings.data_dir]  # the examples share one registry
    for name, former, trade in shops:
        where = {"market": "浉河区集贸市场", "stall": f"{next(STALLS)}"}
        business_id = register(town, name, former_names=tuple(former), trade_names=tuple(trade), **where)
        for one in (name, *former, *trade):
            bearers[one].add(business_id)
    for one, found in zip(bearers, matched(town, *bearers), strict=True):
        ids = [candidate["id"] for candidate in found["candidates"]]
        assert sorted(ids) == sorted(bearers[one])
        assert found["state"] == ("same" if len(ids) == 1 else "maybe")
        assert all(candidate["matched"] == one for candidate in found["candidates"])
        assert all(candidate["because"] != "like" for candidate in found["candidates"])


def test_a_code_is_the_surest_and_width_case_and_spaces_do_not_count(town: Town) -> None:
    code = "91110000600037341L"
    shop = register(town, "浉河区丁记ABC粮油店", uscc=code)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for text in (code, code.lower(), wide, f" {code[:9]} {code[9:]} "):
        (found,) = matched(town, text)
        assert (found["state"], found["candidates"][0]["id"]) == ("same", shop)
        assert found["candidates"][0]["because"] == "code"
    (found,) = matched(town, " 浉河区丁记ａｂｃ粮油店")
    assert (found["state"], found["candidates"][0]["because"]) == ("same", "name")


def test_what_is_only_like_a_name_is_maybe_and_what_is_like_none_is_none(town: Town) -> None:
    shop = register(town, "浉河区丁记粮油店")
    deliver_outbox.run(town.plant)
    like, nothing, code = matched(town, "丁记粮油", "完全没有的字号", "91110000600037341L")
    assert [(one["id"], one["because"]) for one in like["candidates"]] == [(shop, "like")]
    assert [one["state"] for one in (like, nothing, code)] == ["maybe", "none", "none"]
    (elsewhere,) = matched(town, "浉河区丁记粮油店", region="37")
    assert (elsewhere["state"], elsewhere["candidates"]) == ("none", [])


def test_no_natural_person_is_found_by_a_name_that_is_masked(town: Town) -> None:
    with writing(town.plant.engine) as session:
        facts.business(facts.work(session, "national"), "李大年", kind="natural_person")
    deliver_outbox.run(town.plant)
    (found,) = matched(town, "李大年")
    assert (found["state"], found["candidates"]) == ("none", [])


def test_more_than_a_thousand_or_none_at_all_are_refused(town: Town) -> None:
    for number in (0, 1001):
        answer = town.post(MATCH, {"items": [{"text": "店"}] * number}, None)
        assert answer.status_code == 400
    assert len(matched(town, *["店"] * 1000)) == 1000


HEADINGS = ("序号", "名称", "统一社会信用代码")


def sent(town: Town, content: bytes, media: str, accept: str) -> httpx.Response:
    """Send a sheet."""
    headers = {"Content-Type": media, "Accept": accept}
    return town.client.post(MATCH, content=content, headers=headers)


def as_rows(answer: httpx.Response) -> list[dict[str, Any]]:
    """Read what came back, whichever form it has."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("application/json"):
        nobody = {"id": "", "because": ""}
        return [
            {**one, **found} for one in answer.json()["items"] for found in one["candidates"] or (nobody,)
        ]
    if answer.headers["content-type"].startswith("text/csv"):
        return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    names, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


@pytest.mark.parametrize("accept", ["application/json", WORKBOOK, "text/csv"])
@pytest.mark.parametrize("media", [WORKBOOK, "text/csv"])
def test_a_list_may_come_as_a_sheet_and_go_back_as_one(town: Town, media: str, accept: str) -> None:
    shop = register(town, "浉河区丁记粮油店")
    lines = ((1, "浉河区丁记粮油店", ""), (2, "完全没有的字号", ""), (3, "店" * 257, ""))
    text = "\n".join(",".join(map(str, row)) for row in (HEADINGS, *lines))
    content = sheet(*lines, headings=HEADINGS) if media == WORKBOOK else text.encode("gb18030")
    answer = sent(town, content, media, accept)
    assert answer.headers["content-type"].startswith(accept)
    found = as_rows(answer)
    assert [(one["state"], one["id"], one["because"]) for one in found[:2]] == [
        ("same", shop, "name"),
        ("none", "", ""),
    ]
    assert [one["place"].rpartition("!")[2] for one in found[:2]] == ["2", "3"]
    assert found[2]["state"] == "unread"
    assert found[2]["fault"]


def test_a_list_of_json_goes_back_as_a_sheet_without_a_formula(town: Town) -> None:
    wanted = {"items": [{"text": '=HYPERLINK("http://x")'}, {"text": "@无此号"}]}
    answer = town.post(MATCH, wanted, None, headers={"Accept": WORKBOOK})
    assert [one["text"] for one in as_rows(answer)] == [one["text"] for one in wanted["items"]]
    assert not any(b"<f>" in part for part in parts_of(answer.content).values())
    answer = town.post(MATCH, wanted, None, headers={"Accept": "text/csv"})
    assert [one["text"] for one in as_rows(answer)] == ['\'=HYPERLINK("http://x")', "'@无此号"]


@pytest.mark.parametrize(
    ("content", "media", "status", "code"),
    [
        (b"x", "application/pdf", 415, "import.media"),
        (sheet(("1",), headings=("甲",)), WORKBOOK, 422, "import.heading_missing"),
        ("名称\n".encode(), "text/csv", 422, "match.nothing"),
        (("名称\n" + "店\n" * 1001).encode(), "text/csv", 422, "match.too_many"),
        (b"x" * 2_097_153, "text/csv", 413, None),
    ],
)
def test_a_sheet_that_cannot_be_matched_is_refused(
    town: Town, content: bytes, media: str, status: int, code: str | None
) -> None:
    answer = sent(town, content, media, WORKBOOK)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or code in answer.text
