"""Anyone can check an edition with one file and no registry; nothing that was changed passes."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pymerkle
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine

from registry.publication import verify
from registry.publication.formats import COLUMNS, Row, schema, writers
from registry.publication.leaves import Tree, canonical, leaf_of, state_root
from registry.publication.signing import load_or_create
from registry.publication.verify import verify_edition
from tests.lists.cases import begun
from tests.publication.test_withdrawal import published

NAMES = ("entries.ndjson", "entries.csv", "entries.parquet", "manifest.json")


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of three rows, one of them withdrawn, made without a database."""
    key = Ed25519PrivateKey.generate()
    return signed(tmp_path_factory.mktemp("edition"), key, [content(n) for n in range(3)], withdrawn={1})


def content(number: int) -> dict[str, object]:
    return {
        "entry_id": f"entry{number}",
        "regime": "henan_black",
        "colour": "black",
        "business_id": f"business{number}",
        "name": f'浉河区第{number}秤行,"甲"\n乙',
        "uscc": None,
        "region": "411502",
        "region_name": "河南省信阳市浉河区",
        "market": None,
        "stall": None,
        "ground": "-使用作弊秤",
        "basis": "条例 第二十八条",
        "measures": ["more_inspections", "no_honours"],
        "listed_on": "2026-11-20",
        "publish_from": "2026-11-20",
        "publish_until": None,
        "objected_on": None,
    }


def signed(folder: Path, key: Ed25519PrivateKey, rows: list[dict[str, object]], withdrawn: set[int]) -> Path:
    """Write an edition as its publisher would."""
    made = []
    for number, row in enumerate(rows):
        salt, text = bytes([number]) * 32, canonical(row)
        gone = number in withdrawn
        leaf = leaf_of(salt, text.encode()).hex()
        made.append(Row(leaf, None if gone else salt.hex(), None if gone else text))
    made.sort(key=lambda row: row.leaf)
    with writers(folder) as begun:
        for writer in begun:
            writer.write(made)
    statement = {
        "format": verify.EDITION_FORMAT,
        "regime": "henan_black",
        "region": "411502",
        "state_root": state_root(bytes.fromhex(row.leaf) for row in made).hex(),
        "version": "2026-11-20.1",
        "serial": 1,
        "previous_version": None,
        "entries": len(rows),
    }
    resign(folder, key, statement, len(withdrawn))
    return folder


def resign(
    folder: Path,
    key: Ed25519PrivateKey,
    statement: dict[str, object],
    withdrawn: int,
    manifest_name: str = "manifest.json",
) -> None:
    """Sign whatever lies in a folder, as a publisher who lies would."""
    edition = manifest_name == "manifest.json"
    files = {
        **{name: statement[name] for name in ("regime", "region", "version", "state_root")},
        "generation": 1,
        "withdrawn": withdrawn,
        "files": {
            name: {
                "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
                "bytes": (folder / name).stat().st_size,
                "rows": statement["entries" if edition else "operations"],
            }
            for name in (NAMES[:3] if edition else (verify.DELTA,))
        },
    }
    manifest = {
        "statement": statement,
        "signature": key.sign(canonical(statement).encode()).hex(),
        "files": files,
        "files_signature": key.sign(canonical(files).encode()).hex(),
        "public_key": key.public_key().public_bytes_raw().hex(),
    }
    (folder / manifest_name).write_text(canonical(manifest) + "\n", encoding="utf-8")


def test_an_edition_as_published_passes_and_another_key_does_not(edition: Path) -> None:
    assert verify_edition(edition) == []
    assert [problem.code for problem in verify_edition(edition, "00" * 32)] == ["other_key"]


def test_every_changed_added_or_lost_byte_is_found(edition: Path, tmp_path: Path) -> None:
    chance = random.Random(20261120)
    for round_ in range(300):
        folder = tmp_path / str(round_)
        shutil.copytree(edition, folder)
        name = NAMES[round_ % 4]
        data = bytearray((folder / name).read_bytes())
        at = chance.randrange(len(data))
        match round_ % 3:
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data.insert(at, chance.randrange(256))
            case _:
                del data[at]
        (folder / name).write_bytes(data)
        assert verify_edition(folder) != [], (round_, name, at)
        shutil.rmtree(folder)


def _swap(lines: list[str]) -> list[str]:
    return [lines[1], lines[0], *lines[2:]]


def _alter(lines: list[str]) -> list[str]:
    return [line.replace("作弊", "合格") for line in lines]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(_swap, "order", id="order-of-rows"),
        pytest.param(_alter, "leaf", id="content-of-a-row"),
        pytest.param(lambda lines: lines[:-1], "count", id="row-lost"),
        pytest.param(lambda lines: [*lines, lines[0]], "count", id="row-added"),
    ],
)
def test_a_publisher_who_signs_other_rows_under_the_old_root_is_found(
    edition: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], code: str
) -> None:
    folder = shutil.copytree(edition, tmp_path / "edition")
    lines = (folder / "entries.ndjson").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "entries.ndjson").write_text("".join(change(lines)), encoding="utf-8")
    statement = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["statement"]
    key = Ed25519PrivateKey.generate()
    resign(folder, key, statement, 1)
    assert code in [problem.code for problem in verify_edition(folder)]


def test_forms_that_say_different_things_are_found_though_all_are_signed(
    edition: Path, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    statement = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))["statement"]
    parquet = shutil.copytree(edition, tmp_path / "parquet") / "entries.parquet"
    rows = pq.read_table(parquet).to_pylist()
    rows[0]["name"] = "别的店"
    columns = [pa.array([row[name] for row in rows], schema().field(name).type) for name in COLUMNS]
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema()), parquet, compression="gzip", use_dictionary=False
    )
    cells = shutil.copytree(edition, tmp_path / "csv") / "entries.csv"
    cells.write_text(
        cells.read_text(encoding="utf-8-sig").replace("no_honours", "all_honours"), encoding="utf-8-sig"
    )
    for path in (parquet, cells):
        resign(path.parent, key, statement, 1)
        problems = verify_edition(path.parent)
        assert {problem.code for problem in problems} == {"disagree"}
        assert all(problem.where.startswith(path.name) for problem in problems)


def test_the_flat_forms_are_read_as_pyarrow_reads_them(edition: Path) -> None:
    read = verify._parquet_rows(edition / "entries.parquet")
    names = next(read)
    told = [dict(zip(names, row, strict=True)) for row in read]
    expected = pq.read_table(edition / "entries.parquet").to_pylist()
    assert told == expected


@drawn(
    st.lists(
        st.tuples(st.booleans(), st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
        max_size=40,
    )
)
def test_any_text_passes_through_all_three_forms(
    tmp_path_factory: pytest.TempPathFactory, drawn_rows: list[tuple[bool, str | None]]
) -> None:
    rows = [{**content(number), "market": text} for number, (_, text) in enumerate(drawn_rows)]
    withdrawn = {number for number, (gone, _) in enumerate(drawn_rows) if gone}
    folder = signed(tmp_path_factory.mktemp("any"), Ed25519PrivateKey.generate(), rows, withdrawn)
    assert verify_edition(folder) == []
    shutil.rmtree(folder)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100, 255, 256, 257])
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    ours, theirs = Tree(), verify.Tree()
    for number in range(size):
        data = number.to_bytes(4, "big")
        oracle.append_entry(data)
        leaf = hashlib.sha256(b"\x00" + data).digest()
        ours.add(leaf)
        theirs.add(leaf)
    assert ours.root() == theirs.root()
    assert ours.root() == (oracle.get_root() if size else hashlib.sha256().digest())


def test_the_verifier_is_one_file_that_runs_without_the_registry(
    sqlite_engine: Engine, data_dir: Path, tmp_path: Path
) -> None:
    load_or_create(data_dir)
    case = begun(sqlite_engine, data_dir)
    entry_id = case.blacklisted()
    made = published(case)
    alone = tmp_path / "alone.py"
    shutil.copy(verify.__file__, alone)
    folder = data_dir / "editions" / made.regime / made.region / made.version / "g1"

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(alone), str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert (run().returncode, run().stdout) == (0, "")
    (folder / "entries.csv").write_bytes(b"")
    assert run().returncode == 1
    assert "entries.csv" in run().stdout
    case.decide_withdrawal(case.ask_withdrawal(entry_id))
    shutil.rmtree(folder)
    assert run().returncode == 2
