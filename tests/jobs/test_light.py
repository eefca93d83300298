"""Who serves does not carry the engines that only a run of the night or an edition needs."""

import json
import subprocess
import sys

ENGINES = ("duckdb", "ibis", "numpy", "pyarrow", "typst")
LOADED = (
    f"import json, sys, jobs.cli, jobs.process; print(json.dumps([m for m in {ENGINES} if m in sys.modules]))"
)


def test_a_serving_process_begins_without_the_engines_of_scores_files_and_papers() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    assert json.loads(told.stdout) == []
