"""A real server in a process of its own, on a free loopback port, over a folder filled for the tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import httpx

Seen = TypeVar("Seen")

NOTHING: Mapping[str, str] = MappingProxyType({})
PATIENCE = 120.0  # seconds until a test gives up on a busy machine; never a promise


@dataclass
class Server:
    """A running server: its address, process and folder, and what lets people in.

    Attributes:
        keys: Of the interface, by account.
        passwords: At the desk, by account.
        phrases: Passphrases of those who work with reports, by account.
        codes: Return codes of reports, by what they lead to.
    """

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    keys: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0

    def get(self, path: str, account: str | None = None, **query: str) -> httpx.Response:
        """Ask for a path, as somebody or as the public."""
        return httpx.get(self.url + path, params=query or None, headers=self._key(account), timeout=PATIENCE)

    def post(self, path: str, body: Any, account: str) -> httpx.Response:
        """Send a body with a fresh idempotency key."""
        self.asked += 1
        headers = {**self._key(account), "Idempotency-Key": f"journey-{os.getpid()}-{self.asked}"}
        return httpx.post(self.url + path, json=body, headers=headers, timeout=PATIENCE)

    def recorded(self, path: str, body: Any, account: str) -> str:
        """Send a body that must be recorded and return the identifier of what it made."""
        answer = self.post(path, body, account)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def memory(self) -> int:
        """Return the bytes of memory that the process holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def _key(self, account: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[account]}"} if account else {}


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process of the product that works in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HM_")}
    return {**kept, "HM_DATA_DIR": str(folder), "HM_DEMONSTRATION": "1", "PYTHONUTF8": "1"}


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `honest-metrology` in a folder and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "jobs.cli", *arguments],
        env=environment(folder),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=4 * PATIENCE,
    )


@contextmanager
def serving(
    folder: Path,
    keys: Mapping[str, str],
    passwords: Mapping[str, str] = NOTHING,
    phrases: Mapping[str, str] = NOTHING,
    codes: Mapping[str, str] = NOTHING,
) -> Iterator[Server]:
    """Serve a folder as long as the context lasts; the server must end by itself when told.

    Args:
        folder: Filled.
        keys: As `Server` has them, and so are
        passwords: and
        phrases: and
        codes: what else lets people in.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs.cli", "serve", "--port", str(port)],
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(f"http://127.0.0.1:{port}", process, folder, keys, passwords, phrases, codes)
        try:
            eventually(lambda: _ready(server), "the server answers")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                ended = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert ended == 0, (folder / "serve.log").read_text(encoding="utf-8")


def eventually(look: Callable[[], Seen | None], what: str) -> Seen:
    """Look again and again until something is seen, and return it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE:g} s: {what}")


def _ready(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError((server.folder / "serve.log").read_text(encoding="utf-8"))
    try:
        return server.get("/readyz").status_code == 200
    except httpx.ConnectError:
        return False
