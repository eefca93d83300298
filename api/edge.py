"""What every handler stands on: settings, engine, index, clock and the law in force."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Engine

from registry.accounts.devices import Devices
from registry.calendar import legal_day
from registry.complaints.figures import Exposure, exposure
from registry.publication import public_view
from registry.publication.answers import InstrumentsCounted, PublicRegime, RegistryState
from registry.publication.cards import Cards
from registry.publication.counts import Entries, entries_counted, state_of_the_registry
from registry.publication.instruments import counted_by_region
from registry.publication.public_view import index_documents
from registry.reports.store import Reports, open_reports
from registry.rulebook import Rulebook
from registry.settings import Settings
from registry.store import outbox
from registry.store.engine import reading
from registry.store.watch import Counted, Kept, Watch
from registry.transparency.queries import OfficeDay, not_withdrawn
from search_index.documents import SearchDocument, from_source
from search_index.protocol import Index
from search_index.search import Unheard

MOST_WAITING = 500


class Running:
    """Which acts run at this moment, by bearer and Idempotency-Key."""

    def __init__(self) -> None:
        self._acts: set[tuple[str, str]] = set()
        self._turn = Lock()

    def begin(self, one: tuple[str, str]) -> bool:
        """Say whether an act may begin; it may not while the same one runs."""
        with self._turn:
            free = one not in self._acts
            self._acts.add(one)
            return free

    def end(self, one: tuple[str, str]) -> None:
        """Let the same one begin again."""
        with self._turn:
            self._acts.discard(one)


class Waiting(NamedTuple):
    """What the index has not heard of yet.

    Attributes:
        ids: Businesses, shown or not.
        documents: What the index will hold of them.
    """

    ids: frozenset[str]
    documents: tuple[SearchDocument, ...]


@dataclass(frozen=True)
class Edge:
    """The parts of one running installation.

    Attributes:
        running: The acts that this process is carrying out.
        watch: Tells whether the database has changed.
        cards: The short forms of businesses.
        reports: The sealed reports, in a database of their own.
        devices: What opens the secrets of second factors.
    """

    settings: Settings
    engine: Engine
    index: Index
    now: Callable[[], datetime]
    rulebook: Callable[[], Rulebook]
    running: Running = field(default_factory=Running)
    watch: Watch = field(init=False)
    cards: Cards = field(init=False)
    reports: Reports = field(init=False)
    devices: Devices = field(init=False)
    _regimes: Kept[dict[str, PublicRegime]] = field(init=False)
    _state: Counted[RegistryState] = field(init=False)
    _entries: Counted[Entries] = field(init=False)
    _instruments: Counted[tuple[InstrumentsCounted, ...]] = field(init=False)
    _exposure: Counted[Exposure] = field(init=False)
    _not_withdrawn: Counted[tuple[OfficeDay, ...]] = field(init=False)
    _waiting: Kept[Waiting | None] = field(init=False)
    _waiting_ids: Kept[frozenset[str] | None] = field(init=False)

    def __post_init__(self) -> None:
        """Open the eye on the database, and know where the reports and the keys are."""
        object.__setattr__(self, "watch", Watch(self.engine))
        object.__setattr__(self, "cards", Cards(self.engine, self.watch))
        object.__setattr__(self, "reports", open_reports(self.settings))
        object.__setattr__(self, "devices", Devices(self.settings.second_factor_file))
        object.__setattr__(self, "_regimes", Kept(self.watch))
        object.__setattr__(self, "_state", Counted(self.watch))
        object.__setattr__(self, "_entries", Counted(self.watch))
        object.__setattr__(self, "_instruments", Counted(self.watch))
        object.__setattr__(self, "_exposure", Counted(self.watch))
        object.__setattr__(self, "_not_withdrawn", Counted(self.watch))
        object.__setattr__(self, "_waiting", Kept(self.watch))
        object.__setattr__(self, "_waiting_ids", Kept(self.watch))

    @property
    def waits(self) -> bool:
        """Say whether searching waits for another process, so that no event loop may."""
        return self.watch.waits or self.index.waits

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.now())

    def regimes(self) -> dict[str, PublicRegime]:
        """Return the lists and boards in force today, wherever they apply, by code, with their counts."""
        rulebook, today, entries = self.rulebook(), self.today(), self.entries()

        def make() -> dict[str, PublicRegime]:
            return {one.code: one for one in public_view.lists(entries, rulebook, today)}

        return self._regimes.get((rulebook.hash, today), make)

    def entries(self) -> Entries:
        """Return the numbers of entries shown today by list, region and sector, as last counted."""
        today = self.today()

        def read() -> Entries:
            with reading(self.engine) as session:
                return entries_counted(session, today)

        return self._entries.get(today, read)

    def state(self) -> RegistryState:
        """Return how much stands in the registry today, as last counted."""
        today, entries = self.today(), self.entries()

        def read() -> RegistryState:
            with reading(self.engine) as session:
                return state_of_the_registry(session, today, entries)

        return self._state.get(today, read)

    def instruments(self) -> tuple[InstrumentsCounted, ...]:
        """Return how the instruments in use stand today, region by region, as last counted."""
        today = self.today()

        def read() -> tuple[InstrumentsCounted, ...]:
            with reading(self.engine) as session:
                return counted_by_region(session, today)

        return self._instruments.get(today, read)

    def exposure(self) -> Exposure:
        """Return what could be complained of, region by region, as last counted."""

        def read() -> Exposure:
            with reading(self.engine) as session:
                return exposure(session)

        return self._exposure.get(None, read)

    def not_withdrawn(self) -> tuple[OfficeDay, ...]:
        """Return which office had to take off, by which day, what still stands, as last counted."""
        rulebook = self.rulebook()

        def read() -> tuple[OfficeDay, ...]:
            with reading(self.engine) as session:
                return not_withdrawn(session, rulebook)

        return self._not_withdrawn.get(rulebook.hash, read)

    def unheard(self) -> Unheard:
        """Return what tells of businesses that wait to be indexed what the index will hold of them.

        Call it before the index is asked. Which wait is read once a commit; where they are very many, all
        that a page names are read.
        """

        def read() -> frozenset[str] | None:
            with reading(self.engine) as session:
                found = outbox.waiting(session, "search", MOST_WAITING)
                return None if found is None else frozenset(found)

        waiting = self._waiting_ids.get(None, read)

        def told(ids: Sequence[str]) -> dict[str, SearchDocument | None]:
            asked = [one for one in ids if waiting is None or one in waiting]
            if not asked:
                return {}
            with reading(self.engine) as session:
                sources = index_documents(session, self.today(), asked)
                documents = {one.business_id: from_source(one) for one in sources}
            return {one: documents.get(one) for one in asked}

        return told

    def waiting(self) -> Waiting | None:
        """Return what waits to be indexed, or None while it is much; read once a commit."""
        today = self.today()

        def read() -> Waiting | None:
            with reading(self.engine) as session:
                ids = outbox.waiting(session, "search", MOST_WAITING)
                if ids is None:
                    return None
                return Waiting(frozenset(ids), tuple(map(from_source, index_documents(session, today, ids))))

        return self._waiting.get(today, read)
