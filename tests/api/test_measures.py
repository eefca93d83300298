"""The export for partner departments: who, on what basis, for whom it is meant alone."""

import csv
import io
import json
from typing import Any

from tests.api.conftest import Town
from tests.lists.cases import Case
from tests.measures.test_measures import licensing


def test_the_export_names_who_and_on_what_basis_and_no_cell_is_a_formula(town: Town) -> None:
    licensing(town.plant.engine)
    case = Case(town.plant.engine, town.plant.settings.data_dir, now=town.clock[0])
    case.blacklisted("=浉河区李记水产店")
    town.clock[0] = case.now
    asked = "/api/v1/measures/export?region=411502&scope=licensing"
    line = json.loads(town.get(asked, "officer").text)
    assert (line["name"], line["measure"]) == ("=浉河区李记水产店", "licensing_scrutiny")
    assert line["basis"].startswith("河南省社会信用条例")
    cells = rows(town.get(asked + "&format=csv", "officer").text)
    assert [row["name"] for row in cells] == ["'=浉河区李记水产店"]
    assert town.get("/api/v1/measures/export", "officer").status_code == 403
    assert town.get(asked).status_code == 401


def rows(text: str) -> list[dict[str, Any]]:
    """Read a CSV file with its byte order mark."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
