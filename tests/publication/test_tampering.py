"""Who holds the public key and one earlier manifest finds every edit of what was published."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.publication.leaves import canonical
from registry.publication.signing import load_or_create
from registry.publication.verify import verify_chain, verify_edition
from registry.store.engine import open_engine
from tests.lists.cases import begun
from tests.publication.histories import History

EDITS = 2000
Files = dict[Path, bytes]


class Published(NamedTuple):
    """Three editions with their deltas as they lie before a reader, and copies from before a withdrawal."""

    folders: list[Path]
    older: list[Path]
    key: str


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Published]:
    data = tmp_path_factory.mktemp("data")
    key = load_or_create(data).public_key
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, data / 'registry.sqlite3')}")
    history = History(begun(engine, data))
    for what in ("record", "record", "record", "publish", "rename", "record", "publish", "record", "publish"):
        history.act(what, 1)
    older = [shutil.copytree(folder, data / f"older{n}") for n, folder in enumerate(history.folders())]
    history.act("take back", 2)
    history.publish()
    folders = history.folders()[:3]
    yield Published(folders, older, key)
    engine.dispose()


def files_of(folders: list[Path]) -> Files:
    return {path: path.read_bytes() for folder in folders for path in sorted(folder.iterdir())}


def edited_byte(chance: Random, held: Published, files: Files) -> Files:
    path = chance.choice(list(files))
    data = bytearray(files[path])
    at = chance.randrange(len(data) + 1)
    match chance.randrange(3):
        case 0 if data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        case 1 if data:
            del data[at % len(data)]
        case _:
            data.insert(at, chance.randrange(256))
    return {path: bytes(data)}


def edited_rows(chance: Random, held: Published, files: Files) -> Files:
    path = chance.choice([path for path in files if path.suffix in {".ndjson", ".csv"}])
    lines = files[path].splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            kin = [name for name in files if name.suffix == path.suffix]
            lines[one] = chance.choice(files[chance.choice(kin)].splitlines(keepends=True) or [b""])
    return {path: b"".join(lines)}


def swapped_files(chance: Random, held: Published, files: Files) -> Files:
    one, other = chance.choice(list(files)), chance.choice(list(files))
    return {one: files[other], other: files[one]}


def dropped_file(chance: Random, held: Published, files: Files) -> Files:
    return {chance.choice(list(files)): b""}


def older_copy(chance: Random, held: Published, files: Files) -> Files:
    """Put a file, or all files, of an older generation or an older edition in their place."""
    folder = chance.choice(sorted({path.parent for path in files}))
    place = held.folders.index(folder)
    source = chance.choice([held.older[place], *held.folders[:place], *held.older[:place]])
    names = [path.name for path in files if path.parent == folder]
    taken = names if chance.random() < 0.5 else [chance.choice(names)]
    return {folder / name: (source / name).read_bytes() for name in taken if (source / name).exists()}


def another_signer(chance: Random, held: Published, files: Files) -> Files:
    """Change a row and sign everything anew with another key."""
    folder = chance.choice(sorted({path.parent for path in files}))
    changed = {
        path: data.replace(b"411502", b"411503")
        for path, data in files.items()
        if path.parent == folder and path.suffix in {".ndjson", ".csv"}
    }
    manifest = json.loads(files[folder / "manifest.json"])
    key = Ed25519PrivateKey.generate()
    for path, data in changed.items():
        if path.name in manifest["files"]["files"]:
            manifest["files"]["files"][path.name]["sha256"] = hashlib.sha256(data).hexdigest()
    manifest["files_signature"] = key.sign(canonical(manifest["files"]).encode()).hex()
    manifest["signature"] = key.sign(canonical(manifest["statement"]).encode()).hex()
    manifest["public_key"] = key.public_key().public_bytes_raw().hex()
    return {**changed, folder / "manifest.json": (canonical(manifest) + "\n").encode()}


KINDS: tuple[Callable[[Random, Published, Files], Files], ...] = (
    edited_byte,
    edited_byte,
    edited_rows,
    edited_rows,
    swapped_files,
    dropped_file,
    older_copy,
    older_copy,
    another_signer,
)


@contextmanager
def in_place(edit: Files, files: Files, *, drop: bool) -> Iterator[None]:
    for path, data in edit.items():
        if drop:
            path.unlink()
        else:
            path.write_bytes(data)
    yield
    for path in edit:
        path.write_bytes(files[path])


def test_what_was_published_passes_as_it_is(published: Published) -> None:
    earlier = [json.loads((folder / "manifest.json").read_bytes()) for folder in published.folders]
    assert verify_chain(published.folders, published.key, earlier[2]) == []
    for folder, manifest in zip(published.folders, earlier, strict=True):
        assert verify_edition(folder, published.key, manifest) == []
    for folder in published.older:
        assert verify_edition(folder, published.key) == []


def test_two_thousand_edits_of_editions_are_all_found(published: Published) -> None:
    chance = Random(20261122)
    done = 0
    while done < EDITS:
        folder = chance.choice(published.folders)
        files = files_of([folder])
        kind = chance.choice(KINDS)
        edit = kind(chance, published, files)
        if all(files[path] == data for path, data in edit.items()):
            continue
        earlier = json.loads(files[folder / "manifest.json"])
        with in_place(edit, files, drop=kind is dropped_file):
            assert verify_edition(folder, published.key, earlier) != [], (done, kind.__name__, [*edit])
        done += 1


def test_edits_anywhere_in_a_chain_of_deltas_are_all_found(published: Published) -> None:
    chance = Random(20261123)
    files = files_of(published.folders)
    earlier = json.loads(files[published.folders[-1] / "manifest.json"])
    delta = {path: data for path, data in files.items() if path.name.startswith("delta")}
    for done in range(EDITS // 4):
        kind = chance.choice((edited_byte, edited_rows, swapped_files))
        edit = kind(chance, published, delta)
        if any(path.parent == published.folders[0] for path in edit) or all(
            files[path] == data for path, data in edit.items()
        ):
            continue
        with in_place(edit, files, drop=False):
            assert verify_chain(published.folders, published.key, earlier) != [], (done, kind, [*edit])


def test_a_whole_edition_and_delta_from_before_is_found_by_an_earlier_manifest(published: Published) -> None:
    newest = json.loads((published.folders[2] / "manifest.json").read_bytes())
    for folder in (published.folders[0], published.folders[1], published.older[2]):
        found = [problem.code for problem in verify_edition(folder, published.key, newest)]
        assert found == ["rollback"], folder
