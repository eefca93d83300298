"""Matching a list of names with 200,000 businesses, a thousand at a time: names a second by what they are.

Run: `python -m benchmarks.matching [ROWS] [FOLDER]`; a folder that is given is kept and used again.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from api.edge import Edge, Running
from api.matching import match_all
from benchmarks.merchants import SEED, merchants
from benchmarks.search_http import FILLED, fill
from jobs import process
from registry.publication.matching import MOST, Wanted
from registry.settings import read_settings

ROWS = 200_000
ROUNDS = 5


def main() -> None:
    """Print names a second as JSON."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    if len(sys.argv) > 2:
        print(json.dumps(measure(Path(sys.argv[2]).resolve(), count)))
        return
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measure(Path(place), count)))


def measure(folder: Path, count: int) -> dict[str, object]:
    """Return names a second for names and codes on record, names with a letter wrong, and unknown names."""
    if not (folder / FILLED).exists():
        fill(folder, count)
    some = random.Random(SEED).sample(list(merchants(count)), min(count, MOST))
    classes = {
        "names": [one.name for one in some],
        "codes": [one.uscc or one.name for one in some],
        "parts": [one.name[: max(2, len(one.name) - 2)] for one in some],
        "unknown": [f"无此字号{number}" for number in range(len(some))],
    }
    with process.plant(read_settings(data_dir=folder)) as plant:
        edge = Edge(plant.settings, plant.engine, plant.index, plant.now, plant.rulebook, Running())
        return {"businesses": count, **{name: _rate(edge, texts) for name, texts in classes.items()}}


def _rate(edge: Edge, texts: list[str]) -> dict[str, object]:
    wanted = tuple(Wanted(text=text) for text in texts)
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        found = match_all(edge, wanted).items
    taken = time.perf_counter() - begun
    states = [one.state for one in found]
    return {
        "names_per_second": round(len(texts) * ROUNDS / taken),
        **{state: states.count(state) for state in ("same", "maybe", "none")},
    }


if __name__ == "__main__":
    main()
