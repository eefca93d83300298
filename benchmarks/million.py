"""A registry of a million businesses, two million pledges and three million violations, from files to pages.

Every step goes through the real commands, in a process of its own, so that its peak memory is its own. What
is done stands in `FOLDER/measured.json`; killed at any step, the same command goes on with that step.

Run: `python -m benchmarks.million [BUSINESSES] FOLDER`. SQLite unless `HM_DATABASE_URL` names an empty
PostgreSQL database, whose floor is then `COPY`. Needs `wrk` for the last step.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import million_floors, million_pages
from benchmarks.million_rows import KINDS, write_files, write_more
from benchmarks.serving import COMMAND
from jobs import deliver_outbox, process, sign_checkpoint
from registry.calendar import legal_day
from registry.settings import read_settings
from registry.store.engine import checkpoint

BUSINESSES = 1_000_000
CHANGED = 10_000
REGIME, REGION = "metrology_board", "000000"
Figures = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a registry is filled, and with how many businesses."""

    folder: Path
    count: int

    @property
    def data(self) -> Path:
        """Return the folder of the installation."""
        return self.folder / "data"

    @property
    def changed(self) -> int:
        """Return how many businesses change before the incremental score."""
        return min(CHANGED, self.count // 10)


def main() -> None:
    """Do every step that is not done yet and print all figures as JSON."""
    *numbers, folder = sys.argv[1:]
    place = Place(Path(folder).resolve(), int(numbers[0]) if numbers else BUSINESSES)
    place.data.mkdir(parents=True, exist_ok=True)
    print(json.dumps(measure(place), ensure_ascii=False, indent=2))


def measure(place: Place) -> Figures:
    """Return the figures of every step; those that were measured before are read back."""
    path = place.folder / "measured.json"
    measured: Figures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    measured.setdefault("businesses", place.count)
    for name, step in STEPS.items():
        if name not in measured:
            begun = time.perf_counter()
            figures = step(place)
            seconds = round(time.perf_counter() - begun, 1)
            load = round(os.getloadavg()[0], 1)
            measured[name] = {"step_seconds": seconds, "load": load, **figures}
            path.write_text(json.dumps(measured, ensure_ascii=False, indent=2), encoding="utf-8")
            print(f"{name}: {json.dumps(measured[name], ensure_ascii=False)}", file=sys.stderr, flush=True)
    return measured


def files(place: Place) -> Figures:
    """Write the files that are imported."""
    return write_files(place.folder, place.count, _today())


def founding(place: Place) -> Figures:
    """Found the registry, with an officer of the whole country."""
    commanded(place, "init")
    officer = ["bench", "bench", "--office", "SAMR", "--grant", "officer:000000", "--as", "admin"]
    commanded(place, "account", "add", *officer)
    return {}


def importing(kind: str) -> Callable[[Place], Figures]:
    """Return the step that imports a file."""

    def step(place: Place) -> Figures:
        path = place.folder / f"{kind}.csv"
        seconds, peak, said = commanded(place, "import", kind, str(path), "--as", "bench", "--json")
        told = json.loads(said)
        if told["refused"]:
            raise SystemExit(f"rows were refused: {told['refused_by_reason']}")
        return {
            "rows": told["rows"],
            "created": told["created"],  # fewer where the import had been killed: it read on from there
            "seconds": round(seconds, 1),
            "rows_per_second": round(told["rows"] / seconds),
            "peak_rss_mib": peak,
        }

    return step


def floor(kind: str) -> Callable[[Place], Figures]:
    """Return the step that puts the cells of a file into a bare table."""

    def step(place: Place) -> Figures:
        seconds = apart(million_floors.inserted, place.data, place.folder / f"{kind}.csv")
        return {"seconds": round(seconds, 1)}

    return step


def importing_again(place: Place) -> Figures:
    """Import the violations once more: nothing is written."""
    path = str(place.folder / "violations.csv")
    seconds, peak, said = commanded(place, "import", "violations", path, "--as", "bench", "--json")
    told = json.loads(said)
    if told["unchanged"] != told["rows"]:
        raise SystemExit(f"a second import changed something: {told}")
    return {"rows_per_second": round(told["rows"] / seconds), "peak_rss_mib": peak}


def indexing(place: Place) -> Figures:
    """Build the search index from nothing."""
    seconds, peak, _ = commanded(place, "index", "rebuild")
    held = sum(one.stat().st_size for one in (place.data / "index").rglob("*") if one.is_file())
    return {
        "seconds": round(seconds, 1),
        "documents_per_second": round(place.count / seconds),
        "peak_rss_mib": peak,
        "folder_mib": held // 2**20,
    }


def scoring(place: Place) -> Figures:
    """Score everybody for the first time, which writes every score, and all again, which writes none."""
    first, peak, _ = commanded(place, "score", "--full")
    again, again_peak, said = commanded(place, "score", "--full")
    figures = {"first_seconds": round(first, 1), "again_seconds": round(again, 1)}
    peaks = {"first_peak_rss_mib": peak, "again_peak_rss_mib": again_peak}
    return {**figures, **peaks, "grades": json.loads(said)["grades"]}


def scoring_bare(place: Place) -> Figures:
    """Set the score beside a bare group-by, over Parquet from this database."""
    figures: Figures = apart(million_floors.scored, place.data)
    return figures


def scoring_changed(place: Place) -> Figures:
    """Score what a new violation of each of some businesses changes."""
    path = place.folder / "more.csv"
    write_more(path, place.count, place.changed, _today())
    commanded(place, "import", "violations", str(path), "--as", "bench", "--json")
    seconds, peak, said = commanded(place, "score")
    told = json.loads(said)
    return {
        "seconds": round(seconds, 1),
        "scored": told["scored"],
        "changed": told["changed"],
        "full": told["full"],
        "peak_rss_mib": peak,
    }


def publishing(place: Place) -> Figures:
    """Put on the board whatever may be shown, and publish an edition with its files."""
    seconds, peak, said = commanded(place, "publish", REGIME, "--region", REGION, "--as", "bench")
    told = json.loads(said)
    return {"entries": told["entries"], "seconds": round(seconds, 1), "peak_rss_mib": peak}


def delivering(place: Place) -> Figures:
    """Bring all that was recorded to the index, as the serving process does."""
    seconds, peak, told = apart(_delivered, place.data)
    return {"seconds": round(seconds, 1), "peak_rss_mib": peak, "told": told}


def _delivered(data: Path) -> tuple[float, int, str]:
    begun = time.perf_counter()
    with process.plant(read_settings(data_dir=data)) as plant:
        told = deliver_outbox.run(plant)
        signed = sign_checkpoint.run(plant)
        if plant.settings.on_sqlite:
            checkpoint(plant.engine)
    return time.perf_counter() - begun, million_floors.peak_rss_mib(), f"{told} {signed}"


def sizes(place: Place) -> Figures:
    """Say how much disk it takes."""
    return {
        one.name: sum(f.stat().st_size for f in (one.rglob("*") if one.is_dir() else (one,)) if f.is_file())
        // 2**20
        for one in sorted(place.data.iterdir())
    }


def pages(place: Place) -> Figures:
    """Ask every kind of page and route, and read the long lists to their end."""
    return million_pages.measure(place.data, place.count)


def throughput(place: Place) -> Figures:
    """Set pages and interface beside a bare route."""
    return million_pages.beside_bare(place.data)


STEPS: Mapping[str, Callable[[Place], Figures]] = {
    "files": files,
    "founding": founding,
    **{f"import of {kind}": importing(kind) for kind in KINDS},
    **{f"bare insert of {kind}": floor(kind) for kind in KINDS},
    "import of violations again": importing_again,
    "index": indexing,
    "delivery": delivering,
    "score": scoring,
    "score beside a bare group-by": scoring_bare,
    "score of what changed": scoring_changed,
    "edition": publishing,
    "delivery of the edition": delivering,
    "MiB on disk": sizes,
    "pages": pages,
    "throughput": throughput,
}


def commanded(place: Place, *words: str) -> tuple[float, int, str]:
    """Run a command of ours; return its seconds, its peak memory in MiB, and what it said."""
    environment = {**os.environ, "HM_DATA_DIR": str(place.data)}
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        running = subprocess.Popen([COMMAND, *words], env=environment, stdout=said)  # noqa: S603
        _, status, used = os.wait4(running.pid, 0)
        seconds = time.perf_counter() - begun
        running.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode()
    if running.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {running.returncode}: {text[:2000]}")
    return seconds, used.ru_maxrss // 1024, text


def apart(work: Callable[..., Any], *given: object) -> Any:
    """Do the work in a process of its own, so that peak memory is of this work alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _today() -> Any:
    return legal_day(datetime.now(UTC))


if __name__ == "__main__":
    main()
