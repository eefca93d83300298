"""Looking for words in bytes, however they were written down: encodings, escapes, and what was packed.

Every word that must not be found begins with one of two `CALLS`, so that a few searches find them all.
"""

import base64
import gzip
import hashlib
import hmac
import io
import ipaddress
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

CALLS = ("Zeisig7Qx", "黄雀鸣涧")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
DEPTH, LARGEST = 3, 1 << 26
LONGEST_KEY = 256  # bytes of a file that may be a key
PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")


def canary(number: int, call: str = CALLS[0]) -> str:
    """Return a word that stands nowhere else."""
    return f"{call}{number:04d}"


def _patterns() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for call in CALLS:
        found[f"json {call}"] = json.dumps(call)[1:-1].encode()
        found[f"python {call}"] = ascii(call)[1:-1].encode()
        found[f"html {call}"] = call.encode("ascii", "xmlcharrefreplace")
        for encoding in ENCODINGS:
            raw, name = call.encode(encoding), f"{encoding} {call}"
            found |= {
                f"{name} raw": raw,
                f"{name} hex": raw.hex().encode(),
                f"{name} HEX": raw.hex().upper().encode(),
                f"{name} url": quote(raw).encode(),
                f"{name} repr": repr(raw)[2:-1].encode(),
            }
            for shift in range(3):
                found |= _in_base64(f"{name} base64+{shift}", raw, shift)
    return found


def _in_base64(name: str, raw: bytes, shift: int) -> dict[str, bytes]:
    """Return what of a word in base64 does not depend on its neighbours."""
    whole = raw[: len(raw) - (len(raw) + shift) % 3]
    coded = base64.b64encode(bytes(shift) + whole)[4 if shift else 0 :]
    return {name: coded, f"{name} web": coded.translate(bytes.maketrans(b"+/", b"-_"))}


PATTERNS = {pattern: name for name, pattern in _patterns().items()}  # some are the same bytes


def hunted(content: bytes, depth: int = DEPTH) -> list[str]:
    """Return how words stand in bytes, or in what unpacks from them; empty where none does."""
    found = [name for pattern, name in PATTERNS.items() if pattern in content]
    if depth:
        for inner in _unpacked(content):
            found += [f"packed: {name}" for name in hunted(inner, depth - 1)]
    return sorted(set(found))


def hunted_in(folder: Path) -> dict[str, list[str]]:
    """Return for every file below a folder, and for every name, how words stand there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        hits = hunted(str(path.relative_to(folder)).encode())
        if path.is_file():
            hits += hunted(path.read_bytes())
        if hits:
            found[str(path.relative_to(folder))] = hits
    return found


def addresses_in(folder: Path, addresses: Sequence[str]) -> list[str]:
    """Return the files in which an address stands, as it is or hashed under what lies there."""
    files = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    keys = [content for content in files.values() if 0 < len(content) <= LONGEST_KEY]
    forms = {form for one in addresses for form in _forms_of_address(one, keys)}
    return [path.name for path, content in files.items() if any(form in content for form in forms)]


def _forms_of_address(address: str, keys: Sequence[bytes]) -> Iterator[bytes]:
    for raw in (address.encode(), ipaddress.ip_address(address).packed):
        hashed = [hashlib.sha256(raw), hashlib.md5(raw, usedforsecurity=False), hashlib.blake2b(raw)]
        digests = [one.digest() for one in hashed] + [hmac.digest(key, raw, "sha256") for key in keys]
        for digest in digests:
            yield digest[:16]  # also of one that was cut short
            yield digest[:16].hex().encode()
    yield address.encode()


def _unpacked(content: bytes) -> Iterator[bytes]:
    view = memoryview(content)
    for match in PACKED.finditer(content):
        at, window = match.start(), 47
        if match.group().startswith(b"PK"):
            name, extra = content[at + 26 : at + 28], content[at + 28 : at + 30]
            at, window = at + 30 + int.from_bytes(name, "little") + int.from_bytes(extra, "little"), -15
        inflating = zlib.decompressobj(window)
        try:
            yield inflating.decompress(view[at:], LARGEST)
        except zlib.error:
            continue


def packed(content: bytes) -> bytes:
    """Return bytes as a log that was put away would hold them."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        file.write(content)
    return out.getvalue()
