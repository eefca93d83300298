"""What a file may cost to be cleaned; the figures stand in `caps.toml`, each with its reason."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Caps:
    """The most that one file may cost.

    Attributes:
        bytes: Of the file as it came.
        pixels: Of all frames together.
        frames: Of an animation.
        pages: Of a PDF.
        entries: Of an Office file.
        inflated: Bytes of an Office file unpacked.
        ratio: Unpacked to packed, of an entry or stream that is large.
        pdf_memory: Bytes that any PDF may take, and
        pdf_growth: what it may take beside for each byte of it.
        seconds: By the clock, after the last byte came.
        cpu_seconds: Of one core.
        address_space: Bytes.
    """

    bytes: int
    pixels: int
    frames: int
    pages: int
    entries: int
    inflated: int
    ratio: int
    pdf_memory: int
    pdf_growth: int
    seconds: int
    cpu_seconds: int
    address_space: int

    def written(self) -> str:
        """Return the caps as the cleaning process is told them."""
        return json.dumps(asdict(self))


def read_caps(written: str) -> Caps:
    """Return the caps that were written."""
    return Caps(**json.loads(written))


CAPS = Caps(**tomllib.loads((Path(__file__).parent / "caps.toml").read_text(encoding="utf-8")))
