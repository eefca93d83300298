"""Everybody may read what the offices did, as answers or as a table."""

import csv
import io

from tests.api.conftest import Town
from tests.lists.cases import Case


def test_the_table_and_the_answer_say_the_same(town: Town) -> None:
    case = Case(town.plant.engine, town.plant.settings.data_dir)
    case.blacklisted()
    case.redlisted()
    town.clock[0] = case.now
    items = town.get("/api/v1/transparency").json()["items"]
    answer = town.get("/api/v1/transparency.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [{name: str(value) for name, value in item.items()} for item in items] != []
    assert sum(item["listed_black"] + item["listed_red"] for item in items) == 2


def test_a_period_is_asked_by_its_days(town: Town) -> None:
    answer = town.get("/api/v1/transparency?from=2026-01-01&to=2026-03-31").json()
    assert (answer["from_on"], answer["to_on"], answer["items"]) == ("2026-01-01", "2026-03-31", [])
    wrong = town.get("/api/v1/transparency?from=2026-04-01&to=2026-03-31")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/from")
    assert town.get("/api/v1/transparency?region=4").status_code == 400
    assert town.get("/api/v1/transparency?to=0001-01-01").status_code == 200
    assert town.get("/api/v1/transparency?from=9999-12-01&to=9999-12-31").status_code == 200
