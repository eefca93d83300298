"""The officer's search: businesses of the own regions, those that the public does not see among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from api.supervising import regions_read
from public_site.desk import forms
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.desk.myself import Nothing
from public_site.names import region_words
from public_site.render import link
from registry.accounts.searches import SaveSearch, forget_search, save_search, searches_of
from registry.accounts.tables import SavedSearch
from registry.audit.work import Work
from registry.businesses.finding import Located, found_by, located
from registry.regions import prefix
from registry.regions import region as region_of
from search_index.protocol import IndexSilent, Query

A_PAGE = 50
LONGEST = 200

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Question:
    """What an officer asks for, as it stands in the address.

    Attributes:
        q: Any part of name, code, stall, or pinyin.
        region: Code of a region within the own ones; empty: all of them.
    """

    q: str = ""
    region: str = ""

    @classmethod
    def of(cls, request: Asked) -> "Question":
        """Return what the address of a request asks for."""
        q, region = (request.query_params.get(name, "").strip() for name in ("q", "region"))
        return cls(q[:LONGEST].replace("\0", ""), region if region_of(region) is not None else "")

    @property
    def address(self) -> str:
        """Return the address of the answer."""
        return link("/desk/businesses", q=self.q, region=self.region)

    def within(self, regions: Sequence[str]) -> tuple[str, ...]:
        """Return the prefixes of regions in which to look, none where it asks for one of elsewhere."""
        asked = prefix(self.region) if self.region else ""
        below = {one for one in regions if one.startswith(asked)}
        return (asked,) if any(asked.startswith(one) for one in regions) else tuple(sorted(below))


class Found(NamedTuple):
    """A page of what an officer's question finds.

    Attributes:
        more: After which identifier the next page begins; empty at the end.
        by_database: The index did not answer, and the register alone did.
    """

    page: list[Located]
    more: str
    by_database: bool = False


@get("/desk/businesses", sync_to_thread=True, include_in_schema=False)
def businesses(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show what a question finds; without one, the first of the own regions."""
    return _show(edge, request, Question.of(request))


def _show(edge: Edge, request: Asked, asked: Question, faults: Faults = NO_FAULTS) -> Response[str]:
    after = request.query_params.get("after", "").replace("\0", "")

    def read(work: Work) -> tuple[Found, Sequence[SavedSearch]]:
        within = asked.within(regions_read(work))
        kept = searches_of(work.session, work.actor.person_id)
        return _found(edge, work, asked.q, within, after) if within else Found([], ""), kept

    (found, more, by_database), kept = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "businesses.html",
        asked=asked,
        found=found,
        by_database=by_database,
        next=link("/desk/businesses", q=asked.q, region=asked.region, after=more) if more else None,
        kept=[(one, Question(one.q, one.region).address) for one in kept],
        region_words=region_words,
        faults=faults,
    )


@post("/desk/searches", sync_to_thread=True, include_in_schema=False)
def save(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Keep a question for the person who asked it."""
    asked = Question(form.one("q"), form.one("region"))
    address = link("/desk/businesses", q=asked.q, region=asked.region, done="search_saved")
    again = partial(_show, edge, request, asked)
    return forms.act(edge, request, form, SaveSearch, save_search, lambda _: address, again)


@post("/desk/searches/{search_id:str}/end", sync_to_thread=True, include_in_schema=False)
def forget(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], search_id: FromPath[str]
) -> Response[Any]:
    """Forget a question that the person kept."""

    def forgotten(work: Work, _: Nothing) -> None:
        forget_search(work, search_id)

    again = partial(_show, edge, request, Question())
    return forms.act(
        edge, request, form, Nothing, forgotten, lambda _: "/desk/businesses?done=search_forgotten", again
    )


def _found(edge: Edge, work: Work, q: str, within: tuple[str, ...], after: str) -> Found:
    """Return a page of what a question finds.

    The index goes first, for it knows pinyin and what stands nearest; the register adds what the index
    does not hold because the public does not see it.
    """
    rows = found_by(work.session, q, within, after=after, limit=A_PAGE + 1)
    shown: list[Located] = []
    silent = False
    if q and not after:
        hits: list[str] = []
        try:
            hits = [one for region in within for one in _indexed(edge, q, region)]
        except IndexSilent:  # the register, read beside it, holds all that the index does
            silent = True
        here = located(work.session, hits, within)
        shown = [here[one] for one in dict.fromkeys(hits) if one in here]
    known = {one.business_id for one in shown}
    page = [*shown, *(one for one in rows[:A_PAGE] if one.business_id not in known)]
    return Found(page, rows[A_PAGE - 1].business_id if len(rows) > A_PAGE else "", silent)


def _indexed(edge: Edge, q: str, region: str) -> list[str]:
    """Return the first that the index finds.

    Raises:
        IndexSilent: A search server does not answer.
    """
    found = edge.index.search(Query(text=q, region_prefix=region or None, limit=A_PAGE))
    return [hit.business_id for hit in found.items]


def found_within(edge: Edge, work: Work, q: str, within: tuple[str, ...]) -> Iterator[Found]:
    """Yield all that a question finds within some regions, page by page, each business once."""
    after, seen = "", set[str]()
    while within:
        found = _found(edge, work, q, within, after)
        yield found._replace(page=[one for one in found.page if one.business_id not in seen])
        seen |= {one.business_id for one in found.page}
        if not (after := found.more):
            return
