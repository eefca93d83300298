"""The process that opens one file: it reads it, closes its cell, and answers with a copy or a reason.

    caps (first argument) · the file (standard input) → one line of JSON · the copy (standard output)

It is begun anew for every file, with an empty environment: it knows no key, no address, and nothing of the
report. What it is sent may be made to break what opens it.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

from registry.reports.cleaning.caps import Caps, read_caps
from registry.reports.cleaning.confinement import confine, hold_to, limit
from registry.reports.cleaning.kinds import IMAGES, OFFICE, Kind, kind_of
from registry.reports.cleaning.outcome import Copy, Uncleaned

PIECE = 1 << 16
Cleaner = Callable[[bytes, Kind, Caps], Copy]


def main(caps: Caps, source: BinaryIO, target: BinaryIO) -> None:
    """Read a file, clean it in the cell, and answer."""
    limit(caps)
    kind: Kind = "other"
    try:
        content = _read(source, caps.bytes)
        kind = kind_of(content)
        clean = _cleaner(kind)
        if kind == "pdf":  # it unpacks what it is made of before anybody can ask how much that is
            hold_to(caps.pdf_memory + caps.pdf_growth * len(content))
        confine(caps)
        copy = clean(content, kind, caps)
        if len(copy.content) > caps.inflated:
            raise Uncleaned("inflated")
    except Uncleaned as refused:
        _answer(target, {"kind": kind, "refused": refused.why})
    except MemoryError:
        _answer(target, {"kind": kind, "refused": "limits"})
    else:
        _answer(target, {"kind": kind, "length": len(copy.content), "removed": sorted(copy.removed)})
        target.write(copy.content)
        target.flush()


def _read(source: BinaryIO, most: int) -> bytes:
    content = bytearray()
    while piece := source.read(PIECE):
        content += piece
        if len(content) > most:
            raise Uncleaned("bytes")
    return bytes(content)


def _cleaner(kind: Kind) -> Cleaner:
    """Import what cleans a kind, as long as files can still be opened.

    Raises:
        Uncleaned: Nothing does.
    """
    if kind in IMAGES:
        clean: Cleaner = import_module("registry.reports.cleaning.images").cleaned_image
    elif kind == "pdf":
        clean = import_module("registry.reports.cleaning.pdf").cleaned_pdf
    elif kind in OFFICE:
        clean = import_module("registry.reports.cleaning.office").cleaned_office
    else:
        raise Uncleaned("kind")
    return clean


def _answer(target: BinaryIO, said: dict[str, object]) -> None:
    target.write(json.dumps(said).encode() + b"\n")
    target.flush()


if __name__ == "__main__":
    main(read_caps(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
