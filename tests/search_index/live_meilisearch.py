"""A real Meilisearch server: the one that is given, or one started for a test where it is installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_STARTING = 60.0  # seconds

Opened = tuple[str, str | None]


@contextmanager
def served(folder: Path) -> Iterator[Opened]:
    """Return address and key of a server: `HM_TEST_MEILISEARCH_URL`, else one of the test's own."""
    given = os.environ.get("HM_TEST_MEILISEARCH_URL")
    if given:
        yield given, os.environ.get("HM_TEST_MEILISEARCH_KEY")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = ["--http-addr", address, "--db-path", str(folder / "meilisearch"), "--no-analytics"]
    program = shutil.which("meilisearch") or "meilisearch"
    with subprocess.Popen([program, *arguments], cwd=folder, stdout=-3, stderr=-3) as process:
        try:
            _await(f"http://{address}")
            yield f"http://{address}", None
        finally:
            process.terminate()


def removed(url: str, key: str | None, uid: str) -> None:
    """Remove the indexes that a test made on a server."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        for one in client.get("/indexes", params={"limit": 1000}).json()["results"]:
            if one["uid"].startswith(uid):
                client.delete(f"/indexes/{one['uid']}").raise_for_status()


def _await(url: str) -> None:
    until = time.monotonic() + _STARTING
    while True:
        try:
            httpx.get(f"{url}/health", timeout=1).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
