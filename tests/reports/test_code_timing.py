"""How long an answer to a code takes, and all else of it, says nothing of whether there is a report.

A trial of 5,000 pairs of the product takes two hours, most of it the half second at which each answer
leaves. `HM_TEST_PAIRS` sets another number. As many pairs are asked of a build in which stretching a code
costs nothing and the beat is a fifth, and of one that answers at once: there what is done for a code is all
that takes time. That the same is done for every code is counted in `test_same_work.py`.
"""

import http.client
import json
import logging
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import col, select

from jobs import process
from registry.calendar import legal_day
from registry.reports.codes import draw
from registry.reports.store import open_reports
from registry.reports.tables import Report
from registry.settings import read_settings
from tests.journeys.serving import PATIENCE
from tests.reports.intaking import FORM, multipart
from tests.reports.sending import forget_all
from tests.reports.taking import PRODUCT, founded, taking

PAIRS = int(os.environ.get("HM_TEST_PAIRS", "5000"))
CONTROL_PAIRS = 300
MOST = 4.5  # of Welch's t: beyond it two times differ by more than chance
SEVERAL = 8  # codes of each kind
BROKEN = "tests.reports.broken"
Answer = tuple[int, int, tuple[tuple[str, str], ...]]
log = logging.getLogger(__name__)


def welch(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Welch's t of two samples."""
    spread = sum(statistics.variance(one) / len(one) for one in (first, second))
    return (statistics.fmean(first) - statistics.fmean(second)) / spread**0.5


def test_t_is_what_a_table_says() -> None:
    # means 2.5 and 4, variances 5/3 of four and 5/2 of five
    assert welch([1, 2, 3, 4], [2, 3, 4, 5, 6]) == pytest.approx(-1.5 / (5 / 12 + 1 / 2) ** 0.5)


def reported(url: str) -> str:
    """Send a report and return its code."""
    drawn = httpx.get(f"{url}/api/v1/reports/form", timeout=PATIENCE).json()
    said = {"code": drawn["code"], "proof": drawn["proof"], **FORM}
    assert httpx.post(f"{url}/api/v1/reports", **multipart(said), timeout=PATIENCE).status_code == 200
    return str(drawn["code"])


def delete_all(folder: Path) -> None:
    """Delete the reports that are there."""
    reports = open_reports(read_settings(data_dir=folder, database_url=""))
    with reports.writing(legal_day(process.clock())) as vault:
        forget_all(vault)
        assert vault.session.exec(select(col(Report.id))).all() == []
    reports.engine.dispose()


@contextmanager
def asking(url: str) -> Iterator[Callable[[str], tuple[float, Answer]]]:
    """Yield what asks for a code over one connection, and tells seconds and the frame of the answer."""
    at = urlsplit(url)
    line = http.client.HTTPConnection(at.hostname or "", at.port, timeout=PATIENCE)

    def ask(code: str) -> tuple[float, Answer]:
        body = json.dumps({"code": code})
        began = time.perf_counter()
        line.request("POST", "/api/v1/reports/return", body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        length = len(answer.read())
        took = time.perf_counter() - began
        told = tuple(sorted((name, value) for name, value in answer.getheaders() if name != "date"))
        return took, (answer.status, length, told)

    yield ask
    line.close()


def trial(folder: Path, program: tuple[str, ...], pairs: int) -> tuple[float, set[Answer]]:
    """Ask for codes in pairs, one that finds a report and one that does not, in an order drawn for each pair.

    Args:
        folder: Of an installation whose office takes reports.
        program: The build that is asked.
        pairs: How many.

    Returns:
        Welch's t of the seconds of both kinds, and the answers that differ.
    """
    rng, seconds, answers = random.Random(6), {True: list[float](), False: list[float]()}, set[Answer]()
    with taking(folder, program=program) as (url, _), asking(url) as ask:
        expired = [reported(url) for _ in range(SEVERAL)]
        delete_all(folder)
        right = [reported(url) for _ in range(SEVERAL)]
        absent = expired + [draw() for _ in range(SEVERAL)]
        for code in (*right, *absent):
            ask(code)
        for _ in range(pairs):
            for found in rng.sample((True, False), 2):
                took, answer = ask(rng.choice(right if found else absent))
                seconds[found].append(took)
                answers.add(answer)
    t = welch(seconds[True], seconds[False])
    means = [1000 * statistics.fmean(seconds[found]) for found in (True, False)]
    log.info("%s: %d pairs, means %.3f and %.3f ms, t = %.2f", program[-1], pairs, *means, t)
    return t, answers


@pytest.mark.long
@pytest.mark.parametrize(
    "program", [(BROKEN, "cheap,early"), (BROKEN, "cheap"), PRODUCT], ids=["at-once", "cheap", "product"]
)
def test_right_wrong_and_expired_codes_are_answered_alike_and_as_fast(
    tmp_path: Path, program: tuple[str, ...]
) -> None:
    t, answers = trial(founded(tmp_path / "data"), program, PAIRS)
    assert len(answers) == 1
    assert abs(t) < MOST


@pytest.mark.long
def test_a_build_that_hurries_where_there_is_nothing_is_found_out(tmp_path: Path) -> None:
    t, _ = trial(founded(tmp_path / "data"), (BROKEN, "cheap,early,hurried"), CONTROL_PAIRS)
    assert abs(t) > MOST
