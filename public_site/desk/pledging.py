"""A pledge on the screen: its text in full, who pledges, who saw it; for a business and for its market.

A merchant pledges for the own business. The operator of a market takes the pledge of a stall: on the
screen before a witness, or as a signed paper whose scan is filed; and prints sheet and sticker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from pydantic import Base64Bytes

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.filing import paper_of
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.desk.markets import address_of, own_market
from public_site.desk.owning import OWN, is_own
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion
from registry.commands import Command, Outcome
from registry.documents.commands import content_of
from registry.errors import NotFound
from registry.pledges import queries
from registry.pledges.rules import Matter
from registry.pledges.signing import FileSigned, Name, SignPledge, blank, file_signed, sign_pledge, sticker
from registry.pledges.signing import text_of as text_of_pledge
from registry.pledges.tables import Pledge

MATTERS: tuple[str, ...] = get_args(Matter)

Asked = Request[Any, Any, Any]


class SignAtDesk(Command):
    """A pledge as its page states it; whose it is is said by the address."""

    matter: Matter
    signed_by: Name
    witness: Name | None = None
    agreed: bool = False


class SignedOnPaper(Command):
    """A signed pledge as its page states it."""

    matter: Matter
    pledged_on: date
    paper: Base64Bytes


@dataclass(frozen=True)
class Place:
    """Where somebody pledges.

    Attributes:
        address: Of the page, and
        back: of the page that it belongs to.
        business: Finds whose pledge it is, else refuses.
        witnessed: True where another person takes it.
    """

    address: str
    back: str
    business: Callable[[Work], BusinessVersion]
    witnessed: bool

    def page(self, edge: Edge, request: Asked, matter: str, faults: Faults = NO_FAULTS) -> Response[str]:
        """Show the text of a pledge in full, and the form in which it is given."""
        language = forms.reader_at_desk(request, edge).language
        chosen = matter if matter in MATTERS else MATTERS[0]

        def read(work: Work) -> dict[str, Any]:
            it = self.business(work)
            row, articles = text_of_pledge(work.rulebook, chosen, it.region, work.today, language)
            return {"it": it, "row": row, "articles": articles}

        return forms.show(
            edge,
            request,
            "pledge_sign.html",
            **forms.consult(edge, request, read),
            place=self,
            matters=MATTERS,
            matter=chosen,
            today=edge.today(),
            faults=faults,
        )

    def sign(self, edge: Edge, request: Asked, form: Form) -> Response[Any]:
        """Take a pledge that is given on the page."""

        def do(work: Work, said: SignAtDesk) -> Outcome:
            it = self.business(work)
            return sign_pledge(work, edge.settings, SignPledge(business_id=it.business_id, **dict(said)))

        again = partial(self.page, edge, request, form.one("matter"))
        return forms.act(edge, request, form, SignAtDesk, do, lambda _: f"{self.back}?done=pledged", again)

    def file(self, edge: Edge, request: Asked, form: Form) -> Response[Any]:
        """File a pledge that was signed by hand."""

        def do(work: Work, said: SignedOnPaper) -> Outcome:
            it = self.business(work)
            stated = {"matter": said.matter, "pledged_on": said.pledged_on, "content": bytes(said.paper)}
            return file_signed(work, edge.settings, FileSigned(business_id=it.business_id, **stated))

        again = partial(self.page, edge, request, form.one("matter"))
        return forms.act(
            edge,
            request,
            form,
            SignedOnPaper,
            do,
            lambda _: f"{self.back}?done=pledged",
            again,
            given=paper_of(form),
        )


def own_place(business_id: str) -> Place:
    """Return where a merchant pledges for the own business."""

    def business(work: Work) -> BusinessVersion:
        found = current_version(work.session, business_id) if is_own(work, business_id) else None
        if found is None:
            raise NotFound("business.unknown", business_id=business_id)
        return found

    return Place(f"{OWN}/businesses/{business_id}/pledge", OWN, business, witnessed=False)


def stall_place(market_id: str, business_id: str) -> Place:
    """Return where the operator of a market takes the pledge of a stall."""

    def business(work: Work) -> BusinessVersion:
        return stall_of(work, market_id, business_id)

    address = f"{address_of(market_id)}/stalls/{business_id}/pledge"
    return Place(address, address_of(market_id), business, witnessed=True)


def stall_of(work: Work, market_id: str, business_id: str) -> BusinessVersion:
    """Return a business that trades in a market of the actor.

    Raises:
        NotFound: There is none, or it is of elsewhere.
    """
    own_market(work, market_id)
    found = current_version(work.session, business_id)
    if found is None or found.market_id != market_id:
        raise NotFound("business.unknown", business_id=business_id)
    return found


@get("/desk/own/businesses/{business_id:str}/pledge", sync_to_thread=True, include_in_schema=False)
def own_pledge(
    request: Asked, edge: NamedDependency[Edge], business_id: FromPath[str], matter: FromQuery[str] = ""
) -> Response[str]:
    """Show the text of a pledge to its merchant."""
    return own_place(business_id).page(edge, request, matter)


@post("/desk/own/businesses/{business_id:str}/pledge", sync_to_thread=True, include_in_schema=False)
def sign_own(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], business_id: FromPath[str]
) -> Response[Any]:
    """Take the pledge of a merchant for the own business."""
    forms.checked(edge, request, form)
    forms.consult(edge, request, own_place(business_id).business)
    return own_place(business_id).sign(edge, request, form)


@get("/desk/own/pledges/{pledge_id:str}/sticker", sync_to_thread=True, include_in_schema=False)
def own_sticker(request: Asked, edge: NamedDependency[Edge], pledge_id: FromPath[str]) -> Response[bytes]:
    """Send the sticker of an own pledge."""

    def read(work: Work) -> bytes:
        found = queries.pledge(work.session, pledge_id)
        if found is None or not is_own(work, found.business_id):
            raise NotFound("pledge.unknown", pledge_id=pledge_id)
        return sticker(work, edge.settings, found)

    return printed(forms.consult(edge, request, read), f"sticker-{pledge_id}")


STALL = "/desk/markets/{market_id:str}/stalls/{business_id:str}/pledge"


@get(STALL, sync_to_thread=True, include_in_schema=False)
def stall_pledge(
    request: Asked,
    edge: NamedDependency[Edge],
    market_id: FromPath[str],
    business_id: FromPath[str],
    matter: FromQuery[str] = "",
) -> Response[str]:
    """Show the text of a pledge to the operator, who takes it from the stallholder."""
    return stall_place(market_id, business_id).page(edge, request, matter)


@post(STALL, sync_to_thread=True, include_in_schema=False)
def sign_stall(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    market_id: FromPath[str],
    business_id: FromPath[str],
) -> Response[Any]:
    """Take the pledge of a stallholder before a witness."""
    place = stall_place(market_id, business_id)
    forms.checked(edge, request, form)
    forms.consult(edge, request, place.business)
    return place.sign(edge, request, form)


@post(f"{STALL}/paper", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
def file_stall(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    market_id: FromPath[str],
    business_id: FromPath[str],
) -> Response[Any]:
    """File a pledge that a stallholder signed by hand."""
    place = stall_place(market_id, business_id)
    forms.checked(edge, request, form)
    forms.consult(edge, request, place.business)
    return place.file(edge, request, form)


@get(f"{STALL}/blank", sync_to_thread=True, include_in_schema=False)
def blank_sheet(
    request: Asked,
    edge: NamedDependency[Edge],
    market_id: FromPath[str],
    business_id: FromPath[str],
    matter: FromQuery[str] = "",
) -> Response[bytes]:
    """Send a pledge to print and sign by hand."""
    chosen = matter if matter in MATTERS else MATTERS[0]

    def read(work: Work) -> bytes:
        it = stall_of(work, market_id, business_id)
        return blank(work, edge.settings, it.business_id, chosen)

    return printed(forms.consult(edge, request, read), f"pledge-{business_id}")


@get(
    "/desk/markets/{market_id:str}/pledges/{pledge_id:str}/{sheet:str}",
    sync_to_thread=True,
    include_in_schema=False,
)
def print_pledge(
    request: Asked,
    edge: NamedDependency[Edge],
    market_id: FromPath[str],
    pledge_id: FromPath[str],
    sheet: FromPath[str],
) -> Response[bytes]:
    """Send the `sticker` of a stall's pledge, or the `paper` on which it was given."""

    def read(work: Work) -> bytes:
        found = _of_stall(work, market_id, pledge_id)
        if sheet == "sticker":
            return sticker(work, edge.settings, found)
        if sheet != "paper" or found.document_id is None:
            raise NotFound("document.unknown", document_id=sheet)
        return content_of(work.session, edge.settings.data_dir, found.document_id)

    content = forms.consult(edge, request, read)
    return printed(content, f"{sheet}-{pledge_id}")


def _of_stall(work: Work, market_id: str, pledge_id: str) -> Pledge:
    own_market(work, market_id)
    found = queries.pledge(work.session, pledge_id)
    known = current_version(work.session, found.business_id) if found is not None else None
    if found is None or known is None or known.market_id != market_id:
        raise NotFound("pledge.unknown", pledge_id=pledge_id)
    return found


def printed(content: bytes, name: str) -> Response[bytes]:
    """Return a file to print, as a download."""
    ending = ".pdf" if content.startswith(b"%PDF-") else ""
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}{ending}"'},
    )


ROUTES = (
    own_pledge,
    sign_own,
    own_sticker,
    stall_pledge,
    sign_stall,
    file_stall,
    blank_sheet,
    print_pledge,
)
