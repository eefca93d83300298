"""Who opens a stranger's file can read no other, write none, reach nobody and start nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from registry.reports.cleaning.caps import CAPS

ROOT = Path(__file__).parents[2]
TRYING = """
import json, os, socket, subprocess, sys, threading
from registry.reports.cleaning.caps import CAPS
from registry.reports.cleaning.confinement import confine, limit

def written(path):
    with open(path, "wb") as file:
        file.write(b"plain")
        file.flush()

def begun():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()

def forked():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)

TRIES = {
    "read a file": lambda: open("/etc/hostname").read(),
    "write a file": lambda: written(sys.argv[2] + "/spilt"),
    "look into a folder": lambda: os.listdir("/"),
    "connect": lambda: socket.socket().close(),
    "begin a process": forked,
    "start a program": lambda: subprocess.run(["/bin/true"]),
    "watch a process": lambda: os.kill(os.getppid(), 0),
    "begin a thread": begun,
    "make a folder": lambda: os.mkdir(sys.argv[2] + "/made"),
    "share memory": lambda: os.close(os.memfd_create("spilt")),
}
held = None
if sys.argv[1] == "confined":
    limit(CAPS)
    held = confine(CAPS)
done = []
for name, attempt in TRIES.items():
    try:
        attempt()
        done.append(name)
    except (OSError, RuntimeError):
        pass
print(json.dumps({"held": held, "done": done}))
"""


def tried(how: str, folder: Path) -> dict[str, object]:
    """Try everything in a process of its own, and return what could be done."""
    ran = subprocess.run(
        [sys.executable, "-c", TRYING, how, str(folder)],
        capture_output=True, check=True, env={"PYTHONPATH": str(ROOT)}, timeout=120,
    )  # fmt: skip
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_a_confined_process_can_do_nothing_but_compute_and_answer(tmp_path: Path) -> None:
    assert tried("confined", tmp_path) == {"held": True, "done": []}
    assert list(tmp_path.iterdir()) == []


def test_the_same_process_unconfined_can_do_it_all(tmp_path: Path) -> None:
    assert len(tried("free", tmp_path)["done"]) == 10  # type: ignore[arg-type]


@pytest.mark.parametrize("figure", CAPS.__dataclass_fields__)
def test_every_cap_is_a_figure_of_the_file(figure: str) -> None:
    assert getattr(CAPS, figure) > 0
