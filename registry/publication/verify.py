"""Checking a published edition, by anyone, offline: one file, the standard library and cryptography.

    python verify.py FOLDER [PUBLIC_KEY]

The statement's signature covers the root over the leaves, so a row that was lawfully withdrawn is
still accounted for by its leaf hash, and a row that was altered, moved, added or lost is not. The
second signature covers the digests of the files, which say the same thing in three forms; the
Parquet file is read here without a library, and compared too.
"""

import csv
import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST = "manifest.json"
NDJSON, CSV, PARQUET = "entries.ndjson", "entries.csv", "entries.parquet"
SEPARATOR = "|"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNREADABLE = (
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
    "order": ("行序号不连续", "is out of order"),
    "root": ("各行之根与签名之根不符", "do not hash to the signed root"),
    "count": ("行数与声明不符", "are more or fewer than stated"),
    "disagree": ("三种文件内容不一致", "differs from the other forms"),
}


class Problem(NamedTuple):
    """One thing that is wrong: its code and where."""

    code: str
    where: str

    def __str__(self) -> str:
        """Return the problem in Chinese and English."""
        zh, en = WORDS[self.code]
        return f"{self.where}：{zh} / {self.where} {en}"


class Row(NamedTuple):
    """One row of the NDJSON file; `cells` is how the flat forms must write it."""

    position: int
    leaf: str
    salt: str | None
    content: dict[str, Any] | None

    def cells(self, names: list[str]) -> list[str | None]:
        """Return the cells under the headings, the first three being position, leaf and salt."""
        told = dict(self.content or {})
        if self.content is not None:
            told["measures"] = SEPARATOR.join(told["measures"])
        return [str(self.position), self.leaf, self.salt, *(told.get(name) for name in names[3:])]


def verify_edition(path: Path, public_key: str | None = None) -> list[Problem]:
    """Check an edition as it was downloaded.

    Args:
        path: The folder that holds the manifest and the three files.
        public_key: Hex of the key that must have signed; None trusts the one in the manifest.

    Returns:
        What is wrong; empty when all is as it was published or lawfully withdrawn.
    """
    try:
        written = (path / MANIFEST).read_bytes()
        manifest = json.loads(written)
        if written != canonical(manifest) + b"\n":
            return [Problem("not_canonical", MANIFEST)]
        problems = list(_signatures(manifest, public_key))
    except UNREADABLE:
        return [Problem("unreadable", MANIFEST)]
    if problems:
        return problems
    problems = [
        Problem("digest", name) for name in (NDJSON, CSV, PARQUET) if not _is_named(path, name, manifest)
    ]
    return problems or list(_contents(path, manifest))


def canonical(value: Any) -> bytes:
    """Return the canonical JSON (RFC 8785) of a value that holds no fraction."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _bytes(text: str) -> bytes:
    """Read lower-case hex, and nothing else that could mean the same.

    Raises:
        ValueError: It is not.
    """
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise ValueError("not lower-case hex")
    return value


def _signatures(manifest: dict[str, Any], public_key: str | None) -> Iterator[Problem]:
    statement, files = manifest["statement"], manifest["files"]
    if set(manifest) != {"statement", "signature", "files", "files_signature", "public_key"}:
        yield Problem("statement", MANIFEST)
    if public_key is not None and manifest["public_key"] != public_key:
        yield Problem("other_key", MANIFEST)
    key = Ed25519PublicKey.from_public_bytes(_bytes(manifest["public_key"]))
    for signature, signed in (("signature", statement), ("files_signature", files)):
        try:
            key.verify(_bytes(manifest[signature]), canonical(signed))
        except InvalidSignature:
            yield Problem("signature", MANIFEST)
    if (files["root"], files["version"]) != (statement["root"], statement["version"]):
        yield Problem("statement", MANIFEST)
    if any(told["rows"] != statement["entries"] for told in files["files"].values()):
        yield Problem("statement", MANIFEST)


def _is_named(path: Path, name: str, manifest: dict[str, Any]) -> bool:
    try:
        told = manifest["files"]["files"][name]
        with (path / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return bool(told["sha256"] == digest and told["bytes"] == (path / name).stat().st_size)
    except UNREADABLE:
        return False


def _contents(path: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the rows, read once, in all three forms side by side."""
    statement, tree, withdrawn = manifest["statement"], Tree(), 0
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
                row = _row(line)
                withdrawn += row.content is None
                yield from _one_row(row, tree, names, cells, packed)
                tree.add(_bytes(row.leaf))
    except UNREADABLE:
        yield Problem("unreadable", f"{NDJSON}, {CSV}, {PARQUET}: {tree.size}")
        return
    if (tree.size, withdrawn) != (statement["entries"], manifest["files"]["withdrawn"]):
        yield Problem("count", NDJSON)
    if tree.root().hex() != statement["root"]:
        yield Problem("root", NDJSON)


def _row(line: str) -> Row:
    told = json.loads(line)
    return Row(told["position"], told["leaf"], told.get("salt"), told.get("content"))


def _one_row(
    row: Row, tree: "Tree", names: list[str], cells: list[str | None], packed: list[str | None]
) -> Iterator[Problem]:
    where = f"{NDJSON}:{tree.size + 1}"
    if row.position != tree.size:
        yield Problem("order", where)
    if (row.salt is None) != (row.content is None):
        yield Problem("leaf", where)
    if row.salt is not None and row.content is not None:
        salted = b"\x00" + _bytes(row.salt) + canonical(row.content)
        if hashlib.sha256(salted).hexdigest() != row.leaf:
            yield Problem("leaf", where)
    expected = row.cells(names)
    if cells != [_neutral(cell) for cell in expected]:
        yield Problem("disagree", f"{CSV}:{tree.size + 1}")
    if packed != expected:
        yield Problem("disagree", f"{PARQUET}:{tree.size + 1}")


def _neutral(cell: str | None) -> str:
    text = cell or ""
    return f"'{text}" if text.startswith(FORMULA) else text


class Tree:
    """The RFC 6962 tree over leaf hashes; keeps one node for each power of two in its size."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        merges, self.size = self.size, self.size + 1
        while merges & 1:
            leaf = hashlib.sha256(b"\x01" + self._nodes.pop() + leaf).digest()
            merges >>= 1
        self._nodes.append(leaf)

    def root(self) -> bytes:
        """Return the root; of an empty tree the hash of nothing."""
        if not self._nodes:
            return hashlib.sha256().digest()
        *rest, root = self._nodes
        for node in reversed(rest):
            root = hashlib.sha256(b"\x01" + node + root).digest()
        return root


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


# --- Parquet, as far as an edition uses it: flat columns of text, plain pages, gzip -------------

INT64, BYTES = 2, 6  # physical types
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
    if meta[4] != GZIP:
        raise ValueError("codec")
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
        values += _page(page, header[5][1], meta[1], optional=optional)
    return values


def _page(page: bytes, count: int, kind: int, *, optional: bool) -> Iterator[str | None]:
    at, present = 0, [True] * count
    if optional:
        size = struct.unpack_from("<I", page)[0]
        at, present = 4 + size, _levels(page[4 : 4 + size], count)
    for here in present:
        if not here:
            yield None
        elif kind == INT64:
            yield str(struct.unpack_from("<q", page, at)[0])
            at += 8
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


def main(arguments: list[str]) -> int:
    """Check the edition in a folder: 0 as published, 1 not so, 2 nothing to check."""
    if not 1 <= len(arguments) <= 2 or not Path(arguments[0]).is_dir():
        sys.stderr.write(__doc__ or "")
        return 2
    problems = verify_edition(Path(arguments[0]), *arguments[1:])
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
