"""The officer's search: businesses of the own regions, those that the public does not see among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from api.supervising import regions_read
from public_site.desk import forms
from public_site.names import region_words
from public_site.render import link
from registry.audit.work import Work
from registry.businesses.finding import Located, found_by, located
from registry.regions import prefix
from registry.regions import region as region_of
from search_index.protocol import Query

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


@get("/desk/businesses", sync_to_thread=True, include_in_schema=False)
def businesses(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show what a question finds; without one, the first of the own regions."""
    asked, after = Question.of(request), request.query_params.get("after", "").replace("\0", "")

    def read(work: Work) -> tuple[list[Located], str]:
        within = asked.within(regions_read(work))
        return _found(edge, work, asked.q, within, after) if within else ([], "")

    found, more = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "businesses.html",
        asked=asked,
        found=found,
        next=link("/desk/businesses", q=asked.q, region=asked.region, after=more) if more else None,
        region_words=region_words,
    )


def _found(edge: Edge, work: Work, q: str, within: tuple[str, ...], after: str) -> tuple[list[Located], str]:
    """Return a page and after which identifier the next begins.

    The index goes first, for it knows pinyin and what stands nearest; the register adds what the index
    does not hold because the public does not see it.
    """
    rows = found_by(work.session, q, within, after=after, limit=A_PAGE + 1)
    shown: list[Located] = []
    if q and not after:
        hits = [
            hit.business_id
            for one in within
            for hit in edge.index.search(Query(text=q, region_prefix=one or None, limit=A_PAGE)).items
        ]
        here = located(work.session, hits, within)
        shown = [here[one] for one in dict.fromkeys(hits) if one in here]
    known = {one.business_id for one in shown}
    page = [*shown, *(one for one in rows[:A_PAGE] if one.business_id not in known)]
    return page, rows[A_PAGE - 1].business_id if len(rows) > A_PAGE else ""
