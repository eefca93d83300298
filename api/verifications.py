"""Verifications of instruments: recorded and annulled by an officer's key."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.instruments import RecordedVerification
from api.paging import Page, key_of
from api.supervising import Incomplete, Limit, may_read_business, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.instruments import queries, verifying
from registry.instruments.forms import AnnulVerification, RecordVerification
from registry.instruments.tables import Verification
from registry.store.versions import versions

OfInstrument = Annotated[
    str | None, QueryParameter(name="instrument", description="Only those of this instrument.")
]


class VerificationFile(RecordedVerification):
    """A verification as it stands, and all its versions, the present one first."""

    versions: tuple[RecordedVerification, ...]


class RecordedVerifications(Page[RecordedVerification]):
    """One page of verifications as officers see them."""


class Verifications(Controller):
    """Verifications of instruments (检定)."""

    path = "/api/v1/verifications"
    tags = ("instruments",)

    @get("/", **supervised(403, 422), summary="Verifications of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        instrument_id: OfInstrument = None,
        incomplete: Incomplete = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RecordedVerifications:
        """Return those of instruments in the bearer's regions, or only those whose last day is not known."""
        key = key_of(cursor)

        def read(work: Work) -> RecordedVerifications:
            found = queries.verifications_within(
                work.session,
                regions_read(work),
                instrument_id=instrument_id,
                incomplete=incomplete,
                after=key or "",
                limit=limit + 1,
            )
            return RecordedVerifications.of(found, limit, "verification_id")

        return consult(edge, request, read)

    @post("/", **act(), summary="Record a verification")
    def verify(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RecordVerification]
    ) -> Response[Recorded]:
        """Record what a verification body found; the same certificate again is `unchanged`."""
        return record(
            edge, request, data, lambda work: recorded(verifying.record_verification(work, data), request)
        )

    @get("/{verification_id:str}", **supervised(404), summary="A verification, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], verification_id: FromPath[str]
    ) -> VerificationFile:
        """Return a verification as it stands, with all its versions."""
        return consult(edge, request, lambda work: _read(work, verification_id))

    @post("/{verification_id:str}/annulment", **act(), summary="Annul a verification")
    def annulment(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        verification_id: FromPath[str],
        data: JSONBody[AnnulVerification],
    ) -> Response[Recorded]:
        """Record that a verification is void from a legal day on; the one before it speaks again."""
        return record(
            edge, request, data, lambda work: recorded(verifying.annul_verification(work, data), request)
        )


def _read(work: Work, verification_id: str) -> VerificationFile:
    known = [
        RecordedVerification.model_validate(row)
        for row in versions(work.session, Verification, Verification.verification_id, verification_id)
    ]
    held = queries.instrument(work.session, known[0].instrument_id) if known else None
    if held is None or not may_read_business(work, held.business_id):
        raise NotFound("verification.unknown", verification_id=verification_id)
    return VerificationFile(**dict(known[0]), versions=tuple(known))
