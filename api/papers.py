"""Official papers: verified by everybody who holds one, revoked by the office that issued it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.acts import record
from api.answers import Recorded
from api.describing import act, public
from api.edge import Edge
from registry.documents.papers import RevokePaper, revoke_paper
from registry.errors import NotFound
from registry.publication.verification import VerifiedPaper, verified
from registry.store.engine import reading


class Papers(Controller):
    """Official papers (文书) by the code that is printed on them."""

    path = "/api/v1/papers"
    tags = ("papers",)

    @get("/{code:str}", **public(404), summary="Verify a paper")
    def verify(self, edge: NamedDependency[Edge], code: FromPath[str]) -> VerifiedPaper:
        """Return number, office, day, validity and SHA-256 of the genuine file; never the party."""
        with reading(edge.engine) as session:
            found = verified(session, code)
        if found is None:
            raise NotFound("paper.unknown")
        return found

    @post("/{code:str}/revocation", **act(), summary="Revoke a paper")
    def revoke(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        code: FromPath[str],
        data: JSONBody[RevokePaper],
    ) -> Response[Recorded]:
        """Revoke the paper of the code that the path names; its number is not given again."""
        return record(edge, request, data, lambda work: Recorded(what="changed", id=revoke_paper(work, data)))
