"""Generations of an index on disk: one folder each, and a pointer that names the one in use.

    index/
        writer.lock     held by the one process that writes
        current         the name of the generation in use, replaced in one step
        g00000007/      an index and its stamp

A generation is filled before the pointer names it, so a crash leaves the old one in use; what a
crash leaves lying about is removed by the next writer.
"""

import fcntl
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from search_index.protocol import IndexBusy, IndexUnfit

_POINTER = "current"
_STAMP = "stamp.json"


@dataclass(frozen=True)
class Stamp:
    """What a generation is: the schema it was built by, and whether it was filled from the database."""

    schema: int
    filled: bool


@dataclass(frozen=True)
class Generations:
    """The folder of an index."""

    folder: Path

    def hold(self) -> IO[str]:
        """Take the folder for writing until the returned file is closed or the process ends.

        Raises:
            IndexBusy: Another process, or another index in this one, holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "writer.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise IndexBusy(f"the search index in {self.folder} is written by another process") from None
        return lock

    def current(self) -> Path | None:
        """Return the generation in use, if any was ever put in use."""
        try:
            return self.folder / (self.folder / _POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def pointer_mark(self) -> tuple[int, int] | None:
        """Return a mark that changes whenever another generation is put in use."""
        return mark_of(self.folder / _POINTER)

    def begin(self, stamp: Stamp) -> Path:
        """Make the folder of a new generation, not yet in use."""
        used = [int(path.name[1:]) for path in self._all()]
        path = self.folder / f"g{max(used, default=0) + 1:08d}"
        path.mkdir()
        _write_durably(path / _STAMP, json.dumps(asdict(stamp)))
        return path

    def use(self, generation: Path) -> None:
        """Put a generation in use, durably and in one step."""
        _write_durably(self.folder / _POINTER, generation.name + "\n")

    def stamp(self, generation: Path) -> Stamp:
        """Read what a generation is.

        Raises:
            IndexUnfit: The stamp is missing or unreadable.
        """
        try:
            return Stamp(**json.loads((generation / _STAMP).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as broken:
            raise IndexUnfit(f"the search index in {generation} has no readable stamp: {broken}") from broken

    def sweep(self, keep: Path) -> None:
        """Remove every generation but one; only the holder of the folder may."""
        for path in self._all():
            if path != keep:
                shutil.rmtree(path)

    def _all(self) -> list[Path]:
        return [path for path in self.folder.glob("g*") if path.name[1:].isdigit()]


def mark_of(path: Path) -> tuple[int, int] | None:
    """Return a mark that changes when a file is replaced, or None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _write_durably(path: Path, text: str) -> None:
    """Replace a file in one step, and return when that will outlast a crash."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
