"""Opening, filling and leaving one generation of the tantivy index."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tantivy

from search_index.documents import SearchDocument
from search_index.generations import Generations, Stamp
from search_index.protocol import IndexUnfit, Progress
from search_index.tantivy_rows import SCHEMA, SCHEMA_VERSION, row

_SMALL_HEAP = 32_000_000
_LARGE_HEAP = 256_000_000
_PROGRESS_EVERY = 1000
_OPENING_TRIES = 5


@dataclass(frozen=True)
class Live:
    """An open generation."""

    path: Path
    index: tantivy.Index
    writer: tantivy.IndexWriter | None
    stamp: Stamp


def retire(live: Live) -> None:
    """Stop writing a generation; what was not committed is lost. Searches still running go on."""
    if live.writer is not None:
        live.writer.rollback()
        live.writer.wait_merging_threads()


def reloaded(live: Live) -> bool:
    """Read the last commit of a generation; False if it was swapped away."""
    try:
        live.index.reload()
    except ValueError:
        return False
    return True


def put(writer: tantivy.IndexWriter, document: SearchDocument) -> None:
    """Write a document in the place of the one with the same identifier."""
    writer.delete_documents_by_term("id", document.business_id)
    writer.add_document(row(document))


def fill(path: Path, documents: Iterable[SearchDocument], progress: Progress | None) -> None:
    """Fill a generation that nobody reads yet."""
    index = tantivy.Index(SCHEMA, str(path))
    writer = index.writer(_LARGE_HEAP, 2)
    done = 0
    try:
        for document in documents:
            put(writer, document)
            done += 1
            if progress is not None and done % _PROGRESS_EVERY == 0:
                progress(done)
        writer.commit()
    finally:
        writer.wait_merging_threads()
    if progress is not None:
        progress(done)


def open_for_writing(generations: Generations, *, renew: bool) -> Live:
    """Open the generation in use for writing, or a new empty one.

    Raises:
        IndexUnfit: It is of another schema or damaged, and `renew` is off.
    """
    path = generations.current()
    if path is not None:
        try:
            return open_generation(path, generations.stamp(path), write=True)
        except IndexUnfit:
            if not renew:
                raise
    stamp = Stamp(SCHEMA_VERSION, filled=False)
    path = generations.begin(stamp)
    tantivy.Index(SCHEMA, str(path))
    generations.use(path)
    return open_generation(path, stamp, write=True)


def open_generation(path: Path, stamp: Stamp, *, write: bool) -> Live:
    """Open one generation.

    Raises:
        IndexUnfit: It is of another schema or damaged.
    """
    if stamp.schema != SCHEMA_VERSION:
        raise IndexUnfit(f"the search index in {path} has schema {stamp.schema}, not {SCHEMA_VERSION}")
    try:
        index = tantivy.Index.open(str(path))
        index.config_reader("manual")
        index.reload()
        writer = index.writer(_SMALL_HEAP, 1) if write else None
    except ValueError as broken:
        raise IndexUnfit(f"the search index in {path} cannot be opened: {broken}") from broken
    return Live(path, index, writer, stamp)


def open_for_reading(generations: Generations) -> Live | None:
    """Open the generation in use for reading; it may be swapped away while it is being opened.

    Raises:
        IndexUnfit: It is of another schema or damaged.
    """
    for attempt in range(1, _OPENING_TRIES + 1):
        path = generations.current()
        if path is None:
            return None
        try:
            return open_generation(path, generations.stamp(path), write=False)
        except IndexUnfit:
            if attempt == _OPENING_TRIES or path == generations.current():
                raise
    return None
