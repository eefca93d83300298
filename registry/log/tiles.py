"""The log as static files, released after what they say is committed.

    checkpoint   tile/<L>/<N>[.p/<W>]   tile/entries/<N>[.p/<W>]

Files follow from rows and from nothing else: the checkpoint's file says how far they reach, and a
crash or a lost folder is mended by the next release. It comes last, when everything that it speaks
of is durable. A database older than its files was rolled back, and nothing is released any more.

Source: C2SP tlog-tiles.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select
from sqlmodel import Session, col

from registry.errors import Broken
from registry.log import checkpoints
from registry.log.canonical import canonical
from registry.log.tables import LogCheckpoint, LogLeaf
from registry.log.tree import HASH_BYTES, TILE_WIDTH, leaf_hash
from registry.store.engine import reading

FOLDER = "log"
CHECKPOINT = "checkpoint"
ENTRIES = "entries"
NAME = re.compile(
    r"(entries|0|[1-9]|[1-5]\d|6[0-3])/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))?"
)


def release(engine: Engine, data_dir: Path) -> int:
    """Bring the files to the latest checkpoint and return by how many leaves they grew.

    Raises:
        Broken: The database does not know the checkpoint that was released last, or holds another
            for its size; or a leaf does not hash to what was signed.
    """
    folder = data_dir / FOLDER
    with _sole_writer(folder), reading(engine) as session:
        last = checkpoints.latest(session)
        done = refuse_rolled_back(session, data_dir)
        if last is None or last.size == done:
            return 0
        _make_durable(folder, _write_tree(session, folder, done, last.size))
        _make_durable(folder, {_put(folder / CHECKPOINT, last.note.encode())})
        return last.size - done


def refuse_rolled_back(session: Session, data_dir: Path) -> int:
    """Return the size that was released last, 0 before the first.

    Raises:
        Broken: The database does not know that checkpoint: it is older than the files, or another.
    """
    place = data_dir / FOLDER / CHECKPOINT
    if not place.exists():
        return 0
    note = place.read_text(encoding="utf-8")
    size = int(note.split("\n", 2)[1])
    row = session.get(LogCheckpoint, size)
    if row is None or row.note != note:
        raise Broken(
            f"{place} was released for size {size}, and the database does not know it: an older copy was "
            "brought back, or this is another log; nothing is signed before the newer copy is back"
        )
    return size


def tile_name(level: int | str, number: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile below `tile/`.

    Args:
        level: 0 to 63, or `entries`.
        number: From 0; three digits a folder, all but the last marked by an x.
        width: Its hashes; a full one has 256.
    """
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"{level}/{'/'.join(reversed(parts))}{partial}"


def tile_file(data_dir: Path, name: str) -> Path | None:
    """Return the file of a tile's path, or None where there is none or the path is no tile's."""
    if NAME.fullmatch(name) is None:
        return None
    place = data_dir / FOLDER / "tile" / name
    return place if place.is_file() else None


def public_leaf(leaf: Any) -> dict[str, str]:
    """Return what the public log says of an act; its canonical JSON is what is hashed.

    Args:
        leaf: A row with the columns of `LogLeaf`.
    """
    return {
        "leaf_id": leaf.leaf_id,
        "act": leaf.act,
        "on": leaf.on.isoformat(),
        "office_code": leaf.office_code,
        "commitment": leaf.commitment,
    }


def leaves_between(session: Session, start: int, end: int) -> list[Row[*tuple[Any, ...]]]:
    """Return the rows of leaves by number, from `start` to before `end`."""
    wanted = ("seq", "leaf_id", "act", "on", "office_code", "commitment", "leaf_hash")
    query = select(*(getattr(LogLeaf, name) for name in wanted))
    query = query.where(col(LogLeaf.seq) >= start, col(LogLeaf.seq) < end).order_by(col(LogLeaf.seq))
    return list(session.connection().execute(query))


def _write_tree(session: Session, folder: Path, done: int, size: int) -> set[Path]:
    """Write the tiles that a tree of this size has and the one before had not; return their folders."""
    touched = set()
    for number in range(done // TILE_WIDTH, -(-size // TILE_WIDTH)):
        start = number * TILE_WIDTH
        rows = leaves_between(session, start, min(start + TILE_WIDTH, size))
        bundle, hashes = _bundle(rows)
        touched |= {_tile(folder, ENTRIES, number, len(rows), bundle)}
        touched |= {_tile(folder, 0, number, len(rows), hashes)}
    read, level = checkpoints.stored(session), 1
    while size := size // TILE_WIDTH:
        done //= TILE_WIDTH
        for number in range(done // TILE_WIDTH, -(-size // TILE_WIDTH)) if size > done else ():
            width = min(TILE_WIDTH, size - number * TILE_WIDTH)
            touched |= {_tile(folder, level, number, width, read(level, number)[: width * HASH_BYTES])}
        level += 1
    return touched


def _bundle(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[bytes, bytes]:
    """Return entries, each after its length in two bytes, and their hashes."""
    entries, hashes = [], []
    for row in rows:
        entry = canonical(public_leaf(row))
        if leaf_hash(entry).hex() != row.leaf_hash:
            raise Broken(f"leaf {row.seq} of the log was altered: it does not hash to what was signed")
        entries.append(len(entry).to_bytes(2) + entry)
        hashes.append(bytes.fromhex(row.leaf_hash))
    return b"".join(entries), b"".join(hashes)


def _tile(folder: Path, level: int | str, number: int, width: int, content: bytes) -> Path:
    """Write a tile and return its folder; a full one serves also who asks for a part of it."""
    place = folder / "tile" / tile_name(level, number, width)
    changed = _put(place, content)
    if width == TILE_WIDTH:
        for part in place.parent.glob(f"{place.name}.p"):
            shutil.rmtree(part)
    return changed


def _put(place: Path, content: bytes) -> Path:
    """Write a file whole or not at all, and return the folder that must be made durable."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")  # there is one writer; a crash's is written over
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
    return place.parent


def _make_durable(root: Path, folders: set[Path]) -> None:
    """Make what was renamed in these folders durable, and the folders themselves below their root."""
    for folder in sorted(
        {one for each in folders for one in (each, *each.parents) if one.is_relative_to(root)}
    ):
        _sync(folder)


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process releases."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
