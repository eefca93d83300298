"""A list is matched as offices have it: pasted or a sheet, answered as a page or a sheet, with reasons."""

import csv
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from registry.publication.public_view import index_documents
from registry.store.engine import reading
from tests import given
from tests.imports.workbooks import by_hand, inline, parts_of, sheet
from tests.public_site.conftest import client_of
from tests.public_site.reading import Page, Site
from tests.public_site.town import CHEAT, FORGIVEN, MODEL, PERSON, Town

NAMES = ("place", "asked", "state", "name", "uscc", "region", "market", "stall", "because", "id", "link")


def asked(site: Site, file: bytes | None = None, name: str = "名单.xlsx", **fields: str) -> httpx.Response:
    """Send the form."""
    files = {"file": (name, file)} if file is not None else {"none": ("", b"")}
    return site.post("/match", data=fields, files=files)


def as_rows(answer: httpx.Response) -> list[dict[str, str]]:
    """Read the sheet that came back."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("text/csv"):
        _, *found = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    else:
        _, *found = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return [dict(zip(NAMES, map(str, row), strict=True)) for row in found]


def listed(*rows: tuple[Any, ...], headings: tuple[str, ...] = ("序号", "名称", "统一社会信用代码")) -> bytes:
    return sheet(*rows, headings=headings)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_every_business_is_found_by_its_name_its_code_and_every_other_name(
    site: Site, town: Town, form: str
) -> None:
    with reading(town.engine) as session:
        shown = [one for one in index_documents(session, given.TODAY) if one.name]
    texts = {
        text: one.business_id
        for one in shown
        for text in (one.name, one.uscc, *one.former_names, *one.aliases)
        if text and not text.endswith("某") and not text.startswith("<")
    }
    assert len(texts) >= len(town.businesses)
    found = as_rows(asked(site, text="\n".join(texts), **{"as": form}))
    assert {row["asked"]: (row["state"], row["id"]) for row in found} == {
        text: ("相同", one) for text, one in texts.items()
    }
    assert all(row["link"].endswith(f"/businesses/{row['id']}") and row["because"] for row in found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.xlsx", listed((1, MODEL, ""), (2, "浉河区宏达水产", ""), (3, "无此店", ""))),
        ("名单.csv", f"我的编号,单位名称\n1,{MODEL}\n2,浉河区宏达水产\n3,无此店\n".encode("gb18030")),
    ],
)
def test_a_sheet_is_read_as_imports_read_it_and_its_other_columns_are_passed_over(
    site: Site, name: str, content: bytes
) -> None:
    found = as_rows(asked(site, content, name, **{"as": "xlsx"}))
    assert [(row["asked"], row["state"], row["name"]) for row in found] == [
        (MODEL, "相同", MODEL),
        ("浉河区宏达水产", "可能", CHEAT),
        ("无此店", "没有", ""),
    ]
    assert found[1]["because"] == "名称含“浉河区宏达水产”"


def test_a_cell_that_cannot_be_read_is_told_with_its_place_and_stops_no_other(site: Site) -> None:
    content = listed((1, MODEL, ""), (2, 12.5, ""), (3, FORGIVEN, 914115020000000001))
    found = as_rows(asked(site, content, **{"as": "csv"}))
    assert [(row["place"], row["state"]) for row in found] == [
        ("主体!2", "相同"),
        ("主体!B3", "未能读取"),
        ("主体!C4", "未能读取"),
    ]
    assert all("数字" in row["because"] for row in found[1:])


def test_who_is_found_by_the_name_beside_a_code_of_nobody_is_only_maybe_meant(site: Site) -> None:
    (row,) = as_rows(asked(site, listed((1, MODEL, "91110000600037341L")), **{"as": "xlsx"}))
    assert (row["state"], row["name"]) == ("可能", MODEL)
    assert row["because"] == "代码未登记，按名称核对：名称完全相符"


def test_nothing_that_is_brought_comes_back_as_a_formula(site: Site) -> None:
    text = '=HYPERLINK("http://x")\n@无此号'
    answer = asked(site, text=text, **{"as": "csv"})
    cells = [row[1] for row in csv.reader(StringIO(answer.content.decode("utf-8-sig")))]
    assert cells[1:] == ['\'=HYPERLINK("http://x")', "'@无此号"]
    answer = asked(site, text=text, **{"as": "xlsx"})
    assert [row["asked"] for row in as_rows(answer)] == text.splitlines()
    assert not any(b"<f>" in part for part in parts_of(answer.content).values())


def test_no_natural_person_is_found_by_a_masked_name(site: Site) -> None:
    (row,) = as_rows(asked(site, text=PERSON, **{"as": "csv"}))
    assert (row["state"], row["id"]) == ("没有", "")


def test_the_page_shows_the_same_with_links_and_counts(site: Site, town: Town) -> None:
    page = Page(asked(site, text=f"{MODEL}\n无此店").text)
    links = [one.attributes["href"] for one in page.all("a")]
    assert f"/businesses/{town.businesses['model']}" in links
    assert "名称完全相符" in page.words
    assert "没有相符的商户" in page.words


@pytest.mark.parametrize(
    ("fields", "file", "said"),
    [
        ({}, None, "没有可核对的名称或代码"),
        ({"text": "店\n" * 1001}, None, "一次最多核对 1000 个"),
        ({"text": "店", "as": "pdf"}, None, "结果只能是"),
        ({}, listed(("1", "x"), headings=("甲", "乙")), "缺少必填列"),
        ({}, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (
            {},
            by_hand('<row r="1"><c r="A1"/></row>' + "<row><c><v>1</v></c></row>" * 700_000),
            "工作簿展开后过大",
        ),
        ({}, by_hand(f'<row r="25001">{inline("D25001", "店")}</row>'), "单元格超过 100000 个"),
    ],
)
def test_what_cannot_be_matched_is_refused_beside_its_field(
    site: Site, fields: dict[str, str], file: bytes | None, said: str
) -> None:
    answer = asked(site, file, **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_thousand_are_taken_and_count_against_the_limit_by_their_names(town: Town) -> None:
    with client_of(town, demonstration=False) as site:
        assert len(as_rows(asked(site, text="无此店\n" * 1000, **{"as": "csv"}))) == 1000
