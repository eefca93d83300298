"""The order of the hits of one rank, and the cursor that says where in it a page begins."""

import hashlib
import re

from registry.errors import Malformed
from search_index.documents import SearchDocument
from search_index.names import fold
from search_index.plan import LOWEST_RANK

ORDERS = 1 << 63
_LONGEST_NAME = 127
_SHUFFLE_BYTES = 7
_CURSOR = re.compile(r"([0-9]{1,2})\.([0-9]{1,19})")

Cursor = tuple[int, int]


def order_key(document: SearchDocument) -> int:
    """Return what orders hits of one rank: the length of the name, then a shuffle of the identifier.

    Below 2^63. Two identifiers share a key with a chance of 2^-56; their order is then open.
    """
    length = min(len(fold(document.name)), _LONGEST_NAME)
    shuffled = hashlib.sha256(document.business_id.encode()).digest()[:_SHUFFLE_BYTES]
    return length << 8 * _SHUFFLE_BYTES | int.from_bytes(shuffled, "big")


def read_cursor(text: str | None) -> Cursor | None:
    """Return rank and order key of the hit that a page follows.

    Raises:
        Malformed: `cursor.broken`: no index made it.
    """
    if text is None:
        return None
    read = _CURSOR.fullmatch(text)
    if read is None or int(read[1]) > LOWEST_RANK or int(read[2]) >= ORDERS:
        raise Malformed("cursor.broken", field="cursor")
    return int(read[1]), int(read[2])
