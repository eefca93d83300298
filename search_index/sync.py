"""Keeping the index current: what changed is read again from the database, and written as it is now."""

from collections.abc import Callable, Iterable, Sequence

from search_index.documents import SearchDocument
from search_index.protocol import Index


def sync(index: Index, load: Callable[[Sequence[str]], Iterable[SearchDocument]], ids: Iterable[str]) -> None:
    """Make the index show what the database shows of the named businesses; twice is as good as once.

    `load` returns the documents of those of the businesses that the public may see; the others leave
    the index. When this returns, searches see the change and a crash cannot undo it.
    """
    asked = list(dict.fromkeys(ids))
    if not asked:
        return
    shown = {document.business_id: document for document in load(asked)}
    index.upsert(shown.values())
    index.delete(business_id for business_id in asked if business_id not in shown)
    index.commit()
