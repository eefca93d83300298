"""An import that is killed half-way and run again leaves what one clean run leaves."""

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from registry.businesses.tables import BusinessVersion
from registry.store.engine import open_engine, reading
from registry.store.migrate import upgrade
from tests import given
from tests.imports.reading import imported, on_record

ROWS = 4000
KILLS = 5
PATIENCE_SECONDS = 60

# The process that is killed: it imports in small batches, as fast as it can.
IMPORTING = """
import sys
from pathlib import Path
from registry.imports.rows import Businesses
from registry.store.engine import open_engine
from tests.imports.reading import imported
Businesses.at_once = 100
imported(open_engine(sys.argv[1]), "businesses", Path(sys.argv[2]))
"""


def businesses(folder: Path) -> Path:
    """Write rows with everything that can go wrong twice: changes, contradictions, stalls, refusals."""
    path = folder / "businesses.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "region", "market", "stall", "address"])
        for number in range(ROWS):
            market = "东方红农贸市场" if number % 3 == 0 else ""
            stall = number // 3 % 900 if number % 3 == 0 else ""
            region = "411502" if number % 50 else "999999"
            writer.writerow([f"{number % 1700}号店", region, market, stall, f"{number % 7}号门"])
    return path


def count(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(BusinessVersion)).one()


@pytest.mark.long
def test_an_import_killed_at_any_moment_and_run_again_equals_one_clean_run(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    path = businesses(tmp_path)
    url = engine.url.render_as_string(hide_password=False)
    for kill in range(1, KILLS + 1):
        process = subprocess.Popen([sys.executable, "-c", IMPORTING, url, str(path)])
        until = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and count(engine) < kill * 250 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    imported(engine, "businesses", path)
    killed = on_record(engine)

    clean_url = f"sqlite:///{tmp_path / 'clean.sqlite3'}"
    clean = open_engine(clean_url)
    upgrade(clean)
    given.registry(clean)
    imported(clean, "businesses", path)
    assert on_record(clean) == killed
    clean.dispose()
