"""Search over 200,000 names, class by class, beside bare tantivy, SQLite's FTS5 and Meilisearch.

Run: `python -m benchmarks.search [ROWS]`. "Bare" is a single tantivy query with count and the first 20
documents loaded; what is above it is ours: tiers, reasons, filters, cursors. The peers are asked for the
same by turns, and how often they find the same is told. Meilisearch takes part where
`HM_TEST_MEILISEARCH_URL` names a server.
"""

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import tantivy
from pypinyin import lazy_pinyin

from benchmarks.merchants import SEED, merchants
from benchmarks.search_peers import PAGE, Direct, Found, Trigrams
from search_index.documents import SearchDocument
from search_index.embedded import EmbeddedIndex
from search_index.plan import plan
from search_index.protocol import Query
from search_index.tantivy_facets import COLUMNS
from search_index.tantivy_queries import anywhere, filters, only
from search_index.tantivy_search import stored

ROWS = 200_000
ASKED = 200

Side = Callable[[Query], Found]


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
        trigrams = Trigrams(Path(place) / "trigrams.sqlite3", documents)
        peers: dict[str, Trigrams | Direct] = {"fts5": trigrams}
        if url := os.environ.get("HM_TEST_MEILISEARCH_URL"):
            peers["meilisearch"] = Direct(url, os.environ.get("HM_TEST_MEILISEARCH_KEY"), documents)
        asked = questions(documents)
        answer: dict[str, object] = {
            "documents": count,
            "load": os.getloadavg()[0],
            "documents_per_second": round(count / built),
            "fts5_documents_per_second": round(count / trigrams.seconds),
            "folder_mib": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) // 2**20,
            "classes": {name: timed(index, several, peers) for name, several in asked.items()},
            "with facets": timed(index, asked["common word, filters"], peers, facets=True),
            "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        for one in (index, *peers.values()):
            one.close()
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


def timed(
    index: EmbeddedIndex, asked: list[Query], peers: Mapping[str, Trigrams | Direct], *, facets: bool = False
) -> dict[str, float]:
    """Return milliseconds by turns, ours, bare and each peer's, with the ratios of the medians."""
    sides: dict[str, Side] = {
        "ours": partial(_ours, index, facets=facets),
        "bare": partial(_bare, index, facets=facets),
        **{name: partial(one.search, facets=facets) for name, one in peers.items()},
    }
    spent: dict[str, list[float]] = {name: [] for name in sides}
    alike = dict.fromkeys(sides, 0)
    for query in asked:
        answers: dict[str, Found] = {}
        for name, ask in sides.items():
            begun = time.perf_counter()
            answers[name] = ask(query)
            spent[name].append((time.perf_counter() - begun) * 1000)
            alike[name] += _same(answers[name], answers["ours"])
    ours = statistics.median(spent["ours"])
    told = {"p50_ms": round(ours, 3), "p99_ms": round(statistics.quantiles(spent["ours"], n=100)[-1], 3)}
    for name in [one for one in sides if one != "ours"]:
        median = statistics.median(spent[name])
        told |= {f"{name}_p50_ms": round(median, 3), f"times_{name}": round(ours / median, 2)}
        told[f"{name}_finds_the_same"] = round(alike[name] / len(asked), 3)
    return told


def _same(one: Found, other: Found) -> bool:
    """Say whether as many were found, and where it is one page, the same."""
    return one[0] == other[0] and (one[0] > PAGE or one[1] == other[1])


def _ours(index: EmbeddedIndex, query: Query, *, facets: bool) -> Found:
    found = index.search(query)
    if facets:
        index.facets(query)
    return found.total, frozenset(one.business_id for one in found.items)


def _bare(index: EmbeddedIndex, query: Query, *, facets: bool) -> Found:
    asked = only(anywhere(plan(query.text), anything=False), but_not=None, within=filters(query))
    searcher = index._live.index.searcher()  # the engine below ours is what is measured
    found = searcher.search(asked, limit=PAGE, count=True, order_by_field="order", order=tantivy.Order.Asc)
    documents = [SearchDocument.read(stored(searcher, address)) for _, address in found.hits]
    if facets:
        searcher.aggregate(
            asked, {one: {"terms": {"field": one, "size": 10_000}} for one in COLUMNS.values()}
        )
    return found.count, frozenset(one.business_id for one in documents)


if __name__ == "__main__":
    main()
