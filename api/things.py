"""What an identifier names and where that belongs, so that a thing of elsewhere answers as one that is not.

An address or a body names things by these words alone; a test holds that every command does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.businesses.queries import current_version, merger
from registry.complaints.tables import Complaint
from registry.demonstration.tables import DemonstrationUnit
from registry.documents.papers import by_code
from registry.documents.tables import Document
from registry.errors import NotFound
from registry.instruments.tables import Instrument, Verification
from registry.lists.tables import ListEntry, Proposal
from registry.measures.tables import MeasureApplication
from registry.pledges.tables import Pledge
from registry.publication.tables import EditionOrder, Webhook, Withdrawal
from registry.regions import prefix
from registry.repair.tables import Objection, Repair
from registry.violations.tables import PenaltyDecision, Violation

Region = Callable[[Session, str], str | None]


@dataclass(frozen=True)
class Thing:
    """A sort of thing on record.

    Attributes:
        region: Returns the prefix of the region in which one is on record; None: there is none.
        unknown: Returns the refusal, the same for one that is not and for one of elsewhere.
    """

    region: Region
    unknown: Callable[[str], NotFound]


def _held(table: type[SQLModel]) -> Region:
    """Look into a table whose rows name their region."""

    def region(session: Session, identifier: str) -> str | None:
        row: Any = session.get(table, identifier)
        return None if row is None else prefix(row.region)

    return region


def _current(table: Any, identity: Any) -> Callable[[Session, str], Any]:
    """Look for the version of a fact that is known now."""

    def row(session: Session, identifier: str) -> Any:
        query = select(table).where(identity == identifier, col(table.superseded_at).is_(None))
        return session.exec(query).one_or_none()

    return row


_entry = _current(ListEntry, ListEntry.entry_id)
_decision = _current(PenaltyDecision, PenaltyDecision.decision_id)
_violation = _current(Violation, Violation.violation_id)
_pledge = _current(Pledge, Pledge.pledge_id)
_designation = _current(DemonstrationUnit, DemonstrationUnit.designation_id)
_instrument = _current(Instrument, Instrument.instrument_id)
_verification = _current(Verification, Verification.verification_id)


def _business(session: Session, business_id: str) -> str | None:
    current = current_version(session, business_id)
    return None if current is None else prefix(current.region)


def _of_entry(session: Session, entry_id: str) -> str | None:
    found = _entry(session, entry_id)
    return None if found is None else prefix(found.region)


def _of_decision(session: Session, decision_id: str) -> str | None:
    found = _decision(session, decision_id)
    return None if found is None else prefix(found.region)


def _of_violation(session: Session, violation_id: str) -> str | None:
    found = _violation(session, violation_id)
    return None if found is None else _of_decision(session, found.decision_id)


def _of_pledge(session: Session, pledge_id: str) -> str | None:
    found = _pledge(session, pledge_id)
    return None if found is None else _business(session, found.business_id)


def _of_designation(session: Session, designation_id: str) -> str | None:
    found = _designation(session, designation_id)
    return None if found is None else _business(session, found.business_id)


def _of_instrument(session: Session, instrument_id: str) -> str | None:
    found = _instrument(session, instrument_id)
    return None if found is None else _business(session, found.business_id)


def _of_verification(session: Session, verification_id: str) -> str | None:
    found = _verification(session, verification_id)
    return None if found is None else _of_instrument(session, found.instrument_id)


def _of_merger(session: Session, merger_id: str) -> str | None:
    found = merger(session, merger_id)
    return None if found is None else _business(session, found.survivor_id)


def _of_paper(session: Session, code: str) -> str | None:
    paper = by_code(session, code)
    return None if paper is None else _held(Document)(session, paper.document_id)


def _first(*regions: Region) -> Region:
    """Look for a thing that may be one of several sorts."""

    def region(session: Session, identifier: str) -> str | None:
        found = (one(session, identifier) for one in regions)
        return next((one for one in found if one is not None), None)

    return region


_BUSINESS = Thing(_business, lambda one: NotFound("business.unknown", business_id=one))
_DOCUMENT = Thing(_held(Document), lambda one: NotFound("document.unknown", document_id=one))
_CASES = (_held(Repair), _held(Objection))
_FACTS = (_of_violation, _of_pledge, _of_designation, _of_verification)
_SUBJECTS = (_of_entry, *_FACTS, _held(Proposal), *_CASES, _of_merger)

THINGS: Mapping[str, Thing] = {
    "business_id": _BUSINESS,
    "former_id": _BUSINESS,
    "survivor_id": _BUSINESS,
    "merger_id": Thing(_of_merger, lambda one: NotFound("merger.unknown", merger_id=one)),
    "pledge_id": Thing(_of_pledge, lambda one: NotFound("pledge.unknown", pledge_id=one)),
    "designation_id": Thing(_of_designation, lambda one: NotFound("designation.unknown", designation_id=one)),
    "instrument_id": Thing(_of_instrument, lambda one: NotFound("instrument.unknown", instrument_id=one)),
    "verification_id": Thing(
        _of_verification, lambda one: NotFound("verification.unknown", verification_id=one)
    ),
    "violation_id": Thing(_of_violation, lambda one: NotFound("violation.unknown", violation_id=one)),
    "decision_id": Thing(_of_decision, lambda one: NotFound("violation.decision_unknown", decision_id=one)),
    "document_id": _DOCUMENT,
    "rules_document_id": _DOCUMENT,
    "code": Thing(_of_paper, lambda _: NotFound("paper.unknown")),
    "proposal_id": Thing(_held(Proposal), lambda one: NotFound("proposal.unknown", proposal_id=one)),
    "entry_id": Thing(_of_entry, lambda one: NotFound("entry.unknown", entry_id=one)),
    "order_id": Thing(_held(EditionOrder), lambda one: NotFound("edition.order_unknown", order_id=one)),
    "withdrawal_id": Thing(_held(Withdrawal), lambda one: NotFound("withdrawal.unknown", withdrawal_id=one)),
    "objection_id": Thing(_held(Objection), lambda one: NotFound("objection.unknown", objection_id=one)),
    "repair_id": Thing(_held(Repair), lambda one: NotFound("repair.unknown", repair_id=one)),
    "case_id": Thing(_first(*_CASES), lambda one: NotFound("paper.no_case", case_id=one)),
    "subject_id": Thing(
        _first(*_SUBJECTS, _held(MeasureApplication)),
        lambda one: NotFound("subject.unknown", subject_id=one),
    ),
    "complaint_id": Thing(_held(Complaint), lambda one: NotFound("complaint.unknown", complaint_id=one)),
    "webhook_id": Thing(_held(Webhook), lambda one: NotFound("webhook.unknown", webhook_id=one)),
    "application_id": Thing(
        _held(MeasureApplication),
        lambda one: NotFound("measure.application_unknown", application_id=one),
    ),
}
