"""Search over HTTP among 200,000 names, every question asked once a round, beside a bare Litestar route.

Run: `python -m benchmarks.search_http [ROWS] [FOLDER]`; a folder that is given is kept and used again.
`HM_DATABASE_URL` names an empty PostgreSQL database to measure that one. Needs `wrk`.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from benchmarks.merchants import SEED, Merchant, merchants
from benchmarks.search import made, questions
from benchmarks.serving import COMMAND, compare
from jobs import deliver_outbox, nightly_score, process
from registry.settings import read_settings
from registry.store.engine import checkpoint

ROWS = 200_000
VISITED = 20_000
FILLED = "filled"  # the file that says that a folder is ready
CLASSES = ("full name", "brand", "code", "pinyin", "initials")


def main() -> None:
    """Print requests a second, ratios and memory as JSON."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    if len(sys.argv) > 2:
        print(_measured(Path(sys.argv[2]).resolve(), count))
        return
    with tempfile.TemporaryDirectory() as place:
        print(_measured(Path(place), count))


def _measured(folder: Path, count: int) -> str:
    if not (folder / FILLED).exists():
        fill(folder, count)
    asked = questions(list(made(count)))
    cases = {name: ["/api/v1/businesses?q=" + quote(query.text) for query in asked[name]] for name in CLASSES}
    measured = compare(folder, cases, visits={"visits": visits(count)})
    return json.dumps({"documents": count, **measured}, ensure_ascii=False, indent=2)


def visits(count: int) -> list[str]:
    """Return what people type, the brands of many merchants before the full names of some."""
    some = random.Random(SEED).sample([one.name for one in made(count)], min(VISITED, count))
    asked = [words for name in some for words in (name[-8:-4], name) if words]
    return ["/api/v1/businesses?q=" + quote(words) for words in dict.fromkeys(asked)]


def fill(folder: Path, count: int) -> None:
    """Found a registry in a folder, import so many merchants and index them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "merchants.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Merchant._fields)
        writer.writerows(merchants(count))
    officer = ["bench", "bench", "--office", "SAMR", "--grant", "officer:000000", "--as", "admin"]
    for words in (
        ["init"],
        ["account", "add", *officer],
        ["import", "businesses", str(path), "--as", "bench"],
        ["index", "rebuild"],
    ):
        environment = {**os.environ, "HM_DATA_DIR": str(folder)}
        subprocess.run([COMMAND, *words], check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    with process.plant(read_settings(data_dir=folder)) as plant:  # else the server would work all the time
        deliver_outbox.run(plant)
        nightly_score.run(plant)
        if plant.settings.on_sqlite:
            checkpoint(plant.engine)
    (folder / FILLED).touch()


if __name__ == "__main__":
    main()
