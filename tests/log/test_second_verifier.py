"""Another program reads the released log and comes to the same answers.

aics-tlog wants an environment of its own, for it is made for Python 3.12: so this has a marker and a
command, `make verifier`, which installs it. HM_TLOG_PYTHON names an interpreter that has it; else those on
the path may.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.log import logs

pytestmark = pytest.mark.verifier

OWN = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}  # nothing of ours on its path


def interpreter() -> str | None:
    """Return a Python that has the second verifier."""
    named = [os.environ["HM_TLOG_PYTHON"]] if "HM_TLOG_PYTHON" in os.environ else []
    for name in (*named, "python3.12", "python3.13", "python3.14", "python3"):
        found = shutil.which(name)
        if found is not None and run(found, "-c", "import aics_tlog").returncode == 0:
            return found
    return None


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=OWN, capture_output=True, encoding="utf-8", check=False, timeout=60)


@pytest.fixture(scope="module")
def python() -> str:
    found = interpreter()
    if found is None:
        pytest.fail("no Python with aics-tlog here; say make verifier, or name one by HM_TLOG_PYTHON")
    return found


def test_a_second_verifier_accepts_checkpoint_inclusion_and_growth_and_refuses_what_was_altered(
    python: str, sqlite_engine: Engine, data_dir: Path, tmp_path: Path
) -> None:
    def asked(*words: str) -> int:
        return run(python, "-m", "aics_tlog", *words, "--tiles", str(log), "--log-key", logs.KEY).returncode

    logs.begin(sqlite_engine)
    logs.publish(sqlite_engine, data_dir, grow=300)
    kept = shutil.copy(data_dir / "log" / "checkpoint", tmp_path / "kept")
    log = logs.publish(sqlite_engine, data_dir, grow=400)
    entry = tmp_path / "entry"
    assert asked("verify-checkpoint", "--origin", logs.SIGNER.origin) == 0
    for index in (0, 255, 256, 511, 512, 699):
        assert asked("verify-inclusion", "--index", str(index), "--entry-out", str(entry)) == 0
        assert b'"act":"pledge.accepted"' in entry.read_bytes()
        entry.unlink()
    assert asked("verify-consistency", "--old-checkpoint", str(kept)) == 0
    assert run(python, "-m", "aics_tlog", "verify-checkpoint", "--tiles", str(log), "--log-key", logs.KEY[:-8]
               + "AAAAAAA=").returncode != 0  # fmt: skip
    tile = log / "tile" / "0" / "002.p" / "188"
    tile.write_bytes(tile.read_bytes()[::-1])
    assert asked("verify-inclusion", "--index", "699") != 0
