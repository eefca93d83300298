"""Which fields an answer has, for whom: a list that is written down, so that none is shown by accident.

`fields.txt` holds every address of the interface that answers JSON, with the roles that are answered alike
and the fields that they are answered. A field that is added stands there before it is answered.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from api.app import served
from tests.api.building import built
from tests.api.realm import Realm, Someone
from tests.rights.expectation import Expected, expected

WRITTEN = Path(__file__).with_name("fields.txt")
LINES = [one for one in expected() if one.method == "GET" and one.path.startswith("/api/v1/")]
ASKERS = ("nobody", *(f"{role}-nation" for role in ("officer", "approver", "auditor", "partner", "verifier")))
NAMED = re.compile(r"\{(\w+)\}")
QUERIES = {
    "/api/v1/businesses": "?q=店",
    "/api/v1/suggestions": "?q=店",
    "/api/v1/measures/export": "?region=411502",
    "/api/v1/log/proof/consistency": "?first=0&second=0",
}
DATED = re.compile(r"^\d{4}-\d\d-\d\d$")


def fields_of(value: Any, at: str = "") -> Iterator[str]:
    """Yield the paths of the fields of an answer; members of a list share theirs, and dates are no names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{at}.{'*' if DATED.match(name) else name}".lstrip(".")
            yield path
            yield from fields_of(inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from fields_of(inner, f"{at}[]")


def asked(realm: Realm, line: Expected, by: Someone) -> frozenset[str] | None:
    """Return the fields that somebody is answered; None where it is no JSON or refused."""
    names = {**dict.fromkeys(NAMED.findall(line.path), "nothing"), **realm.ids}
    path = NAMED.sub(lambda found: names[found[1]], line.path)
    headers = {"Authorization": by.authorization} if by.authorization else {}
    answer = realm.client.get(path + QUERIES.get(line.path, ""), headers=headers)
    if answer.status_code != 200 or "application/json" not in answer.headers["content-type"]:
        return None
    return frozenset(fields_of(answer.json()))


def written() -> dict[str, list[str]]:
    """Return the fields that are written down, by address and roles."""
    found: dict[str, list[str]] = {}
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("/"):
            found[line] = []
        elif line:
            found[list(found)[-1]].append(line.strip())
    return found


@pytest.fixture(scope="module")
def answered(realm: Realm) -> dict[str, list[str]]:
    """What everybody is answered, as it is written down."""
    realm.renew()
    people = [one for name in ASKERS for one in realm.people if one.name == name]
    found = {}
    with TestClient(served(built()), raise_server_exceptions=False) as client:
        realm.client = client
        for line in LINES:
            alike: dict[frozenset[str], list[str]] = defaultdict(list)
            for by in people:
                fields = asked(realm, line, by)
                if fields is not None:
                    alike[fields].append(by.name.partition("-")[0])
            for fields, roles in alike.items():
                found[f"{line.path}  {','.join(roles)}"] = sorted(fields)
    return found


def test_nobody_is_answered_a_field_that_is_not_written_down_for_the_role(
    answered: dict[str, list[str]],
) -> None:
    known = written()
    for who, fields in answered.items():
        assert sorted(set(fields) - set(known.get(who, ()))) == [], who
        assert sorted(set(known[who]) - set(fields)) == [], who
    assert sorted(set(known) - set(answered)) == []
