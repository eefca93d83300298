"""Building the index anew from the database."""

from collections.abc import Iterable

from search_index.documents import SearchDocument
from search_index.protocol import Index, Progress


def rebuild(index: Index, stream: Iterable[SearchDocument], progress: Progress | None = None) -> int:
    """Fill a new index beside the one in use, then swap them; return how many documents it holds.

    Killed at any step, the old index is served on. What is written to the index meanwhile is kept.
    The stream must bring every business that the public may see, once; `progress` is called now and
    then with the number of documents done.
    """
    return index.replace_all(stream, progress)
