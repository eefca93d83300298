"""The index on a Meilisearch server: any number of processes ask it, one of them writes.

The server has no lock that a writer could hold. Whoever leads the jobs writes, and `index rebuild`
runs only where nobody leads.
"""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from search_index.documents import SearchDocument
from search_index.meilisearch_rows import SCHEMA_VERSION
from search_index.meilisearch_search import READ, counted, number_of_all, searched
from search_index.meilisearch_server import Address, IndexMissing, Server
from search_index.meilisearch_writing import Writer
from search_index.protocol import Facets, Hits, IndexReadOnly, IndexSilent, Progress, Query

_LOOKING = 1.0  # seconds for which what another process wrote may stay unseen by `mark`
_TRUSTED = 10.0  # seconds for which an index that was filled is taken for filled

Changes = dict[str, SearchDocument | None]


class MeilisearchIndex:
    """A search index on a server; opening it asks the server nothing."""

    def __init__(self, address: Address, *, write: bool, read: int = READ) -> None:
        """Prepare to ask the server.

        Args:
            address: Where the index is; versions of the rows have indexes of their own.
            write: Whether this process may write; the caller sees to it that no other does.
            read: Documents are read and verified where no more were found.
        """
        versioned = f"{address.uid}_v{SCHEMA_VERSION}"
        self._address = replace(address, uid=versioned)
        self._server = Server(self._address)
        self._writer = Writer(self._address)
        self._write = write
        self._read = read
        self._turn = threading.RLock()  # one thread writes at a time
        self._rebuilding = threading.Lock()
        self._waiting: Changes = {}
        self._meanwhile: Changes | None = None
        self._ready = False
        self._renewals = 0
        self._filled_at = -_TRUSTED
        self._looked: tuple[float, object] = (-_LOOKING, None)

    @property
    def waits(self) -> bool:
        """Say whether a search waits for another machine: it does."""
        return True

    @property
    def needs_rebuild(self) -> bool:
        """Say whether the index was begun empty and never filled from the database since.

        Raises:
            IndexSilent: The server does not answer.
        """
        if time.monotonic() - self._filled_at < _TRUSTED:
            return False
        filled = self._writer.is_filled()
        self._filled_at = time.monotonic() if filled else -_TRUSTED
        return not filled

    def upsert(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in the place of those with the same identifiers; return how many."""
        several = list(documents)
        self._change({one.business_id: one for one in several})
        return len(several)

    def delete(self, ids: Iterable[str]) -> None:
        """Remove businesses; those that are not there are passed over."""
        self._change(dict.fromkeys(ids))

    def commit(self) -> None:
        """Make all changes durable and visible to searches; on return they are.

        Raises:
            IndexSilent: The server does not answer; the changes wait for the next commit.
        """
        with self._turn:
            self._get_ready()
            self._writer.write(self._waiting)
            self._waiting = {}
            self._renewed()

    def search(self, query: Query) -> Hits:
        """Return a page of what was found.

        Raises:
            Malformed: `cursor.broken`: `after` was not made by this index.
            IndexSilent: The server does not answer.
        """
        return searched(self._server, query, self._read)

    def facets(self, query: Query, but_not: Collection[str] = ()) -> Facets:
        """Count what was found, every page of it, by region, sector, list and designation.

        Raises:
            IndexSilent: The server does not answer.
        """
        return counted(self._server, query, but_not, self._read)

    def count(self) -> int:
        """Return the number of businesses that searches see.

        Raises:
            IndexSilent: The server does not answer.
        """
        try:
            return number_of_all(self._server)
        except IndexMissing:
            return 0

    def mark(self) -> object:
        """Return what differs whenever searches may answer otherwise than they did.

        What another process writes is seen after a second. While the server does not answer no two
        marks are the same, and each question that it did not answer changes the next mark: so no answer
        of the database is given again as if the index had given it.
        """
        failures = self._server.failures
        looked_at, seen = self._looked
        if time.monotonic() - looked_at >= _LOOKING:
            try:
                seen = (self._renewals, self._server.state())
            except IndexSilent:
                return object()
            self._looked = (time.monotonic(), seen)
        return failures, seen

    def digests(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield identifier and digest of the named businesses or of all, in no order.

        What is written meanwhile may be missed or told twice.

        Raises:
            IndexSilent: The server does not answer.
        """
        return self._writer.digests(ids)

    def replace_all(self, documents: Iterable[SearchDocument], progress: Progress | None = None) -> int:
        """Build a new index beside this one and swap them; return how many documents it holds.

        Searches see the old one until the swap. Changes made meanwhile are kept.

        Raises:
            IndexSilent: The server does not answer; the old index stays in use.
        """
        with self._rebuilding:
            with self._turn:
                self._get_ready()
                self._meanwhile = {}
            try:
                self._writer.fill_beside(documents, progress)
                with self._turn:
                    self._writer.write(self._meanwhile, beside=True)
                    self._writer.swap()
                    self._renewed()
            except BaseException:
                self._ready = False  # what was begun beside is removed before the next write
                raise
            finally:
                self._meanwhile = None
        return self.count()

    def clear(self) -> None:
        """Forget every business."""
        self.replace_all([])

    def let_go(self) -> None:
        """Let a thread go that waits for the server to write, because the process ends."""
        self._writer.end()

    def close(self) -> None:
        """Give back connections; uncommitted changes are lost."""
        self.let_go()
        self._server.close()
        self._write = False

    def _change(self, changes: Changes) -> None:
        with self._turn:
            self._refuse_reader()
            self._waiting |= changes
            if self._meanwhile is not None:
                self._meanwhile |= changes

    def _get_ready(self) -> None:
        """Begin the index where there is none, and once remove what a crash left of a rebuild."""
        self._refuse_reader()
        self._writer.begin()
        if not self._ready:
            self._writer.drop_beside()
            self._ready = True

    def _refuse_reader(self) -> None:
        """Refuse to write.

        Raises:
            IndexReadOnly: The index was opened for reading, or is closed.
        """
        if not self._write:
            raise IndexReadOnly(f"the search index {self._address.uid} is not open for writing")

    def _renewed(self) -> None:
        self._renewals += 1
        self._looked = (-_LOOKING, None)
