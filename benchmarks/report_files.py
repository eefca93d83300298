"""Large and hostile files of sealed reports: memory of the real intake over HTTP, and what bombs cost.

A report with a file of 50 MB is sent over HTTP to `honest-metrology intake`, which stands in a process of its
own; its memory is the highest that the kernel saw, before and after. Each bomb of `tests/reports/bombs.py` is
given to the process that cleans files; its memory is compared with that of a small file of its kind.

Run: `python -m benchmarks.report_files [MEGABYTES]`.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.reports import picture_samples
from tests.reports.bombs import BOMBS, LITTLE, cost
from tests.reports.intaking import FORM, multipart
from tests.reports.taking import founded, taking

MEGABYTES = 50
PATIENCE = 1200.0


def main() -> None:
    """Print seconds and memory."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    print(json.dumps({"upload": upload(megabytes), "bombs": bombs()}, indent=2))


def upload(megabytes: int) -> dict[str, float]:
    """Return what a large file costs the intake, after a small one went the same way."""
    with (
        tempfile.TemporaryDirectory() as folder,
        taking(founded(Path(folder) / "data")) as (url, process),
    ):
        _send(url, 100_000)
        before, began = _peak(process), time.perf_counter()
        _send(url, megabytes * 1_000_000)
        seconds = time.perf_counter() - began
        return {
            "megabytes": megabytes,
            "seconds": round(seconds, 2),
            "intake_mib_before": before,
            "intake_mib_more": round(_peak(process) - before, 1),
        }


def bombs() -> dict[str, dict[str, object]]:
    """Return of each bomb why it was refused, the seconds, and MiB beside a small file of its kind."""
    little = {kind: cost(content)[2] for kind, content in LITTLE.items()}
    found: dict[str, dict[str, object]] = {}
    for name, (_, kind, made) in BOMBS.items():
        outcome, seconds, peak = cost(made())
        more = round(peak - little[kind], 1)
        found[name] = {"refused": outcome.refused, "seconds": round(seconds, 2), "mib_more": more}
    return found


def _send(url: str, length: int) -> None:
    drawn = httpx.get(f"{url}/api/v1/reports/form", timeout=PATIENCE).json()
    photograph = picture_samples.saved("JPEG")
    photograph += bytes(length - len(photograph))
    said = {"code": drawn["code"], "proof": drawn["proof"], **FORM}
    answer = httpx.post(
        f"{url}/api/v1/reports", **multipart(said, [("IMG_1.jpg", photograph)]), timeout=PATIENCE
    )
    assert answer.status_code == 200, answer.text


def _peak(process: int) -> float:
    """Return the most memory that a process held so far, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


if __name__ == "__main__":
    main()
