"""Editions of lists: what was published, its signed root, and its files to download."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import File
from pydantic import BaseModel, ConfigDict, Field

from api.describing import public
from api.edge import Edge
from registry.publication import files
from registry.publication.editions import editions
from registry.publication.tables import Edition
from registry.store.engine import reading

MEDIA_TYPES = {
    "manifest.json": "application/json",
    "entries.ndjson": "application/x-ndjson",
    "entries.csv": "text/csv; charset=utf-8",
    "entries.parquet": "application/vnd.apache.parquet",
}

RegionCode = Annotated[str, QueryParameter(pattern=r"^\d{6}$", description="GB/T 2260 code of the edition.")]

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
    root: str = Field(description="RFC 6962 root of the salted leaves, hex.")
    previous_version: str | None
    rulebook_hash: str
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
        "/{version:str}/{name:str}",
        **public(404),
        media_type="application/octet-stream",
        summary="A file of an edition",
    )
    def file(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        version: FromPath[str],
        name: FromPath[str],
        region: RegionCode,
    ) -> Response[bytes]:
        """Return a file of the present generation; withdrawn rows are leaf hashes in it."""
        with reading(edge.engine) as session:
            edition = files.edition_or_refuse(session, regime, region, version)
            path = files.edition_file(session, edge.settings.data_dir, edition, name)
        return File(
            path,
            filename=f"{regime}-{region}-{version}-{name}",
            media_type=MEDIA_TYPES[name],
            headers={"Cache-Control": "public, no-cache"},
        )


def described(edition: Edition) -> PublishedEdition:
    """Return the answer about an edition."""
    base = f"/api/v1/lists/{edition.regime}/editions/{edition.version}"
    built = edition.built_generation == edition.generation
    return PublishedEdition(
        **edition.model_dump(
            include={
                "regime",
                "region",
                "version",
                "entries",
                "root",
                "previous_version",
                "rulebook_hash",
                "generation",
            }
        ),
        as_of_on=edition.as_of_on.isoformat(),
        files=tuple(f"{base}/{name}?region={edition.region}" for name in MEDIA_TYPES) if built else (),
    )
