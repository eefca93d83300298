"""For those who keep copies: what became of their entries, and that somebody is on no black list."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict

from api.describing import public
from api.edge import Edge
from registry.errors import Malformed
from registry.publication import clearance, signing
from registry.publication.copies import CheckedEntry, KeptEntries, check_copies
from registry.store.engine import reading


class CheckedEntries(BaseModel):
    """What became of the entries of a copy, in the order in which they were asked."""

    model_config = ConfigDict(frozen=True)

    items: tuple[CheckedEntry, ...]


class SignedStatement(BaseModel):
    """A statement signed with the key of the editions; `honest-metrology verify` checks it offline."""

    model_config = ConfigDict(frozen=True)

    statement: dict[str, Any]
    signature: str
    public_key: str


class Copies(Controller):
    """Checks of copies, and clearances."""

    path = "/api/v1"
    tags = ("copies",)

    @post("/lists/check", **public(413, 415), status_code=200, summary="Check a copy")
    def check(self, edge: NamedDependency[Edge], data: JSONBody[KeptEntries]) -> CheckedEntries:
        """Return which entries of a copy are stale, and which were taken back and must go."""
        with reading(edge.engine) as session:
            return CheckedEntries(items=check_copies(session, data.items, edge.today()))

    @get("/clearances", **public(404, 422), summary="A signed statement: on no black list")
    def clear(
        self,
        edge: NamedDependency[Edge],
        business: FromQuery[str | None] = None,
        region: Annotated[str | None, QueryParameter(pattern=r"^\d{6}$")] = None,
        market: FromQuery[str | None] = None,
    ) -> SignedStatement:
        """Return what stands of a business, or of each of a market, signed and dated to the second."""
        key, now = signing.load(edge.settings.data_dir), edge.now().replace(microsecond=0)
        rulebook = edge.rulebook()
        with reading(edge.engine) as session:
            if business is not None and region is None and market is None:
                made = clearance.of_business(session, key, business, now, rulebook)
            elif business is None and region is not None and market is not None:
                made = clearance.of_market(
                    session, key, region=region, market=market, now=now, rulebook=rulebook
                )
            else:
                raise Malformed("clearance.asked", field="business")
        return SignedStatement.model_validate(made)
