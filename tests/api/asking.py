"""What is asked of every route that needs a right: its body, the states that matter, what answers then.

`@name` stands for an identifier of the realm. Where no case is written, a GET is asked as it is and
an act is sent an empty body: whom the table lets in is told that it is malformed, and everybody else
is refused before it is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import given
from tests.rights.expectation import Expected

DAY = "2026-12-01"
SHOP = {"name": "浉河区丁记粮油店", "region": given.TOWN, "kind": "enterprise"}
VIOLATION = {
    "business_id": "@business_id",
    "decision_no": "77号",
    "authority": "信阳市浉河区市场监督管理局",
    "region": given.TOWN,
    "decided_on": "2026-06-01",
    "conduct_code": "cheating_instrument_used",
}
SCALE = {"business_id": "@business_id", "kind": "price_computing_scale", "maker": "厂"}
MERGER = {"former_id": "@two_a", "survivor_id": "@two_b", "reason": "转让", "document_id": "@document_id"}
FINDINGS = [
    {"need": need, "met": True, "reason": "经核查"}
    for need in (
        *("corrected", "duties_performed", "harm_removed", "no_restriction"),
        *("no_same_penalty", "no_heavier_penalty", "not_listed", "other_conditions"),
    )
]


@dataclass(frozen=True)
class Asked:
    """One request of a route in one state.

    Attributes:
        state: What is asked about stands in it.
        names: Of the identifiers in the address, those that are not the usual ones.
        answers: Status for whom the table lets in and the act admits.
        roles: Of those that the table lets in, the ones that the act admits in this state.
        offices: The only offices that the act admits.
    """

    method: str
    path: str
    state: str = ""
    body: Mapping[str, Any] | None = None
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    answers: int = 200
    roles: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()


def act(path: str, body: Mapping[str, Any], answers: int = 201, **more: Any) -> Asked:
    """Return an act of a route."""
    return Asked("POST", f"/api/v1/{path}", body=body, answers=answers, **more)


CASES: tuple[Asked, ...] = (
    act("businesses", SHOP),
    act(
        "businesses/{business_id}/change",
        {"expected_version": 1, "held_from_on": DAY, "what": {**SHOP, "name": "新名"}},
    ),
    act("mergers", {"kind": "succession", **MERGER}),
    act("mergers/{merger_id}/decision", {"decision": "approved"}, state="open"),
    act("mergers/{merger_id}/undoing", {"reason": "误并", "document_id": "@document_id"}, 409, state="open"),
    act("pledges", {"business_id": "@business_id", "matter": "fuel", "pledged_on": DAY}),
    act("pledges/{pledge_id}/breach", {"expected_version": 1, "broken_on": DAY, "reason": "短秤"}),
    act("pledges/{pledge_id}/withdrawal", {"expected_version": 1, "withdrawn_on": DAY}),
    act(
        "designations",
        {"business_id": "@business_id", "level": "county", "authority": "局", "designated_on": DAY},
    ),
    act(
        "designations/{designation_id}/cancellation",
        {"expected_version": 1, "cancelled_on": DAY, "reason": "撤销"},
    ),
    act("instruments", {**SCALE, "serial_no": "2"}),
    act(
        "instruments/{instrument_id}/change",
        {"expected_version": 1, "held_from_on": DAY, "what": {**SCALE, "serial_no": "3"}},
    ),
    act(
        "instruments/{instrument_id}/retirement",
        {"expected_version": 1, "retired_on": DAY, "reason": "报废"},
    ),
    act(
        "verifications",
        {
            "instrument_id": "@instrument_id",
            "certificate_no": "2",
            "body": "市计量所",
            "result": "qualified",
            "verified_on": DAY,
        },
    ),
    act(
        "verifications/{verification_id}/annulment",
        {"expected_version": 1, "annulled_on": DAY, "reason": "误录"},
    ),
    act("violations", VIOLATION),
    act(
        "violations/{violation_id}/correction",
        {"expected_version": 1, "reason": "笔误", "what": VIOLATION},
    ),
    act(
        "decisions/{decision_id}/standing",
        {"expected_version": 1, "standing": "under_review", "changed_on": DAY, "reason": "复议"},
    ),
    act("documents", {"kind": "other", "title": "x", "region": given.TOWN, "content": "eA=="}),
    act("papers", {"case_id": "@repair_id", "kind": "repair_receipt"}, roles=("officer",)),
    act("papers", {"case_id": "@objection_id", "kind": "objection_receipt"}, roles=("officer",)),
    act("papers/{code}/revocation", {"ground": "有误"}, offices=("AMR-411502",)),
    act(
        "proposals",
        {
            "regime": "henan_black",
            "business_id": "@open_shop",
            "origin": "propose",
            "ground": "作弊",
            "document_id": "@evidence_paper",
        },
        422,
        state="a case is open",
    ),
    act(
        "proposals/pointer",
        {
            "business_id": "@business_id",
            "ground": "作弊",
            "document_id": "@decision_paper",
            "evidence": ["@violation_id"],
            "decision": {
                "number": "1号",
                "authority": "市局",
                "level": "city",
                "decided_on": "2026-06-01",
                "published_at": "https://example.org/1",
            },
            "serious_conduct": "作弊",
            "heavier_penalty": "larger_fine",
            "weighed": [{"factor": "harm", "finding": "重", "reasons": "重"}],
        },
        422,
    ),
    act(
        "proposals/{proposal_id}/papers",
        {"step": "serve_notice", "place": "本店", "way": "直接送达"},
        state="open",
        roles=("officer",),
    ),
    act(
        "proposals/{proposal_id}/papers",
        {"step": "serve_notice"},
        422,
        state="closed",
        names={"proposal_id": "closed_case"},
    ),
    act(
        "proposals/{proposal_id}/{step}",
        {"expected_version": 1, "document_id": "@other_paper"},
        422,
        state="open",
        roles=("officer",),
    ),
    act(
        "proposals/{proposal_id}/{step}",
        {"expected_version": 8, "document_id": "@other_paper"},
        422,
        state="closed",
        names={"proposal_id": "closed_case"},
    ),
    act(
        "entries/{entry_id}/withdrawal",
        {"expected_version": 1, "ground": "expired"},
        422,
        state="shown, by itself",
        roles=("officer",),
    ),
    act(
        "entries/{entry_id}/withdrawal",
        {"expected_version": 1, "ground": "corrected", "rule": "facts_fallen", "facts": ["x"]},
        404,
        state="shown",
        roles=("approver",),
    ),
    act(
        "entries/{entry_id}/withdrawals",
        {"expected_version": 1, "rule": "wrong_facts", "reasons": "有误", "document_id": "@document_id"},
        409,
        state="asked already",
    ),
    act(
        "entries/{entry_id}/withdrawals/{withdrawal_id}/decision",
        {"granted": True, "reasons": "属实", "document_id": "@decision_paper"},
        state="asked",
        offices=("AMR-411502", "AMR-4115"),
    ),
    act(
        "entries/{entry_id}/withdrawal",
        {"expected_version": 2, "ground": "corrected", "rule": "facts_fallen", "facts": ["x"]},
        409,
        state="withdrawn",
        names={"entry_id": "ended_entry"},
    ),
    act(
        "entries/{entry_id}/removal",
        {
            "expected_version": 1,
            "removal": {"number": "1号", "authority": "市局", "decided_on": DAY},
            "document_id": "@decision_paper",
        },
        422,
        state="no pointer",
    ),
    act(
        "entries/{entry_id}/suspension",
        {"expected_version": 1, "document_id": "@decision_paper"},
        422,
        state="black",
    ),
    act(
        "entries/{entry_id}/renewal",
        {"expected_version": 1, "document_id": "@decision_paper"},
        422,
        state="black",
    ),
    act(
        "entries/{entry_id}/renewal",
        {"expected_version": 2, "document_id": "@decision_paper"},
        409,
        state="withdrawn",
        names={"entry_id": "ended_entry"},
    ),
    act(
        "objections",
        {"subject_kind": "entry", "subject_id": "@entry_id", "objector": "李", "points": ["非本店"]},
        state="shown",
    ),
    act(
        "objections",
        {"subject_kind": "entry", "subject_id": "@ended_entry", "objector": "李", "points": ["非本店"]},
        422,
        state="withdrawn",
    ),
    act(
        "objections/{objection_id}/decision",
        {
            "expected_version": 1,
            "upheld": False,
            "answers": ["属实", "属实"],
            "document_id": "@decision_paper",
        },
        state="open",
    ),
    act(
        "objections/{objection_id}/decision",
        {
            "expected_version": 2,
            "upheld": False,
            "answers": ["属实", "属实"],
            "document_id": "@decision_paper",
        },
        422,
        state="closed",
        names={"objection_id": "closed_objection"},
    ),
    act("objections/{objection_id}/acceptance", {"expected_version": 1}, 422, state="open"),
    act(
        "objections/{objection_id}/declining",
        {"expected_version": 1, "ground": "not_affected", "reasons": "无关"},
        422,
        state="open",
    ),
    act("objections/{objection_id}/settlement", {"expected_version": 1}, 422, state="open"),
    act(
        "objections/{objection_id}/withdrawal",
        {"expected_version": 1, "document_id": "@statement_paper"},
        state="open",
    ),
    act(
        "repairs",
        {"subject_kind": "violation", "subject_id": "@violation_id", "applicant": "李", "papers": {}},
    ),
    act(
        "repairs/{repair_id}/papers",
        {"expected_version": 1, "papers": {"application": "@statement_paper"}},
        422,
        state="complete",
    ),
    act("repairs/{repair_id}/acceptance", {"expected_version": 1}, 422, state="complete"),
    act(
        "repairs/{repair_id}/declining",
        {"expected_version": 1, "ground": "not_affected", "reasons": "非本人"},
        422,
        state="complete",
    ),
    act(
        "repairs/{repair_id}/completion",
        {"expected_version": 1, "document_id": "@other_paper"},
        422,
        state="complete",
    ),
    act(
        "repairs/{repair_id}/decision",
        {
            "expected_version": 1,
            "grant": False,
            "findings": FINDINGS,
            "reasons": "不符",
            "document_id": "@decision_paper",
        },
        state="complete",
        offices=("AMR-411502", "AMR-4115"),
    ),
    act(
        "repairs/{repair_id}/decision",
        {
            "expected_version": 2,
            "grant": True,
            "findings": FINDINGS,
            "reasons": "属实",
            "document_id": "@decision_paper",
        },
        422,
        state="granted",
        names={"repair_id": "closed_repair"},
    ),
    act(
        "repairs/{repair_id}/withdrawal",
        {"expected_version": 1, "document_id": "@statement_paper"},
        state="complete",
    ),
    act(
        "repairs/{repair_id}/revocation/proposal",
        {"expected_version": 2, "reasons": "伪造", "document_id": "@evidence_paper"},
        state="granted",
        names={"repair_id": "closed_repair"},
    ),
    act(
        "repairs/{repair_id}/revocation",
        {"expected_version": 2, "reasons": "伪造", "document_id": "@decision_paper"},
        422,
        state="granted, nobody proposed it",
        names={"repair_id": "closed_repair"},
    ),
    act("complaints", {"business_id": "@business_id", "matter": "short_weight", "complainant": "甲"}),
    act("complaints/{complaint_id}/steps", {"expected_version": 1, "step": "accept"}, state="received"),
    act(
        "complaints/{complaint_id}/steps",
        {"expected_version": 2, "step": "accept"},
        422,
        state="withdrawn",
        names={"complaint_id": "closed_complaint"},
    ),
    act(
        "measures",
        {"entry_id": "@entry_id", "measure": "licensing_scrutiny"},
        409,
        state="applied",
        offices=("LIC-411502",),
    ),
    act(
        "measures/{application_id}/lifting",
        {"expected_version": 1},
        offices=("LIC-411502",),
    ),
    act("measures/scopes", {"office_code": "AMR-41", "scope": "licensing"}),
    Asked("GET", "/api/v1/log/certificates/{subject_id}", state="not signed yet", answers=409),
    Asked("GET", "/api/v1/measures/export", query=f"?region={given.TOWN}"),
    act("webhooks", {"url": "https://partner.example/other", "region": given.TOWN}),
    act("webhooks/{webhook_id}/replay", {"expected_version": 1, "after": -1}),
    act("webhooks/{webhook_id}/end", {"expected_version": 1}),
    Asked("GET", "/api/v1/exports/{name}", names={"name": "export"}),
    Asked("GET", "/api/v1/audit/{name}", names={"name": "audit_export"}),
)


def asked_of(right: Expected) -> Iterator[Asked]:
    """Yield what is asked of a route."""
    written = [case for case in CASES if (case.method, case.path) == (right.method, right.path)]
    if written:
        yield from written
    elif right.method == "GET":
        yield Asked("GET", right.path)
    else:
        yield Asked(right.method, right.path, "with an empty body", {}, answers=400)
