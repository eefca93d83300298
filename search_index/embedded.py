"""The index in process: tantivy in a folder, with one writer and any number of readers.

Searches never wait: they read what was last committed. A process that only reads looks at two file
marks before each search and follows the writer's commits and swaps.
"""

import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import tantivy

from search_index.documents import SearchDocument, digest_of
from search_index.generations import Generations, Stamp, mark_of
from search_index.ordering import read_cursor
from search_index.plan import plan
from search_index.protocol import LARGEST_PAGE, Facets, Hits, IndexReadOnly, Progress, Query
from search_index.tantivy_facets import counted
from search_index.tantivy_live import (
    Live,
    fill,
    open_for_reading,
    open_for_writing,
    open_generation,
    put,
    reloaded,
    retire,
)
from search_index.tantivy_queries import anywhere, filters
from search_index.tantivy_rows import SCHEMA_VERSION
from search_index.tantivy_search import Asked, first_hits, parts, stored


class EmbeddedIndex:
    """A search index in a folder."""

    def __init__(self, generations: Generations, lock: IO[str] | None, live: Live | None) -> None:
        self._generations = generations
        self._lock = lock
        self._live = live
        self._marks: tuple[object, object] = (None, None)
        self._renewals = 0  # raised after searches have begun to see something else, never before
        self._turn = threading.RLock()  # one thread writes, or reopens, at a time
        self._rebuilding = threading.Lock()
        self._meanwhile: list[SearchDocument | str] | None = None

    @classmethod
    def open(cls, folder: Path, *, write: bool, renew: bool = False) -> "EmbeddedIndex":
        """Open the index in a folder; one that has none yet begins empty.

        Args:
            folder: Made if it is missing, for writing.
            write: Take the folder for writing; otherwise follow the process that does.
            renew: Put an empty index in the place of one that is unfit.

        Raises:
            IndexBusy: Another process writes it.
            IndexUnfit: It is of another schema or damaged, and `renew` is off.
        """
        generations = Generations(folder)
        if not write:
            index = cls(generations, None, None)
            index._follow()
            return index
        lock = generations.hold()
        try:
            live = open_for_writing(generations, renew=renew)
            generations.sweep(keep=live.path)
        except BaseException:
            lock.close()
            raise
        return cls(generations, lock, live)

    @property
    def waits(self) -> bool:
        """Say whether a search waits for another machine: this one is in process."""
        return False

    @property
    def needs_rebuild(self) -> bool:
        """Say whether the index was begun empty and never filled from the database since."""
        live = self._current()
        return live is None or not live.stamp.filled

    def upsert(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in the place of those with the same identifiers; return how many."""
        with self._turn:
            writer, done = self._writer(), 0
            for document in documents:
                put(writer, document)
                if self._meanwhile is not None:
                    self._meanwhile.append(document)
                done += 1
            return done

    def delete(self, ids: Iterable[str]) -> None:
        """Remove businesses; those that are not there are passed over."""
        with self._turn:
            writer = self._writer()
            for business_id in ids:
                writer.delete_documents_by_term("id", business_id)
                if self._meanwhile is not None:
                    self._meanwhile.append(business_id)

    def commit(self) -> None:
        """Make all changes durable and visible to searches; on return they are."""
        with self._turn:
            self._writer().commit()
            live = self._current()
            if live is not None:
                live.index.reload()
                self._renewals += 1

    def search(self, query: Query) -> Hits:
        """Return a page of what was found.

        Raises:
            Malformed: `cursor.broken`: `after` was not made by this index.
        """
        after = read_cursor(query.after)
        live = self._current()
        planned = plan(query.text)
        everywhere = anywhere(planned, anything=not query.text.strip())
        within = filters(query)
        if live is None or everywhere is None or within is None:
            return Hits((), 0, None)
        limit = min(max(query.limit, 1), LARGEST_PAGE)
        searcher = live.index.searcher()
        asked = Asked(searcher, planned, everywhere, within)
        found, total = first_hits(asked, limit + 1, after)
        items = tuple(found[:limit])
        return Hits(items, total, items[-1].next if len(found) > limit else None)

    def facets(self, query: Query, but_not: Collection[str] = ()) -> Facets:
        """Count what was found, every page of it, by region, sector, list and designation."""
        live = self._current()
        everywhere = anywhere(plan(query.text), anything=not query.text.strip())
        if live is None or everywhere is None:
            return Facets()
        return counted(live.index.searcher(), everywhere, query, but_not)

    def count(self) -> int:
        """Return the number of businesses that searches see."""
        live = self._current()
        return live.index.searcher().num_docs if live else 0

    def mark(self) -> object:
        """Return what differs whenever searches may answer otherwise than they did: a commit, a swap."""
        self._current()
        return self._renewals

    def digests(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield identifier and digest of the named businesses or of all, in no order."""
        live = self._current()
        if live is None:
            return
        searcher = live.index.searcher()
        for query, most in parts(searcher, ids):
            for _, address in searcher.search(query, limit=most, count=False).hits:
                kept = stored(searcher, address)
                yield SearchDocument.read(kept).business_id, digest_of(kept)

    def replace_all(self, documents: Iterable[SearchDocument], progress: Progress | None = None) -> int:
        """Build a new index beside this one and swap them; return how many documents it holds.

        Searches see the old one until the swap. Changes made meanwhile are kept.
        """
        with self._rebuilding:
            with self._turn:
                self._writer()
                self._meanwhile = []
            try:
                path = self._generations.begin(Stamp(SCHEMA_VERSION, filled=True))
                try:
                    fill(path, documents, progress)
                    old = self._swap(path)
                except BaseException:
                    if self._generations.current() != path:
                        shutil.rmtree(path)
                    raise
            finally:
                self._meanwhile = None
            retire(old)
            self._generations.sweep(keep=path)
        return self.count()

    def clear(self) -> None:
        """Forget every business."""
        self.replace_all([])

    def let_go(self) -> None:
        """Let nobody go: here nobody waits for another machine."""

    def close(self) -> None:
        """Give back files and locks; uncommitted changes are lost."""
        with self._turn:
            live, self._live = self._live, None
            if live is not None:
                retire(live)
            if self._lock is not None:
                self._lock.close()

    def _writer(self) -> tantivy.IndexWriter:
        """Return the writer.

        Raises:
            IndexReadOnly: The index was opened for reading, or is closed.
        """
        if self._live is None or self._live.writer is None:
            raise IndexReadOnly(f"the search index in {self._generations.folder} is not open for writing")
        return self._live.writer

    def _swap(self, path: Path) -> Live:
        """Put a filled generation in use, with the changes made while it was filled; return the old."""
        fresh = open_generation(path, Stamp(SCHEMA_VERSION, filled=True), write=True)
        with self._turn:
            self._writer()  # refuses if the index was closed meanwhile
            writer, old = fresh.writer, self._live
            if writer is None or old is None:
                raise IndexReadOnly(f"the search index in {path} is not open for writing")
            for change in self._meanwhile or ():
                if isinstance(change, str):
                    writer.delete_documents_by_term("id", change)
                else:
                    put(writer, change)
            writer.commit()
            fresh.index.reload()
            self._generations.use(path)
            self._live, self._meanwhile = fresh, None
            self._renewals += 1
        return old

    def _current(self) -> Live | None:
        """Return the generation that searches read; a follower looks first whether it has moved on."""
        if self._lock is None:
            self._follow()
        return self._live

    def _follow(self) -> None:
        """Catch up with the process that writes."""
        if self._seen() == self._marks:
            return
        with self._turn:
            seen = self._seen()
            if self._live is None or seen[0] != self._marks[0] or not reloaded(self._live):
                self._live = open_for_reading(self._generations)
            self._marks = seen
            self._renewals += 1

    def _seen(self) -> tuple[object, object]:
        """Return marks that change with every swap and with every commit of the writer."""
        live = self._live
        commit = mark_of(live.path / "meta.json") if live is not None else None
        return self._generations.pointer_mark(), commit
