"""The state of an edition, the set of its leaves, in pages that editions share.

A page is found by the root over its leaves, so what did not change is not written again: k changed
entries cost about k pages on each of log16(n) levels. A *slot* is a leaf with the number of its row:
32 and 8 bytes. Writers hold no lock: a page never changes, and who wrote it first wrote the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from registry.publication.leaves import NOTHING, node, state_root
from registry.publication.tables import StatePage

LEAF, SLOT = 32, 40
KIDS = 16
SLOTS_A_PAGE = 32
AT_ONCE = 1000
EMPTY = bytes(LEAF)  # no part; a hash of zeros is never met

Writing = Callable[[], AbstractContextManager[Session]]
Page = tuple[bytes, int]  # hash and depth


def slot(leaf: bytes, row_id: int) -> bytes:
    """Return a leaf with the number of its row; slots sort as their leaves do."""
    return leaf + row_id.to_bytes(SLOT - LEAF)


def row_of(one: bytes) -> int:
    """Return the number of a slot's row."""
    return int.from_bytes(one[LEAF:])


class Change:
    """A set of leaves made from another one, and the pages that it needs beside the old ones.

    Attributes:
        root: State root of the new set.
        pages: New pages by hash and depth; those on record already may be among them.
    """

    def __init__(
        self, session: Session, root: bytes, *, removed: Iterable[bytes], added: Iterable[bytes]
    ) -> None:
        """Work it out.

        Args:
            session: Read only; pages of the old set are read.
            root: State root of the old set.
            removed: Leaves that it loses.
            added: Slots that it gains.
        """
        self.pages: dict[Page, tuple[str, bytes]] = {}
        lost, gained = sorted(removed), sorted(added)
        top = EMPTY if root == NOTHING else root
        self._old = _pages_on_the_way(session, top, [*lost, *(one[:LEAF] for one in gained)])
        made = self._renewed(top, 0, lost, gained)
        self.root = NOTHING if made == EMPTY else made

    def write(self, writing: Writing) -> None:
        """Write the new pages, in transactions of bounded length."""
        rows = ({"hash": page[0], "depth": page[1], "kids": None, "slots": None, what: body}
                for page, (what, body) in self.pages.items())  # fmt: skip
        while part := list(islice(rows, AT_ONCE)):
            with writing() as session:
                session.connection().execute(_insert_missing(session), part)

    def _renewed(self, root: bytes, depth: int, lost: list[bytes], gained: list[bytes]) -> bytes:
        if not lost and not gained:
            return root
        what, body = self._old.get((root, depth), ("slots", b"")) if root != EMPTY else ("slots", b"")
        if what == "slots":
            gone = set(lost)
            kept = [one for one in _cut(body, SLOT) if one[:LEAF] not in gone]
            return self._built(sorted([*kept, *gained]) if kept else gained, depth)
        kids = _cut(body, LEAF)
        losing, gaining = _by_digit(lost, depth), _by_digit(gained, depth)
        for digit in {*losing, *gaining}:
            kids[digit] = self._renewed(kids[digit], depth + 1, losing.get(digit, []), gaining.get(digit, []))
        return self._parted(kids, depth)

    def _built(self, slots: list[bytes], depth: int) -> bytes:
        if not slots:
            return EMPTY
        if len(slots) <= SLOTS_A_PAGE or depth == LEAF * 2:
            root = state_root(one[:LEAF] for one in slots)
            self.pages[root, depth] = ("slots", b"".join(slots))
            return root
        parts = _by_digit(slots, depth)
        kids = [self._built(parts[n], depth + 1) if n in parts else EMPTY for n in range(KIDS)]
        return self._parted(kids, depth)

    def _parted(self, kids: list[bytes], depth: int) -> bytes:
        root = _joined(kids)
        if root != EMPTY:
            self.pages[root, depth] = ("kids", b"".join(kids))
        return root


def slots(session: Session, root: bytes) -> Iterator[bytes]:
    """Yield the slots of a state in order of leaf, in bounded memory."""
    return _slots(session, [root] if root != NOTHING else [], 0)


def holding(session: Session, roots: Iterable[bytes], leaves: Iterable[bytes]) -> set[bytes]:
    """Return which of the states hold any of the leaves."""
    asked = sorted(set(leaves))
    found: set[bytes] = set()
    frontier = {root: (asked, {root}) for root in roots if root != NOTHING}
    depth = 0
    while frontier:
        below: dict[bytes, tuple[list[bytes], set[bytes]]] = {}
        for page, (what, body) in _load(session, depth, frontier).items():
            wanted, states = frontier[page]
            if what == "kids":
                kids = _cut(body, LEAF)
                for digit, some in _by_digit(wanted, depth).items():
                    if kids[digit] != EMPTY:
                        below.setdefault(kids[digit], (some, set()))[1].update(states)
            elif not {one[:LEAF] for one in _cut(body, SLOT)}.isdisjoint(wanted):
                found |= states
        frontier, depth = below, depth + 1
    return found


def _slots(session: Session, pages: Sequence[bytes], depth: int) -> Iterator[bytes]:
    loaded = _load(session, depth, pages)
    for page in pages:
        what, body = loaded[page]
        if what == "slots":
            yield from _cut(body, SLOT)
        else:
            yield from _slots(session, [kid for kid in _cut(body, LEAF) if kid != EMPTY], depth + 1)


def _pages_on_the_way(session: Session, root: bytes, leaves: list[bytes]) -> dict[Page, tuple[str, bytes]]:
    """Return the pages from the root down to where the leaves are, or would be."""
    found: dict[Page, tuple[str, bytes]] = {}
    frontier = {root: leaves} if root != EMPTY and leaves else {}
    depth = 0
    while frontier:
        below: dict[bytes, list[bytes]] = {}
        for page, (what, body) in _load(session, depth, frontier).items():
            found[page, depth] = (what, body)
            if what == "kids":
                kids = _cut(body, LEAF)
                parts = _by_digit(frontier[page], depth)
                below |= {kids[n]: some for n, some in parts.items() if kids[n] != EMPTY}
        frontier, depth = below, depth + 1
    return found


def _load(session: Session, depth: int, hashes: Iterable[bytes]) -> dict[bytes, tuple[str, bytes]]:
    """Return pages of one depth by hash."""
    found: dict[bytes, tuple[str, bytes]] = {}
    asked = list(hashes)
    query = select(col(StatePage.hash), col(StatePage.kids), col(StatePage.slots))
    for start in range(0, len(asked), AT_ONCE):
        some = query.where(
            col(StatePage.depth) == depth, col(StatePage.hash).in_(asked[start : start + AT_ONCE])
        )
        for page, kids, held in session.connection().execute(some):
            found[page] = ("slots", held or b"") if kids is None else ("kids", kids)
    return found


def _insert_missing(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(StatePage).on_conflict_do_nothing()


def _joined(kids: list[bytes]) -> bytes:
    """Return the root over sixteen parts: over each two neighbours, where one is empty the other itself."""
    while len(kids) > 1:
        pairs = zip(kids[::2], kids[1::2], strict=True)
        kids = [
            right if left == EMPTY else left if right == EMPTY else node(left, right) for left, right in pairs
        ]
    return kids[0]


def _by_digit(ones: list[bytes], depth: int) -> dict[int, list[bytes]]:
    """Return leaves or slots by their hexadecimal digit at a depth."""
    parts: dict[int, list[bytes]] = defaultdict(list)
    at, shift = depth >> 1, 0 if depth & 1 else 4
    for one in ones:
        parts[one[at] >> shift & 15].append(one)
    return parts


def _cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]
