"""The intake in a process of its own leaves no core, reaches nobody, and writes down nobody who asked."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.journeys.serving import PATIENCE, command
from tests.reports.intaking import hits
from tests.reports.taking import taking

MARKERS = ("203.0.113.77", "Canary-Agent-4471", "canary-cookie-9915", "canary-referrer-3307")
TOLD = {
    "X-Forwarded-For": MARKERS[0],
    "Forwarded": f"for={MARKERS[0]}",
    "User-Agent": MARKERS[1],
    "Cookie": f"visit={MARKERS[2]}",
    "Referer": f"https://{MARKERS[3]}.example/",
}
PATHS = ("/report", "/report/new", "/report/return", "/report/nothing", "/api/v1/reports/form")


def test_the_process_leaves_no_core_and_no_trace_of_who_asked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    assert command(folder, "init").returncode == 0
    with taking(folder) as (url, process):
        limits = Path(f"/proc/{process}/limits").read_text(encoding="ascii")
        (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        for path in PATHS:
            assert "set-cookie" not in httpx.get(url + path, headers=TOLD, timeout=PATIENCE).headers
            httpx.post(url + path, headers=TOLD, content=b"x" * 100, timeout=PATIENCE)
    assert hits([folder], MARKERS) == []


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
