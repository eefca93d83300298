"""Pages, and opaque cursors: where a page ended, in a form that promises nothing about its inside."""

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from registry.errors import Malformed

LARGEST = 100

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of answers, in the order of a key."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Item, ...]
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")

    @classmethod
    def of(cls, found: Sequence[object], limit: int, key: str) -> Self:
        """Return the page of rows of which one more than `limit` was asked for.

        Args:
            found: What was read, rows or answers.
            limit: Answers of a page.
            key: Name of the field that the rows are in order of.
        """
        more = len(found) > limit
        last = cursor_of(str(getattr(found[limit - 1], key))) if more else None
        return cls.model_validate({"items": found[:limit], "next": last}, from_attributes=True)


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
