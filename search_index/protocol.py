"""What every search index does, whichever engine does it.

Order of the hits: by rank, then shorter names, then a fixed shuffle of the identifiers. A rank is
a tier (exact name, beginning of a name, run inside it, former name or alias, code, market with
stall and address, pinyin, initials); inside a tier a query found in one piece stands before one
whose words were found apart.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from registry.errors import Broken
from search_index.documents import SearchDocument

LONGEST_TEXT = 256
LARGEST_PAGE = 100

FieldName = Literal["name", "former_name", "alias", "uscc", "market", "stall", "address"]
MatchKind = Literal["exact", "prefix", "substring", "pinyin", "initials"]


class IndexBusy(Broken):
    """Another process writes the index."""


class IndexUnfit(Broken):
    """The index is of another schema or damaged: it must be built again from the database."""


class IndexReadOnly(Broken):
    """The index was opened for reading."""


class IndexSilent(Broken):
    """The search server does not answer, or not in time, or has no index yet."""


@dataclass(frozen=True)
class Query:
    """What is asked of the index.

    Attributes:
        text: Up to 256 characters; longer text finds nothing. Words parted by spaces must all be
            found, in whichever fields. Without any text everything passes that the filters let pass.
        region_prefix: One to six digits.
        sector: Code of a sector.
        lists: Codes of regimes; a business on any of them passes.
        designated: Only demonstration units pass.
        limit: Number of hits wanted, taken into 1..100.
        after: The `next` of an earlier answer to the same question.
    """

    text: str = ""
    region_prefix: str | None = None
    sector: str | None = None
    lists: tuple[str, ...] | None = None
    designated: bool = False
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why a business was found: the field, the kind of match, and the run of the field that matched."""

    field: FieldName
    kind: MatchKind
    matched: str


@dataclass(frozen=True)
class Hit:
    """A business that was found.

    Attributes:
        score: Higher stands earlier; equal within a rank.
        reasons: One where the query was found in one piece, else one for each word; none where
            only filters were asked.
        next: Where a page begins that follows this hit.
    """

    business_id: str
    score: int
    reasons: tuple[Reason, ...]
    next: str

    @property
    def reason(self) -> Reason | None:
        """Return the first reason."""
        return self.reasons[0] if self.reasons else None


@dataclass(frozen=True)
class Hits:
    """One page of what was found.

    Attributes:
        total: Number of all businesses found, on whichever page.
        next: Pass it as `after` to read on; None at the end.
    """

    items: tuple[Hit, ...]
    total: int
    next: str | None


@dataclass(frozen=True)
class Facets:
    """Numbers of businesses.

    Attributes:
        total: All that were found, under every filter.
        regions: By code of the county, six digits of GB/T 2260, without the filter by region.
        sectors: By code, without the filter by sector; who has none is in no number.
        lists: By code of the regime, without the filter by list; who is on two counts in both.
        designated: Demonstration units, whether or not only they were asked for.
    """

    total: int = 0
    regions: Mapping[str, int] = field(default_factory=Counter)
    sectors: Mapping[str, int] = field(default_factory=Counter)
    lists: Mapping[str, int] = field(default_factory=Counter)
    designated: int = 0

    def plus(self, other: "Facets") -> "Facets":
        """Return both numbers together, for two sets that have no business in common."""
        return Facets(
            self.total + other.total,
            Counter(self.regions) + Counter(other.regions),
            Counter(self.sectors) + Counter(other.sectors),
            Counter(self.lists) + Counter(other.lists),
            self.designated + other.designated,
        )


Progress = Callable[[int], None]


class Index(Protocol):
    """A full-text index of businesses; safe to share between threads.

    An index on another machine may raise `IndexSilent` wherever it is asked or written; `mark`,
    `let_go` and `close` never do.
    """

    @property
    def waits(self) -> bool:
        """Say whether a search waits for another machine: no event loop may."""

    @property
    def needs_rebuild(self) -> bool:
        """Say whether the index was begun empty and never filled from the database since."""

    def upsert(self, documents: Iterable[SearchDocument]) -> int:
        """Put documents in the place of those with the same identifiers; return how many."""

    def delete(self, ids: Iterable[str]) -> None:
        """Remove businesses; those that are not there are passed over."""

    def commit(self) -> None:
        """Make all changes durable and visible to searches; on return they are."""

    def search(self, query: Query) -> Hits:
        """Return a page of what was found.

        Raises:
            Malformed: `cursor.broken`: `after` was not made by this index.
            IndexSilent: A search server does not answer. Nothing else raises.
        """

    def facets(self, query: Query, but_not: Collection[str] = ()) -> Facets:
        """Count what was found, every page of it, by region, sector, list and designation.

        Args:
            query: `limit` and `after` mean nothing here.
            but_not: Businesses to leave out, whatever the index holds of them.
        """

    def count(self) -> int:
        """Return the number of businesses that searches see."""

    def mark(self) -> object:
        """Return what differs whenever searches may answer otherwise than they did: a commit, a swap."""

    def digests(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield identifier and digest of the named businesses or of all, in no order."""

    def replace_all(self, documents: Iterable[SearchDocument], progress: Progress | None = None) -> int:
        """Build a new index beside this one and swap them; return how many documents it holds.

        Searches see the old one until the swap. Changes made meanwhile are kept.

        Args:
            documents: Each business once; read slowly, while searches go on.
            progress: Called now and then with the number of documents done.
        """

    def clear(self) -> None:
        """Forget every business."""

    def let_go(self) -> None:
        """Let a thread go that waits for another machine to write, because the process ends."""

    def close(self) -> None:
        """Give back files and locks; uncommitted changes are lost."""
