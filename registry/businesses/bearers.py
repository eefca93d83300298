"""Who bears the facts of a batch: the businesses that its rows name, mergers followed.

Records merged into these are read along: a fact that stayed with one of them, because the survivor
had it too, is still found when a row says it again.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from registry.businesses.tables import Business, BusinessVersion
from registry.errors import NotFound

AT_ONCE = 4000


@dataclass(frozen=True)
class Bearer:
    """A business that carries a record on: its identifier, its region, and its market, if any."""

    id: str
    region: str
    market_id: str | None = None


class Bearers:
    """The bearers of a batch, read at once."""

    def __init__(self, session: Session, business_ids: Collection[str]) -> None:
        self._bearer: dict[str, Bearer] = {}
        self._merged_into: dict[str, str] = {}
        asked: set[str] = set()
        while wanted := {*business_ids, *self.ids, *self._merged_into.values()} - asked:
            self._load(session, sorted(wanted))
            asked |= wanted

    def _load(self, session: Session, business_ids: list[str]) -> None:
        for start in range(0, len(business_ids), AT_ONCE):
            some = business_ids[start : start + AT_ONCE]
            found = session.exec(
                select(
                    Business.id, Business.merged_into_id, BusinessVersion.region, BusinessVersion.market_id
                )
                .join(BusinessVersion, col(BusinessVersion.business_id) == col(Business.id))
                .where(or_(col(Business.id).in_(some), col(Business.merged_into_id).in_(some)))
                .where(col(BusinessVersion.superseded_at).is_(None))
            ).all()
            for business_id, merged_into_id, region, market_id in found:
                if merged_into_id is None:
                    self._bearer[business_id] = Bearer(business_id, region, market_id)
                else:
                    self._merged_into[business_id] = merged_into_id

    def of(self, business_id: str) -> Bearer:
        """Return who bears a fact about a business: itself, or the one it was merged into.

        Raises:
            NotFound: There is no such business.
        """
        bearer_id = self.survivor(business_id)
        if bearer_id not in self._bearer:
            raise NotFound("business.unknown", field="business_id", business_id=business_id)
        return self._bearer[bearer_id]

    def survivor(self, business_id: str) -> str:
        """Return the identifier under which a business carries on; its own if it was never merged."""
        while business_id in self._merged_into:
            business_id = self._merged_into[business_id]
        return business_id

    @property
    def ids(self) -> set[str]:
        """Return every identifier under which these businesses have a record."""
        return {*self._bearer, *self._merged_into}

    @property
    def regions(self) -> set[str]:
        """Return the regions of the bearers."""
        return {bearer.region for bearer in self._bearer.values()}

    @property
    def all(self) -> Collection[Bearer]:
        """Return the bearers."""
        return self._bearer.values()
