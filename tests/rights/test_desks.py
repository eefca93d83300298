"""Every page and form of the desks, asked by everybody: each role everywhere, and those let in no more.

What must answer is decided by `due` from the line in `expected.txt` and from who asks, never by what the
product enforces. Whoever is refused changes nothing; what is of elsewhere answers with the bytes of what
does not exist; and a form that does not come from a page of the same session does nothing.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from api.app import served
from api.sessions import COOKIE, csrf_of
from registry.identifiers import new_id
from tests.api.building import built
from tests.api.digesting import digest
from tests.api.realm import Realm, Someone
from tests.rights.expectation import Expected, at_desks

HOST = "desk.test"
OURS = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
NAMED = re.compile(r"\{(\w+)\}")
LET_IN_NO_MORE = ("nobody", "garbage", "revoked", "disabled")
LINES = [pytest.param(one, id=str(one)) for one in at_desks()]
POSTS = [pytest.param(one, id=str(one)) for one in at_desks() if one.method == "POST"]
NAMING = [pytest.param(one, id=str(one)) for one in at_desks() if one.place in ("path", "held")]
WORDS = ("regime", "step")  # of everybody: no identifiers

KEYS = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def client(realm: Realm) -> Iterator[None]:
    """Ask the realm in process."""
    realm.renew()
    with TestClient(served(built()), f"https://{HOST}", raise_server_exceptions=False) as client:
        realm.client = client
        yield


def send(
    realm: Realm,
    line: Expected,
    by: Someone,
    ids: Mapping[str, str],
    *,
    csrf: str | None = None,
    headers: Mapping[str, str] = OURS,
) -> httpx.Response:
    """Ask as a browser does: with the cookie of a session, and with what the page of a form holds."""
    names = {**ids, **{name: said(value, ids) for name, value in line.names.items()}}
    address = NAMED.sub(lambda found: names[found[1]], line.path + line.query)
    cookie = {"Cookie": f"{COOKIE}={by.session}"} if by.session else {}
    own = {"csrf": csrf_of(by.session) if csrf is None else csrf, "key": f"key-{next(KEYS)}"}
    fields = {name: said(value, ids) for name, value in line.fields.items()}
    data = {**own, **fields} if line.method == "POST" else None
    sent = {**headers, **cookie}
    return realm.client.request(line.method, address, data=data, headers=sent, follow_redirects=False)


def said(value: str, ids: Mapping[str, str]) -> str:
    """Return a word of a line, or the identifier that it stands for."""
    return ids[value[1:]] if value.startswith("@") else value


def due(line: Expected, by: Someone) -> int:
    """Return the status that must answer; 401 is the way to the door."""
    if by.name in LET_IN_NO_MORE:
        return 401
    if line.roles == ():
        return line.answers
    if by.role is None or by.scope is None or by.role not in (line.roles or ()):
        return 403
    reached, otherwise = {
        "nation": (by.scope.region == "" and not by.holds, 403),
        "held": (bool(by.holds), 404),
        "stated": (by.scope.holds_town and not by.holds, 403),
        "path": (by.scope.holds_town and not by.holds, 404),
    }.get(line.place, (True, 0))
    return line.answers if reached else otherwise


def answered(answer: httpx.Response) -> int:
    """Return the status of an answer; 401 where it leads to the door."""
    at_door = answer.headers.get("location", "").startswith("/desk/sign-in")
    return (
        401
        if answer.status_code == 303 and at_door and "done=" not in answer.headers["location"]
        else (answer.status_code)
    )


@pytest.mark.parametrize(
    "everywhere", [False, pytest.param(True, marks=pytest.mark.long)], ids=["furthest", "everywhere"]
)
@pytest.mark.parametrize("line", LINES)
def test_each_is_answered_as_expected_and_who_is_refused_changes_nothing(
    realm: Realm, line: Expected, *, everywhere: bool
) -> None:
    realm.renew()
    ids, before = dict(realm.ids), digest(realm.engine)
    people = list(realm.asking(line.roles or (), everywhere=everywhere))
    admitted = [by for by in people if due(line, by) in (200, 303)]
    for by in [one for one in people if one not in admitted]:
        assert (by.name, answered(send(realm, line, by, ids))) == (by.name, due(line, by))
    if line.method == "POST":
        assert digest(realm.engine) == before
    for by in admitted:
        assert (by.name, answered(send(realm, line, by, ids))) == (by.name, due(line, by))
        if line.method == "POST":
            realm.renew()


def test_no_key_opens_a_desk(realm: Realm) -> None:
    realm.renew()
    before = digest(realm.engine)
    for line in at_desks():
        by = next(one for one in realm.people if due(line, one) == line.answers)
        key = {**OURS, "Authorization": str(by.authorization)}
        answer = send(realm, line, by._replace(session=""), realm.ids, csrf=csrf_of(by.session), headers=key)
        assert answered(answer) == 401, line
    assert digest(realm.engine) == before


def nameless(answer: httpx.Response, ids: Iterable[str]) -> tuple[int, str, dict[str, str]]:
    """Return an answer without the identifiers that were asked for."""
    text = answer.text
    for value in ids:  # they stand in the address, which the page names as the way to the other language
        text = text.replace(f"/{value}", "/…").replace(f"={value}", "=…")
    lengthless = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return answer.status_code, text, lengthless


@pytest.mark.parametrize("line", NAMING)
def test_what_is_of_elsewhere_answers_with_the_bytes_of_what_does_not_exist(
    realm: Realm, line: Expected
) -> None:
    by = next(one for one in realm.people if one.name == f"{(line.roles or ())[0]}-elsewhere")
    nothing = {name: value if name in WORDS else new_id() for name, value in realm.ids.items()}
    nothing["seq"] = "999999"
    answers = [send(realm, line, by, ids) for ids in (realm.ids, nothing)]
    there, nowhere = (
        nameless(answer, [one for name, one in ids.items() if name not in WORDS])
        for answer, ids in zip(answers, (realm.ids, nothing), strict=True)
    )
    assert there[0] == 404
    assert there == nowhere


# who signs out is never refused for what else was sent
ALWAYS = "sign-out"


@pytest.mark.parametrize("line", [one for one in POSTS if ALWAYS not in str(one.id)])
def test_no_form_takes_a_field_that_it_does_not_have(realm: Realm, line: Expected) -> None:
    realm.renew()
    before = digest(realm.engine)
    by = next(one for one in realm.people if due(line, one) == line.answers)
    surplus = replace(line, fields={**line.fields, "person_id": "person-second", "disabled_at": ""})
    answer = send(realm, surplus, by, realm.ids)
    locked = {403} if line.answers == 403 else set()  # a key has to be unlocked before anything is read
    assert answer.status_code in {404, 422} | locked, answer.text
    assert digest(realm.engine) == before


@pytest.mark.parametrize("line", POSTS)
def test_a_form_that_is_not_of_this_session_and_site_does_nothing(realm: Realm, line: Expected) -> None:
    realm.renew()
    before = digest(realm.engine)
    by = next(one for one in realm.people if due(line, one) == line.answers)
    other = next(one for one in realm.people if one.role == "auditor" and one.name != by.name)
    attacks: list[dict[str, Any]] = [{"csrf": one} for one in ("", "0" * 64, csrf_of(other.session))]
    attacks += [
        {"headers": headers}
        for headers in (
            {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
            {"Origin": f"https://{HOST}.evil.test", "Sec-Fetch-Site": "same-origin"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "same-site"},
            {},
        )
    ]
    for attack in attacks:
        answer = send(realm, line, by, realm.ids, **attack)
        assert answered(answer) == 403, (attack, answer.text)
    assert digest(realm.engine) == before
