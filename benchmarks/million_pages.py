"""Pages and routes of a large registry over HTTP: how long each kind takes, and the long lists to their end.

Every address is asked once, after a commit, so that no answer is one that was remembered. `first` is the
first answer after that commit: it may have to count or read what the others then share.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from pypinyin import lazy_pinyin
from sqlalchemy import text

from benchmarks.merchants import SEED, Merchant, merchants
from benchmarks.serving import commit, compare, fresh, memory, ours, settle
from registry.settings import read_settings
from registry.store.engine import open_engine, reading

ASKED = 200
SAMPLE = 2_000
LIST = "/api/v1/lists/metrology_board/entries"
Answered = tuple[list[float], int]
"""Seconds of each page that was read, and how many things they held."""


def measure(data: Path, count: int) -> dict[str, Any]:
    """Return milliseconds by kind of page or route, what the server takes, and the walks to the end."""
    with ours(data) as (url, process), httpx.Client(base_url=url, timeout=300) as client:
        settle(process)
        at_rest = memory(process, "VmRSS")
        kinds = cases(data, count, client)
        timed = {name: _timed(data, client, paths) for name, paths in kinds.items()}
        walks = {name: _told(*walk(client)) for name, walk in WALKS.items()}
        return {
            "rss_at_rest_mib": at_rest,
            "peak_rss_mib": memory(process, "VmHWM"),
            "milliseconds": timed,
            "walks": walks,
        }


def beside_bare(data: Path) -> dict[str, Any]:
    """Return requests a second of pages and routes as shares of a bare route."""
    businesses = _identifiers(data, "business_version", "business_id")
    entries = _identifiers(data, "list_entry", "entry_id")
    asked = {
        "home page": ["/"],
        "business page": [f"/businesses/{one}" for one in businesses[:ASKED]],
        "board page": ["/lists/metrology_board"],
        "API business": [f"/api/v1/businesses/{one}" for one in businesses[:ASKED]],
        "API entry": [f"{LIST}/{one}" for one in entries[:ASKED]],
        "API entries of a list": [LIST],
        "API events": ["/api/v1/events"],
    }
    return compare(data, asked, turns=3, seconds=2)


def cases(data: Path, count: int, client: httpx.Client) -> dict[str, Sequence[str]]:
    """Return what is asked, by kind; ids are of things that are there."""
    businesses = _identifiers(data, "business_version", "business_id")
    listed = _identifiers(data, "list_entry", "business_id")
    entries = _identifiers(data, "list_entry", "entry_id")
    edition = client.get("/api/v1/lists/metrology_board/editions").json()[0]["version"]
    leaves = client.get("/api/v1/log/entries?limit=100").json()["items"]
    return {
        **{name: fresh([path], 0)[:ASKED] for name, path in _of_no_one(edition).items()},
        "business page": [f"/businesses/{one}" for one in businesses[:ASKED]],
        "business page, listed": [f"/businesses/{one}" for one in listed[:ASKED]],
        "API business": [f"/api/v1/businesses/{one}" for one in businesses[ASKED : 2 * ASKED]],
        "entry page": [f"/lists/metrology_board/entries/{one}" for one in entries[:ASKED]],
        "API entry": [f"{LIST}/{one}" for one in entries[ASKED : 2 * ASKED]],
        "feed of a business": [f"/api/v1/feeds/business-{one}.atom" for one in listed[:ASKED]],
        "proof of inclusion": [
            f"/api/v1/log/proof/inclusion?leaf={one['leaf']['leaf_id']}" for one in leaves
        ],
        **_searches(count),
    }


def _of_no_one(edition: str) -> dict[str, str]:
    """Return the pages and answers that name no merchant, by kind."""
    return {
        "home page": "/",
        "board page": "/lists/metrology_board",
        "board page, narrowed": "/lists/metrology_board?region=411500&sector=fuel_station",
        "boards": "/boards",
        "black lists": "/lists/black",
        "statistics": "/statistics",
        "transparency": "/transparency",
        "data": "/data",
        "changes": "/changes",
        "editions": "/editions",
        "edition page": f"/lists/metrology_board/editions/{edition}?region=000000",
        "API lists": "/api/v1/lists",
        "API catalog": "/api/v1/catalog",
        "API entries of a list": LIST,
        "API entries of a list, region": f"{LIST}?region=411502",
        "API events": "/api/v1/events",
        "API events of a list and region": "/api/v1/events?regime=metrology_board&region=411502",
        "API events of a region without any": "/api/v1/events?region=659001",
        "API transparency": "/api/v1/transparency",
        "feed of a list": "/api/v1/feeds/list-metrology_board.atom",
        "feed of a region": "/api/v1/feeds/region-411502.atom",
        "API log entries": "/api/v1/log/entries?after=100000",
        "site map of a part": "/sitemaps/businesses-a.xml",
        "readyz": "/readyz",
        "metrics": "/metrics",
    }


def _searches(count: int) -> dict[str, Sequence[str]]:
    """Return searches of every class, for merchants that are there."""
    some = list(_some(count))
    coded = [one.uscc for one in some if one.uscc]
    brands = [one.name[-8:-4] for one in some if len(one.name) > 8]
    classes = {
        "full name": [one.name for one in some],
        "brand": brands,
        "inner two": [one[1:3] for one in brands],
        "code": coded,
        "pinyin": ["".join(lazy_pinyin(one)) for one in brands],
        "initials": ["".join(part[0] for part in lazy_pinyin(one) if part) for one in brands],
    }
    asked: dict[str, Sequence[str]] = {
        f"search, {name}": [f"/api/v1/businesses?q={quote(word)}" for word in dict.fromkeys(words)][:ASKED]
        for name, words in classes.items()
    }
    filtered = "/api/v1/businesses?q=%E6%B0%B4%E4%BA%A7&region=41&list=metrology_board&facets=true"
    asked["search, common word, filters and facets"] = fresh([filtered], 0)[:ASKED]
    asked["search page, brand"] = [f"/search?q={quote(word)}" for word in dict.fromkeys(brands)][:ASKED]
    return asked


def _some(count: int) -> Iterator[Merchant]:
    step = max(count // SAMPLE, 1)
    return (one for number, one in enumerate(merchants(count)) if number % step == 0)


def _identifiers(data: Path, table: str, column: str) -> list[str]:
    """Return identifiers drawn from a table, without reading all of it."""
    draw = random.Random(SEED)
    engine = open_engine(read_settings(data_dir=data).database)
    found: dict[str, None] = {}
    query = text(
        f"SELECT {column} FROM {table} WHERE superseded_at IS NULL AND {column} >= :at "  # noqa: S608
        f"ORDER BY {column} LIMIT 1"
    )
    with reading(engine) as session:
        for _ in range(3 * ASKED):
            at = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz234567", k=26))
            row = session.execute(query, {"at": at}).scalars().first()
            if row is not None:
                found[str(row)] = None
    engine.dispose()
    return list(found)


def _timed(data: Path, client: httpx.Client, paths: Sequence[str]) -> dict[str, float]:
    commit(data)
    taken = []
    for path in paths:
        begun = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:500]}")
    after = taken[1:] or taken
    return {
        "asked": len(taken),
        "first": round(taken[0], 1),
        "p50": round(statistics.median(after), 2),
        "p99": round(statistics.quantiles(after, n=100)[-1] if len(after) > 1 else after[0], 2),
    }


def _entries(client: httpx.Client) -> Answered:
    """Read every entry of the board, page by page, in the interface."""
    return _walked(client, f"{LIST}?limit=100", "cursor")


def _businesses(client: httpx.Client) -> Answered:
    """Read every business, page by page, by the empty search."""
    return _walked(client, "/api/v1/businesses?limit=100", "cursor")


def _events(client: httpx.Client) -> Answered:
    """Read every event, a thousand at a time."""
    taken, held, after, more = [], 0, -1, True
    while more:
        begun = time.perf_counter()
        page = client.get(f"/api/v1/events?limit=1000&after={after}").json()
        taken.append(time.perf_counter() - begun)
        held, after, more = held + len(page["items"]), page["after"], page["more"]
    return taken, held


def _walked(client: httpx.Client, path: str, name: str) -> Answered:
    taken, held, cursor = [], 0, ""
    while True:
        begun = time.perf_counter()
        page = client.get(path + (f"&{name}={cursor}" if cursor else "")).json()
        taken.append(time.perf_counter() - begun)
        held, cursor = held + len(page["items"]), page["next"]
        if not cursor:
            return taken, held


def _told(taken: Sequence[float], held: int) -> dict[str, float | int]:
    """Compare the first and the last tenth of the pages of a walk."""
    tenth = max(len(taken) // 10, 1)
    first, last = (statistics.median(some) * 1000 for some in (taken[:tenth], taken[-tenth:]))
    return {
        "pages": len(taken),
        "items": held,
        "seconds": round(sum(taken), 1),
        "p50_of_the_first_tenth": round(first, 2),
        "p50_of_the_last_tenth": round(last, 2),
        "slowest": round(max(taken) * 1000, 1),
    }


WALKS: Mapping[str, Callable[[httpx.Client], Answered]] = {
    "entries of a list": _entries,
    "events": _events,
    "businesses": _businesses,
}


if __name__ == "__main__":
    import sys

    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False, indent=2))
