"""Short forms for what an officer records of a business: a pledge, a designation, a verification."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from api.edge import Edge
from api.supervising import may_read_business
from public_site.desk import forms
from public_site.desk.filing import WithPaper, filed, paper_of
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion
from registry.commands import Command, Outcome
from registry.dated import UNDATED, GivenDate
from registry.demonstration.commands import Designate, designate_unit
from registry.errors import NotFound
from registry.instruments.forms import Number, RecordVerification, Text
from registry.instruments.queries import instruments_of
from registry.instruments.rules import Result
from registry.instruments.verifying import record_verification
from registry.pledges.commands import FilePledge, file_pledge
from registry.pledges.rules import Matter

LEVELS = ("county", "city", "province", "nation", "unknown")

Asked = Request[Any, Any, Any]
Given = TypeVar("Given", bound=Command)


class OfBusiness(WithPaper):
    """A form about a business."""

    business_id: str


class PledgeForm(OfBusiness):
    """A pledge as the form states it."""

    matter: Matter
    pledged_on: GivenDate = UNDATED
    valid_through: date | None = None


class VerificationForm(OfBusiness):
    """A verification as the form states it."""

    instrument_id: str
    certificate_no: Number
    body: Text
    result: Result
    limitation: Text | None = None
    verified_on: date
    valid_through: date | None = None


def business_or_unknown(work: Work, business_id: str) -> BusinessVersion:
    """Return the business that a form is about.

    Raises:
        NotFound: There is none, or it is of elsewhere.
    """
    current = None if "\0" in business_id else current_version(work.session, business_id)
    if current is None or not may_read_business(work, business_id):
        raise NotFound("business.unknown", business_id=business_id)
    return current


def _ask(
    edge: Edge, request: Asked, what: str, business_id: str, faults: Faults = NO_FAULTS
) -> Response[str]:
    def read(work: Work) -> dict[str, object]:
        it = business_or_unknown(work, business_id)
        return {"it": it, "instruments": instruments_of(work.session, it.business_id)}

    found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        f"{what}.html",
        names=forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today()),
        matters=get_args(Matter),
        levels=LEVELS,
        results=get_args(Result),
        faults=faults,
        **found,
    )


def _record(
    edge: Edge,
    request: Asked,
    form: Form,
    what: str,
    command: type[Given],
    do: Callable[[Work, Given], Outcome],
) -> Response[Any]:
    business_id = form.one("business_id")
    return forms.act(
        edge,
        request,
        form,
        command,
        do,
        lambda outcome: file_of(business_id, outcome),
        partial(_ask, edge, request, what, business_id),
        given=paper_of(form) if issubclass(command, WithPaper) else forms.NOTHING,
    )


def file_of(business_id: str, outcome: Outcome) -> str:
    """Return the address of the file of a business after something was recorded, or was so already."""
    return f"/desk/businesses/{business_id}?done={'unchanged' if outcome.what == 'unchanged' else 'recorded'}"


@get("/desk/pledges/new", sync_to_thread=True, include_in_schema=False)
def new_pledge(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which a pledge is filed."""
    return _ask(edge, request, "pledge", request.query_params.get("business", ""))


@post("/desk/pledges/new", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
def add_pledge(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """File a pledge with its paper."""

    def do(work: Work, said: PledgeForm) -> Outcome:
        it = business_or_unknown(work, said.business_id)
        paper = filed(work, edge.settings.data_dir, said, "pledge", it.name or it.business_id, it.region)
        stated = {name: value for name, value in said if name != "paper"}
        return file_pledge(work, FilePledge(**stated, document_id=paper))

    return _record(edge, request, form, "pledge", PledgeForm, do)


@get("/desk/designations/new", sync_to_thread=True, include_in_schema=False)
def new_designation(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which a designation is recorded."""
    return _ask(edge, request, "designation", request.query_params.get("business", ""))


@post("/desk/designations/new", sync_to_thread=True, include_in_schema=False)
def add_designation(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]
) -> Response[Any]:
    """Record a designation."""
    return _record(edge, request, form, "designation", Designate, designate_unit)


@get("/desk/verifications/new", sync_to_thread=True, include_in_schema=False)
def new_verification(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which a verification is recorded."""
    return _ask(edge, request, "verification", request.query_params.get("business", ""))


@post(
    "/desk/verifications/new",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def add_verification(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]
) -> Response[Any]:
    """Record a verification with its certificate."""

    def do(work: Work, said: VerificationForm) -> Outcome:
        it = business_or_unknown(work, said.business_id)
        paper = filed(work, edge.settings.data_dir, said, "evidence", said.certificate_no, it.region)
        stated = {name: value for name, value in said if name not in ("business_id", "paper")}
        return record_verification(work, RecordVerification(**stated, document_id=paper))

    return _record(edge, request, form, "verification", VerificationForm, do)
