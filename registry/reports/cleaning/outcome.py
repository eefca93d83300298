"""What comes of cleaning a file: a copy and what it no longer tells, or why there is none."""

from dataclasses import dataclass
from typing import Literal

Refusal = Literal[
    "kind", "encrypted", "damaged", "bytes", "pixels", "frames", "pages", "entries", "inflated", "limits"
]
Removed = Literal[
    "attachments",
    "author",
    "colour_profile",
    "comments",
    "custom_data",
    "device",
    "further_images",
    "links",
    "location",
    "macros",
    "maker_note",
    "print_settings",
    "properties",
    "revisions",
    "scripts",
    "serial",
    "signatures",
    "software",
    "thumbnail",
    "time",
    "trailing",
    "xmp",
]


class Uncleaned(Exception):
    """There is no clean copy.

    Args:
        why: A code.
    """

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Copy:
    """A clean copy.

    Attributes:
        content: Its bytes.
        removed: Codes of what the original told and the copy does not.
    """

    content: bytes
    removed: frozenset[Removed]
