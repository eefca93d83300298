"""Editions of a list: their files with hashes, and how to verify what was downloaded."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from api.edge import Edge
from api.publication import described
from public_site.lists import HOMES
from public_site.names import region_words
from public_site.reader import Reader
from registry.errors import Conflict, Gone
from registry.publication import files
from registry.publication.catalog import latest_editions
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


@get("/editions", sync_to_thread=True, include_in_schema=False)
def latest(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Show the latest edition of every list for every region, and how all of it is verified."""
    regimes = edge.regimes()
    with reading(edge.engine) as session:
        found = [(one, region_words(one.region)) for one in latest_editions(session)]
    key = next((one.public_key for one, _ in found if one.public_key), None)
    return reader.page("latest.html", latest=found, regimes=regimes, key=key)


@get("/lists/{regime:str}/editions", sync_to_thread=True, include_in_schema=False)
def all_editions(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], regime: FromPath[str]
) -> Response[str]:
    """Show the editions of a list, the latest first.

    Raises:
        NotFoundException: There is no such list.
    """

    with reading(edge.engine) as session:
        asked = edge.regimes().get(regime)
        if asked is None:
            raise NotFoundException
        found = [
            (described(one), one.as_of_on, region_words(one.region)) for one in editions(session, regime)
        ]
    return reader.page("editions.html", regime=asked, home=HOMES[asked.colour], editions=found)


@get("/lists/{regime:str}/editions/{version:str}", sync_to_thread=True, include_in_schema=False)
def one_edition(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    version: FromPath[str],
    region: FromQuery[str] = "",
) -> Response[str]:
    """Show one edition with its files, their hashes and its signature.

    Raises:
        NotFoundException: There is no such list.
        NotFound: There is no such edition for the region.
    """

    with reading(edge.engine) as session:
        asked = edge.regimes().get(regime)
        if asked is None:
            raise NotFoundException
        edition = files.edition_or_refuse(session, regime, region, version)
        built = _built(session, edge.settings, edition)
    return reader.page(
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
    except (Conflict, Gone):
        return None
    told = json.loads(manifest)["files"]
    measured = told["files"]
    measured[files.MANIFEST] = {"sha256": hashlib.sha256(manifest).hexdigest(), "bytes": len(manifest)}
    told_of = described(edition)
    addresses = {address.rsplit("/", 1)[1]: address for address in (*told_of.files, *told_of.delta)}
    measured |= _delta_files(session, settings, edition)
    downloads = [
        Download(name, address, measured[name]["bytes"], measured[name]["sha256"])
        for name, address in addresses.items()
    ]
    return Built(downloads, told["withdrawn"])


def _delta_files(session: Session, settings: Settings, edition: Edition) -> dict[str, dict[str, Any]]:
    """Return size and hash of the files of the delta that leads to an edition, where there is one."""
    if edition.previous_version is None:
        return {}
    path = files.edition_file(session, settings.data_dir, edition, files.DELTA_MANIFEST)
    manifest = path.read_bytes()
    measured: dict[str, dict[str, Any]] = json.loads(manifest)["files"]["files"]
    measured[files.DELTA_MANIFEST] = {
        "sha256": hashlib.sha256(manifest).hexdigest(),
        "bytes": len(manifest),
    }
    return measured
