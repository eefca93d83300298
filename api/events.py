"""What changed on the lists: the event feed to read on from, and Atom feeds to follow."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.describing import public
from api.edge import Edge
from api.log import COUNTABLE
from registry.calendar import SHANGHAI
from registry.errors import NotFound
from registry.log.tables import PublicEvent
from registry.publication.events import BEGINNING, events_after, latest_events
from registry.regions import region as known_region
from registry.rulebook import ListRegime
from registry.store.engine import reading
from registry.texts import catalogue

MOST = 1000
ATOM = "application/atom+xml"
ATOM_SPACE = "http://www.w3.org/2005/Atom"
IN_FEED = 100
OWN_ID = re.compile(r"[a-z2-7]{26}")  # nothing else is a business, nor could stand in XML whatever it is

WORDS = {
    "proposal.published": "feed.published",
    "proposal.listed": "feed.published",
    "board.entered": "feed.published",
    "entry.withdrawn": "feed.withdrawn",
    "entry.suspended": "feed.suspended",
    "entry.renewed": "feed.renewed",
    "edition.prepared": "feed.edition",
}

Region = Annotated[
    str | None, QueryParameter(pattern=r"^\d{6}$", description="Only this region and below it, GB/T 2260.")
]


class Event(BaseModel):
    """One change, by identifiers alone: what holds now is to be read at the entry or the edition."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seq: int = Field(description="Number of the leaf in the transparency log; numbers have gaps.")
    act: str
    on: date
    at: datetime
    regime: str
    region: str
    entry_id: str | None
    business_id: str | None = Field(description="Null once the entry is shown no more.")
    edition: str | None


class Events(BaseModel):
    """Events in their order."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Event, ...]
    after: int = Field(description="Pass it as `after` to read on.")
    more: bool = Field(description="True where more are waiting.")


class Feeds(Controller):
    """The changes of the lists."""

    path = "/api/v1"
    tags = ("events",)

    @get("/events", **public(410, 422), summary="Changes after a number")
    def events(
        self,
        edge: NamedDependency[Edge],
        after: Annotated[int, QueryParameter(ge=BEGINNING, le=COUNTABLE)] = BEGINNING,
        regime: FromQuery[str | None] = None,
        region: Region = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 100,
    ) -> Events:
        """Return the changes after a number, in order; 410 where some of them are kept no more."""
        with reading(edge.engine) as session:
            found = events_after(session, after, limit + 1, regime=regime, region=region)
        items = tuple(Event.model_validate(one) for one in found[:limit])
        return Events(items=items, after=items[-1].seq if items else after, more=len(found) > limit)

    @get("/feeds/{name:str}", **public(404), media_type=ATOM, summary="An Atom feed")
    def feed(self, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
        """Return the latest changes of `list-CODE.atom`, `region-CODE.atom` or `business-ID.atom`."""
        asked = _asked(edge, name)
        with reading(edge.engine) as session:
            found = latest_events(session, IN_FEED, **asked)
        body = _atom(edge.settings.public_url.rstrip("/"), name, found, edge.today())
        return Response(body, media_type=f"{ATOM}; charset=utf-8")


def _asked(edge: Edge, name: str) -> dict[str, str]:
    """Return what a feed is of.

    Raises:
        NotFound: The name is none of a feed, or of a list or region that there is not.
    """
    kind, _, of = name.removesuffix(".atom").partition("-")
    if name.endswith(".atom") and of:
        if kind == "list" and any(row.code == of for row in edge.rulebook().rows(ListRegime)):
            return {"regime": of}
        if kind == "region" and known_region(of) is not None:
            return {"region": of}
        if kind == "business" and OWN_ID.fullmatch(of):
            return {"business_id": of}
    raise NotFound("feed.unknown", field="name", name=name)


def _atom(site: str, name: str, events: Sequence[PublicEvent], today: date) -> bytes:
    """Return a feed (RFC 4287) in Chinese, without a name of anybody."""
    host = urlsplit(site).hostname
    feed = Xml.Element("feed", {"xmlns": ATOM_SPACE, "xml:lang": "zh-CN"})
    _text(feed, "id", f"tag:{host},2026:feed:{name}")
    _text(feed, "title", f"{catalogue()['feed.title']['zh']} · {name.removesuffix('.atom')}")
    newest = events[0].at if events else datetime.combine(today, time.min, SHANGHAI)
    _text(feed, "updated", newest.isoformat())
    _text(Xml.SubElement(feed, "author"), "name", "诚信计量登记")
    Xml.SubElement(feed, "link", {"rel": "self", "type": ATOM, "href": f"{site}/api/v1/feeds/{name}"})
    for event in events:
        one = Xml.SubElement(feed, "entry")
        what = catalogue()[WORDS.get(event.act, "feed.other")]["zh"]
        _text(one, "id", f"tag:{host},2026:event:{event.seq}")
        _text(one, "title", f"{what} · {event.regime} · {event.region}")
        _text(one, "updated", event.at.isoformat())
        Xml.SubElement(one, "link", {"href": site + _address(event)})
        Xml.SubElement(one, "category", {"term": event.act})
        _text(one, "summary", f"{event.on.isoformat()} {what}")
    written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _text(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = text


def _address(event: PublicEvent) -> str:
    """Return where what holds now can be read."""
    base = f"/api/v1/lists/{event.regime}"
    if event.entry_id is not None:
        return f"{base}/entries/{event.entry_id}"
    return f"{base}/editions/{event.edition}?region={event.region}"
