"""What those who supervise may read: the facts of their regions, complete or not."""

from typing import Annotated

from litestar.params import QueryParameter

from api.paging import LARGEST
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.errors import Forbidden

READERS = ("officer", "approver", "auditor")

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST)]
OfBusiness = Annotated[
    str | None, QueryParameter(name="business", description="Only those of this business.")
]
OfRegion = Annotated[
    str,
    QueryParameter(
        pattern=r"^(\d{2}|\d{4}|\d{6})?$", description="Only those within this region: 41, 4115, 411502."
    ),
]
Incomplete = Annotated[
    bool, QueryParameter(description="Only those that lack what their rules count from: a date, a class.")
]


def may_read(work: Work, region: str) -> bool:
    """Say whether the actor supervises a region in any role."""
    return any(work.actor.may(role, region) for role in READERS)


def may_read_business(work: Work, business_id: str) -> bool:
    """Say whether the actor supervises the region in which a business is on record."""
    current = current_version(work.session, business_id)
    return current is not None and may_read(work, current.region)


def regions_read(work: Work) -> tuple[str, ...]:
    """Return the prefixes of the regions that the actor supervises.

    Raises:
        Forbidden: There is none.
    """
    within = tuple(sorted({grant.region for grant in work.actor.grants if grant.role in READERS}))
    if not within:
        raise Forbidden("grant.missing", role="officer", region="000000")
    return within
