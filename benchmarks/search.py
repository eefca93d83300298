"""Search over 200,000 names, class by class, beside one bare tantivy query for the same hits.

Run: `python -m benchmarks.search [ROWS]`. "Bare" is a single tantivy query with count and the first 20
documents loaded; what is above it is ours: tiers, reasons, filters, cursors.
"""

import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import tantivy
from pypinyin import lazy_pinyin

from benchmarks.merchants import SEED, merchants
from search_index.documents import SearchDocument
from search_index.embedded import EmbeddedIndex
from search_index.plan import plan
from search_index.protocol import Query
from search_index.tantivy_queries import anywhere, filters, only

ROWS = 200_000
ASKED = 200
PAGE = 20


def main() -> None:
    """Print build speed, size, memory and milliseconds per class of query as JSON."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(json.dumps(measure(count), ensure_ascii=False, indent=2))


def measure(count: int = ROWS) -> dict[str, object]:
    """Return the figures for so many merchants."""
    documents = list(made(count))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        index = EmbeddedIndex.open(folder, write=True)
        begun = time.perf_counter()
        index.replace_all(documents)
        built = time.perf_counter() - begun
        answer: dict[str, object] = {
            "documents": count,
            "documents_per_second": round(count / built),
            "folder_mib": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) // 2**20,
            "classes": {name: timed(index, asked) for name, asked in questions(documents).items()},
            "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        index.close()
    return answer


def made(count: int) -> Iterator[SearchDocument]:
    """Yield the documents of merchants that do not exist."""
    for number, merchant in enumerate(merchants(count)):
        yield SearchDocument(
            business_id=f"{number:026x}",
            version=1,
            name=merchant.name,
            market=merchant.market or None,
            stall=merchant.stall or None,
            address=merchant.address or None,
            uscc=merchant.uscc or None,
            region=merchant.region,
            sector=merchant.sector,
            lists=("henan_red",) if number % 50 == 0 else (),
            pledged=number % 2 == 0,
        )


def questions(documents: list[SearchDocument]) -> dict[str, list[Query]]:
    """Return what is asked, by class."""
    draw = random.Random(SEED)
    some = draw.sample(documents, min(ASKED, len(documents)))
    coded = [document for document in some if document.uscc]
    brands = [document.name[-8:-4] for document in some if len(document.name) > 8]
    return {
        "full name": [Query(document.name) for document in some],
        "brand": [Query(brand) for brand in brands],
        "inner two": [Query(brand[1:3]) for brand in brands],
        "common word": [Query("水产"), Query("超市"), Query("商贸")] * 20,
        "common word, filters": [Query("水产", region_prefix="41", lists=("henan_red",))] * 60,
        "two words": [Query(f"{d.name[:2]} {d.name[-3:-1]}") for d in some[:80]],
        "code": [Query(str(document.uscc)) for document in coded],
        "inner code": [Query(str(document.uscc)[9:14]) for document in coded],
        "pinyin": [Query("".join(lazy_pinyin(brand))) for brand in brands],
        "initials": [Query("".join(part[0] for part in lazy_pinyin(brand) if part)) for brand in brands],
    }


def timed(index: EmbeddedIndex, asked: list[Query]) -> dict[str, float]:
    """Return milliseconds, ours and bare by turns, and the ratio of the medians."""
    ours: list[float] = []
    bare: list[float] = []
    for query in asked:
        begun = time.perf_counter()
        index.search(query)
        ours.append((time.perf_counter() - begun) * 1000)
        bare.append(_bare(index, query))
    return {
        "p50_ms": round(statistics.median(ours), 3),
        "p99_ms": round(statistics.quantiles(ours, n=100)[-1], 3),
        "bare_p50_ms": round(statistics.median(bare), 3),
        "times_bare": round(statistics.median(ours) / statistics.median(bare), 2),
    }


def _bare(index: EmbeddedIndex, query: Query) -> float:
    asked = only(anywhere(plan(query.text), anything=False), but_not=None, within=filters(query))
    begun = time.perf_counter()
    searcher = index._live.index.searcher()  # the engine below ours is what is measured
    found = searcher.search(asked, limit=PAGE, count=True, order_by_field="order", order=tantivy.Order.Asc)
    for _, address in found.hits:
        searcher.doc(address)
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
