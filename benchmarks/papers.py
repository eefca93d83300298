"""Setting an official paper, beside a bare document of the same engine with one line of text.

Run: `python -m benchmarks.papers [PAPERS]`.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

from registry.documents import papers, typeset
from registry.documents.kinds import FORMS
from registry.documents.papers import IssuePaper
from registry.documents.tables import Paper

PAPERS = 300
TODAY = date(2026, 11, 20)
BARE = b"""#set text(font: "Noto Serif SC")
#set document(date: datetime(year: 2026, month: 11, day: 20))
#sys.inputs.n"""
MANY = ("facts", "basis", "measures")


def main() -> None:
    """Print milliseconds, bytes and peak memory, and the ratio to the floor."""
    print(json.dumps(measure(*[int(argument) for argument in sys.argv[1:]]), indent=2))


def measure(number: int = PAPERS) -> dict[str, float | int]:
    """Return the figures of so many notices, each with another number."""
    before = _peak_mib()
    began = time.perf_counter()
    size = len(typeset.pdf(_notice(0), TODAY))
    first = time.perf_counter() - began
    ours, floor = [], []
    for n in range(1, number + 1):
        ours.append(_timed(lambda n=n: typeset.pdf(_notice(n), TODAY)))
        floor.append(_timed(lambda n=n: _bare(n)))
    return {
        "papers": number,
        "first_ms": round(first * 1000, 1),
        "median_ms": round(statistics.median(ours) * 1000, 2),
        "times_bare": round(statistics.median(ours) / statistics.median(floor), 2),
        "bytes": size,
        "more_memory_mib": _peak_mib() - before,
    }


def _notice(n: int) -> dict[str, object]:
    row = Paper(
        document_id="",
        number=f"示市监信告〔2026〕{n}号",
        kind="notice",
        office_code="SAMR",
        series="信告",
        year=2026,
        serial=n,
        case_id="case",
        step="serve_notice",
        issued_on=TODAY,
        sha256="",
        code=f"{n:026d}",
    )
    fields = {name: ("甲" * 40, "乙" * 40) if name in MANY else "某事" for name in FORMS["notice"].fields()}
    stated = {"kind": "notice", "case_id": "case", "step": "serve_notice", "region": "411502"}
    command = IssuePaper.model_validate({**stated, "fields": fields})
    return papers.composed("示范市场监督管理局", "https://example.org", row, command)


def _bare(n: int) -> None:
    typeset.compiler().compile(
        BARE, format="pdf", sys_inputs={"n": f"示范 {n}"}, pdf_standards=["a-2b"], timestamp=0
    )


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
