"""Comparing the index with the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from search_index.documents import SearchDocument
from search_index.protocol import Index


@dataclass(frozen=True)
class Differences:
    """Where the index differs from the database, as identifiers in order.

    A change that is still on its way to the index shows here too; `sync` of the identifiers mends all.

    Attributes:
        missing: The public may see them, the index does not have them.
        surplus: The index has them, the public may not see them.
        stale: Both have them, with different content.
    """

    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every business that differs."""
        return self.missing + self.surplus + self.stale


def compare(index: Index, stream: Iterable[SearchDocument]) -> Differences:
    """Return where the index differs from the database; some 200 bytes are held for each business.

    The stream must bring every business that the public may see.
    """
    held = {business_id: bytes.fromhex(digest) for business_id, digest in index.digests()}
    missing, stale = [], []
    for document in stream:
        digest = held.pop(document.business_id, None)
        if digest is None:
            missing.append(document.business_id)
        elif digest != bytes.fromhex(document.digest()):
            stale.append(document.business_id)
    return Differences(tuple(sorted(missing)), tuple(sorted(held)), tuple(sorted(stale)))
