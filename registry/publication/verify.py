"""Checking what was published, by anyone, offline: one file, the standard library and cryptography.

    python verify.py [--key HEX] [--earlier MANIFEST] FOLDER            an edition, and its delta if there
    python verify.py [--key HEX] [--earlier MANIFEST] FOLDER DELTA...   an edition and the deltas after it
    python verify.py --key HEX [--earlier CLEARANCE] FILE...            clearances
    python verify.py --key NAME+ID+KEY [--earlier CHECKPOINT] PATH...   papers or copies of the log

The signed statement covers the state root over the leaves, so a row that was lawfully withdrawn is
still accounted for by its leaf hash, and a row that was altered, added or lost is not. A second
signature covers the digests of the files, which say the same thing in three forms; the Parquet file
is read here without a library, and compared too. With the manifest of an earlier visit an older
copy is told from the newest one. docs/editions.md defines every hash. Without a key nobody's word is
checked, and that is said; what a paper says is printed, because it may be genuine and of somebody else.
"""

import argparse
import base64
import csv
import hashlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise, zip_longest
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, DELTA_MANIFEST = "manifest.json", "delta-manifest.json"
NDJSON, CSV, PARQUET, DELTA = "entries.ndjson", "entries.csv", "entries.parquet", "delta.ndjson"
FORMS = (NDJSON, CSV, PARQUET)
EDITION_FORMAT, DELTA_FORMAT = "honest-metrology/edition/1", "honest-metrology/delta/1"
CLEARANCE_FORMAT = "honest-metrology/clearance/1"
SEPARATOR = "|"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
STATED = {"ADD": {"op", "leaf"}, "MOD": {"op", "leaf", "old"}, "WITHDRAW": {"op", "leaf", "ground"}}
UNREADABLE = (
    RecursionError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OSError,
    struct.error,
    zlib.error,
    csv.Error,
)
WORDS = {
    "unreadable": ("无法读取", "cannot be read"),
    "not_canonical": ("不是规范形式（RFC 8785）", "is not in canonical form (RFC 8785)"),
    "other_key": ("签名公钥不是所给的公钥", "is signed by another key than the one given"),
    "signature": ("签名不符", "has a false signature"),
    "statement": ("清单与签名的声明不一致", "disagrees with the signed statement"),
    "digest": ("文件内容与清单的摘要不符", "is not the file that the manifest names"),
    "leaf": ("该行与其叶哈希不符", "does not hash to its leaf"),
    "order": ("各行未按叶哈希升序排列", "is out of order"),
    "root": ("各行之根与签名之根不符", "do not hash to the signed root"),
    "count": ("行数与声明不符", "are more or fewer than stated"),
    "disagree": ("三种文件内容不一致", "differs from the other forms"),
    "operation": ("该操作不合规定或与前一状态不符", "is no operation that its state allows"),
    "chain": ("与前一期不相衔接", "does not follow the one before"),
    "stale": ("含有此后已撤下的内容", "holds what was withdrawn since"),
    "rollback": ("比所给的先前一份更旧", "is older than the earlier one"),
    "other_list": ("与所给的先前一份不是同一对象", "is of something else than the earlier one"),
    "contradicts": ("与所给的先前清单同期而内容不同", "contradicts the earlier manifest"),
}

UNSIGNED = (
    "未给出公钥（--key）：只核对了文件彼此一致，未核对由谁发布 / no --key was given: the files agree with "
    "each other, and who published them was not checked"
)


class Problem(NamedTuple):
    """One thing that is wrong: its code and where."""

    code: str
    where: str

    def __str__(self) -> str:
        """Return the problem in Chinese and English."""
        zh, en = WORDS[self.code]
        return f"{self.where}：{zh} / {self.where} {en}"


class Row(NamedTuple):
    """One row, or what an operation brings: its leaf, and salt and content unless withdrawn."""

    leaf: bytes
    salt: str | None
    content: dict[str, Any] | None

    def is_hashed(self) -> bool:
        """Say whether salt and content, where there are any, hash to the leaf."""
        if self.salt is None or self.content is None:
            return self.salt is None and self.content is None
        return hashlib.sha256(b"\x00" + _bytes(self.salt) + canonical(self.content)).digest() == self.leaf

    def cells(self, names: Sequence[str]) -> list[str | None]:
        """Return the cells under the headings, the first two being leaf and salt."""
        told = dict(self.content or {})
        if self.content is not None:
            told["measures"] = SEPARATOR.join(told["measures"])
            if set(told) != set(names[2:]):
                raise ValueError("a column is missing")
        return [self.leaf.hex(), self.salt, *(told.get(name) for name in names[2:])]


def verify(paths: Sequence[Path], key: str | None = None, earlier: Path | None = None) -> list[Problem]:
    """Check what was downloaded, whatever it is.

    Args:
        paths: A folder of an edition; or that and the folders of the deltas after it, in order,
            which may hold their editions too; or clearances, or files or folders that the log gave.
        key: Who must have signed: a public key in hex, or the log's verifier key. Without it an
            edition is checked against the key in its own manifest, and everything else not at all.
        earlier: A manifest of the list, a checkpoint of the log, or a clearance, that was seen before.

    Returns:
        What is wrong; empty when all is as it was published or lawfully withdrawn.
    """
    if any(_is_paper(path) for path in paths):
        return [problem for path in paths for problem in _verify_paper(path, key, earlier)]
    try:
        seen = read_json(earlier.read_bytes()) if earlier else None
    except UNREADABLE:
        return [Problem("unreadable", str(earlier))]
    return verify_chain(paths, key, seen)


def verify_chain(
    paths: Sequence[Path], public_key: str | None, earlier: Mapping[str, Any] | None
) -> list[Problem]:
    """Check an edition and the deltas after it; the last may not be older than `earlier`."""
    try:
        problems, state = _folder(paths[0], public_key, earlier if len(paths) == 1 else None)
        before = read_json((paths[0] / MANIFEST).read_bytes())["statement"] if len(paths) > 1 else {}
        for place, path in enumerate(paths[1:], start=2):
            problems = problems or _step(path, state, public_key, earlier if place == len(paths) else None)
            if not problems:
                problems, before = _following(path, before)
    except UNREADABLE:  # signed, but not what a publisher of ours signs
        problems = [Problem("unreadable", ", ".join(path.name for path in paths))]
    return problems


def verify_edition(
    path: Path, public_key: str | None = None, earlier: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Check one edition's folder, and the delta that lies beside it; see `verify`."""
    return verify_chain([path], public_key, earlier)


State = dict[bytes, bool]  # leaf, and whether its content was seen


def _folder(
    path: Path, public_key: str | None, earlier: Mapping[str, Any] | None
) -> tuple[list[Problem], State]:
    """Check an edition, and the delta that lies beside it, each by itself."""
    state: State = {}
    problems = _edition(path, public_key, earlier, state)
    if not problems and any((path / name).exists() for name in (DELTA_MANIFEST, DELTA)):
        manifest, problems = _manifest(path, DELTA_MANIFEST, public_key, None)
        problems = problems or list(_delta(path, manifest, {}))
        ours = read_json((path / MANIFEST).read_bytes())
        if not problems and _place(manifest) != _place(ours):
            problems = [Problem("chain", DELTA_MANIFEST)]
    return problems, state


def _step(
    path: Path, state: State, public_key: str | None, earlier: Mapping[str, Any] | None
) -> list[Problem]:
    """Take a state through a delta, and compare it with the edition where that lies beside."""
    manifest, problems = _manifest(path, DELTA_MANIFEST, public_key, earlier)
    if problems:
        return problems
    statement, brought = manifest["statement"], dict[bytes, Any]()
    if state_root(sorted(state)).hex() != statement["state_root_before"]:
        return [Problem("chain", f"{path.name}/{DELTA_MANIFEST}")]
    problems = list(_delta(path, manifest, brought))
    for leaf, (op, old, seen) in brought.items():
        gone, comes = (leaf if op == "WITHDRAW" else old), op != "WITHDRAW"
        if (gone is not None and state.pop(gone, None) is None) or (comes and leaf in state):
            problems.append(Problem("operation", f"{path.name}/{DELTA}"))
        if comes:
            state[leaf] = seen
    if state_root(sorted(state)).hex() != statement["state_root"]:
        problems.append(Problem("root", f"{path.name}/{DELTA}"))
    if not problems and (path / MANIFEST).exists():
        problems = _compared(path, state, manifest, public_key)
    return problems


def _following(path: Path, before: Mapping[str, Any]) -> tuple[list[Problem], Mapping[str, Any]]:
    """Refuse a delta of another list, or that leads on from another edition with as many rows; return it."""
    delta = read_json((path / DELTA_MANIFEST).read_bytes())["statement"]
    led_from = (delta["regime"], delta["region"], delta["previous_version"], delta["serial"] - 1)
    if led_from != tuple(before[name] for name in ("regime", "region", "version", "serial")):
        return [Problem("chain", f"{path.name}/{DELTA_MANIFEST}")], delta
    return [], delta


def _compared(path: Path, state: State, delta: Mapping[str, Any], public_key: str | None) -> list[Problem]:
    held: State = {}
    problems = _edition(path, public_key, None, held)
    if not problems:
        theirs = read_json((path / MANIFEST).read_bytes())
        if held.keys() != state.keys() or _place(theirs) != _place(delta):
            problems.append(Problem("chain", f"{path.name}/{MANIFEST}"))
        elif any(seen and not held[leaf] for leaf, seen in state.items()):
            problems.append(Problem("stale", path.name))
    return problems


def _place(manifest: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a delta and the edition that it leads to have in common."""
    names = ("regime", "region", "version", "serial", "previous_version", "state_root")
    return (manifest["files"]["generation"], *(manifest["statement"][name] for name in names))


def _edition(
    path: Path, public_key: str | None, earlier: Mapping[str, Any] | None, state: State
) -> list[Problem]:
    manifest, problems = _manifest(path, MANIFEST, public_key, earlier)
    return problems or list(_contents(path, manifest, state))


# --- Papers: what one file or one copy of the log says --------------------------------------------


def _is_paper(path: Path) -> bool:
    return path.is_file() or (path / CHECKPOINT).exists()


def _verify_paper(path: Path, key: str | None, earlier: Path | None) -> list[Problem]:
    if _is_clearance(path):
        return verify_clearance(path, key, earlier)
    return verify_log(path, key, earlier)


def _is_clearance(path: Path) -> bool:
    try:
        return path.is_file() and "statement" in read_json(path.read_bytes())
    except UNREADABLE:
        return False


def verify_clearance(path: Path, public_key: str | None, earlier: Path | None = None) -> list[Problem]:
    """Check a signed statement that somebody, or each of a market, is on no black list.

    Args:
        path: The file, as the interface answered it.
        public_key: Of the editions, in hex; nothing is trusted without.
        earlier: A clearance of the same that was seen before; no older one passes.

    Returns:
        What is wrong; empty when it says what was signed. Who it is of, and when, is for the reader
        to compare: `said`.
    """
    if public_key is None:
        return [Problem("no_key", path.name)]
    try:
        told = read_json(path.read_bytes())
        problems = list(_clearance(told, public_key, path.name))
        if earlier is not None and not problems:
            seen = read_json(earlier.read_bytes())
            problems = list(_clearance(seen, public_key, str(earlier)))
            problems = problems or list(_no_older(told["statement"], seen["statement"], path.name))
    except UNREADABLE:
        return [Problem("unreadable", path.name)]
    return problems


def _clearance(told: Mapping[str, Any], public_key: str, where: str) -> Iterator[Problem]:
    statement = told["statement"]
    if set(told) != {"statement", "signature", "public_key"} or statement["format"] != CLEARANCE_FORMAT:
        yield Problem("statement", where)
    if told["public_key"] != public_key:
        yield Problem("other_key", where)
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(public_key))
        key.verify(_bytes(told["signature"]), canonical(statement))
    except InvalidSignature:
        yield Problem("signature", where)
    if statement["clear"] is not (not any(one["listed"] for one in statement["businesses"])):
        yield Problem("statement", where)


def _no_older(ours: Mapping[str, Any], theirs: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if ours["asked"] != theirs["asked"]:
        yield Problem("other_list", where)
    elif datetime.fromisoformat(ours["at"]) < datetime.fromisoformat(theirs["at"]):
        yield Problem("rollback", where)


def said(path: Path) -> str | None:
    """Return in one line what a paper that was found genuine says; None of what is no such paper."""
    if not path.is_file():
        return None
    if _is_clearance(path):
        statement = read_json(path.read_bytes())["statement"]
        names = ("at", "asked", "clear", "businesses", "unnamed")
        return canonical({name: statement[name] for name in names}).decode()
    text = path.read_bytes().decode()
    if text.startswith(LOG_PROOF + "\n"):
        told = certified(text)
        return canonical({"leaf": told["leaf"], "content": (told["opening"] or {}).get("content")}).decode()
    return None


def canonical(value: Any) -> bytes:
    """Return the canonical JSON (RFC 8785) of a value that holds no fraction."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def read_json(text: str | bytes) -> Any:
    """Read JSON in which no name stands twice: of two, each reader could take another for what was signed.

    Raises:
        ValueError: It is no JSON, or a name stands twice.
    """
    return json.loads(text, object_pairs_hook=_named_once)


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _bytes(text: str) -> bytes:
    """Read lower-case hex, and nothing else that could mean the same.

    Raises:
        ValueError: It is not.
    """
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise ValueError("not lower-case hex")
    return value


# --- Manifests: a statement for ever, and the files of one generation ---------------------------


def _manifest(
    path: Path, name: str, public_key: str | None, earlier: Mapping[str, Any] | None
) -> tuple[dict[str, Any], list[Problem]]:
    """Return a manifest and what is wrong with it and with the digests of its files."""
    try:
        written = (path / name).read_bytes()
        manifest = read_json(written)
        if written != canonical(manifest) + b"\n":
            return {}, [Problem("not_canonical", name)]
        problems = list(_signatures(manifest, name, public_key))
        problems = problems or list(_order(manifest, name, earlier or {}))
    except UNREADABLE:
        return {}, [Problem("unreadable", name)]
    files = manifest["files"]["files"] if not problems else {}
    problems += [Problem("digest", file) for file in sorted(files) if not _is_named(path / file, files[file])]
    return manifest, problems


def _signatures(manifest: dict[str, Any], name: str, public_key: str | None) -> Iterator[Problem]:
    statement, files = manifest["statement"], manifest["files"]
    if set(manifest) != {"statement", "signature", "files", "files_signature", "public_key"}:
        yield Problem("statement", name)
    if public_key is not None and manifest["public_key"] != public_key:
        yield Problem("other_key", name)
    key = Ed25519PublicKey.from_public_bytes(_bytes(manifest["public_key"]))
    for signature, signed in (("signature", statement), ("files_signature", files)):
        try:
            key.verify(_bytes(manifest[signature]), canonical(signed))
        except InvalidSignature:
            yield Problem("signature", name)
    if any(files[of] != statement[of] for of in ("regime", "region", "version", "state_root")):
        yield Problem("statement", name)
    kind, needed = (EDITION_FORMAT, FORMS) if name == MANIFEST else (DELTA_FORMAT, (DELTA,))
    rows = statement["entries" if name == MANIFEST else "operations"]
    if statement["format"] != kind or any(files["files"][form]["rows"] != rows for form in needed):
        yield Problem("statement", name)


def _order(manifest: dict[str, Any], name: str, earlier: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what contradicts a manifest that was seen earlier."""
    if not earlier:
        return
    ours, theirs = manifest["statement"], earlier["statement"]
    if (ours["regime"], ours["region"]) != (theirs["regime"], theirs["region"]):
        yield Problem("other_list", name)
    elif ours["version"] == theirs["version"]:
        if ours["state_root"] != theirs["state_root"] or (
            ours["format"] == theirs["format"] and ours != theirs
        ):
            yield Problem("contradicts", name)
        elif manifest["files"]["generation"] < earlier["files"]["generation"]:
            yield Problem("rollback", name)
    elif None not in (ours["serial"], theirs["serial"]) and ours["serial"] <= theirs["serial"]:
        yield Problem("rollback" if ours["serial"] < theirs["serial"] else "contradicts", name)


def _is_named(path: Path, told: Mapping[str, Any]) -> bool:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return bool(told["sha256"] == digest and told["bytes"] == path.stat().st_size)
    except UNREADABLE:
        return False


# --- Rows and operations ------------------------------------------------------------------------


def _contents(path: Path, manifest: dict[str, Any], state: State) -> Iterator[Problem]:
    """Yield what is wrong with the rows, read once, in all three forms side by side."""
    statement, before = manifest["statement"], b""
    try:
        with (path / NDJSON).open(encoding="utf-8", newline="\n") as lines:
            flat, parquet = _csv_rows(path / CSV), _parquet_rows(path / PARQUET)
            names = next(flat)
            if next(parquet) != names:
                yield Problem("disagree", PARQUET)
            for line, cells, packed in zip_longest(lines, flat, parquet):
                if line is None or cells is None or packed is None:
                    yield Problem("count", f"{NDJSON}, {CSV}, {PARQUET}")
                    return
                row = _row(json.loads(line))
                if row.leaf <= before:
                    yield Problem("order", f"{NDJSON}:{len(state) + 1}")
                yield from _one_row(row, len(state) + 1, names, cells, packed)
                state[row.leaf], before = row.content is not None, row.leaf
    except UNREADABLE:
        yield Problem("unreadable", f"{NDJSON}, {CSV}, {PARQUET}: {len(state) + 1}")
        return
    if (len(state), sum(not seen for seen in state.values())) != (
        statement["entries"],
        manifest["files"]["withdrawn"],
    ):
        yield Problem("count", NDJSON)
    if state_root(sorted(state)).hex() != statement["state_root"]:
        yield Problem("root", NDJSON)


def _row(told: Mapping[str, Any]) -> Row:
    return Row(_bytes(told["leaf"]), told.get("salt"), told.get("content"))


def _one_row(
    row: Row, number: int, names: Sequence[str], cells: list[str | None], packed: list[str | None]
) -> Iterator[Problem]:
    if not row.is_hashed():
        yield Problem("leaf", f"{NDJSON}:{number}")
    expected = row.cells(names)
    if cells != [_neutral(cell) for cell in expected]:
        yield Problem("disagree", f"{CSV}:{number}")
    if packed != expected:
        yield Problem("disagree", f"{PARQUET}:{number}")


def _neutral(cell: str | None) -> str:
    text = cell or ""
    return f"'{text}" if text.startswith(FORMULA) else text


def _delta(path: Path, manifest: dict[str, Any], brought: dict[bytes, Any]) -> Iterator[Problem]:
    """Yield what is wrong with operations by themselves, and fill in what each does."""
    statement, tree, withdrawn, before = manifest["statement"], Tree(), 0, b""
    try:
        with (path / DELTA).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                told = json.loads(line)
                row, where = _row(told), f"{path.name}/{DELTA}:{tree.size + 1}"
                stated = {name: told[name] for name in told if name not in ("salt", "content")}
                if set(stated) != STATED[told["op"]] or row.leaf <= before:
                    yield Problem("operation", where)
                if not row.is_hashed() or (told["op"] == "WITHDRAW" and row.content is not None):
                    yield Problem("leaf", where)
                tree.add(hashlib.sha256(b"\x00" + canonical(stated)).digest())
                seen, before = row.content is not None, row.leaf
                withdrawn += told["op"] != "WITHDRAW" and not seen
                brought[row.leaf] = (told["op"], _bytes(told["old"]) if "old" in told else None, seen)
    except UNREADABLE:
        yield Problem("unreadable", f"{path.name}/{DELTA}:{tree.size + 1}")
        return
    if (tree.size, withdrawn) != (statement["operations"], manifest["files"]["withdrawn"]):
        yield Problem("count", DELTA)
    if tree.root().hex() != statement["operations_root"]:
        yield Problem("root", DELTA)


# --- Roots --------------------------------------------------------------------------------------


def state_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over a set of leaf hashes, given strictly ascending.

    Of no leaf it is the SHA-256 of nothing, of one leaf that leaf; of more, the SHA-256 of 0x01, the
    root of those with 0 and the root of those with 1 at the first bit in which they differ.

    Raises:
        ValueError: They do not ascend.
    """
    ended: list[bytes] = []  # roots of parts that ended, of which the last two are joined at a time
    waiting: list[int] = []  # the bit at which each, but the last, waits for its right side
    for leaf, following in pairwise(chain(leaves, [None])):
        if leaf is None or (following is not None and following <= leaf):
            raise ValueError("leaves do not ascend")
        ended.append(leaf)
        bit = _first_apart(leaf, following) if following is not None else -1
        while waiting and waiting[-1] > bit:
            waiting.pop()
            right, left = ended.pop(), ended.pop()
            ended.append(_node(left, right))
        waiting.append(bit)
    return ended[0] if ended else hashlib.sha256().digest()


def _first_apart(one: bytes, other: bytes) -> int:
    """Return the number of the first bit in which two hashes differ."""
    return len(one) * 8 - (int.from_bytes(one) ^ int.from_bytes(other)).bit_length()


class Tree:
    """The RFC 6962 tree over leaf hashes; keeps one node for each power of two in its size."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        merges, self.size = self.size, self.size + 1
        while merges & 1:
            leaf = _node(self._nodes.pop(), leaf)
            merges >>= 1
        self._nodes.append(leaf)

    def root(self) -> bytes:
        """Return the root; of an empty tree the hash of nothing."""
        if not self._nodes:
            return hashlib.sha256().digest()
        *rest, root = self._nodes
        for node in reversed(rest):
            root = _node(node, root)
        return root


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


# --- Parquet, as far as an edition uses it: flat columns of text, plain pages, gzip -------------

BYTES = 6  # physical type
GZIP, PLAIN = 2, 0  # codec and encoding


def _parquet_rows(path: Path) -> Iterator[list[Any]]:
    """Yield the column names, then the rows, one group in memory at a time."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        size, magic = struct.unpack("<I4s", file.read(8))
        if magic != b"PAR1":
            raise ValueError("not a Parquet file")
        file.seek(-8 - size, 2)
        footer = Thrift(file.read(size)).struct()
        schema = footer[2][1:]  # after the root
        yield [element[4].decode() for element in schema]
        for group in footer[4]:
            columns = [
                _column(file, chunk[3], optional=element.get(3) == 1)
                for chunk, element in zip(group[1], schema, strict=True)
            ]
            for row in zip(*columns, strict=True):
                yield list(row)


def _column(file: BinaryIO, meta: dict[int, Any], *, optional: bool) -> list[str | None]:
    """Return the values of a column in one group, as text."""
    if (meta[1], meta[4]) != (BYTES, GZIP):
        raise ValueError("type or codec")
    values: list[str | None] = []
    file.seek(meta[9])
    data = file.read(meta[7])
    while len(values) < meta[5]:
        thrift = Thrift(data)
        header = thrift.struct()
        end = thrift.at + header[3]
        page, data = zlib.decompress(data[thrift.at : end], wbits=31), data[end:]
        if header[1] != 0 or header[5][2] != PLAIN:
            raise ValueError("page")
        values += _page(page, header[5][1], optional=optional)
    return values


def _page(page: bytes, count: int, *, optional: bool) -> Iterator[str | None]:
    at, present = 0, [True] * count
    if optional:
        size = struct.unpack_from("<I", page)[0]
        at, present = 4 + size, _levels(page[4 : 4 + size], count)
    for here in present:
        if not here:
            yield None
        else:
            size = struct.unpack_from("<I", page, at)[0]
            yield page[at + 4 : at + 4 + size].decode()
            at += 4 + size


def _levels(data: bytes, count: int) -> list[bool]:
    """Read definition levels of one bit: runs of one value, or groups of eight packed bits."""
    levels: list[bool] = []
    thrift = Thrift(data)
    while len(levels) < count:
        head = thrift.varint()
        if head & 1:
            packed = thrift.take(head >> 1)
            levels += [bool(byte >> bit & 1) for byte in packed for bit in range(8)]
        else:
            levels += [thrift.take(1) != b"\x00"] * (head >> 1)
    return levels[:count]


class Thrift:
    """A reader of Thrift's compact protocol, which Parquet's metadata is written in."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            ValueError: There are not so many.
        """
        taken = self.data[self.at : self.at + size]
        if len(taken) != size:
            raise ValueError("cut short")
        self.at += size
        return taken

    def varint(self) -> int:
        """Return an unsigned number of seven bits a byte."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def struct(self) -> dict[int, Any]:
        """Return the fields of a structure by number."""
        fields: dict[int, Any] = {}
        number = 0
        while (head := self.take(1)[0]) != 0:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 0x0F)
        return fields

    def _zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def _value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.take(1)[0]
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind == 8:
            return self.take(self.varint())
        if kind in (9, 10):
            head = self.take(1)[0]
            size = head >> 4 if head >> 4 < 15 else self.varint()
            return [self._value(head & 0x0F) for _ in range(size)]
        if kind == 12:
            return self.struct()
        raise ValueError("an unknown kind of field")


# --- The transparency log: RFC 6962 proofs, C2SP signed notes, checkpoints, tiles, certificates ---

CHECKPOINT, LOG_PROOF = "checkpoint", "c2sp.org/tlog-proof@v1"
SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")
MOST_SIGNATURES = 64
TILE_WIDTH = 256

WORDS |= {
    "no_key": ("须给出签名者的公钥才能核验", "can be checked only against the key of who must have signed"),
    "note": ("不是由所给公钥签名的检查点", "is no checkpoint signed by the key given"),
    "inclusion": ("该记录不在所签名的日志中", "is not in the tree that was signed"),
    "opening": ("内容与记录中的承诺不符", "does not open the leaf's commitment"),
    "consistency": ("较新的日志并非由较旧的日志增长而来", "does not grow from the older tree"),
    "fork": ("同一大小出现两个不同的根", "shows two roots for one size"),
    "rolled_back": ("小于先前见过的检查点", "is smaller than the checkpoint seen earlier"),
    "unproved": (
        "须有一致性证明才能与先前的检查点比较",
        "needs a consistency proof from the earlier checkpoint",
    ),
    "tile": ("与日志记录不一致或缺失", "is missing or disagrees with the entries"),
}


class Checkpoint(NamedTuple):
    """What a log signed: its name, its number of leaves, and the root over them."""

    origin: str
    size: int
    root: bytes


def verify_log(path: Path, verifier_key: str | None, earlier: Path | None = None) -> list[Problem]:
    """Check whatever the log gave: a certificate, a proof, a checkpoint, or a copy of all its files.

    Args:
        path: The file, or the folder that holds `checkpoint` and `tile`.
        verifier_key: Name, key id and public key of the log as one word; nothing is trusted without.
        earlier: A checkpoint kept from before; the log must still begin with what it covered.

    Returns:
        What is wrong; empty when all holds.
    """
    if verifier_key is None:
        return [Problem("no_key", path.name)]
    try:
        kept = read_checkpoint(earlier.read_text("utf-8"), verifier_key) if earlier else None
        if path.is_dir():
            return list(_copy_of_log(path, verifier_key, kept))
        return verify_log_paper(path.read_bytes().decode(), verifier_key, path.name, kept)
    except InvalidSignature:
        return [Problem("note", path.name)]
    except UNREADABLE:
        return [Problem("unreadable", path.name)]


def verify_log_paper(
    text: str, verifier_key: str, where: str, kept: Checkpoint | None = None
) -> list[Problem]:
    """Check a certificate, a proof or a checkpoint that is at hand as a text; see `verify_log`."""
    try:
        return list(_log_paper(text, verifier_key, kept, where))
    except InvalidSignature:
        return [Problem("note", where)]
    except UNREADABLE:
        return [Problem("unreadable", where)]


def _log_paper(text: str, verifier_key: str, kept: Checkpoint | None, where: str) -> Iterator[Problem]:
    if text.startswith(LOG_PROOF + "\n"):
        yield from _certificate(text, verifier_key, where)
    elif text.startswith("{"):
        yield from _proof(read_json(text), verifier_key, where)
    else:
        yield from _newer(read_checkpoint(text, verifier_key), kept, where)


def read_checkpoint(note: str, verifier_key: str) -> Checkpoint:
    """Return what a checkpoint says, if the key signed it.

    Raises:
        ValueError: It is not a checkpoint, or the key is none.
        InvalidSignature: The key did not sign it, or something else.
    """
    text = signed_text(note, verifier_key)
    origin, size, root, *_extensions = text.split("\n")
    if not origin or not _decimal(size):
        raise ValueError("no checkpoint")
    if origin != verifier_key.partition("+")[0]:
        raise InvalidSignature
    return Checkpoint(origin, int(size), _hash(root))


def signed_text(note: str, verifier_key: str) -> str:
    """Return the text of a signed note without its last newline; other keys' signatures are passed over.

    Raises:
        ValueError: It is not a signed note, or the key is none.
        InvalidSignature: The key did not sign it, or something else.
    """
    name, told_id, told_key = verifier_key.split("+", 2)
    key = base64.b64decode(told_key, validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if key[:1] != b"\x01" or key_id.hex() != told_id:
        raise ValueError("no verifier key of Ed25519")
    if any(one < " " and one != "\n" for one in note):
        raise ValueError("a control character")
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.removesuffix("\n").split("\n")
    if not gap or not signatures.endswith("\n") or not 0 < len(lines) <= MOST_SIGNATURES:
        raise ValueError("no signed note")
    found = [SIGNATURE_LINE.fullmatch(line) for line in lines]
    signed = [(one[1], base64.b64decode(one[2], validate=True)) for one in found if one]
    ours = [signature[4:] for who, signature in signed if (who, signature[:4]) == (name, key_id)]
    if len(signed) != len(lines):
        raise ValueError("a line that is no signature")
    if not ours:
        raise InvalidSignature
    for signature in ours:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, f"{text}\n".encode())
    return text


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Say whether a proof leads from a leaf hash to a root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            node = _node(sibling, node)
            first, last = _past_left_edge(first, last)
        else:
            node = _node(node, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: list[bytes]) -> bool:
    """Say whether a proof shows that a tree, size and root, grew from an older (RFC 9162 section 2.1.4.2)."""
    if old[0] == new[0]:
        return old[1] == new[1] and not path
    if not 0 < old[0] < new[0] or not path:
        return False
    nodes = path if old[0] & (old[0] - 1) else [old[1], *path]
    first, last = old[0] - 1, new[0] - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            before, after = _node(node, before), _node(node, after)
            first, last = _past_left_edge(first, last)
        else:
            after = _node(after, node)
        first, last = first >> 1, last >> 1
    return (before, after, last) == (old[1], new[1], 0)


def _past_left_edge(first: int, last: int) -> tuple[int, int]:
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _hash(text: str) -> bytes:
    """Read the base64 of a hash, and nothing else that could mean the same."""
    value = base64.b64decode(text, validate=True)
    if len(value) != 32 or base64.b64encode(value).decode() != text:
        raise ValueError("no hash")
    return value


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdecimal() and str(int(text)) == text


def _newer(now: Checkpoint, kept: Checkpoint | None, where: str) -> Iterator[Problem]:
    """Compare a checkpoint with an earlier one, as far as that can be done without a proof."""
    if kept is None or kept == now:
        return
    if kept.size == now.size:
        yield Problem("fork", where)
    else:
        yield Problem("rolled_back" if now.size < kept.size else "unproved", where)


def _certificate(text: str, verifier_key: str, where: str) -> Iterator[Problem]:
    """Check a certificate: the opening is of the leaf, the leaf in the tree, the tree signed."""
    head, _, note = text.partition("\n\n")
    _format, extra, index, *path = head.split("\n")
    told = certified(text)
    number = index.removeprefix("index ")
    if not extra.startswith("extra ") or not index.startswith("index ") or not _decimal(number):
        raise ValueError("no certificate")
    signed = read_checkpoint(note, verifier_key)
    leaf, nodes = leaf_hash(canonical(told["leaf"])), [_hash(one) for one in path]
    if not is_included(leaf, int(number), signed.size, nodes, signed.root):
        yield Problem("inclusion", where)
    if told["opening"] is not None and not _opens(told["opening"], told["leaf"]):
        yield Problem("opening", where)


def certified(certificate: str) -> Any:
    """Return what a certificate carries along: the leaf, and what opens it."""
    line = certificate.split("\n", 2)[1]
    return read_json(base64.b64decode(line.removeprefix("extra "), validate=True))


def _opens(opening: dict[str, Any], leaf: dict[str, Any]) -> bool:
    salted = _bytes(opening["salt"]) + canonical(opening["content"])
    return hashlib.sha256(salted).hexdigest() == str(leaf["commitment"])


def _proof(told: dict[str, Any], verifier_key: str, where: str) -> Iterator[Problem]:
    """Check a proof as the interface answers it: a leaf is in a tree, or a tree grew from another."""
    path = [_bytes(one) for one in told["path"]]
    if any(len(one) != 32 for one in path):
        raise ValueError("no hash")
    new = read_checkpoint(told["checkpoint"], verifier_key)
    if "leaf" in told:
        leaf = leaf_hash(canonical(told["leaf"]))
        if not is_included(leaf, told["index"], new.size, path, new.root):
            yield Problem("inclusion", where)
    else:
        old = read_checkpoint(told["from_checkpoint"], verifier_key)
        if not is_consistent(old[1:], new[1:], path):
            yield Problem("consistency", where)


def leaf_hash(entry: bytes) -> bytes:
    """Return the RFC 6962 hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _copy_of_log(folder: Path, verifier_key: str, kept: Checkpoint | None) -> Iterator[Problem]:
    """Check a whole copy: every entry and tile against the root that was signed, and the earlier one."""
    signed = read_checkpoint((folder / CHECKPOINT).read_text("utf-8"), verifier_key)
    if kept is not None and signed.size < kept.size:
        yield Problem("rolled_back", CHECKPOINT)
    tree, level = Tree(), []
    for number, width in _widths(signed.size):
        hashes = [leaf_hash(entry) for entry in _entries(_tile(folder, "entries", number, width))]
        if len(hashes) != width or b"".join(hashes) != _tile(folder, "0", number, width):
            yield Problem("tile", _tile_name("0", number, width))
            return
        for one in hashes:
            tree.add(one)
            if kept is not None and tree.size == kept.size and tree.root() != kept.root:
                yield Problem("fork", f"{CHECKPOINT}: {kept.size}")
        level += [_complete(hashes)] if width == TILE_WIDTH else []
    if tree.root() != signed.root:
        yield Problem("root", CHECKPOINT)
    yield from _levels_above(folder, level)


def _levels_above(folder: Path, hashes: list[bytes]) -> Iterator[Problem]:
    """Compare the tiles above the leaves with the hashes that must stand in them."""
    level = 1
    while hashes:
        above = []
        for number, width in _widths(len(hashes)):
            part = hashes[number * TILE_WIDTH : number * TILE_WIDTH + width]
            if _tile(folder, str(level), number, width) != b"".join(part):
                yield Problem("tile", _tile_name(str(level), number, width))
            above += [_complete(part)] if width == TILE_WIDTH else []
        level, hashes = level + 1, above


def _widths(size: int) -> Iterator[tuple[int, int]]:
    """Yield number and width of the tiles that hold so many hashes."""
    for number in range(-(-size // TILE_WIDTH)):
        yield number, min(TILE_WIDTH, size - number * TILE_WIDTH)


def _complete(hashes: list[bytes]) -> bytes:
    tree = Tree()
    for one in hashes:
        tree.add(one)
    return tree.root()


def _tile_name(level: str, number: int, width: int) -> str:
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"{level}/{'/'.join(reversed(parts))}{partial}"


def _tile(folder: Path, level: str, number: int, width: int) -> bytes:
    return (folder / "tile" / _tile_name(level, number, width)).read_bytes()


def _entries(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(bundle):
        (size,) = struct.unpack_from(">H", bundle, at)
        entry = bundle[at + 2 : at + 2 + size]
        if len(entry) != size:
            raise ValueError("cut short")
        yield entry
        at += 2 + size


def main(arguments: Sequence[str]) -> int:
    """Check what was downloaded: 0 as published, 1 not so, 2 nothing to check."""
    asked = argparse.ArgumentParser(
        "verify", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--key", help="public key that must have signed: hex, or the log's verifier key")
    asked.add_argument("--earlier", type=Path, help="manifest, checkpoint or clearance that was seen before")
    asked.add_argument("paths", type=Path, nargs="+")
    given = asked.parse_args(arguments)
    if not all(path.exists() for path in given.paths):
        asked.print_usage(sys.stderr)
        return 2
    problems = verify(given.paths, given.key, given.earlier)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    for path in given.paths if not problems else ():
        if (told := said(path)) is not None:
            sys.stdout.write(f"{told}\n")
    if given.key is None and not problems:
        sys.stderr.write(f"{UNSIGNED}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
