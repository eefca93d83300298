"""The transparency log: checkpoint and tiles as they were released, proofs, entries, certificates."""

from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult
from api.describing import public, supervised
from api.edge import Edge
from api.paging import LARGEST
from registry.audit.work import Work
from registry.errors import NotFound
from registry.log import proofs, tiles
from registry.log.tables import LogLeaf
from registry.publication import public_view
from registry.store.engine import reading

FOR_EVER = "public, max-age=31536000, immutable"
COUNTABLE = 2**31 - 2  # the number of a leaf, and the one after it, are integers of four bytes

Size = Annotated[
    int | None,
    QueryParameter(ge=1, le=COUNTABLE, description="Leaves of the tree; the latest signed unless given."),
]


class PublicLeaf(BaseModel):
    """What the log says of an act; its canonical JSON (RFC 8785) is what is hashed."""

    model_config = ConfigDict(frozen=True)

    leaf_id: str
    act: str
    on: str = Field(description="Legal day.")
    office_code: str
    commitment: str = Field(description="SHA-256 of salt and content, hex.")


class NumberedLeaf(BaseModel):
    """A leaf and its place."""

    model_config = ConfigDict(frozen=True)

    index: int
    leaf: PublicLeaf


class LeavesPage(BaseModel):
    """Leaves in order, as far as they are signed."""

    model_config = ConfigDict(frozen=True)

    items: tuple[NumberedLeaf, ...]
    next: int | None = Field(description="Pass it as `after` to read on; null at the end of what is signed.")


class Inclusion(BaseModel):
    """The proof that a leaf is in the tree of a size (RFC 6962 section 2.1.1)."""

    model_config = ConfigDict(frozen=True)

    leaf: PublicLeaf
    index: int
    size: int
    path: tuple[str, ...] = Field(description="Hashes in hex, from the leaf's sibling upwards.")
    checkpoint: str | None = Field(description="What was signed at just this size, if anything was.")


class Consistency(BaseModel):
    """The proof that a tree begins with the leaves of a smaller one (RFC 6962 section 2.1.2)."""

    model_config = ConfigDict(frozen=True)

    from_size: int
    size: int
    path: tuple[str, ...] = Field(description="Hashes in hex.")
    from_checkpoint: str | None = Field(description="What was signed at the smaller size, if anything was.")
    checkpoint: str | None = Field(description="What was signed at the larger size, if anything was.")


class Certificate(BaseModel):
    """The certificate of one act on a subject."""

    model_config = ConfigDict(frozen=True)

    leaf: PublicLeaf
    index: int
    certificate: str = Field(description="A C2SP tlog-proof with the leaf and what opens it.")


class Log(Controller):
    """The transparency log (透明日志)."""

    path = "/api/v1/log"
    tags = ("log",)

    @get("/checkpoint", **public(404), media_type=MediaType.TEXT, summary="The latest checkpoint")
    def checkpoint(self, edge: NamedDependency[Edge]) -> str:
        """Return the signed head of the log, a C2SP checkpoint."""
        place = edge.settings.data_dir / tiles.FOLDER / tiles.CHECKPOINT
        if not place.is_file():
            raise NotFound("log.unsigned")
        return place.read_text(encoding="utf-8")

    @get(
        "/tile/{name:path}",
        **public(404),
        media_type="application/octet-stream",
        summary="A tile of hashes or entries",
    )
    def tile(self, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
        """Return a tile of hashes, or of entries each after its length in two bytes (C2SP tlog-tiles)."""
        asked = name.removeprefix("/")
        place = tiles.tile_file(edge.settings.data_dir, asked)
        if place is None:
            raise NotFound("log.tile_unknown", name=asked)
        return Response(
            place.read_bytes(),
            media_type="application/octet-stream",
            headers={"Cache-Control": FOR_EVER},
        )

    @get("/entries", **public(404), summary="Leaves in order")
    def entries(
        self,
        edge: NamedDependency[Edge],
        after: Annotated[int, QueryParameter(ge=-1, le=COUNTABLE)] = -1,
        limit: Annotated[int, QueryParameter(ge=1, le=LARGEST)] = 50,
    ) -> LeavesPage:
        """Return the leaves after one, by number from 0, as far as they are signed."""
        with reading(edge.engine) as session:
            size = proofs.signed_or_refuse(session, None, "after")
            end = min(size, after + 1 + limit)
            rows = tiles.leaves_between(session, after + 1, end)
        items = tuple(NumberedLeaf(index=row.seq, leaf=_told(row)) for row in rows)
        return LeavesPage(items=items, next=items[-1].index if items and end < size else None)

    @get("/proof/inclusion", **public(404, 422), summary="Proof that a leaf is in the log")
    def inclusion(self, edge: NamedDependency[Edge], leaf: FromQuery[str], size: Size = None) -> Inclusion:
        """Return the inclusion proof of a leaf, by its identifier, in the tree of a size."""
        with reading(edge.engine) as session:
            within = proofs.signed_or_refuse(session, size, "size")
            found = proofs.leaf_or_refuse(session, leaf, within)
            signed = proofs.checkpoint_at(session, within)
            return Inclusion(
                leaf=_told(found),
                index=found.seq,
                size=within,
                path=_hex(proofs.inclusion(session, found, within)),
                checkpoint=signed.note if signed else None,
            )

    @get("/proof/consistency", **public(404, 422), summary="Proof that the log only grew")
    def consistency(
        self,
        edge: NamedDependency[Edge],
        since: Annotated[int, QueryParameter(name="from", ge=1, le=COUNTABLE)],
        to: Size = None,
    ) -> Consistency:
        """Return the proof that the tree of a size begins with that of a smaller one."""
        with reading(edge.engine) as session:
            new = proofs.signed_or_refuse(session, to, "to")
            path = proofs.consistency(session, since, new)
            notes = [proofs.checkpoint_at(session, size) for size in (since, new)]
        told = [one.note if one else None for one in notes]
        return Consistency(
            from_size=since, size=new, path=_hex(path), from_checkpoint=told[0], checkpoint=told[1]
        )

    @get(
        "/certificates/entries/{entry_id:str}",
        **public(404, 409),
        media_type=MediaType.TEXT,
        summary="Certificate of a list entry",
    )
    def of_entry(self, edge: NamedDependency[Edge], entry_id: FromPath[str]) -> str:
        """Return the certificate of the last public act on an entry: its listing, or its tombstone."""
        with reading(edge.engine) as session:
            if public_view.entry(session, entry_id, edge.today()) is None:
                raise NotFound("entry.unknown", entry_id=entry_id)
            return proofs.certificate(session, proofs.last_public_leaf(session, entry_id))

    @get("/certificates/{subject_id:str}", **supervised(404, 409), summary="Certificates of a subject's acts")
    def of_subject(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], subject_id: FromPath[str]
    ) -> tuple[Certificate, ...]:
        """Return the certificates of every act on an entry, a case, a pledge or another subject."""
        return consult(edge, request, lambda work: _certificates(work, subject_id))


def _certificates(work: Work, subject_id: str) -> tuple[Certificate, ...]:
    found = proofs.leaves_of(work.session, subject_id)
    return tuple(
        Certificate(leaf=_told(leaf), index=leaf.seq, certificate=proofs.certificate(work.session, leaf))
        for leaf in found
    )


def _told(leaf: LogLeaf | Any) -> PublicLeaf:
    return PublicLeaf(**tiles.public_leaf(leaf))


def _hex(path: list[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in path)
