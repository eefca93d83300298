"""Every route is asked by everybody: each role here, above, next door and elsewhere, and by nobody known.

What must answer is decided by `due` from the line in `tests/rights/expected.txt` and from who asks, never
by what the product enforces. Whoever is refused changes nothing; what is of elsewhere answers with the
bytes of what does not exist.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from api.app import served
from api.sessions import COOKIE
from registry.identifiers import new_id
from tests.api.asking import Asked, asked_of
from tests.api.building import built
from tests.api.digesting import digest
from tests.api.realm import Realm, Someone
from tests.rights.expectation import Expected, by_key, expected

ASKED = [
    pytest.param(right, one, id=f"{one.method} {one.path} {one.state}")
    for right in by_key()
    for one in asked_of(right)
]
PUBLIC = [pytest.param(one, id=str(one)) for one in expected() if one.roles is None]
NAMED = re.compile(r"\{(\w+)\}")
PRINTED = re.compile(r'name="key" value="\w+"')  # the key of a form, drawn anew for each


@pytest.fixture(scope="module", autouse=True)
def client(realm: Realm) -> Iterator[None]:
    """Ask the realm in process."""
    realm.renew()
    with TestClient(served(built()), raise_server_exceptions=False) as client:
        realm.client = client
        yield


KEYS = itertools.count()
NOTHING: Mapping[str, str] = MappingProxyType({})
WORDS = ("regime", "step")  # of everybody: no identifiers


def send(
    realm: Realm, asked: Asked, by: Someone, ids: dict[str, str], more: Mapping[str, str] = NOTHING
) -> httpx.Response:
    """Ask with the identifiers given, and with more headers."""
    names = {**ids, **{name: ids[other] for name, other in asked.names.items()}}
    headers = {"Idempotency-Key": f"key-{next(KEYS)}", **more}
    if by.authorization is not None:
        headers["Authorization"] = by.authorization
    path = NAMED.sub(lambda found: names[found[1]], asked.path) + asked.query
    body = None if asked.body is None else meant(asked.body, ids)
    return realm.client.request(asked.method, path, json=body, headers=headers)


def meant(said: Any, ids: dict[str, str]) -> Any:
    """Return a body with the identifiers that `@name` stands for."""
    if isinstance(said, dict):
        return {name: meant(value, ids) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [meant(value, ids) for value in said]
    return ids[said[1:]] if isinstance(said, str) and said.startswith("@") else said


def due(right: Expected, asked: Asked, by: Someone) -> int:
    """Return the status that must answer."""
    if not by.known:
        return 401
    if by.role is None or by.scope is None or by.role not in (right.roles or ()):
        return 403
    if right.place == "nation":
        return asked.answers if by.scope.region == "" else 403
    if right.place == "own":
        return asked.answers
    if not by.scope.holds_town:  # an empty body states and names nothing
        refused = 403 if right.place == "stated" else 404
        return 400 if asked.answers == 400 and right.place != "path" else refused
    admitted = by.role in (asked.roles or (by.role,)) and by.scope.office in (
        asked.offices or (by.scope.office,)
    )
    return asked.answers if admitted else 403


@pytest.mark.parametrize(
    "everywhere", [False, pytest.param(True, marks=pytest.mark.long)], ids=["furthest", "everywhere"]
)
@pytest.mark.parametrize(("right", "asked"), ASKED)
def test_each_is_answered_as_the_table_says_and_who_is_refused_changes_nothing(
    realm: Realm, right: Expected, asked: Asked, *, everywhere: bool
) -> None:
    realm.renew()
    ids, before = dict(realm.ids), digest(realm.engine)
    people = list(realm.asking(right.roles or (), everywhere=everywhere))
    refused = [by for by in people if due(right, asked, by) in (401, 403, 404)]
    for by in refused:
        answer = send(realm, asked, by, ids)
        assert (by.name, answer.status_code) == (by.name, due(right, asked, by)), answer.text
    assert digest(realm.engine) == before
    for by in [one for one in people if one not in refused]:
        answer = send(realm, asked, by, ids)
        assert (by.name, answer.status_code) == (by.name, due(right, asked, by)), answer.text
        if asked.answers == 201:
            realm.renew()


def test_no_session_opens_the_interface_wherever_its_request_comes_from(realm: Realm) -> None:
    realm.renew()
    before = digest(realm.engine)
    furthest = {one.role: one for one in realm.people if one.scope is not None and one.scope.region == ""}
    for right, asked in (one.values for one in ASKED):
        by = furthest[(right.roles or ("officer",))[0]]
        for origin in ("http://testserver.local", "https://evil.test"):
            cookie = {"Cookie": f"{COOKIE}={by.session}", "Origin": origin, "Sec-Fetch-Site": "same-origin"}
            answer = send(realm, asked, by._replace(authorization=None), dict(realm.ids), cookie)
            assert answer.status_code == 401, (asked, origin)
    assert digest(realm.engine) == before


@pytest.mark.parametrize("line", PUBLIC)
def test_what_everybody_may_ask_is_answered_alike_to_whoever_asks(realm: Realm, line: Expected) -> None:
    asked = Asked(line.method, line.path, query=line.query, body={} if line.method == "POST" else None)
    names = {**dict.fromkeys(NAMED.findall(line.path), "nothing"), **realm.ids, **line.names}
    by = [one for one in realm.people if one.name in ("nobody", "garbage", "disabled", "officer-nation")]
    answers = [send(realm, asked, one, names) for one in by]
    due = line.answers or answers[0].status_code
    assert {one.status_code for one in answers} == {due}
    assert due not in (401, 403)
    assert due < 500
    assert len({PRINTED.sub("", one.text) for one in answers}) == 1


def nameless(answer: httpx.Response, ids: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """Return an answer without the identifiers that were asked for."""
    text = answer.text
    for value in ids.values():
        text = text.replace(value, "…")
    return answer.status_code, text, dict(answer.headers)


@pytest.mark.parametrize(
    ("right", "asked"),
    [one for one in ASKED if one.values[0].place in ("path", "body")],  # type: ignore[attr-defined]
)
def test_what_is_of_elsewhere_answers_with_the_bytes_of_what_does_not_exist(
    realm: Realm, right: Expected, asked: Asked
) -> None:
    by = next(one for one in realm.people if one.name == f"{(right.roles or ())[0]}-elsewhere")
    real, nothing = (
        dict(realm.ids),
        {**realm.ids, **{name: new_id() for name in realm.ids if name not in WORDS}},
    )
    assert nameless(send(realm, asked, by, real), real) == nameless(send(realm, asked, by, nothing), nothing)


@pytest.mark.parametrize("thing", ["business", "document"])
def test_a_body_that_names_what_is_of_elsewhere_answers_as_if_it_did_not_exist(
    realm: Realm, thing: str
) -> None:
    realm.renew()
    tried = 0
    for _, asked in (one.values for one in ASKED):
        if f"{thing}_id" not in (asked.body or {}) or asked.path == "/api/v1/violations":
            continue  # an authority decides on whoever cheats in its region, wherever they are on record
        for role in asked.roles or ("officer",):
            by = next(one for one in realm.people if one.name == f"{role}-own")
        answers = []
        for identifier in (realm.ids[f"foreign_{thing}"], new_id()):
            body = {**asked.body, f"{thing}_id": "@thing"}
            answers.append(
                nameless(
                    send(realm, replace(asked, body=body), by, {**realm.ids, "thing": identifier}),
                    {"thing": identifier},
                )
            )
        tried += answers[0][0] == 404
        assert answers[0] == answers[1], asked.path
    assert tried >= 3
