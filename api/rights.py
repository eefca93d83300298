"""Who may ask what: one row for every method and address of the interface, enforced by `api.guarding`.

A row says which roles may, and where the region comes from for which the role is needed:

- `NATION`: the role must be held for the whole country;
- `OWN`: the answer holds only what is of the bearer's regions;
- `STATED`: the query or the body states the region; elsewhere it is refused with 403;
- `PATH`, `BODY`: the address or the body names things, see `api.things`; one of elsewhere is
  answered like one that does not exist, 404.

An act asks for its role once more in its own transaction, and there for what only it can know: which
step needs which role, that another person decides, that the office is the one that leads the case.
"""

from dataclasses import dataclass
from typing import Literal

Place = Literal["everywhere", "nation", "own", "stated", "path", "body"]

NATION: Place = "nation"
OWN: Place = "own"
STATED: Place = "stated"
PATH: Place = "path"
BODY: Place = "body"

READERS = ("officer", "approver", "auditor")
OFFICERS = ("officer",)
APPROVERS = ("approver",)
EITHER = ("officer", "approver")
DEPARTMENTS = ("officer", "partner")


@dataclass(frozen=True)
class Right:
    """Who may use a method of an address.

    Attributes:
        roles: One of them is needed; none named: whoever is signed in may; None: everybody may, and
            nobody is asked for a key.
        place: Where the region comes from for which the role is needed.
    """

    method: str
    path: str
    roles: tuple[str, ...] | None
    place: Place


def public(method: str, path: str) -> Right:
    """Return the row of what everybody may."""
    return Right(method, path, None, "everywhere")


def signed_in(method: str, path: str) -> Right:
    """Return the row of what everybody who is signed in may, for himself."""
    return Right(method, path, (), OWN)


RIGHTS: tuple[Right, ...] = (
    public("GET", "/healthz"),
    public("GET", "/readyz"),
    public("GET", "/metrics"),
    public("GET", "/api"),
    public("GET", "/api/openapi.json"),
    public("GET", "/api/docs/{name}"),
    public("GET", "/api/{path}"),
    public("GET", "/api/v1/businesses"),
    public("POST", "/api/v1/businesses/match"),
    public("GET", "/api/v1/businesses/{business_id}"),
    public("GET", "/api/v1/businesses/{business_id}/instruments"),
    public("GET", "/api/v1/catalog"),
    public("GET", "/api/v1/clearances"),
    public("GET", "/api/v1/events"),
    public("GET", "/api/v1/feeds/{name}"),
    public("GET", "/api/v1/instruments/{instrument_id}"),
    public("GET", "/api/v1/imports/templates/{name}"),
    public("GET", "/api/v1/lists"),
    public("POST", "/api/v1/lists/check"),
    public("GET", "/api/v1/lists/{regime}/deltas"),
    public("GET", "/api/v1/lists/{regime}/deltas/{version}/{region}/{name}"),
    public("GET", "/api/v1/lists/{regime}/editions"),
    public("GET", "/api/v1/lists/{regime}/editions/{version}"),
    public("GET", "/api/v1/lists/{regime}/editions/{version}/{region}/{name}"),
    public("GET", "/api/v1/lists/{regime}/entries"),
    public("GET", "/api/v1/lists/{regime}/entries/{entry_id}"),
    public("GET", "/api/v1/log/certificates/entries/{entry_id}"),
    public("GET", "/api/v1/log/checkpoint"),
    public("GET", "/api/v1/log/entries"),
    public("GET", "/api/v1/log/proof/consistency"),
    public("GET", "/api/v1/log/proof/inclusion"),
    public("GET", "/api/v1/log/tile/{name}"),
    public("GET", "/api/v1/papers/{code}"),
    public("GET", "/api/v1/statistics"),
    public("GET", "/api/v1/statistics/complaints"),
    public("GET", "/api/v1/suggestions"),
    public("GET", "/api/v1/transparency"),
    public("GET", "/api/v1/transparency.csv"),
    # businesses
    Right("POST", "/api/v1/businesses", OFFICERS, STATED),
    Right("POST", "/api/v1/businesses/{business_id}/change", OFFICERS, PATH),
    Right("GET", "/api/v1/mergers", READERS, OWN),
    Right("POST", "/api/v1/mergers", OFFICERS, BODY),
    Right("POST", "/api/v1/mergers/{merger_id}/decision", APPROVERS, PATH),
    Right("POST", "/api/v1/mergers/{merger_id}/undoing", OFFICERS, PATH),
    # facts
    Right("GET", "/api/v1/pledges", READERS, OWN),
    Right("POST", "/api/v1/pledges", OFFICERS, BODY),
    Right("GET", "/api/v1/pledges/{pledge_id}", READERS, PATH),
    Right("POST", "/api/v1/pledges/{pledge_id}/breach", OFFICERS, PATH),
    Right("POST", "/api/v1/pledges/{pledge_id}/withdrawal", OFFICERS, PATH),
    Right("GET", "/api/v1/designations", READERS, OWN),
    Right("POST", "/api/v1/designations", OFFICERS, BODY),
    Right("GET", "/api/v1/designations/{designation_id}", READERS, PATH),
    Right("POST", "/api/v1/designations/{designation_id}/cancellation", OFFICERS, PATH),
    Right("GET", "/api/v1/instruments", READERS, OWN),
    Right("POST", "/api/v1/instruments", OFFICERS, BODY),
    Right("GET", "/api/v1/instruments/{instrument_id}/file", READERS, PATH),
    Right("POST", "/api/v1/instruments/{instrument_id}/change", OFFICERS, PATH),
    Right("POST", "/api/v1/instruments/{instrument_id}/retirement", OFFICERS, PATH),
    Right("GET", "/api/v1/verifications", READERS, OWN),
    Right("POST", "/api/v1/verifications", ("officer", "verifier"), BODY),
    Right("GET", "/api/v1/verifications/{verification_id}", READERS, PATH),
    Right("POST", "/api/v1/verifications/{verification_id}/annulment", OFFICERS, PATH),
    Right("GET", "/api/v1/violations", READERS, OWN),
    Right("POST", "/api/v1/violations", OFFICERS, STATED),
    Right("GET", "/api/v1/violations/{violation_id}", READERS, PATH),
    Right("POST", "/api/v1/violations/{violation_id}/correction", OFFICERS, PATH),
    Right("GET", "/api/v1/decisions/{decision_id}", READERS, PATH),
    Right("POST", "/api/v1/decisions/{decision_id}/standing", OFFICERS, PATH),
    Right("GET", "/api/v1/scores/plan", READERS, OWN),
    Right("GET", "/api/v1/scores/{business_id}", READERS, PATH),
    Right("POST", "/api/v1/imports", OFFICERS, OWN),
    Right("GET", "/api/v1/exports/{name}", READERS, OWN),
    # documents and papers
    Right("POST", "/api/v1/documents", OFFICERS, STATED),
    Right("GET", "/api/v1/documents/{document_id}", READERS, PATH),
    Right("POST", "/api/v1/papers/{code}/revocation", APPROVERS, PATH),
    # lists
    Right("GET", "/api/v1/proposals", READERS, OWN),
    Right("POST", "/api/v1/proposals", OFFICERS, BODY),
    Right("POST", "/api/v1/proposals/pointer", OFFICERS, BODY),
    Right("GET", "/api/v1/proposals/{proposal_id}", READERS, PATH),
    Right("POST", "/api/v1/proposals/{proposal_id}/papers", EITHER, PATH),
    Right("POST", "/api/v1/proposals/{proposal_id}/{step}", EITHER, PATH),
    Right("GET", "/api/v1/entries/{entry_id}", READERS, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/withdrawal", EITHER, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/withdrawals", OFFICERS, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/withdrawals/{withdrawal_id}/decision", APPROVERS, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/removal", APPROVERS, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/suspension", APPROVERS, PATH),
    Right("POST", "/api/v1/entries/{entry_id}/renewal", APPROVERS, PATH),
    # what a party asks for
    Right("GET", "/api/v1/objections", READERS, OWN),
    Right("POST", "/api/v1/objections", OFFICERS, BODY),
    Right("GET", "/api/v1/objections/{objection_id}", READERS, PATH),
    Right("POST", "/api/v1/objections/{objection_id}/acceptance", OFFICERS, PATH),
    Right("POST", "/api/v1/objections/{objection_id}/declining", APPROVERS, PATH),
    Right("POST", "/api/v1/objections/{objection_id}/decision", APPROVERS, PATH),
    Right("POST", "/api/v1/objections/{objection_id}/settlement", OFFICERS, PATH),
    Right("POST", "/api/v1/objections/{objection_id}/withdrawal", OFFICERS, PATH),
    Right("POST", "/api/v1/lists/{regime}/editions", EITHER, STATED),
    Right("GET", "/api/v1/lists/{regime}/editions/orders/{order_id}", READERS, PATH),
    Right("GET", "/api/v1/repairs", READERS, OWN),
    Right("POST", "/api/v1/repairs", OFFICERS, BODY),
    Right("GET", "/api/v1/repairs/removals", READERS, OWN),
    Right("GET", "/api/v1/repairs/{repair_id}", READERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/papers", OFFICERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/acceptance", OFFICERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/declining", APPROVERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/completion", OFFICERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/decision", APPROVERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/withdrawal", OFFICERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/revocation/proposal", OFFICERS, PATH),
    Right("POST", "/api/v1/repairs/{repair_id}/revocation", APPROVERS, PATH),
    # what consumers complain of
    Right("GET", "/api/v1/complaints", READERS, OWN),
    Right("POST", "/api/v1/complaints", OFFICERS, BODY),
    Right("GET", "/api/v1/complaints/escalated", READERS, OWN),
    Right("GET", "/api/v1/complaints/{complaint_id}", READERS, PATH),
    Right("POST", "/api/v1/complaints/{complaint_id}/steps", OFFICERS, PATH),
    # partner departments
    Right("GET", "/api/v1/measures", (*READERS, "partner"), OWN),
    Right("POST", "/api/v1/measures", DEPARTMENTS, BODY),
    Right("GET", "/api/v1/measures/businesses/{business_id}", (*READERS, "partner"), OWN),
    Right("GET", "/api/v1/measures/endings", (*READERS, "partner"), OWN),
    Right("GET", "/api/v1/measures/export", (*READERS, "partner"), STATED),
    Right("POST", "/api/v1/measures/scopes", ("administrator",), NATION),
    Right("POST", "/api/v1/measures/{application_id}/lifting", DEPARTMENTS, PATH),
    Right("GET", "/api/v1/webhooks", READERS, OWN),
    Right("POST", "/api/v1/webhooks", OFFICERS, STATED),
    Right("GET", "/api/v1/webhooks/{webhook_id}", READERS, PATH),
    Right("POST", "/api/v1/webhooks/{webhook_id}/end", OFFICERS, PATH),
    Right("POST", "/api/v1/webhooks/{webhook_id}/replay", OFFICERS, PATH),
    # who answers for it all
    Right("GET", "/api/v1/log/certificates/{subject_id}", READERS, PATH),
    Right("GET", "/api/v1/audit", ("auditor",), OWN),
    Right("GET", "/api/v1/audit/{name}", ("auditor",), OWN),
)
