"""Nothing plain is written to any file while a large report arrives over HTTP, as the kernel sees it."""

import logging
from pathlib import Path

import httpx
import pytest

from tests.journeys.serving import PATIENCE
from tests.reports import picture_samples
from tests.reports.hunting import CALLS, canary, hunted_in
from tests.reports.intaking import FORM, multipart
from tests.reports.taking import PRODUCT, founded, taking
from tests.reports.tracing import watching, whole, written

pytestmark = pytest.mark.long

MEGABYTE = 1_000_000
WORD = canary(12)
log = logging.getLogger(__name__)


def photograph(length: int) -> bytes:
    """Return a photograph with a word before its pixels, and after them as often as there is room."""
    seen = picture_samples.saved("JPEG", comment=WORD.encode())
    return seen + (WORD.encode() * (length // len(WORD)))[: length - len(seen)]


def uploaded(folder: Path, length: int, program: tuple[str, ...]) -> Path:
    """Send a report with a file over HTTP to an intake that is watched, and return the whole trace."""
    trace = folder.parent / "trace"
    with taking(folder, program=program, under=watching(trace)) as (url, _):
        drawn = httpx.get(f"{url}/api/v1/reports/form", timeout=PATIENCE).json()
        told = {"story": f"{CALLS[1]}的秤少给一两。{WORD}" * 20, "identity.name": canary(13, CALLS[1])}
        said = {"code": drawn["code"], "proof": drawn["proof"], **FORM, **told, "confirmed": "true"}
        files = [(f"{WORD}.jpg", photograph(length))]
        answer = httpx.post(f"{url}/api/v1/reports", **multipart(said, files), timeout=10 * PATIENCE)
        assert answer.status_code == 200, answer.text
    return whole(trace)


def test_fifty_megabytes_over_http_write_no_plain_byte_to_any_file(tmp_path: Path) -> None:
    folder = founded(tmp_path / "data")
    found = written(uploaded(folder, 50 * MEGABYTE, PRODUCT))
    log.info("%d bytes written to files, %d of them plain", found.to_files, found.plain_bytes)
    assert found.to_files > 100 * MEGABYTE  # sealed beside the database, and in it
    assert found.plain == {}
    assert found.unseen == set()
    assert {one for one in found.shared if not one.endswith("-shm")} == set()
    assert hunted_in(folder) == {}
    (tmp_path / "trace").unlink()  # hundreds of megabytes


def test_a_build_that_spools_is_seen(tmp_path: Path) -> None:
    folder = founded(tmp_path / "data")
    found = written(uploaded(folder, 2 * MEGABYTE, ("tests.reports.broken", "spools")))
    assert found.plain_bytes >= 2 * MEGABYTE
    assert hunted_in(folder) == {}  # the file was gone at once: only the trace has seen it
