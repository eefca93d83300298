"""Every class of answer has exactly these headers, errors and files included."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.params import FromPath
from litestar.testing import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app, served
from api.edge import Edge
from api.intake.app import Beside
from api.limits import Limits
from api.rights import public
from api.sessions import COOKIE, csrf_of
from public_site.app import site_routes
from public_site.errors import pages_for_errors
from public_site.reporting import app as reporting
from public_site.rights import RIGHTS
from registry.accounts.api_keys import issue_key
from registry.accounts.sessions import open_session
from registry.accounts.tables import Credential
from registry.overrides.commands import ensure_archived
from registry.reports.store import prepare
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from registry.store.keys import make_secret
from search_index.embedded import EmbeddedIndex
from tests import given

PAGE = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "content-security-policy": PAGE,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
DOCUMENTATION = {"content-security-policy": PAGE.replace("img-src 'self'", "img-src 'self' data:")}
TAGGED = {"cache-control": "public, no-cache", "etag": "…", "content-length": "…"}
UNKEPT = {"cache-control": "no-store", "content-length": "…"}
HTML = {"content-type": "text/html; charset=utf-8"}
JSON = {"content-type": "application/json"}
PROBLEM = {**UNKEPT, "content-type": "application/problem+json", "content-language": "zh"}
ERROR_PAGE = {**UNKEPT, **HTML, "content-language": "zh-CN"}
AT_DESK = {
    **UNKEPT,
    "referrer-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
DESK_PAGE = {**AT_DESK, **HTML, "content-language": "zh-CN"}
REPORTERS = {
    **UNKEPT,
    **HTML,
    "content-language": "zh-CN",
    "cache-control": "no-store, no-transform",
    "content-security-policy": PAGE.replace(
        "script-src 'self'; connect-src 'self'; ", "script-src 'none'; "
    ).replace("font-src 'self'; ", ""),
    "x-robots-tag": "noindex, nofollow, noarchive",
}
FOR_REPORTERS = {
    **{name: REPORTERS[name] for name in ("cache-control", "content-security-policy", "x-robots-tag")},
}
REPORTERS_PROBLEM = {**PROBLEM, **FOR_REPORTERS}
LED_ON = {**AT_DESK, "content-type": "text/plain; charset=utf-8"}
OFFERED = {"allow": "GET, HEAD, OPTIONS"}
OF_ITSELF = ("content-length", "etag")  # each answer's own; that they are there is what counts

KEY = {"Authorization": "Bearer …"}
SEAT = {"Cookie": f"{COOKIE}=……"}
FORM = {**SEAT, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
PARTS = {"Content-Type": "multipart/form-data; boundary=b"}
ONE_CODE = b'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n1\r\n--b--\r\n'
LONG_FORM = ONE_CODE + b" " * 300_000
ACT = {**KEY, "Idempotency-Key": "act"}
SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}

PLANTED_FOR_REPORTERS = ("/report/planted/{what:str}", "/api/v1/reports/planted/{what:str}")
PLANTED = ("/planted/{what:str}", "/api/v1/planted/{what:str}", "/desk/planted/{what:str}")
CLASSES: dict[str, tuple[str, str, dict[str, Any], int, dict[str, str]]] = {
    "a page": ("GET", "/about", {}, 200, {**TAGGED, **HTML, "content-language": "zh-CN"}),
    "a file of the pages": (
        *("GET", "/static/…", {}, 200),
        {
            **TAGGED,
            "content-type": "text/css; charset=utf-8",
            "cache-control": "public, max-age=31536000, immutable",
        },
    ),
    "the documentation": ("GET", "/api", {}, 200, {**TAGGED, **HTML, **DOCUMENTATION}),
    "a file of the documentation": (
        *("GET", "/api/docs/favicon-32x32.png", {}, 200),
        {**TAGGED, **DOCUMENTATION, "content-type": "image/png", "cache-control": "public, max-age=86400"},
    ),
    "a public answer": ("GET", "/api/v1/lists", {}, 200, {**TAGGED, **JSON}),
    "a public answer without its body": ("HEAD", "/api/v1/lists", {}, 200, {**TAGGED, **JSON}),
    "a public answer known already": (
        *("GET", "/api/v1/lists", {"headers": {"If-None-Match": "*"}}, 304),
        {"cache-control": "public, no-cache", "etag": "…"},
    ),
    "a public file": (
        *("GET", "/api/v1/transparency.csv", {}, 200),
        {
            **TAGGED,
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": 'attachment; filename="transparency-2025-12-01-2026-11-20.csv"',
        },
    ),
    "health": ("GET", "/healthz", {}, 200, {**TAGGED, "content-type": "text/plain; charset=utf-8"}),
    "what is offered": ("OPTIONS", "/", {}, 204, {**OFFERED, "cache-control": "no-store"}),
    "an answer by key": ("GET", "/api/v1/pledges", {"headers": KEY}, 200, {**UNKEPT, **JSON}),
    "a file by key": (
        *("GET", "/api/v1/measures/export", {"headers": KEY}, 200),
        {
            **UNKEPT,
            "content-type": "application/x-ndjson; charset=utf-8",
            "content-disposition": 'attachment; filename="measures.ndjson"',
        },
    ),
    "a table by key": (
        *("GET", "/api/v1/measures/export?format=csv", {"headers": KEY}, 200),
        {
            **UNKEPT,
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": 'attachment; filename="measures.csv"',
        },
    ),
    "a document": (
        *("GET", "/api/v1/documents/…", {"headers": KEY}, 200),
        {
            **UNKEPT,
            "content-type": "application/octet-stream",
            "content-disposition": 'attachment; filename="…"',
        },
    ),
    "an act": ("POST", "/api/v1/businesses", {"headers": ACT, "json": SHOP}, 201, {**UNKEPT, **JSON}),
    "400": ("GET", "/api/v1/lists?x=1", {}, 400, PROBLEM),
    "401": ("GET", "/api/v1/pledges", {}, 401, {**PROBLEM, "www-authenticate": "Bearer"}),
    "403": ("GET", "/api/v1/audit", {"headers": KEY}, 403, PROBLEM),
    "404": ("GET", "/api/v1/nothing", {}, 404, PROBLEM),
    "405": ("DELETE", "/api/v1/lists", {}, 405, {**PROBLEM, **OFFERED}),
    "413": ("POST", "/api/v1/businesses", {"headers": ACT, "content": b" " * 1_100_000}, 413, PROBLEM),
    "415": (
        *(
            "POST",
            "/api/v1/businesses",
            {"headers": {**ACT, "Content-Type": "text/plain"}, "content": b"x"},
            415,
        ),
        PROBLEM,
    ),
    "422": (
        *("POST", "/api/v1/businesses", {"headers": ACT, "json": {**SHOP, "region": "999999"}}, 422),
        PROBLEM,
    ),
    "429": ("GET", "/api/v1/log/entries", {}, 429, {**PROBLEM, "retry-after": "9"}),
    "500": ("GET", "/api/v1/planted/fault", {}, 500, PROBLEM),
    "503": ("GET", "/api/v1/planted/outage", {}, 503, {**PROBLEM, "retry-after": "5"}),
    "a page of reporters": ("GET", "/report", {}, 200, REPORTERS),
    "the page of 404 for reporters": ("GET", "/report/nothing", {}, 404, REPORTERS),
    "the page of 405 for reporters": ("DELETE", "/report", {}, 405, {**REPORTERS, **OFFERED}),
    "the page of 413 for reporters": (
        *("POST", "/report/return", {"headers": PARTS, "content": LONG_FORM}, 413),
        REPORTERS,
    ),
    "the page of 422 for reporters": (
        *("POST", "/report/return", {"headers": PARTS, "content": ONE_CODE}, 422),
        REPORTERS,
    ),
    "the page of 500 for reporters": ("GET", "/report/planted/fault", {}, 500, REPORTERS),
    "the page of 503 for reporters": (
        "GET",
        "/report/planted/outage",
        {},
        503,
        {**REPORTERS, "retry-after": "5"},
    ),
    "an answer for reporters": (
        *("POST", "/api/v1/reports/return", {"json": {"code": "3" * 24}}, 422),
        REPORTERS_PROBLEM,
    ),
    "reporters' 404": ("GET", "/api/v1/reports/nothing", {}, 404, REPORTERS_PROBLEM),
    "reporters' 405": (
        "GET",
        "/api/v1/reports/return",
        {},
        405,
        {**REPORTERS_PROBLEM, "allow": "OPTIONS, POST"},
    ),
    "reporters' 413": (
        *("POST", "/api/v1/reports/return", {"content": b" " * 1_100_000}, 413),
        REPORTERS_PROBLEM,
    ),
    "reporters' 500": ("GET", "/api/v1/reports/planted/fault", {}, 500, REPORTERS_PROBLEM),
    "reporters' 503": (
        "GET",
        "/api/v1/reports/planted/outage",
        {},
        503,
        {**REPORTERS_PROBLEM, "retry-after": "5"},
    ),
    "security.txt": (
        *("GET", "/.well-known/security.txt", {}, 200),
        {**TAGGED, "content-type": "text/plain; charset=utf-8"},
    ),
    "a page of a desk": ("GET", "/desk/cases", {"headers": SEAT}, 200, DESK_PAGE),
    "the door of the desks": ("GET", "/desk/sign-in", {}, 200, DESK_PAGE),
    "a desk before the door": (
        *("GET", "/desk/cases", {}, 303),
        {**LED_ON, "location": "/desk/sign-in?then=%2Fdesk%2Fcases"},
    ),
    "a file of a desk": (
        *("GET", "/desk/documents/…", {"headers": SEAT}, 200),
        {
            **AT_DESK,
            "content-type": "application/octet-stream",
            "content-disposition": 'attachment; filename="…"',
        },
    ),
    "a form of a desk": (
        *("POST", "/desk/second-factor", {"headers": FORM, "content": "csrf=………&key=1"}, 303),
        {**LED_ON, "location": "/desk/second-factor"},
    ),
    "a desk's 403": ("POST", "/desk/second-factor", {"headers": FORM, "content": "key=1"}, 403, DESK_PAGE),
    "a desk's 404": ("GET", "/desk/nothing", {"headers": SEAT}, 404, DESK_PAGE),
    "a desk's 405": ("DELETE", "/desk", {"headers": SEAT}, 405, {**DESK_PAGE, **OFFERED}),
    "a desk's 413": (
        *("POST", "/desk/second-factor", {"headers": FORM, "content": b" " * 1_100_000}, 413),
        DESK_PAGE,
    ),
    "a desk's 415": (
        *("POST", "/desk/second-factor", {"headers": {**FORM, "Content-Type": "text/plain"}}, 415),
        DESK_PAGE,
    ),
    "a desk's 422": (
        *("POST", "/desk/password", {"headers": FORM, "content": "csrf=………&key=2"}, 422),
        DESK_PAGE,
    ),
    "a desk's 429": ("GET", "/desk", {"headers": SEAT}, 429, {**DESK_PAGE, "retry-after": "9"}),
    "a desk's 500": ("GET", "/desk/planted/fault", {"headers": SEAT}, 500, DESK_PAGE),
    "a desk's 503": (
        "GET",
        "/desk/planted/outage",
        {"headers": SEAT},
        503,
        {**DESK_PAGE, "retry-after": "5"},
    ),
    "leaving a desk": (
        *("POST", "/desk/sign-out", {"headers": FORM, "content": "csrf=………&key=3"}, 303),
        {
            **LED_ON,
            "location": "/desk/sign-in?done=signed_out",
            "clear-site-data": '"cache", "cookies", "storage"',
            "set-cookie": f'{COOKIE}=""; HttpOnly; Max-Age=0; Path=/; SameSite=strict; Secure',
        },
    ),
    "the page of 404": ("GET", "/nothing", {}, 404, ERROR_PAGE),
    "the page of 404 for a file": ("GET", "/static/nothing", {}, 404, ERROR_PAGE),
    "the page of 405": ("DELETE", "/", {}, 405, {**ERROR_PAGE, **OFFERED}),
    "the page of 422": ("GET", "/search?region=zz", {}, 422, ERROR_PAGE),
    "the page of 429": ("GET", "/about", {}, 429, {**ERROR_PAGE, "retry-after": "9"}),
    "the page of 500": ("GET", "/planted/fault", {}, 500, ERROR_PAGE),
    "the page of 503": ("GET", "/planted/outage", {}, 503, {**ERROR_PAGE, "retry-after": "5"}),
}


@get(list(PLANTED), sync_to_thread=False, include_in_schema=False)
def planted(what: FromPath[str]) -> None:
    """Meet a fault of ours, or a database that is away."""
    raise OperationalError("select", {}, Exception(what)) if what == "outage" else ValueError(what)


@get(list(PLANTED_FOR_REPORTERS), sync_to_thread=False, include_in_schema=False)
def planted_for_reporters(what: FromPath[str]) -> None:
    """Meet the same in the intake."""
    raise OperationalError("select", {}, Exception(what)) if what == "outage" else ValueError(what)


def intake(edge: Edge) -> Any:
    """Return the reporters' application, with routes that meet faults."""
    rights = [*reporting.RIGHTS, *(public("GET", path.replace(":str", "")) for path in PLANTED_FOR_REPORTERS)]
    with pytest.MonkeyPatch.context() as planting:
        planting.setattr(reporting, "ROUTES", (*reporting.ROUTES, planted_for_reporters))
        planting.setattr(reporting, "RIGHTS", rights)
        return reporting.reporters(edge)


@dataclass
class Site:
    """The whole installation, as it is served to people and to programs."""

    client: TestClient[Any]
    limits: Limits
    document_id: str
    key: str
    session: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """A founded registry with its pages, and routes that meet faults."""
    folder = tmp_path_factory.mktemp("site")
    settings = read_settings(
        data_dir=folder,
        second_factor=False,
        security_contact="mailto:security@example.org",
        reports_largest=262_144,
    )
    make_secret(settings.second_factor_file)
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'registry.sqlite3')}")
    given.registry(engine)
    with writing(engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
        key = issue_key(given.work(session, "admin"), "national").token
        document_id = given.paper(given.work(session), folder)
        session.add(Credential(account_name="national", password_hash="…", changed_at=given.NOW))
        seat = open_session(session, "national", given.NOW)
    index = EmbeddedIndex.open(folder / "index", write=True)
    app = create_app(
        settings,
        engine,
        index,
        lambda: given.NOW,
        rulebook=given.rulebook,
        routes=[*site_routes(), planted],
        rights=[*RIGHTS, *(public("GET", path.replace(":str", "")) for path in PLANTED)],
        on_errors=partial(pages_for_errors, settings),
    )
    prepare(settings).engine.dispose()
    layers: Any = served(app)
    both = Beside(layers, intake(app.state.edge))
    with TestClient(both, raise_server_exceptions=False) as client:
        yield Site(client, layers.app, document_id, key, seat)
    index.close()
    engine.dispose()


def ask(site: Site, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
    """Ask with the key and the names that stand in for `…`."""
    if path == "/static/…":
        named = re.search(r'"(/static/[^"]+\.css)"', site.client.get("/").text)
        assert named is not None
        path = named[1]
    headers = {
        name: value.replace("……", site.session).replace("…", site.key)
        for name, value in more.get("headers", {}).items()
    }
    content = more.get("content")
    if isinstance(content, str):
        content = content.replace("………", csrf_of(site.session))
    path = path.replace("…", site.document_id)
    body = {"json": more["json"]} if "json" in more else {"content": content}
    return site.client.request(method, path, headers=headers, follow_redirects=False, **body)


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_of_answer_has_exactly_its_headers(
    site: Site, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, path, more, status, headers = CLASSES[name]
    if status == 429:
        monkeypatch.setattr(site.limits, "_wait", lambda _scope: 9)
    answer = ask(site, method, path, more)
    found = {**answer.headers, **{each: "…" for each in OF_ITSELF if each in answer.headers}}
    told = {each: value.replace(site.document_id, "…") for each, value in found.items()}
    assert (answer.status_code, told) == (status, {**EVERYWHERE, **headers})
