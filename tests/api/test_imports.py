"""A file by the interface: examined or imported once, its faults at their cells; and the templates."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from python_calamine import load_workbook
from sqlmodel import select

from api.imports import LARGEST_FILE, MOST_ROWS
from registry.businesses.tables import BusinessVersion
from registry.store.engine import reading
from tests.api.conftest import Town
from tests.imports.workbooks import GOOD, HEADINGS, sheet, with_part

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIXED = sheet(GOOD, ("王记鲜肉", "999999", "", "", "", 3766000000))


def send(
    town: Town, content: bytes, key: str = "a", account: str = "officer", **query: Any
) -> httpx.Response:
    asked = {"kind": "businesses", "name": "主体.xlsx", **query}
    headers = {
        "Authorization": f"Bearer {town.keys[account]}",
        "Idempotency-Key": key,
        "Content-Type": asked.pop("media", WORKBOOK),
    }
    return town.client.post("/api/v1/imports", content=content, params=asked, headers=headers)


def names(town: Town) -> set[str | None]:
    with reading(town.plant.engine) as session:
        return set(session.exec(select(BusinessVersion.name)).all())


def test_a_file_is_imported_once_and_its_faults_are_told_at_their_cells(town: Town) -> None:
    first = send(town, MIXED)
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["rows"], told["created"], told["refused"]) == (2, 1, 1)
    assert [(fault["sheet"], fault["cell"], fault["code"]) for fault in told["faults"]] == [
        ("主体", "B3", "region.unknown"),
        ("主体", "F3", "import.number_as_text"),
    ]
    assert GOOD[0] in names(town)
    assert send(town, MIXED).json() == told
    again = send(town, MIXED, key="b")
    assert (again.status_code, again.json()["created"], again.json()["unchanged"]) == (200, 0, 1)
    assert send(town, sheet(GOOD)).json()["errors"][0]["code"] == "idempotency.reused"


def test_a_dry_run_tells_the_same_and_keeps_nothing(town: Town) -> None:
    before = names(town)
    tried = send(town, MIXED, dry_run="true")
    assert (tried.status_code, names(town)) == (200, before)
    done = send(town, MIXED, key="b").json()
    assert {**tried.json(), "dry_run": False, "what": "created"} == done


@pytest.mark.parametrize(
    ("content", "more", "status", "code"),
    [
        (MIXED, {"kind": "recipes"}, 404, "import.kind_unknown"),
        (MIXED, {"media": "application/json"}, 415, "import.media"),
        (b"", {}, 422, "import.no_heading"),
        (with_part("xl/vbaProject.bin"), {}, 422, "import.workbook_macros"),
        (b"name,region\n" + b"shop,411502\n" * (MOST_ROWS + 1), {}, 422, "import.too_many_rows"),
        (MIXED, {"account": "approver"}, 403, "grant.missing"),
    ],
)
def test_what_is_no_such_file_is_refused_and_nothing_is_written(
    town: Town, content: bytes, more: dict[str, str], status: int, code: str
) -> None:
    before = names(town)
    answer = send(town, content, **more)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert names(town) == before


def test_a_file_beyond_the_cap_is_not_read(town: Town) -> None:
    assert send(town, b"x" * (LARGEST_FILE + 1)).status_code == 413


def test_rows_of_elsewhere_are_refused_one_by_one(town: Town) -> None:
    told = send(town, "name,region\n本区店,411502\n外省店,110101\n".encode(), media="text/csv").json()
    assert (told["created"], told["refused_by_reason"]) == (1, {"grant.missing": 1})
    assert told["faults"][0]["cell"] == "B3"


def test_a_template_is_there_for_everybody_and_no_other(town: Town) -> None:
    answer = town.client.get("/api/v1/imports/templates/businesses.xlsx")
    assert answer.headers["content-type"] == WORKBOOK
    headings = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[3]
    assert set(HEADINGS) < set(headings)
    for name in ("recipes.xlsx", "businesses.csv", "businesses"):
        assert town.client.get(f"/api/v1/imports/templates/{name}").status_code == 404
