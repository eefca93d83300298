"""Building the files of an edition, and serving them only while they are right.

A build reads one consistent state, writes beside, makes everything durable, renames, and only then
says in the database which generation is complete; a crash at any point is mended by the next build.
Files of an older generation may hold what was withdrawn: they are never served, and deleted first.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from registry.errors import Conflict, NotFound
from registry.identifiers import new_id
from registry.publication import signing
from registry.publication.editions import one_edition, rows_of
from registry.publication.formats import WRITERS, Row, writers
from registry.publication.leaves import canonical
from registry.publication.tables import Edition
from registry.store.engine import reading, writing

FILES_FORMAT = "honest-metrology/files/1"
MANIFEST = "manifest.json"
PART = 5000


def pending_builds(session: Session, limit: int = 1000) -> Sequence[str]:
    """Return the editions whose present generation has no files yet, the oldest first."""
    query = select(col(Edition.id)).where(col(Edition.built_generation) < col(Edition.generation))
    return session.execute(query.order_by(col(Edition.recorded_at)).limit(limit)).scalars().all()


def build_files(engine: Engine, data_dir: Path, edition_id: str) -> None:
    """Build the files of an edition's present generation; what is built already stays.

    Raises:
        NotFound: There is no such edition.
        Broken: The signing key is missing or unfit.
    """
    key = signing.load(data_dir)
    with _sole_builder(data_dir), reading(engine) as session:
        edition = session.get(Edition, edition_id)
        if edition is None:
            raise NotFound("edition.unknown", field="edition_id", version=edition_id)
        folder = edition_folder(data_dir, edition)
        _delete_other_generations(folder, edition.generation)
        place = folder / f"g{edition.generation}"
        if not place.exists():
            beside = folder / f".{place.name}.{new_id()}"
            beside.mkdir(parents=True)
            withdrawn = _write_rows(session, edition, beside)
            _write_manifest(beside, edition, withdrawn, key)
            _settle(beside, place)
    _say_built(engine, edition, key)


def edition_file(session: Session, data_dir: Path, edition: Edition, name: str) -> Path:
    """Return a file of an edition as it may be shown now.

    Raises:
        NotFound: An edition has no such file.
        Conflict: It is being built again after a withdrawal; ask later.
    """
    if name != MANIFEST and name not in WRITERS:
        raise NotFound("edition.file_unknown", field="file", file=name)
    session.refresh(edition)
    if edition.built_generation != edition.generation:
        raise Conflict("edition.rebuilding", version=edition.version)
    return edition_folder(data_dir, edition) / f"g{edition.generation}" / name


def edition_or_refuse(session: Session, regime: str, region: str, version: str) -> Edition:
    """Return an edition by its version.

    Raises:
        NotFound: There is none.
    """
    edition = one_edition(session, regime, region, version)
    if edition is None:
        raise NotFound("edition.unknown", field="version", version=version)
    return edition


def edition_folder(data_dir: Path, edition: Edition) -> Path:
    """Return the folder that holds the generations of an edition's files."""
    return data_dir / "editions" / edition.regime / edition.region / edition.version


def _write_rows(session: Session, edition: Edition, folder: Path) -> int:
    """Write all rows in every form; return how many of them were withdrawn."""
    withdrawn = 0
    rows = rows_of(session, edition.id)
    with writers(folder) as opened:
        while part := _part(rows):
            withdrawn += sum(row.content is None for row in part)
            for writer in opened:
                writer.write(part)
    return withdrawn


def _part(rows: Iterator[Any]) -> list[Row]:
    return [Row(row.position, row.leaf, row.salt, row.content) for row in islice(rows, PART)]


def _write_manifest(folder: Path, edition: Edition, withdrawn: int, key: signing.SigningKey) -> None:
    """Write the manifest: one signature over the root, for ever, and one over this generation's files."""
    files = {
        "format": FILES_FORMAT,
        "root": edition.root,
        "version": edition.version,
        "generation": edition.generation,
        "withdrawn": withdrawn,
        "files": {name: _measured(folder / name, edition.entries) for name in sorted(WRITERS)},
    }
    manifest = {
        "statement": edition.statement,
        "signature": key.sign(edition.statement),
        "files": files,
        "files_signature": key.sign(files),
        "public_key": key.public_key,
    }
    (folder / MANIFEST).write_text(canonical(manifest) + "\n", encoding="utf-8")


def _measured(path: Path, rows: int) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size, "rows": rows}


def _settle(beside: Path, place: Path) -> None:
    """Make a finished folder durable and put it in its place."""
    for path in beside.iterdir():
        _sync(path)
    _sync(beside)
    beside.rename(place)
    for folder in list(place.parents)[:4]:  # version, region, regime, editions: each may be new
        _sync(folder)


def _say_built(engine: Engine, edition: Edition, key: signing.SigningKey) -> None:
    with writing(engine) as session:
        session.execute(
            update(Edition)
            .where(col(Edition.id) == edition.id, col(Edition.built_generation) < edition.generation)
            .values(
                built_generation=edition.generation,
                signature=key.sign(edition.statement),
                public_key=key.public_key,
            )
        )


@contextmanager
def _sole_builder(data_dir: Path) -> Iterator[None]:
    """Wait until no other process builds: it would take our unfinished files for a crash's."""
    folder = data_dir / "editions"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _delete_other_generations(folder: Path, generation: int) -> None:
    """Delete files of other generations, and what a crash left unfinished."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name != f"g{generation}":
                shutil.rmtree(path)
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
