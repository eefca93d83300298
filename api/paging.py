"""Opaque cursors: where a page ended, in a form that promises nothing about its inside."""

import base64
import binascii

from registry.errors import Malformed

LARGEST = 100


def cursor_of(key: str) -> str:
    """Return the cursor after the row with this key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str | None) -> str | None:
    """Return the key that a cursor holds, or None for the first page.

    Raises:
        Malformed: The cursor was not made here.
    """
    if cursor is None:
        return None
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as broken:
        raise Malformed("cursor.broken", field="cursor") from broken
    if not key.isprintable() or cursor_of(key) != cursor:
        raise Malformed("cursor.broken", field="cursor")
    return key
