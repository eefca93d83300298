"""A running server: what is recorded is soon found, what it holds in memory is told, and it ends in order."""

import time
from pathlib import Path

import pytest

from tests.journeys.conftest import Filled
from tests.journeys.serving import Server, command, eventually, serving

MEBIBYTE = 1 << 20


def found(server: Server, words: str) -> list[str]:
    """Return the names that a search finds."""
    items = server.get("/api/v1/businesses", q=words).json()["items"]
    return [item["business"]["name"] for item in items]


def registered(server: Server, name: str) -> None:
    body = {"name": name, "region": "411502", "kind": "enterprise", "sector": "shop_supermarket"}
    server.recorded("/api/v1/businesses", body, "officer")


def test_a_merchant_registered_over_http_is_soon_found(filled: Filled) -> None:
    with serving(filled.folder, filled.keys) as server:
        registered(server, "浉河区晨曦百货商行")
        for words in ("晨曦百货", "chenxibaihuo", "cxbhsh"):
            eventually(lambda asked=words: "浉河区晨曦百货商行" in found(server, asked), words)


@pytest.mark.long
def test_a_server_that_was_told_to_end_leaves_all_in_the_file(filled: Filled) -> None:
    with serving(filled.folder, filled.keys) as server:
        registered(server, "浉河区晨曦百货商行")
        refused = command(filled.folder, "serve", "--port", "1")
        assert refused.returncode == 2
        assert "another process" in refused.stderr
    log = Path(f"{filled.folder / 'registry.sqlite3'}-wal")
    assert not log.exists() or log.stat().st_size == 0
    with serving(filled.folder, filled.keys) as server:
        eventually(lambda: "浉河区晨曦百货商行" in found(server, "晨曦"), "it is found after a restart")


@pytest.mark.long
def test_how_soon_and_at_what_cost(filled: Filled, capsys: pytest.CaptureFixture[str]) -> None:
    """Print delays and memory; they depend on the machine, so nothing here is a promise."""
    with serving(filled.folder, filled.keys) as server:
        time.sleep(5)
        at_rest = server.memory()
        delays = []
        for number in range(20):
            name = f"浉河区晨曦{number:02d}号商行"
            registered(server, name)
            begun = time.perf_counter()
            eventually(lambda asked=name: asked in found(server, asked), name)
            delays.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        business_id = server.get("/api/v1/businesses", q="晨曦").json()["items"][0]["business"]["id"]
        assert server.get(f"/api/v1/scores/{business_id}", "auditor").status_code == 200
        first_score = time.perf_counter() - begun
        worked = server.memory()
    delays.sort()
    with capsys.disabled():
        print(  # noqa: T201  # what a long run is for
            f"\nfound after registration: median {delays[10]:.2f} s, slowest {delays[-1]:.2f} s; "
            f"first score {first_score:.2f} s; "
            f"memory at rest {at_rest / MEBIBYTE:.0f} MiB, after work {worked / MEBIBYTE:.0f} MiB"
        )
