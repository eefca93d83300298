"""Whatever is sent, the answer is never a fault of ours, and without a valid key nothing changes.

Requests are drawn from the document of the interface: its paths, queries and bodies, bent and broken.
"""

import json
import random
import string
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.document import document
from registry.store.engine import writing
from tests import given as builders
from tests.api.conftest import Town, built
from tests.api.digesting import digest

JSON = dict[str, Any]
NASTY_TEXT = (
    "", " ", "\0", "a\0b", "\ud800", "李记", "𠮷野家", "%", "_", "'", '"', "\\", "<script>", "../..", "null",
    "0000-00-00", "10000-01-01", "2026-02-30", "9999-12-31", "x" * 300, "\u202e", "١٢٣", "１２３",
)  # fmt: skip
NASTY_NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308)
NASTY = (*NASTY_TEXT, *NASTY_NUMBERS, None, True, [], {}, [[]], {"": None}, ["x"] * 200)
HEADERS = ("Accept-Language", "If-None-Match", "Content-Type", "Content-Encoding", "Accept", "Range", "Host")

USUAL = {"region": builders.TOWN, "conduct_code": "other", "regime": "henan_black", "expected_version": 1}

BOUNDED = settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Sent(NamedTuple):
    """One request."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, bytes]]
    body: bytes


def _schemas() -> JSON:
    found: JSON = document(built())["components"]["schemas"]
    return found


def _value(schema: JSON, draw: random.Random, known: list[str]) -> Any:  # noqa: PLR0911  # a table
    """Return a value of a schema, now and then one that is not."""
    if draw.random() < 0.03:
        return draw.choice(NASTY)
    if "$ref" in schema:
        return _value(_schemas()[schema["$ref"].rpartition("/")[2]], draw, known)
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return _value(draw.choice(alternatives), draw, known)
    if "enum" in schema or "const" in schema:
        return draw.choice(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, draw, known)
    if kind == "array":
        return [_value(schema.get("items", {}), draw, known) for _ in range(draw.randint(0, 3))]
    if kind == "string":
        return _text(schema, draw, known)
    if kind == "integer":
        return draw.choice([0, 1, 2, 3, 1000, -5])
    return draw.choice(NASTY)


def _object(schema: JSON, draw: random.Random, known: list[str]) -> JSON:
    needed = schema.get("required", [])
    made = {
        name: USUAL[name] if name in USUAL and draw.random() < 0.9 else _value(inner, draw, known)
        for name, inner in schema.get("properties", {}).items()
        if draw.random() < (0.97 if name in needed else 0.25)
    }
    return made | ({"extra": 1} if draw.random() < 0.02 else {})


def _text(schema: JSON, draw: random.Random, known: list[str]) -> str:
    if schema.get("format") == "date":
        return draw.choice(["2026-01-01", "2026-11-20", "2030-01-01", "0001-01-01", "9999-12-31"])
    usual = [
        "411502",
        "410000",
        "2026-03-15",
        "2026",
        "henan_black",
        "李记水产店",
        "fuel",
        "other",
        *known * 9,
    ]
    return draw.choice(usual * 4 + list(NASTY_TEXT))


def _address(path: str, draw: random.Random, known: list[str]) -> str:
    words = [
        *known,
        "henan_black",
        "decide",
        "manifest.json",
        "2026-11-20",
        "%00",
        "..",
        "a%2Fb",
        "%F0%9F",
        "李",
    ]
    parts = [draw.choice(words) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts) + draw.choice(["", "", "", "/"])


def _headers(draw: random.Random) -> list[tuple[str, bytes]]:
    made = [(name, bytes(draw.choices(range(33, 255), k=9))) for name in HEADERS if draw.random() < 0.02]
    key = draw.choice([b"", b"k" * 201, "钥匙".encode(), b"\xff", *[b"%d" % draw.getrandbits(60)] * 9])
    named = {name for name, _ in made}
    usual = [("Content-Type", b"application/json"), ("Idempotency-Key", key)]
    return made + [(name, value) for name, value in usual if name not in named]


def _body(operation: JSON, draw: random.Random, known: list[str]) -> bytes:
    if "requestBody" not in operation:
        return b""
    if "application/json" not in operation["requestBody"]["content"]:
        return draw.choice([b"PK\x03\x04", b"name,region\n", b"{}", b"\xff"]) * draw.randint(0, 3)
    body = _value(operation["requestBody"]["content"]["application/json"]["schema"], draw, known)
    sent = json.dumps(body).encode()
    if draw.random() < 0.03:
        at = draw.randrange(len(sent) + 1)
        sent = sent[:at] + bytes([draw.randrange(256)]) + sent[at + draw.randint(0, 2) :]
    return sent


def _drawn(draw: random.Random, known: list[str], methods: tuple[str, ...]) -> Sent:
    paths = document(built())["paths"]
    offered = [(path, m) for path, item in sorted(paths.items()) for m in sorted(item) if m in methods]
    path, method = draw.choice(offered)
    known = [draw.choice(known)]  # path and body mostly speak of the same thing
    operation = paths[path][method]
    query = [
        (one["name"], str(_value(one["schema"], draw, known)))
        for one in operation.get("parameters", [])
        if one["in"] == "query" and draw.random() < 0.5
    ]
    return Sent(method, _address(path, draw, known), query, _headers(draw), _body(operation, draw, known))


def _send(town: Town, sent: Sent, authorization: str | None) -> httpx.Response:
    keyed = [("Authorization", authorization.encode())] if authorization else []
    query = [(name, value.encode("utf-8", "surrogatepass")) for name, value in sent.query]
    return town.client.request(
        sent.method.upper(),
        sent.path,
        params=httpx.QueryParams([(name, value.decode("latin-1")) for name, value in query]),
        headers=[(name.encode(), value) for name, value in [*sent.headers, *keyed]],
        content=sent.body,
        follow_redirects=False,
    )


def _sound(sent: Sent, answer: httpx.Response) -> None:
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400 and sent.path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json", sent
        for word in ("Traceback", "sqlalchemy", "psycopg", "pydantic", "msgspec"):
            assert word not in answer.text, (sent, answer.text)


@pytest.fixture
def known(town: Town) -> list[str]:
    """Identifiers of facts on record, so that requests reach beyond the first look."""
    with writing(town.plant.engine) as session:
        work = builders.work(session)
        business = builders.business(work)
        facts = [make(work, business) for make in (builders.pledge, builders.designation, builders.violation)]
    town.deliver()
    return [business, *facts]


ACCOUNTS = ("national", "officer", "approver", "auditor", "admin")


def test_no_request_meets_a_fault_of_ours(town: Town, known: list[str]) -> None:
    statuses: set[int] = set()

    @settings(BOUNDED, max_examples=1500)
    @given(st.integers(min_value=0, max_value=2**32), st.sampled_from([None, *["national"] * 5, *ACCOUNTS]))
    def ask(seed: int, account: str | None) -> None:
        sent = _drawn(random.Random(seed), known, ("get", "post"))
        answer = _send(town, sent, account and f"Bearer {town.keys[account]}")
        _sound(sent, answer)
        statuses.add(answer.status_code)

    ask()
    assert statuses > {200, 201, 400, 404, 422}, "the requests no longer reach what they should try"


GARBAGE: tuple[Callable[[random.Random, str], str], ...] = (
    lambda draw, _key: "",
    lambda draw, _key: "Bearer",
    lambda draw, _key: "Basic YTpi",
    lambda draw, _key: "Bearer " + "".join(draw.choices(string.ascii_letters + "_", k=60)),
    lambda draw, key: f"Bearer {key[:-1]}{'a' if key[-1] != 'a' else 'b'}",
    lambda draw, key: f"Bearer {key.upper()}",
    lambda draw, key: f"Basic {key}",
    lambda draw, key: f"Bearer hm_\0_{key}",
)


def test_without_a_valid_key_no_request_changes_anything(town: Town, known: list[str]) -> None:
    before = digest(town.plant.engine)

    @BOUNDED
    @given(st.integers(min_value=0, max_value=2**32), st.sampled_from(GARBAGE))
    def ask(seed: int, garbage: Callable[[random.Random, str], str]) -> None:
        draw = random.Random(seed)
        sent = _drawn(draw, known, ("post",))
        answer = _send(town, sent, garbage(draw, town.keys["national"]))
        assert answer.status_code in (400, 401, 404, 405), (sent, answer.text)

    ask()
    assert digest(town.plant.engine) == before


@pytest.mark.parametrize("page", ["/", "/search", "/lists/red", "/businesses/{id}", "/boards", "/statistics"])
def test_no_page_meets_a_fault_of_ours(town: Town, known: list[str], page: str) -> None:
    @settings(BOUNDED, max_examples=40)
    @given(st.integers(min_value=0, max_value=2**32))
    def ask(seed: int) -> None:
        draw = random.Random(seed)
        names = ("q", "region", "sector", "list", "cursor", "limit", "kind")
        query = [(name, str(draw.choice([*known, *NASTY]))) for name in names if draw.random() < 0.4]
        sent = Sent("get", _address(page, draw, known), query, _headers(draw), b"")
        _sound(sent, _send(town, sent, None))

    ask()
