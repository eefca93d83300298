"""The file of a business: who it is, what is on record, why it has its score, and what would change that."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import col, select

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.history import Teller
from public_site.names import Names, region_words
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.errors import NotFound, RuleRefused
from registry.repair.queries import early_ends
from registry.repair.rules import EarlyEnd
from registry.scoring.answers import Explanation
from registry.scoring.grades import sampling_bp
from registry.store.versions import versions
from registry.texts import say

if TYPE_CHECKING:
    from registry.scoring.lifting import Prospects

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Scored:
    """The score of a business on the day, or why it has none.

    Attributes:
        sampling_bp: Share of the businesses of the grade that inspections draw, in basis points.
        repairable: From when each violation may be repaired.
    """

    because: str = ""
    account: Explanation | None = None
    prospects: "Prospects | None" = None
    sampling_bp: int | None = None
    repairable: dict[str, EarlyEnd] | None = None


@get("/desk/businesses/{business_id:str}", sync_to_thread=True, include_in_schema=False)
def file(request: Asked, edge: NamedDependency[Edge], business_id: FromPath[str]) -> Response[str]:
    """Show everything that is on record of a business to those who supervise its region."""
    reader = forms.reader_at_desk(request, edge)
    names = reader.names(edge.rulebook(), edge.today())

    def read(work: Work) -> dict[str, object]:
        it = current_version(work.session, business_id)
        business = work.session.get(Business, business_id)
        if it is None or business is None:
            raise NotFound("business.unknown", business_id=business_id)
        scored = score_of(work, business_id, names)
        events = Teller(work, business_id, it.region, names).events()
        return {
            "it": it,
            "business": business,
            "market": work.session.get(Market, it.market_id) if it.market_id else None,
            "known": versions(work.session, BusinessVersion, BusinessVersion.business_id, business_id),
            "aliases": work.session.exec(select(Alias).where(col(Alias.business_id) == business_id)).all(),
            "events": events,
            "titles": {one.id: one for one in events},
            "matters": {one.id: [each for each in events if each.about == one.id] for one in events},
            "scored": scored,
            "writes": work.actor.may("officer", it.region),
        }

    found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "business.html",
        names=names,
        region_words=region_words,
        **found,
    )


def score_of(work: Work, business_id: str, names: Names) -> Scored:
    """Return the score of today with what would change it, or why there is none."""
    from registry.scoring.explain import explain  # noqa: PLC0415  # their engine is heavy, and seldom asked
    from registry.scoring.lifting import prospects  # noqa: PLC0415

    asked = (work.session, business_id, work.today, work.now, work.rulebook)
    try:
        account = explain(*asked)
    except RuleRefused as none:
        return Scored(because=say(none, names.t.language))
    drawn = sampling_bp(work.rulebook, account.region, work.today, account.grade) if account.grade else None
    repairable = early_ends(work.session, work.rulebook, business_id, (), work.today)
    return Scored("", account, prospects(*asked), drawn, repairable)
