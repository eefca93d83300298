"""The audit log, for those who answer for it: who did what, when, for which office, under which rules."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from pydantic import BaseModel, ConfigDict

from api.acts import consult
from api.describing import supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Limit
from registry.audit.queries import audit_entries
from registry.audit.work import Work
from registry.calendar import day_begins
from registry.errors import Forbidden, Malformed
from registry.offices.queries import offices_within

READERS = ("auditor",)  # not the administrator: the log tells of every case, and he sees none
# days beside which there is room for an hour's shift: the first and last of all have no instant in UTC
EARLIEST, LATEST = date.min + timedelta(days=1), date.max - timedelta(days=1)

OfSubject = Annotated[
    str | None, QueryParameter(description="Only acts upon the subject with this identifier.")
]
OfPerson = Annotated[str | None, QueryParameter(description="Only acts of the person with this identifier.")]
OfAct = Annotated[str | None, QueryParameter(description="Only this act, e.g. `entry.withdrawn`.")]
From = Annotated[date | None, QueryParameter(name="from", description="First legal day.")]
To = Annotated[date | None, QueryParameter(name="to", description="Last legal day, inclusive.")]


class Audited(BaseModel):
    """One act, as the audit log holds it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seq: int
    at: datetime
    person_id: str
    account_name: str
    office_code: str
    act: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any]
    rulebook_hash: str


class AuditPage(Page[Audited]):
    """One page of the audit log."""


@get("/api/v1/audit", **supervised(422), tags=["audit"], summary="The audit log")
def audit(
    request: Request[Any, Any, Any],
    edge: NamedDependency[Edge],
    subject: OfSubject = None,
    person: OfPerson = None,
    act: OfAct = None,
    since: From = None,
    until: To = None,
    limit: Limit = 50,
    cursor: FromQuery[str | None] = None,
) -> AuditPage:
    """Return the acts of the offices in the bearer's regions, the latest first."""
    key = key_of(cursor)
    if key is not None and not key.isdecimal():
        raise Malformed("cursor.broken", field="cursor")

    def read(work: Work) -> AuditPage:
        found = audit_entries(
            work.session,
            _offices(work),
            subject_id=subject,
            person_id=person,
            acts=(act,) if act is not None else None,
            since=day_begins(max(since, EARLIEST)) if since else None,
            until=day_begins(min(until, LATEST) + timedelta(days=1)) if until else None,
            before=int(key) if key else None,
            limit=limit + 1,
        )
        return AuditPage.of(found, limit, "seq")

    return consult(edge, request, read)


def _offices(work: Work) -> Sequence[str] | None:
    """Return the offices whose acts the bearer may read; None: all of them.

    Raises:
        Forbidden: There is none.
    """
    within = sorted({grant.region for grant in work.actor.grants if grant.role in READERS})
    if not within:
        raise Forbidden("grant.missing", role="auditor", region="000000")
    return None if "" in within else offices_within(work.session, within)
