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

from registry.commands import Progress, silent
from registry.errors import Conflict, Gone, NotFound
from registry.identifiers import new_id
from registry.publication import csvw, deltas, signing
from registry.publication.csvw import DESCRIPTION
from registry.publication.editions import one_edition, rows_of
from registry.publication.formats import CSV, WRITERS, Operation, Row, opened, writers
from registry.publication.leaves import Tree, canonical, leaf_of
from registry.publication.tables import Edition
from registry.store.engine import reading, writing

FILES_FORMAT = "honest-metrology/files/1"
DELTA_FORMAT = "honest-metrology/delta/1"
MANIFEST = "manifest.json"
DELTA, DELTA_MANIFEST = "delta.ndjson", "delta-manifest.json"
EDITION_FILES = (MANIFEST, *WRITERS, DESCRIPTION)
DELTA_FILES = (DELTA_MANIFEST, DELTA)
PART = 5000


def pending_builds(session: Session, limit: int = 1000) -> Sequence[str]:
    """Return the editions whose present generation has no files yet, the oldest first."""
    query = select(col(Edition.id)).where(col(Edition.built_generation) < col(Edition.generation))
    return session.execute(query.order_by(col(Edition.recorded_at)).limit(limit)).scalars().all()


def build_files(engine: Engine, data_dir: Path, edition_id: str, progress: Progress = silent) -> None:
    """Build the files of an edition's present generation; what is built already stays.

    Args:
        engine: The database.
        data_dir: Of the installation.
        edition_id: Of the edition.
        progress: Called with the rows that are written.

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
        if edition.retired_on is None and not place.exists():
            beside = folder / f".{place.name}.{new_id()}"
            beside.mkdir(parents=True)
            _write_edition(session, edition, beside, key, progress)
            if edition.previous_version is not None:
                _write_delta(session, edition, beside, key)
            _settle(beside, place)
    _say_built(engine, edition, key)


def edition_file(session: Session, data_dir: Path, edition: Edition, name: str) -> Path:
    """Return a file of an edition, or of the delta that leads to it, as it may be shown now.

    Raises:
        NotFound: An edition has no such file.
        Conflict: It is being built again after a withdrawal; ask later.
        Gone: The edition is retained no more.
    """
    if name not in EDITION_FILES and (name not in DELTA_FILES or edition.previous_version is None):
        raise NotFound("edition.file_unknown", field="file", file=name)
    session.refresh(edition)
    if edition.retired_on is not None:
        raise Gone("edition.retired", version=edition.version, on=edition.retired_on.isoformat())
    if edition.built_generation != edition.generation:
        raise Conflict("edition.rebuilding", version=edition.version)
    place = edition_folder(data_dir, edition) / f"g{edition.generation}" / name
    if not place.is_file():  # a withdrawal that this state does not know of yet has deleted it
        raise Conflict("edition.rebuilding", version=edition.version)
    return place


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


def _write_edition(
    session: Session, edition: Edition, folder: Path, key: signing.SigningKey, progress: Progress
) -> None:
    """Write all rows in every form, and the manifest."""
    withdrawn = written = 0
    rows = rows_of(session, edition)
    progress("rows of files", 0)
    with writers(folder) as begun:
        while part := [_row(row) for row in islice(rows, PART)]:
            withdrawn += sum(row.content is None for row in part)
            for writer in begun:
                writer.write(part)
            written += len(part)
            progress("rows of files", written)
    description = csvw.described(CSV, str(edition.statement["name"]))
    (folder / DESCRIPTION).write_text(canonical(description) + "\n", encoding="utf-8")
    measured = {name: _measured(folder / name, edition.entries) for name in WRITERS}
    measured[DESCRIPTION] = _measured(folder / DESCRIPTION)
    _write_manifest(folder / MANIFEST, edition, edition.statement, (withdrawn, measured), key)


def _write_delta(session: Session, edition: Edition, folder: Path, key: signing.SigningKey) -> None:
    """Write the operations that lead to an edition, and their manifest."""
    before = edition_or_refuse(session, edition.regime, edition.region, edition.previous_version or "")
    tree, withdrawn = Tree(), 0
    with (folder / DELTA).open("w", encoding="utf-8", newline="\n") as file:
        for row in deltas.operations_of(session, edition.id):
            one = _operation(row)
            tree.add(leaf_of(b"", one.stated.encode()))
            withdrawn += one.op != "WITHDRAW" and one.content is None
            file.write(opened(one.stated, one.salt, one.content))
    statement = {
        "format": DELTA_FORMAT,
        "regime": edition.regime,
        "region": edition.region,
        "version": edition.version,
        "serial": edition.serial,
        "previous_version": edition.previous_version,
        "state_root_before": before.state_root,
        "state_root": edition.state_root,
        "operations": tree.size,
        "operations_root": tree.root().hex(),
    }
    measured = {DELTA: _measured(folder / DELTA, tree.size)}
    _write_manifest(folder / DELTA_MANIFEST, edition, statement, (withdrawn, measured), key)


def _row(row: Any) -> Row:
    return Row(row.leaf.hex(), row.salt and row.salt.hex(), row.content)


def _operation(row: Any) -> Operation:
    old, salt = (value and value.hex() for value in (row.old_leaf, row.salt))
    return Operation(row.op, row.leaf.hex(), old, row.ground, salt, row.content)


def _write_manifest(
    path: Path,
    edition: Edition,
    statement: dict[str, Any],
    written: tuple[int, dict[str, dict[str, object]]],
    key: signing.SigningKey,
) -> None:
    """Write a manifest: one signature over the roots, for ever, and one over this generation's files."""
    files = {
        "format": FILES_FORMAT,
        "regime": edition.regime,
        "region": edition.region,
        "version": edition.version,
        "state_root": edition.state_root,
        "generation": edition.generation,
        "withdrawn": written[0],
        "files": written[1],
    }
    manifest = {
        "statement": statement,
        "signature": key.sign(statement),
        "files": files,
        "files_signature": key.sign(files),
        "public_key": key.public_key,
    }
    path.write_text(canonical(manifest) + "\n", encoding="utf-8")


def _measured(path: Path, rows: int | None = None) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    measured: dict[str, object] = {"sha256": digest, "bytes": path.stat().st_size}
    return measured if rows is None else {**measured, "rows": rows}


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
