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


def regions_within(work: Work, region: str) -> tuple[str, ...]:
    """Return the prefixes of the actor's regions that lie within one, or that one where it is among them.

    Args:
        work: Who asks.
        region: A prefix; empty: all of them.

    Raises:
        Forbidden: There is none.
    """
    held = regions_read(work)
    if any(region.startswith(one) for one in held):
        return (region,)
    below = [one for one in held if one.startswith(region)]
    if not below:
        raise Forbidden("grant.missing", role="officer", region=region)
    return tuple(one for one in below if not any(one != other and one.startswith(other) for other in below))


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
