"""The desk of a verification body (检定机构): what is due, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.awaiting import Waiting
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.desk.markets import AHEAD, Measuring, measuring
from public_site.desk.sheets import VERIFYING
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion
from registry.commands import Command, Outcome
from registry.errors import NotFound
from registry.instruments.forms import Number, RecordVerification, Text
from registry.instruments.queries import (
    Which,
    count_in_use,
    instrument,
    to_verify,
    verifications_of,
)
from registry.instruments.rules import Result
from registry.instruments.tables import Instrument, Verification
from registry.instruments.verifying import record_verification
from registry.offices.queries import name_on

HERE = VERIFYING.address
A_PAGE = 200
LONGEST = 100
OVERDUE = "0"  # days ahead: what has run out, failed or was never verified
CHOICES = (OVERDUE, *AHEAD)

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Due:
    """An instrument as it stands today, and who uses it."""

    business: BusinessVersion
    measuring: Measuring


class Found(Command):
    """What a verification found, as the form states it."""

    instrument_id: str
    certificate_no: Number
    body: Text
    result: Result
    limitation: Text | None = None
    verified_on: date
    valid_through: date | None = None


def _within(work: Work) -> tuple[str, ...]:
    """Return the regions in which the actor verifies."""
    return tuple(sorted({one.region for one in work.actor.grants if one.role == "verifier"}))


def _which(work: Work, ahead: str, sought: str = "") -> Which:
    """Return which instruments are asked for; nothing ahead asks for all."""
    through = work.today + timedelta(days=int(ahead) - (ahead == OVERDUE)) if ahead in CHOICES else None
    return Which(_within(work), through=through, sought=sought or None)


def in_all(work: Work) -> Waiting:
    """Return how many instruments wait to be verified, for who verifies."""
    verifies = work.actor.holds("verifier")
    total = count_in_use(work.session, work.today, _which(work, AHEAD[0])) if verifies else 0
    return Waiting("verifying", HERE, total)


@get(HERE, sync_to_thread=True, include_in_schema=False)
def due(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the instruments of the own regions, what has run out or will soon first."""
    ahead = request.query_params.get("ahead", AHEAD[0])
    sought = request.query_params.get("q", "").strip().replace("\0", "")[:LONGEST]

    def read(work: Work) -> tuple[list[Due], dict[str, int]]:
        which = _which(work, ahead, sought)
        rows = to_verify(work.session, work.today, which, limit=A_PAGE + 1)
        counts = {days: count_in_use(work.session, work.today, _which(work, days)) for days in (*CHOICES, "")}
        found = [Due(business, measuring(work, row, proof, business.region)) for row, proof, business in rows]
        return found, counts

    found, counts = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "verifying.html",
        found=found[:A_PAGE],
        more=len(found) > A_PAGE,
        most=A_PAGE,
        counts=counts,
        ahead=ahead if ahead in CHOICES else "",
        sought=sought,
    )


@get(f"{HERE}/instruments/{{instrument_id:str}}", sync_to_thread=True, include_in_schema=False)
def ask(request: Asked, edge: NamedDependency[Edge], instrument_id: FromPath[str]) -> Response[str]:
    """Show an instrument with its verifications, and the form that records another."""
    return _ask(edge, request, instrument_id)


def _ask(edge: Edge, request: Asked, instrument_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> tuple[Instrument, BusinessVersion, Sequence[Verification], str]:
        found = instrument(work.session, instrument_id)
        business = current_version(work.session, found.business_id) if found is not None else None
        if found is None or business is None:
            raise NotFound("instrument.unknown", instrument_id=instrument_id)
        body = name_on(work.session, work.actor.office_code, work.today) or ""
        return found, business, verifications_of(work.session, instrument_id), body

    found, business, verifications, body = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "verify_instrument.html",
        it=found,
        business=business,
        verifications=verifications,
        body=body,
        results=get_args(Result),
        names=forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today()),
        faults=faults,
    )


@post(f"{HERE}/instruments/{{instrument_id:str}}", sync_to_thread=True, include_in_schema=False)
def tell(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], instrument_id: FromPath[str]
) -> Response[Any]:
    """Record what a verification found."""

    def do(work: Work, said: Found) -> Outcome:
        return record_verification(work, RecordVerification(**dict(said)))

    def then(outcome: Outcome) -> str:
        done = "unchanged" if outcome.what == "unchanged" else "recorded"
        return f"{HERE}/instruments/{instrument_id}?done={done}"

    again = partial(_ask, edge, request, instrument_id)
    return forms.act(edge, request, form, Found, do, then, again, given={"instrument_id": instrument_id})


ROUTES = (due, ask, tell)
