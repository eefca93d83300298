"""Opaque cursors: where a page ended, in a form that promises nothing about its inside."""

import base64
import binascii
import json
from typing import Any

from registry.errors import Malformed

LARGEST = 100


def cursor_of(*keys: Any) -> str:
    """Return the cursor after a row with these keys."""
    return base64.urlsafe_b64encode(json.dumps(keys, ensure_ascii=False).encode()).decode().rstrip("=")


def keys_of(cursor: str | None, count: int) -> tuple[Any, ...] | None:
    """Return the keys that a cursor holds, or None for the first page.

    Raises:
        Malformed: The cursor was not made here.
    """
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeError, ValueError) as broken:
        raise Malformed("cursor.broken", field="cursor") from broken
    if (
        not isinstance(keys, list)
        or len(keys) != count
        or not all(isinstance(key, str | int) for key in keys)
    ):
        raise Malformed("cursor.broken", field="cursor")
    return tuple(keys)
