"""What was sent is what is read: nothing is coerced, nothing guessed, nothing reaches a database unfit."""

import gzip
import json
from typing import Any

import httpx
import pytest
from sqlmodel import func, select

from api.bodies import Members
from registry.audit.tables import AuditEntry
from registry.store.engine import reading
from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}
CASE = {"business_id": "x", "authority": "局", "region": given.TOWN, "conduct_code": "other"}
CHANGE = {"expected_version": 1, "held_from_on": "2026-01-01", "what": SHOP}
NESTED = "[" * 40 + "]" * 40


def send(town: Town, path: str, body: bytes, **headers: str) -> httpx.Response:
    """Send bytes as they are."""
    asked = {
        "Authorization": f"Bearer {town.keys['national']}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
        **headers,
    }
    return town.client.post(path, content=body, headers=asked)


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return the fields and codes of an answer's errors."""
    return [(one.get("pointer", ""), one["code"]) for one in answer.json()["errors"]]


def written(town: Town) -> int:
    """Return the number of audit entries."""
    with reading(town.plant.engine) as session:
        return session.exec(select(func.count(AuditEntry.seq))).one()


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        pytest.param("violations", {**CASE, "fine_fen": "12"}, ("/fine_fen", "field.not_whole"), id="quoted"),
        pytest.param("violations", {**CASE, "fine_fen": True}, ("/fine_fen", "field.not_whole"), id="true"),
        pytest.param("violations", {**CASE, "fine_fen": 1.0}, ("/fine_fen", "field.fraction"), id="1.0"),
        pytest.param("violations", {**CASE, "fine_fen": 2**63}, ("/fine_fen", "field.too_large"), id="2^63"),
        pytest.param("violations", {**CASE, "quantity": 2**31}, ("/quantity", "field.too_large"), id="2^31"),
        pytest.param(
            "violations", {**CASE, "penalties": "fine"}, ("/penalties", "field.not_list"), id="no list"
        ),
        pytest.param(
            "violations",
            {**CASE, "penalties": ["fine", "rope"]},
            ("/penalties/1", "field.choice"),
            id="in it",
        ),
        pytest.param(
            "violations", {**CASE, "source": {"a": {"b": 0.5}}}, ("/source/a/b", "field.fraction"), id="deep"
        ),
        pytest.param(
            "violations", {**CASE, "source": {"a\0": 1}}, ("/source/a\0", "field.nul"), id="NUL in a name"
        ),
        pytest.param("businesses", {**SHOP, "name": "李\0记"}, ("/name", "field.nul"), id="NUL"),
        pytest.param("businesses", {**SHOP, "name": "\ud800"}, ("/name", "field.no_unicode"), id="surrogate"),
        pytest.param("businesses", {**SHOP, "name": "李" * 201}, ("/name", "field.too_long"), id="too long"),
        pytest.param("businesses", {"name": "李记"}, ("/region", "field.missing"), id="missing"),
        pytest.param("businesses", {**SHOP, "a/b~c": 1}, ("/a~1b~0c", "field.unknown"), id="unknown"),
        pytest.param(
            "businesses/x/change",
            {**CHANGE, "what": {**SHOP, "name": 7}},
            ("/what/name", "field.not_text"),
            id="nested",
        ),
        pytest.param(
            "businesses/x/change", {**CHANGE, "what": "x"}, ("/what", "field.not_object"), id="no object"
        ),
        *[
            pytest.param(
                "businesses/x/change",
                {**CHANGE, "held_from_on": day},
                ("/held_from_on", "field.not_day"),
                id=f"day {day}",
            )
            for day in (
                "0000-00-00",
                "10000-01-01",
                "2026-02-30",
                "2026-01-01T00:00:00",
                "today",
                "1767225600",
            )
        ],
        *[
            pytest.param(
                "violations", {**CASE, "decided_on": day}, ("/decided_on", "field.not_date"), id=f"date {day}"
            )
            for day in ("0000-00-00", "10000-01-01", "2026-13", 2026, ["2026"])
        ],
        pytest.param(
            "documents",
            {"kind": "other", "title": "x", "region": given.TOWN, "content": "a!"},
            ("/content", "field.not_base64"),
            id="no base64",
        ),
    ],
)
def test_what_is_not_of_the_stated_type_is_refused_at_its_field(
    town: Town, path: str, body: dict[str, Any], fault: tuple[str, str]
) -> None:
    shop = town.post("/api/v1/businesses", SHOP).json()["id"]
    before = written(town)
    answer = send(town, f"/api/v1/{path.replace('/x/', f'/{shop}/')}", json.dumps(body).encode())
    assert (answer.status_code, told(answer)) == (400, [fault])
    assert written(town) == before


class Counted(str):
    """A name that counts how often names are compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_name_given_twice_among_thousands_is_found_without_comparing_each_with_each() -> None:
    names = [f"name {number}" for number in range(5_000)]
    read = Members([(Counted(name), 0) for name in (*names, names[-1])])
    assert read.repeated == [names[-1]]
    assert Counted.compared < 50_000


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param(b'{"name": "a", "name": "b"}', ("/name", "field.repeated"), id="a name twice"),
        pytest.param(b'{"name": NaN}', ("", "body.not_json"), id="NaN"),
        pytest.param(b"\xef\xbb\xbf{}", ("", "body.not_json"), id="a byte order mark"),
        pytest.param('{"name": "李"}'.encode("gb18030"), ("", "body.not_json"), id="GB 18030"),
        pytest.param(b'{"name": "\xed\xa0\x80"}', ("", "body.not_json"), id="an encoded surrogate"),
        pytest.param(b"[" * 100_000, ("", "body.not_json"), id="a hundred thousand brackets"),
        pytest.param(
            f'{{"name": {NESTED}}}'.encode(), ("/name" + "/0" * 32, "body.too_deep"), id="forty lists"
        ),
        pytest.param(b'{"name": ' + b"9" * 5000 + b"}", ("/name", "field.too_large"), id="5000 digits"),
        pytest.param(b"[]", ("", "field.not_object"), id="a list"),
        pytest.param(b"", ("", "body.missing"), id="nothing"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(
    town: Town, body: bytes, fault: tuple[str, str]
) -> None:
    answer = send(town, "/api/v1/businesses", body)
    assert answer.status_code == 400
    assert told(answer)[0] == fault


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=gb18030"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
    ],
)
def test_only_plain_json_is_read(town: Town, headers: dict[str, str]) -> None:
    body = json.dumps(SHOP).encode()
    answer = send(town, "/api/v1/businesses", gzip.compress(body), **headers)
    assert (answer.status_code, told(answer)) == (415, [("/Content-Type", "body.media")])
    answer = send(town, "/api/v1/businesses", body, **headers)
    assert answer.status_code == 415


def test_a_body_beyond_the_limit_is_refused(town: Town) -> None:
    assert send(town, "/api/v1/businesses", b"[" + b"1," * 600_000 + b"1]").status_code == 413


def test_faults_are_told_in_the_readers_language_without_our_insides(town: Town) -> None:
    body = json.dumps({**SHOP, "kind": "moon", "sector": "moon"}).encode()
    chinese = send(town, "/api/v1/businesses", body).json()
    english = send(town, "/api/v1/businesses", body, **{"Accept-Language": "en-GB"}).json()
    assert chinese["errors"][0]["detail"].startswith("只能是：'enterprise'")
    assert english["errors"][0]["detail"].startswith("It is one of: 'enterprise'")
    assert [one["pointer"] for one in chinese["errors"]] == ["/kind", "/sector"]
    for inside in ("pydantic", "Input should", "litestar", "msgspec", "RegisterBusiness"):
        assert inside not in str(chinese) + str(english)


@pytest.mark.parametrize(
    ("query", "status", "fault"),
    [
        ("businesses?regoin=41", 400, ("/regoin", "field.unknown")),
        ("businesses?q=a&q=b", 400, ("/q", "field.repeated")),
        ("businesses?q=%00", 400, ("", "field.nul")),
        ("businesses?limit=many", 400, ("/limit", "field.not_whole")),
        ("businesses?limit=101", 400, ("/limit", "field.too_large")),
        ("businesses?limit=0", 400, ("/limit", "field.too_small")),
        ("businesses?limit=" + "9" * 30, 400, ("/limit", "field.too_large")),
        ("statistics?cursor=AA", 422, ("/cursor", "cursor.broken")),
        ("lists/henan_black/entries?region=4", 400, ("/region", "field.invalid")),
    ],
)
def test_a_query_is_read_strictly(town: Town, query: str, status: int, fault: tuple[str, str]) -> None:
    answer = town.get(f"/api/v1/{query}")
    assert (answer.status_code, told(answer)) == (status, [fault])


def test_a_term_that_never_ends_is_left_open(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    pledge = {"business_id": business_id, "matter": "fuel", "pledged_on": "2026-01-02"}
    endless = town.post("/api/v1/pledges", {**pledge, "valid_through": "9999-12-31"})
    assert (endless.status_code, told(endless)) == (422, [("/valid_through", "term.endless")])
    assert town.post("/api/v1/pledges", pledge).status_code == 201


@pytest.mark.parametrize(
    "page", ["/search?q=%00", "/statistics?cursor=%00", "/lists/henan_black?cursor=a%00"]
)
def test_no_page_is_asked_with_nul(town: Town, page: str) -> None:
    answer = town.get(page)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/api/v1/businesses/%00", "/businesses/a%00b", "/api/v1/lists/%00/entries"])
def test_no_identifier_holds_nul(town: Town, path: str) -> None:
    assert town.get(path).status_code == 404
