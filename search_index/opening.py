"""Which index an installation has: in process, or on a search server where one is set."""

from pathlib import Path

from registry.errors import Broken
from registry.settings import Settings
from search_index.embedded import EmbeddedIndex
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from search_index.protocol import Index


def open_index(settings: Settings, *, write: bool, renew: bool = False) -> Index:
    """Open the search index; a search server is not asked yet.

    Args:
        settings: Where the folder or the server is.
        write: Whether this process writes it; one may.
        renew: Put an empty index in the place of one that is unfit.

    Raises:
        IndexBusy: Another process writes it.
        IndexUnfit: It is of another schema or damaged, and `renew` is off.
        Broken: The key of the server cannot be read.
    """
    if settings.meilisearch_url is None:
        return EmbeddedIndex.open(settings.data_dir / "index", write=write, renew=renew)
    key = None if settings.meilisearch_key is None else _read_key(settings.meilisearch_key)
    address = Address(
        settings.meilisearch_url, settings.meilisearch_index, key, patience=settings.meilisearch_patience
    )
    return MeilisearchIndex(address, write=write)


def _read_key(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise Broken(f"HM_MEILISEARCH_KEY: the file {file} cannot be read: {unreadable}") from unreadable
