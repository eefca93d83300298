"""The intake in a process of its own leaves no core, reaches nobody, and writes down nobody who asked."""

import hashlib
import hmac
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.journeys.serving import PATIENCE
from tests.reports.hunting import addresses_in, canary, hunted_in
from tests.reports.intaking import FORM, multipart
from tests.reports.taking import founded, taking

ADDRESSES = [f"203.0.113.{number}" for number in range(1, 21)]
PATHS = ("/report", "/report/new", "/report/return", "/report/nothing", "/api/v1/reports/form")
REPORTS = 2


def told(number: int) -> dict[str, str]:
    """Return what the browser and the proxies of somebody say of him."""
    address = ADDRESSES[number % len(ADDRESSES)]
    return {
        "X-Forwarded-For": address,
        "Forwarded": f"for={address}",
        "User-Agent": f"Mozilla/5.0 {canary(number)}",
        "Cookie": f"visit={canary(number)}",
        "Referer": f"https://{canary(number)}.example/",
    }


def ask(client: httpx.Client, url: str, number: int) -> None:
    """Ask for one of the pages, or send something there that is no form."""
    path, headers = PATHS[number % len(PATHS)], told(number)
    sent = {"content": b"x" * 100} if number // len(PATHS) % 2 else {}
    answer = client.request("POST" if sent else "GET", url + path, headers=headers, **sent)  # type: ignore[arg-type]
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers


def report(client: httpx.Client, url: str, number: int) -> None:
    """Send a report and come back with its code."""
    headers = told(number)
    drawn = client.get(f"{url}/api/v1/reports/form", headers=headers).json()
    body = multipart({"code": drawn["code"], "proof": drawn["proof"], **FORM})
    body["headers"] |= headers
    assert client.post(f"{url}/api/v1/reports", **body).status_code == 200
    back = client.post(f"{url}/api/v1/reports/return", json={"code": drawn["code"]}, headers=headers)
    assert back.json()["found"]


@pytest.mark.parametrize("requests", [200, pytest.param(2000, marks=pytest.mark.long)])
def test_the_process_leaves_no_core_and_no_trace_of_who_asked(tmp_path: Path, requests: int) -> None:
    folder = founded(tmp_path / "data")
    with taking(folder) as (url, process), httpx.Client(timeout=PATIENCE) as client:
        limits = Path(f"/proc/{process}/limits").read_text(encoding="ascii")
        (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        for number in range(REPORTS):
            report(client, url, number)
        for number in range(requests - 3 * REPORTS):
            ask(client, url, number)
        assert hunted_in(folder) == {}  # the write-ahead logs are full
    assert hunted_in(folder) == {}
    assert addresses_in(folder, ADDRESSES) == []


def test_an_address_is_found_as_it_is_and_hashed_under_any_key_of_the_installation(tmp_path: Path) -> None:
    key, address = os.urandom(32), ADDRESSES[3].encode()
    (tmp_path / "pepper").write_bytes(key)
    (tmp_path / "a.log").write_bytes(b"from " + address)
    (tmp_path / "b.db").write_bytes(b"\0" * 300 + hmac.digest(key, address, "sha256"))
    (tmp_path / "c.log").write_bytes(b" " * 300 + hashlib.sha256(address).hexdigest()[:40].encode())
    assert addresses_in(tmp_path, ADDRESSES) == ["a.log", "b.db", "c.log"]


def test_a_process_that_reaches_nobody_refuses_to_connect() -> None:
    code = (
        "import socket; from jobs.intake import reach_nobody; reach_nobody();"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    assert "the intake opens no connection" in ended.stderr
