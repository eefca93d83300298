"""Lists and boards, for everybody."""

from datetime import date
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from api.describing import public
from api.edge import Edge
from api.paging import LARGEST, Page, cursor_of, key_of
from registry.errors import Gone, NotFound
from registry.publication import public_view
from registry.publication.answers import DueProcess, PublicEntry, PublicRegime, Tombstone
from registry.publication.due_process import due_process
from registry.regions import prefix
from registry.repair.queries import entry_repairable_from
from registry.store.engine import reading

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST)]


class ShownEntry(PublicEntry):
    """An entry as the public sees it, with the day from which it may be repaired."""

    repairable_from: date | None = Field(description="Null: not before its end, or the period is unknown.")


class WholeEntry(ShownEntry):
    """An entry with the steps that led to it."""

    due_process: DueProcess | None = Field(
        description="Steps, days and offices; null where a board shows it."
    )


class EntriesPage(Page[ShownEntry]):
    """One page of the entries of a list."""


class Lists(Controller):
    """Red lists, black lists and boards, each with its legal basis."""

    path = "/api/v1/lists"
    tags = ("lists",)

    @get("/", **public(), summary="Lists and boards in force")
    def all(self, edge: NamedDependency[Edge]) -> tuple[PublicRegime, ...]:
        """Return every list and board in force today, with basis, term and number of entries."""
        return tuple(edge.regimes().values())

    @get("/{regime:str}/entries", **public(404, 422), summary="Entries of a list")
    def entries(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        region: Annotated[str | None, QueryParameter(pattern=r"^\d{2}(\d{2})?(\d{2})?$")] = None,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> EntriesPage:
        """Return the entries shown today, the newest listing first."""
        key = key_of(cursor)
        with reading(edge.engine) as session:
            page = public_view.entries(
                session,
                regime,
                edge.today(),
                region_prefix=prefix(region) if region else "",
                after=key,
                limit=limit,
            )
        items = tuple(_shown(edge, one) for one in page.items)
        return EntriesPage(items=items, next=cursor_of(page.after) if page.after else None)

    @get("/{regime:str}/entries/{entry_id:str}", **public(404, 410), summary="One entry")
    def entry(
        self, edge: NamedDependency[Edge], regime: FromPath[str], entry_id: FromPath[str]
    ) -> WholeEntry:
        """Return an entry; a withdrawn one answers 410 with ground and rule, never a name."""
        with reading(edge.engine) as session:
            found = public_view.entry(session, entry_id, edge.today())
            led_to_it = due_process(session, entry_id, edge.today())
        if found is None or found.regime != regime:
            raise NotFound("entry.unknown", entry_id=entry_id)
        if isinstance(found, Tombstone):
            raise Gone(
                "entry.withdrawn",
                entry_id=entry_id,
                on=found.withdrawn_on.isoformat(),
                ground=found.ground,
                rule=found.rule or "",
            )
        return WholeEntry(**dict(_shown(edge, found)), due_process=led_to_it)


def _shown(edge: Edge, entry: PublicEntry) -> ShownEntry:
    day = entry_repairable_from(edge.rulebook(), entry, edge.today())
    return ShownEntry(**dict(entry), repairable_from=day)
