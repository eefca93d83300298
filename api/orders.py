"""What became of an edition that was asked for between two publication days."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.supervising import may_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.publication.tables import Edition, EditionOrder


class EditionOrdered(BaseModel):
    """What became of an order."""

    model_config = ConfigDict(frozen=True)

    id: str
    regime: str
    region: str
    as_of_on: str
    state: Literal["waiting", "published", "refused"]
    refusal: str | None = Field(description="Code of why there is no edition.")
    version: str | None = Field(description="Of the edition; null until it is prepared.")
    edition: str | None = Field(description="Address of the edition, whose files follow shortly.")


def order_file(work: Work, regime: str, order_id: str) -> EditionOrdered:
    """Return what became of an order.

    Raises:
        NotFound: There is none of that list, or none of the regions of who asks.
    """
    order = work.session.get(EditionOrder, order_id)
    if order is None or order.regime != regime or not may_read(work, order.region):
        raise NotFound("edition.order_unknown", order_id=order_id)
    made = work.session.get(Edition, order.edition_id) if order.edition_id is not None else None
    base = f"/api/v1/lists/{order.regime}/editions"
    return EditionOrdered(
        id=order.id,
        regime=order.regime,
        region=order.region,
        as_of_on=order.as_of_on.isoformat(),
        state="published" if made is not None else "refused" if order.refusal is not None else "waiting",
        refusal=order.refusal,
        version=made.version if made is not None else None,
        edition=f"{base}/{made.version}?region={made.region}" if made is not None else None,
    )
