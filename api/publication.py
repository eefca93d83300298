"""Editions of lists: what was published, its signed root, and its files to download."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import File
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, public, sent_as, supervised
from api.edge import Edge
from api.orders import EditionOrdered, order_file
from registry.errors import NotFound
from registry.publication import deltas, files
from registry.publication.csvw import DESCRIPTION
from registry.publication.editions import editions
from registry.publication.formats import CSV
from registry.publication.orders import OrderEdition, order_edition
from registry.publication.tables import Edition
from registry.store.engine import reading

EDITION_TYPES = {
    "manifest.json": "application/json",
    "entries.ndjson": "application/x-ndjson",
    CSV: "text/csv",
    DESCRIPTION: "application/csvm+json",
    "entries.parquet": "application/vnd.apache.parquet",
}
DELTA_TYPES = {"delta-manifest.json": "application/json", "delta.ndjson": "application/x-ndjson"}

RegionCode = Annotated[str, QueryParameter(pattern=r"^\d{6}$", description="GB/T 2260 code of the edition.")]

After = Annotated[
    str | None,
    QueryParameter(max_length=64, description="Version of the edition at hand; without: all deltas."),
]

AnyRegion = Annotated[
    str | None, QueryParameter(pattern=r"^\d{6}$", description="Only editions of this region.")
]


class PublishedEdition(BaseModel):
    """One edition: what was signed, and the files that hold its rows."""

    model_config = ConfigDict(frozen=True)

    regime: str
    region: str
    version: str
    as_of_on: str
    entries: int
    serial: int | None = Field(description="Place in the chain of deltas; null: beside it.")
    state_root: str = Field(description="Root over the set of salted leaves, hex; see docs/editions.md.")
    previous_version: str | None
    rulebook_hash: str
    generation: int = Field(description="Raised by every withdrawal; the files are made again.")
    retired_on: str | None = Field(description="Day from which its files are kept no more.")
    files: tuple[str, ...] = Field(description="Addresses of the files; empty while they are being made.")
    delta: tuple[str, ...] = Field(description="Addresses of the delta that leads to it, where there is one.")


class PublishedDelta(BaseModel):
    """What leads from one edition to the next: signed operations on its rows."""

    model_config = ConfigDict(frozen=True)

    regime: str
    region: str
    version: str = Field(description="Of the edition that it leads to.")
    serial: int
    previous_version: str = Field(description="Of the edition that it begins with.")
    state_root: str = Field(
        description="State root afterwards, hex; before it is that of the edition before."
    )
    generation: int = Field(description="Raised by every withdrawal; the files are made again.")
    files: tuple[str, ...] = Field(description="Addresses of the files; empty while they are being made.")


class Editions(Controller):
    """Editions of red lists, black lists and boards."""

    path = "/api/v1/lists/{regime:str}/editions"
    tags = ("editions",)

    @get("/", **public(404), summary="Editions of a list")
    def all(
        self, edge: NamedDependency[Edge], regime: FromPath[str], region: AnyRegion = None
    ) -> list[PublishedEdition]:
        """Return the editions of a list, the latest first."""
        with reading(edge.engine) as session:
            return [described(edition) for edition in editions(session, regime, region)]

    @get("/{version:str}", **public(404), summary="One edition")
    def one(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        version: FromPath[str],
        region: RegionCode,
    ) -> PublishedEdition:
        """Return one edition of a list for a region."""
        with reading(edge.engine) as session:
            return described(files.edition_or_refuse(session, regime, region, version))

    @get(
        "/{version:str}/{region:str}/{name:str}",
        **public(404, 409, 410),
        **sent_as(*EDITION_TYPES.values()),
        summary="A file of an edition",
    )
    def file(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        version: FromPath[str],
        region: FromPath[str],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Return a file of the present generation; withdrawn rows are leaf hashes in it."""
        if name not in EDITION_TYPES:
            raise NotFound("edition.file_unknown", field="file", file=name)
        with reading(edge.engine) as session:
            edition = files.edition_or_refuse(session, regime, region, version)
            path = files.edition_file(session, edge.settings.data_dir, edition, name)
        return _sent(path, edition, name)

    @post("/", **act(), status_code=202, summary="Ask for an edition now")
    def order(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        data: JSONBody[OrderEdition],
    ) -> Response[Recorded]:
        """Record the order and answer 202 with where to look; the edition is prepared by a job."""
        answer = record(
            edge,
            request,
            data,
            lambda work: recorded(order_edition(work, data), request),
            status=202,
        )
        identifier = Recorded.model_validate_json(answer.content).id
        answer.headers["Location"] = f"/api/v1/lists/{regime}/editions/orders/{identifier}"
        return answer

    @get("/orders/{order_id:str}", **supervised(404), summary="What became of an order")
    def ordered(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        order_id: FromPath[str],
    ) -> EditionOrdered:
        """Return whether an order waits, was carried out, or was refused, and why."""
        return consult(edge, request, lambda work: order_file(work, regime, order_id))


class Deltas(Controller):
    """What leads from one edition of a list to the next, to keep a copy by."""

    path = "/api/v1/lists/{regime:str}/deltas"
    tags = ("editions",)

    @get("/", **public(404, 410), summary="Deltas after an edition")
    def after(
        self, edge: NamedDependency[Edge], regime: FromPath[str], region: RegionCode, after: After = None
    ) -> list[PublishedDelta]:
        """Return the deltas that lead from an edition to the newest, in order; 410 where they are too old."""
        with reading(edge.engine) as session:
            return [_delta(edition) for edition in deltas.after(session, regime, region, after)]

    @get(
        "/{version:str}/{region:str}/{name:str}",
        **public(404, 409, 410),
        **sent_as(*DELTA_TYPES.values()),
        summary="A file of a delta",
    )
    def file(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        version: FromPath[str],
        region: FromPath[str],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Return a file of the delta that leads to an edition; withdrawn rows are leaf hashes in it."""
        if name not in DELTA_TYPES:
            raise NotFound("edition.file_unknown", field="file", file=name)
        with reading(edge.engine) as session:
            edition = files.edition_or_refuse(session, regime, region, version)
            path = files.edition_file(session, edge.settings.data_dir, edition, name)
        return _sent(path, edition, name)


def _sent(path: Path, edition: Edition, name: str) -> Response[bytes]:
    headers = {"Cache-Control": "public, no-cache"}
    if name == CSV:
        headers["Link"] = f'<{DESCRIPTION}>; rel="describedby"; type="{EDITION_TYPES[DESCRIPTION]}"'
    return File(
        path,
        filename=f"{edition.regime}-{edition.region}-{edition.version}-{name}",
        media_type=(EDITION_TYPES | DELTA_TYPES)[name],
        headers=headers,
    )


def _addresses(edition: Edition, kind: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of an edition's files; none while they are made, or once they are gone.

    Each stands in full in its path: what one file says of another, by its name alone, leads to it.
    """
    if edition.built_generation != edition.generation or edition.retired_on is not None:
        return ()
    base = f"/api/v1/lists/{edition.regime}/{kind}/{edition.version}/{edition.region}"
    return tuple(f"{base}/{name}" for name in names)


def _delta(edition: Edition) -> PublishedDelta:
    told = edition.model_dump(include=set(PublishedDelta.model_fields) - {"files"})
    return PublishedDelta(**told, files=_addresses(edition, "deltas", DELTA_TYPES))


def described(edition: Edition) -> PublishedEdition:
    """Return the answer about an edition."""
    return PublishedEdition(
        **edition.model_dump(
            include={
                "regime",
                "region",
                "version",
                "entries",
                "serial",
                "state_root",
                "previous_version",
                "rulebook_hash",
                "generation",
            }
        ),
        as_of_on=edition.as_of_on.isoformat(),
        retired_on=edition.retired_on.isoformat() if edition.retired_on else None,
        files=_addresses(edition, "editions", EDITION_TYPES),
        delta=_addresses(edition, "deltas", DELTA_TYPES if edition.previous_version else ()),
    )
