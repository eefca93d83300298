"""Two servers by turns under `wrk`: ours on a filled folder, and a bare Litestar route under one granian.

The bare route answers what ours answered, parsed and encoded anew for every request, so that both
send as many bytes; it has no database, no search, no headers of its own. The floor below it is a file
of the same bytes, which the server sends by itself: no Python runs for it.
"""

import asyncio
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, get
from litestar.params import FromPath
from sqlalchemy import Update, update

from registry.accounts.tables import LoginSession
from registry.log.tables import LogHead
from registry.settings import read_settings
from registry.store.engine import open_engine, writing

COMMAND = str(Path(sys.executable).with_name("honest-metrology"))
CONNECTIONS = 16
TURNS = 5
SECONDS = 3
FRESH = 20_000  # more than are asked in one measurement
PATIENCE = 120.0  # seconds
QUIET = 3.0  # seconds in which a server has next to nothing to do
QUIETLY = update(LoginSession).values(id=LoginSession.id)
SHOWN = update(LogHead).values(size=LogHead.size)
EVERY = 1.0  # seconds from one commit to the next, where somebody writes meanwhile


def compare(
    folder: Path,
    cases: Mapping[str, Sequence[str]],
    *,
    visits: Mapping[str, Sequence[str]] = MappingProxyType({}),
    turns: int = TURNS,
    seconds: int = SECONDS,
) -> dict[str, object]:
    """Return requests a second of each case, ours, bare and as a file by turns, as medians.

    Args:
        folder: A filled installation.
        cases: Addresses by name; each case is measured with answers that may be remembered, its
            addresses asked in rotation, and with none of them asked twice.
        visits: Addresses by name, the one that is asked most first: what people do is drawn from
            them by Zipf's law, each turn anew.
        turns: Measurements of each side.
        seconds: Length of one measurement.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is missing; on Debian: apt-get install wrk")
    with ours(folder) as (url, process):
        settle(process)
        bodies = _answers_kept(folder, url, {**cases, **visits})
        at_rest = memory(process, "VmRSS")
        with _bare(folder / "bare.json") as (bare_url, _):
            measured: dict[str, object] = {}
            for number, (name, paths) in enumerate(cases.items()):
                rates = _by_turns(folder, wrk, (url, bare_url, number), paths, turns=turns, seconds=seconds)
                measured[name] = _told(rates, len(json.dumps(bodies[name])))
            for number, (name, paths) in enumerate(visits.items(), start=len(cases)):
                measured[name] = _visited(
                    folder, wrk, (url, f"{bare_url}/{number}"), paths, turns=turns, seconds=seconds
                )
        return {
            **_conditions(turns, seconds),
            "cases": measured,
            "rss_at_rest_mib": at_rest,
            "peak_rss_mib": memory(process, "VmHWM"),
        }


def _conditions(turns: int, seconds: int) -> dict[str, object]:
    load = os.getloadavg()[0]
    return {"load": load, "connections": CONNECTIONS, "turns": turns, "seconds": seconds}


def _answers_kept(folder: Path, url: str, asked: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the first answer of each case, written down for the bare route and as files."""
    bodies = {name: _answer(url, paths[0]) for name, paths in asked.items()}
    (folder / "bare.json").write_text(json.dumps(bodies), encoding="utf-8")
    _as_files(folder / "static", list(bodies.values()))
    return bodies


def _by_turns(
    folder: Path, wrk: str, at: tuple[str, str, int], paths: Sequence[str], *, turns: int, seconds: int
) -> dict[str, list[float]]:
    """Measure addresses asked again, addresses never asked, the bare route and the file by turns."""
    url, bare_url, number = at
    rates: dict[str, list[float]] = {"repeated": [], "once": [], "bare": [], "static": []}
    for path in paths:  # what is asked again was asked before
        _answer(url, path)
    for turn in range(turns):
        for side, where, asked in (
            ("repeated", url, paths),
            ("once", url, fresh(paths, turn)),
            ("bare", bare_url, [f"/{number}"]),
            ("static", bare_url, [f"/static/{number}"]),
        ):
            rates[side].append(_rate(wrk, where, _script(folder / f"{side}.lua", asked), seconds))
    return rates


def _visited(
    folder: Path, wrk: str, urls: tuple[str, str], paths: Sequence[str], *, turns: int, seconds: int
) -> dict[str, float]:
    """Measure what people ask: right after a commit, once more, and while somebody commits every second.

    What is committed is first what no public answer reads, as who signs in does, then what one may show.
    """
    url, bare = urls
    rates: dict[str, list[float]] = {"cold": [], "warm": [], "quiet_commits": [], "commits": [], "bare": []}
    weights = list(accumulate(1 / rank for rank in range(1, len(paths) + 1)))
    for turn in range(turns):
        asked = random.Random(turn).choices(paths, cum_weights=weights, k=FRESH)
        script = _script(folder / "visits.lua", asked)
        commit(folder)
        rates["cold"].append(_rate(wrk, url, script, seconds))
        rates["warm"].append(_rate(wrk, url, script, seconds))
        for side, written in (("quiet_commits", QUIETLY), ("commits", SHOWN)):
            with _committing(folder, written):
                rates[side].append(_rate(wrk, url, script, seconds))
        at, _, path = bare.rpartition("/")
        rates["bare"].append(_rate(wrk, at, _script(folder / "bare.lua", [f"/{path}"]), seconds))
    middle = {side: statistics.median(found) for side, found in rates.items()}
    shares = {f"{side}_of_bare": round(middle[side] / middle["bare"], 3) for side in rates if side != "bare"}
    return {**{side: round(found) for side, found in middle.items()}, **shares}


def commit(folder: Path, written: Update = SHOWN) -> None:
    """Commit a write that changes nothing: if the public may see it, answers are forgotten."""
    engine = open_engine(read_settings(data_dir=folder).database)
    with writing(engine) as session:
        session.connection().execute(written)
    engine.dispose()


@contextmanager
def _committing(folder: Path, written: Update) -> Iterator[None]:
    """Commit again and again, as officers at work do."""
    over = threading.Event()

    def act() -> None:
        while not over.wait(EVERY):
            commit(folder, written)

    officer = threading.Thread(target=act)
    officer.start()
    try:
        yield
    finally:
        over.set()
        officer.join()


def _told(rates: Mapping[str, list[float]], size: int) -> dict[str, float]:
    middle = {side: statistics.median(found) for side, found in rates.items()}
    return {
        "requests_per_second": round(middle["repeated"]),
        "asked_once_requests_per_second": round(middle["once"]),
        "bare_requests_per_second": round(middle["bare"]),
        "static_requests_per_second": round(middle["static"]),
        "of_bare": round(middle["repeated"] / middle["bare"], 3),
        "asked_once_of_bare": round(middle["once"] / middle["bare"], 3),
        "of_static": round(middle["repeated"] / middle["static"], 3),
        "bytes": size,
    }


def _as_files(folder: Path, bodies: Sequence[Any]) -> None:
    """Write each answer into a file of its number, as the server would send it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, body in enumerate(bodies):
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        (folder / str(number)).write_text(text, encoding="utf-8")


def fresh(paths: Sequence[str], turn: int) -> list[str]:
    """Return addresses that mean the same and were never asked."""
    asked = []
    for number in range(turn * FRESH, (turn + 1) * FRESH):
        path = paths[number % len(paths)]
        # the API refuses names that it does not read, but empty parts of a query say nothing
        said = "&" * (number // len(paths)) if path.startswith("/api/") else f"n={number}"
        asked.append(f"{path}{'&' if '?' in path else '?'}{said}")
    return asked


def _answer(url: str, path: str) -> Any:
    answer = httpx.get(url + path, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json() if "json" in answer.headers["content-type"] else answer.text


def _rate(wrk: str, url: str, script: Path, seconds: int) -> float:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{url} failed under load:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


def _script(path: Path, addresses: Sequence[str]) -> Path:
    quoted = ", ".join(json.dumps(address) for address in addresses)
    path.write_text(
        f"local paths = {{{quoted}}}\nlocal n = 0\n"
        "request = function() n = n % #paths + 1; return wrk.format('GET', paths[n]) end\n",
        encoding="utf-8",
    )
    return path


@contextmanager
def ours(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = _free_port()
    environment = {**os.environ, "HM_DATA_DIR": str(folder)}
    with _running([COMMAND, "serve", "--port", str(port)], port, "/healthz", environment) as process:
        yield f"http://127.0.0.1:{port}", process


@contextmanager
def _bare(bodies: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.serving", str(bodies), str(port)]
    with _running(command, port, "/0", dict(os.environ)) as process:
        yield f"http://127.0.0.1:{port}", process


@contextmanager
def _running(
    command: list[str], port: int, path: str, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _await(f"http://127.0.0.1:{port}{path}", process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        try:
            httpx.get(url)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


def settle(process: subprocess.Popen[bytes]) -> None:
    """Wait until a server that was just started has done the jobs that were due."""
    until, before = time.monotonic() + PATIENCE, _ticks(process)
    while time.monotonic() < until:
        time.sleep(QUIET)
        worked, before = _ticks(process) - before, _ticks(process)
        if worked < QUIET * os.sysconf("SC_CLK_TCK") / 10:
            return


def _ticks(process: subprocess.Popen[bytes]) -> int:
    """Return the processor time of a process, in ticks of the clock."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory(process: subprocess.Popen[bytes], field: str) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(rf"{field}:\s+(\d+)", status)[1]) // 1024  # type: ignore[index]


def serve_bare(bodies: Path, port: int) -> None:
    """Serve the bare route until a signal."""
    read = list(json.loads(bodies.read_text(encoding="utf-8")).values())

    @get("/{number:int}", sync_to_thread=False)
    def bare(number: FromPath[int]) -> Any:
        return read[number]

    app = Litestar([bare], openapi_config=None, logging_config=None)
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        static_path_route=["/static"],
        static_path_mount=[bodies.parent / "static"],
    )
    asyncio.run(server.serve())


if __name__ == "__main__":
    serve_bare(Path(sys.argv[1]), int(sys.argv[2]))
