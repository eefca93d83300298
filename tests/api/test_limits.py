"""Who asks too often waits, each in the own lane, and no address is kept."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import served
from api.limits import asking, lane_of
from registry.settings import Settings
from tests.api.conftest import Town, built

LIMITS = {
    "limit_reading": 5,
    "limit_search": 3,
    "limit_matching": 60,
    "limit_recording": 2,
    "limit_sign_in": 1,
}
ADDRESS = "203.0.113.77"


class Reached:
    """The application as it is reached from addresses outside."""

    def __init__(self) -> None:
        self.app = served(built())

    def ask(self, method: str, path: str, address: str = ADDRESS, body: Any = None) -> httpx.Response:
        """Ask from an address."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, f"http://registry{path}", json=body)

        return asyncio.run(asked())

    def statuses(self, times: int, path: str, method: str = "GET") -> list[int]:
        """Ask as often as told and return what was answered."""
        return [self.ask(method, path).status_code for _ in range(times)]


@pytest.fixture
def limited(town: Town) -> Reached:
    """The town under narrow limits."""
    edge = built().state.edge
    built().state.edge = replace(edge, settings=edge.settings.model_copy(update=LIMITS))
    return Reached()


@pytest.mark.parametrize(
    ("path", "limit"), [("/about", 5), ("/api/v1/lists", 5), ("/search", 3), ("/api/v1/businesses", 3)]
)
def test_who_reads_too_often_is_told_when_to_come_back(
    limited: Reached, town: Town, path: str, limit: int
) -> None:
    assert limited.statuses(limit + 1, path) == [200] * limit + [429]
    refused = limited.ask("GET", path)
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 60
    assert refused.headers["cache-control"] == "no-store"
    town.clock[0] += timedelta(seconds=wait)
    assert limited.ask("GET", path).status_code == 200


def test_a_list_that_is_matched_counts_by_its_names(limited: Reached, town: Town) -> None:
    def match(names: int) -> httpx.Response:
        wanted = {"items": [{"text": f"李记{n}"} for n in range(names)]}
        return limited.ask("POST", "/api/v1/businesses/match", body=wanted)

    assert [match(20).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert match(1).headers["retry-after"] == "1"
    town.clock[0] += timedelta(seconds=61)
    assert [match(100).status_code, match(1).status_code] == [200, 429]
    town.clock[0] += timedelta(seconds=39)
    assert match(1).status_code == 429
    town.clock[0] += timedelta(seconds=2)
    assert match(1).status_code == 200
    assert limited.ask("GET", "/search").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "//search", 3),
        ("GET", "/api//v1/businesses//", 3),
        ("POST", "/api/v1/lists/check/", 3),
        ("POST", "//desk/sign-in", 1),
        ("POST", "/desk//sign-in/", 1),
    ],
)
def test_however_a_path_is_spelt_it_counts_in_its_lane(
    limited: Reached, method: str, path: str, limit: int
) -> None:
    *let_in, last = limited.statuses(limit + 1, path, method)
    assert 404 not in let_in
    assert 429 not in let_in
    assert last == 429


def test_one_lane_does_not_hold_up_another(limited: Reached) -> None:
    assert limited.statuses(4, "/search")[-1] == 429
    assert limited.statuses(3, "/api/v1/businesses", "POST") == [401, 401, 429]
    assert limited.statuses(2, "/desk/sign-in", "POST")[1] == 429
    assert limited.statuses(5, "/about") == [200] * 5
    assert limited.statuses(9, "/healthz") == [200] * 9


def test_an_address_is_counted_by_itself_and_a_new_day_counts_anew(limited: Reached, town: Town) -> None:
    assert limited.statuses(4, "/search")[-1] == 429
    assert limited.ask("GET", "/search", "203.0.113.78").status_code == 200
    town.clock[0] += timedelta(days=1)
    assert limited.ask("GET", "/search").status_code == 200


def test_what_is_remembered_tells_no_address(limited: Reached) -> None:
    assert limited.ask("GET", "/about").status_code == 200
    kept = repr(vars(limited.app.app))
    assert "reading" in kept
    assert ADDRESS not in kept


def test_a_limit_of_nought_is_none(limited: Reached) -> None:
    edge = built().state.edge
    built().state.edge = replace(edge, settings=edge.settings.model_copy(update={"limit_search": 0}))
    assert limited.statuses(20, "/search") == [200] * 20


def _asking(client: str | None, told: str) -> str | None:
    settings = Settings.model_validate({"data_dir": "x", "trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8"]})
    headers = [(b"x-forwarded-for", told.encode())] if told else []
    scope: Any = {"client": (client, 1) if client else None, "headers": headers}
    return asking(scope, settings.trusted_proxies)


@pytest.mark.parametrize(
    ("client", "told", "counted"),
    [
        pytest.param("203.0.113.7", "", "203.0.113.7", id="straight"),
        pytest.param("203.0.113.7", "198.51.100.1", "203.0.113.7", id="a stranger's word is not taken"),
        pytest.param("10.1.1.1", "198.51.100.1", "198.51.100.1", id="by a proxy"),
        pytest.param("10.1.1.1", "192.0.2.9, 198.51.100.1", "198.51.100.1", id="what the client claims"),
        pytest.param("127.0.0.1", "198.51.100.1, 10.1.1.1", "198.51.100.1", id="by two proxies"),
        pytest.param("127.0.0.1", "rubbish", "unreadable", id="rubbish by a proxy"),
        pytest.param("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64", id="a network of IPv6"),
        pytest.param("::ffff:203.0.113.7", "", "203.0.113.7", id="IPv4 within IPv6"),
        pytest.param("127.0.0.1", "", None, id="the machine itself"),
        pytest.param(None, "", None, id="a socket file"),
    ],
)
def test_the_address_that_counts_is_the_one_that_a_proxy_of_ones_own_saw(
    client: str | None, told: str, counted: str | None
) -> None:
    assert _asking(client, told) == counted


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/", "reading"),
        ("GET", "/api/v1/businesses", "search"),
        ("GET", "/api/v1/businesses/x", "reading"),
        ("POST", "/api/v1/businesses", "recording"),
        ("POST", "/api/v1/lists/check", "search"),
        ("POST", "/api/v1/businesses/match", "matching"),
        ("GET", "/api/v1/businesses/match", "reading"),
        ("POST", "/desk/sign-in", "sign_in"),
        ("POST", "/desk/second-factor/confirm", "sign_in"),
        ("GET", "/desk/sign-in", "reading"),
        ("POST", "/desk/cases", "recording"),
        ("GET", "/readyz", None),
    ],
)
def test_each_request_has_its_lane(method: str, path: str, lane: str | None) -> None:
    assert lane_of(method, path) == lane
