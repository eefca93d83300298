"""Requests drawn from the document of the interface, bent and broken; one number draws one request."""

import json
import random
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from api.document import document
from tests import given as builders
from tests.api.building import built
from tests.api.driving import Sent

JSON = dict[str, Any]
Known = Mapping[str, str]
"""Identifiers of things on record, by what an address or a body calls them."""

NASTY_TEXT = (
    "", " ", "\0", "a\0b", "\ud800", "李记", "𠮷野家", "%", "_", "'", '"', "\\", "<script>", "../..", "null",
    "0000-00-00", "10000-01-01", "2026-02-30", "9999-12-31", "x" * 300, "\u202e", "١٢٣", "１２３",
)  # fmt: skip
NASTY_NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308)
NASTY = (*NASTY_TEXT, *NASTY_NUMBERS, None, True, [], {}, [[]], {"": None}, ["x"] * 200)
NASTY_BODIES = (
    b"", b"\0", b"\xff\xfe", b"{", b"[", b'{"a":', b"nul", b"NaN", b"-Infinity", b"1e999", b"{}" * 9, b'""',
    b"\xef\xbb\xbf{}", b"[" * 5000, b'{"a":' * 900, b'{"name":1,"name":2}', b'{"\\ud800":1}', b'{"a":"\xc3"}',
    b"9" * 5000, b'"' + b"x" * 70_000 + b'"', b"a=1&b=2", b"--x\r\n\r\n--x--", b"\x1f\x8b\x08\0",
)  # fmt: skip
HEADERS = (
    b"Accept-Language", b"If-None-Match", b"Content-Type", b"Content-Encoding", b"Accept", b"Range", b"Host",
    b"Authorization", b"Idempotency-Key", b"Content-Length", b"Cookie", b"Origin", b"X-Forwarded-For",
    b"Expect", b"If-Modified-Since", b"Transfer-Encoding", b"Forwarded", b"X-HTTP-Method-Override",
)  # fmt: skip
VALUES = (
    b"", b" ", b"\xff", "钥匙".encode(), b"*", b"x" * 9000, b"bytes=0-", b"bytes=9-1,-5", b"gzip", b"chunked",
    b"application/json; charset=utf-16", b"multipart/form-data; boundary=x", b"text/plain", b"-1", b"1e9",
    b"999999999999999999999", b'"', b'W/"', b"en;q=a", b"null", b"://", b"[::1", b"DELETE", b"100-continue",
    b"Bearer", b"Bearer \xff", b"Bearer hm__", b"Bearer hm_a_b_c", b"Basic YTpi", b"%00", b"a=b; a=c; =;",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "")
USUAL = {
    "region": builders.TOWN,
    "conduct_code": "other",
    "regime": "henan_black",
    "step": "serve_notice",
    "expected_version": 1,
}
WORDS = ("411502", "410000", "2026-03-15", "2026", "henan_black", "李记水产店", "fuel", "other")
PARTS = (
    "henan_black",
    "decide",
    "manifest.json",
    "2026-11-20",
    "%00",
    "..",
    "a%2Fb",
    "%F0%9F",
    "李",
    "%zz",
    "",
)


@cache
def _operations(methods: tuple[str, ...]) -> tuple[tuple[str, str, JSON], ...]:
    paths = document(built())["paths"]
    return tuple(
        (path, m, paths[path][m]) for path in sorted(paths) for m in sorted(paths[path]) if m in methods
    )


@cache
def _schemas() -> JSON:
    found: JSON = document(built())["components"]["schemas"]
    return found


def drawn(draw: random.Random, known: Known, methods: tuple[str, ...], authorization: str | None) -> Sent:
    """Return a request that the document describes, now and then a little wrong."""
    path, method, operation = draw.choice(_operations(methods))
    query = [
        (one["name"], str(_value(one["schema"], draw, known)))
        for one in operation.get("parameters", [])
        if one["in"] == "query" and draw.random() < 0.5
    ]
    target = _address(path, draw, known)
    if query:
        target += "?" + "&".join(f"{name}={_quoted(value)}" for name, value in query)
    headers = _headers(draw)
    if authorization is not None:
        headers.append((b"Authorization", authorization.encode()))
    return Sent(method.upper(), target.encode(), tuple(headers), (_body(operation, draw, known),))


def malformed(draw: random.Random, known: Known, authorization: str | None) -> Sent:
    """Return a request that breaks what can be broken: method, address, headers, body, its end."""
    sent = drawn(draw, known, ("get", "post"), authorization if draw.random() < 0.3 else None)
    target, body = sent.target, sent.body[0]
    if draw.random() < 0.5:
        target = b"/" + _broken(draw, target)[1:]
    if draw.random() < 0.5:
        body = draw.choice(NASTY_BODIES) if draw.random() < 0.5 else _broken(draw, body)
    headers = list(sent.headers)
    for _ in range(draw.choice((0, 0, 1, 2, 4))):
        value = draw.choice(VALUES) if draw.random() < 0.8 else draw.randbytes(draw.randint(0, 60))
        headers.append((draw.choice(HEADERS), value.translate(None, b"\r\n\0")))
    cut = draw.randint(0, len(body))
    pieces = draw.choice(((body,), (body[:cut], body[cut:]), (b"", body, b"")))
    method = draw.choice(METHODS) if draw.random() < 0.2 else sent.method
    return Sent(method, target, tuple(headers), pieces, whole=draw.random() < 0.97)


def _broken(draw: random.Random, sent: bytes) -> bytes:
    """Change, double, cut or insert bytes."""
    changed = bytearray(sent or b"x")
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(changed) + 1)
        match draw.randrange(4):
            case 0:
                changed[at : at + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 3))
            case 1:
                changed[at:at] = draw.choice((b"%", b"%ff", b"%2e%2e/", b"\0", b"?", b"&", b"//", b"\xe6"))
            case 2:
                changed[at:] = changed[:at] * 2
            case _:
                del changed[at : at + draw.randint(1, 9)]
        changed = changed[:8000] or bytearray(b"x")
    return bytes(changed)


def _quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"))


def _address(path: str, draw: random.Random, known: Known) -> str:
    parts = [_part(part, draw, known) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts) + draw.choice(["", "", "", "/"])


def _part(part: str, draw: random.Random, known: Known) -> str:
    name = part.strip("{}")
    if name in USUAL | known and draw.random() < 0.8:
        return str((USUAL | dict(known))[name])
    chosen = draw.choice((*known.values(), *PARTS))
    return chosen if "%" in chosen else quote(chosen)


def _headers(draw: random.Random) -> list[tuple[bytes, bytes]]:
    made = [(name, bytes(draw.choices(range(33, 255), k=9))) for name in HEADERS[:7] if draw.random() < 0.02]
    key = draw.choice([b"", b"k" * 201, "钥匙".encode(), b"\xff", *[b"%d" % draw.getrandbits(60)] * 9])
    named = {name for name, _ in made}
    usual = [(b"Content-Type", b"application/json"), (b"Idempotency-Key", key)]
    return made + [(name, value) for name, value in usual if name not in named]


def _body(operation: JSON, draw: random.Random, known: Known) -> bytes:
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


def _value(schema: JSON, draw: random.Random, known: Known) -> Any:  # noqa: PLR0911  # a table
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


def _object(schema: JSON, draw: random.Random, known: Known) -> JSON:
    needed, usual = schema.get("required", []), USUAL | dict(known)
    made = {
        name: usual[name] if name in usual and draw.random() < 0.9 else _value(inner, draw, known)
        for name, inner in schema.get("properties", {}).items()
        if draw.random() < (0.97 if name in needed else 0.25)
    }
    return made | ({"extra": 1} if draw.random() < 0.02 else {})


def _text(schema: JSON, draw: random.Random, known: Known) -> str:
    if schema.get("format") == "date":
        return draw.choice(["2026-01-01", "2026-11-20", "2030-01-01", "0001-01-01", "9999-12-31"])
    one = draw.random()
    return draw.choice(tuple(known.values()) if one < 0.5 else WORDS if one < 0.8 else NASTY_TEXT)
