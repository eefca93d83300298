"""An edition of a list asked for at the desk, between the days on which its schedule publishes it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.asking import Asked
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.names import region_words
from public_site.texts import Words
from registry.audit.work import Work
from registry.publication.orders import OrderEdition, order_edition
from registry.regions import prefix
from registry.rulebook import ListRegime

Asking = Request[Any, Any, Any]


@get("/desk/editions/new", sync_to_thread=True, include_in_schema=False)
def new_edition(request: Asking, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form that asks for an edition."""
    return _asked(edge, request)


@post("/desk/editions", sync_to_thread=True, include_in_schema=False)
def order(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Record that an edition is asked for; a job prepares it."""
    return forms.act(
        edge,
        request,
        form,
        OrderEdition,
        order_edition,
        lambda _: "/desk/entries?done=edition_ordered",
        lambda faults: _asked(edge, request, faults),
    )


def _asked(edge: Edge, request: Asking, faults: Faults = NO_FAULTS) -> Response[str]:
    reader = reader_at_desk(request, edge)
    fields = forms.consult(edge, request, lambda work: _fields(work, reader.t))
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t("desk.editions.title"),
        lead=reader.t("desk.editions.lead"),
        back=(("/desk/entries", reader.t("desk.entries.title")),),
        action="/desk/editions",
        fields=fields,
        button="desk.cases.take",
        refusal=None,
        faults=faults,
    )


def _fields(work: Work, t: Words) -> tuple[Asked, ...]:
    """Return what the form asks for: a list in force in one of the person's regions, and the region."""
    own = [grant.region for grant in work.actor.grants if grant.role in ("officer", "approver")]
    regions = sorted({prefix(region).ljust(6, "0") for region in own})
    law = {
        row.code: row
        for region in regions
        for row in work.rulebook.in_force(ListRegime, region, work.today).values()
    }
    lists = tuple((code, row.name_zh if t.language == "zh" else row.name_en) for code, row in law.items())
    places = tuple((region, region_words(region)) for region in regions)
    return (
        Asked("regime", "choice", t("desk.editions.regime"), choices=lists),
        Asked(
            "region",
            "choice",
            t("desk.editions.region"),
            choices=places,
            value=places[0][0] if places else "",
        ),
    )


ROUTES = (new_edition, order)
