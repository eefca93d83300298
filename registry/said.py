"""Saying a fact again: what tells a repetition from a new fact and from a contradiction."""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from registry.errors import Conflict


class Said(NamedTuple):
    """A fact as somebody says it.

    Attributes:
        key: What makes it this fact and no other.
        content: What else is said of it.
        source_key: Key in the source that it was read from.
    """

    key: Hashable
    content: Hashable
    source_key: str | None


class SaidBefore:
    """The facts on record that the rows of a batch may say again."""

    def __init__(
        self, *, duplicate: Callable[[str], Conflict], source_differs: Callable[[str], Conflict]
    ) -> None:
        """Take how to refuse: from the id of the fact on record, from the key in the source."""
        self._duplicate = duplicate
        self._source_differs = source_differs
        self._by_key: dict[Hashable, tuple[str, Said]] = {}
        self._by_source: dict[str, tuple[str, Said]] = {}

    def add(self, fact_id: str, said: Said) -> None:
        """Remember a fact, so that the next row finds it."""
        self._by_key[said.key] = (fact_id, said)
        if said.source_key is not None:
            self._by_source[said.source_key] = (fact_id, said)

    def match(self, said: Said) -> str | None:
        """Return the fact that says the same, or None where it is a new one.

        Raises:
            Conflict: The same source, or the same key, said otherwise before.
        """
        if said.source_key is not None and said.source_key in self._by_source:
            fact_id, before = self._by_source[said.source_key]
            if before[:2] != said[:2]:
                raise self._source_differs(said.source_key)
            return fact_id
        if said.key in self._by_key:
            fact_id, before = self._by_key[said.key]
            if before.content != said.content:
                raise self._duplicate(fact_id)
            if said.source_key is not None:  # a further source of the fact; it names no other one
                self._by_source[said.source_key] = (fact_id, said)
            return fact_id
        return None
