"""The intake in a process of its own, as an operator runs it: over an office that can take reports."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from jobs import process
from registry.calendar import legal_day
from registry.reports import epochs, holders, recovery
from registry.reports.readiness import Purpose
from registry.reports.store import open_reports
from registry.settings import read_settings
from tests.journeys.serving import PATIENCE, command, environment, eventually

OFFICE = "AMR-411502"
HOLDERS: dict[Purpose, tuple[str, str]] = {"intake": ("li", "wang"), "custody": ("zhao", "qian")}
PLACE = ("--office-code", OFFICE, "--office-name", "浉河区局", "--region", "411502", "--level", "county")
PRODUCT = ("jobs.cli",)


def founded(folder: Path) -> Path:
    """Found an installation in a new folder whose office takes reports, and return the folder."""
    folder.mkdir()
    begun = command(folder, "init", *PLACE)
    assert begun.returncode == 0, begun.stderr
    found_office(folder)
    return folder


def found_office(folder: Path) -> None:
    """Give the office of the town readers and custodians whose keys were tried."""
    reports = open_reports(read_settings(data_dir=folder, database_url=""))
    with reports.writing(legal_day(process.clock())) as vault:
        recovery.prove_recovery(vault, recovery.make_recovery(vault)[:2])
        for purpose, names in HOLDERS.items():
            rows = []
            for name in names:
                phrase = f"correct horse battery staple {name}"
                rows.append(holders.make_key(vault, name, OFFICE, phrase))
                holders.prove(vault, rows[-1], phrase)
            epochs.confirm_epoch(vault, epochs.open_epoch(vault, OFFICE, purpose, rows, "li"), "zhao")
    reports.engine.dispose()


@contextmanager
def taking(
    folder: Path, *, program: Sequence[str] = PRODUCT, under: Sequence[str] = ()
) -> Iterator[tuple[str, int]]:
    """Run the intake over a folder; yield its address and its process.

    Args:
        folder: Of the installation.
        program: Module and words before the command's: the product, or a build of `broken`.
        under: Words of a program that watches it; the process must stay a child of this one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "intake.log").open("wb") as log:
        running = subprocess.Popen(
            [*under, sys.executable, "-m", *program, "intake", "--port", str(port)],
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            eventually(lambda: _answers(url, running, folder), "the intake answers")
            yield url, running.pid
        finally:
            running.send_signal(signal.SIGTERM)
            ended = running.wait(PATIENCE)
    assert ended == 0, (folder / "intake.log").read_text(encoding="utf-8")


def _answers(url: str, running: subprocess.Popen[bytes], folder: Path) -> bool:
    if running.poll() is not None:
        raise AssertionError((folder / "intake.log").read_text(encoding="utf-8"))
    try:
        return httpx.get(f"{url}/report", timeout=PATIENCE).status_code == 200
    except httpx.ConnectError:
        return False
