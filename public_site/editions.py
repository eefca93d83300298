"""Editions of a list: their files with hashes, and how to verify what was downloaded."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from api.edge import Edge
from api.publication import described
from public_site.lists import HOMES, regimes_of
from public_site.names import region_words
from public_site.render import page
from registry.errors import Conflict
from registry.publication import files
from registry.publication.editions import editions
from registry.publication.tables import Edition
from registry.settings import Settings
from registry.store.engine import reading


@dataclass(frozen=True)
class Download:
    """A file of an edition as the page offers it."""

    name: str
    address: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Built:
    """The files of an edition, and how many of its rows were taken back since it was signed."""

    downloads: Sequence[Download]
    withdrawn: int


@get("/lists/{regime:str}/editions", sync_to_thread=True, include_in_schema=False)
def all_editions(edge: NamedDependency[Edge], regime: FromPath[str]) -> Response[str]:
    """Show the editions of a list, the latest first.

    Raises:
        NotFoundException: There is no such list.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        asked = regimes_of(session, rulebook, today).get(regime)
        if asked is None:
            raise NotFoundException
        found = [
            (described(one), one.as_of_on, region_words(one.region)) for one in editions(session, regime)
        ]
    return page(edge.settings, "editions.html", regime=asked, home=HOMES[asked.colour], editions=found)


@get("/lists/{regime:str}/editions/{version:str}", sync_to_thread=True, include_in_schema=False)
def one_edition(
    edge: NamedDependency[Edge], regime: FromPath[str], version: FromPath[str], region: FromQuery[str] = ""
) -> Response[str]:
    """Show one edition with its files, their hashes and its signature.

    Raises:
        NotFoundException: There is no such list.
        NotFound: There is no such edition for the region.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        asked = regimes_of(session, rulebook, today).get(regime)
        if asked is None:
            raise NotFoundException
        edition = files.edition_or_refuse(session, regime, region, version)
        built = _built(session, edge.settings, edition)
    return page(
        edge.settings,
        "edition.html",
        regime=asked,
        home=HOMES[asked.colour],
        it=edition,
        where=region_words(edition.region),
        built=built,
    )


def _built(session: Session, settings: Settings, edition: Edition) -> Built | None:
    """Return the files of an edition; None while they are made again after a withdrawal."""
    try:
        manifest = files.edition_file(session, settings.data_dir, edition, files.MANIFEST).read_bytes()
    except Conflict:
        return None
    told = json.loads(manifest)["files"]
    measured = told["files"]
    measured[files.MANIFEST] = {"sha256": hashlib.sha256(manifest).hexdigest(), "bytes": len(manifest)}
    addresses = {address.partition("?")[0].rsplit("/", 1)[1]: address for address in described(edition).files}
    downloads = [
        Download(name, address, measured[name]["bytes"], measured[name]["sha256"])
        for name, address in addresses.items()
    ]
    return Built(downloads, told["withdrawn"])
