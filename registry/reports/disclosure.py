"""Disclosing who sent a report, or its files as they were sent: to one person, by three, for a time.

Who handles a report asks, with a reason; two custodians agree, neither of whom asked; a custodian seals the
compartment to the one who asked. Every opening is a leaf of the public log and an entry of the audit log
first. The leaf says that an office opened something on a day; what else it commits to is sealed to the
reporter, who reads on the next visit that it happened, and can prove it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlmodel import col, select

from registry.audit.work import Actor, Subject, Work
from registry.commands import Command
from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.log import leaves
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.reports import opening
from registry.reports.disclosed import ACT, KIND
from registry.reports.envelope import Compartment, disclosure_context
from registry.reports.epochs import epoch_secret
from registry.reports.holders import public_of
from registry.reports.opening import Unlocked
from registry.reports.policy import APPROVALS_NEEDED
from registry.reports.readiness import public_of_epoch
from registry.reports.receipts import Opening as LeafOpening
from registry.reports.receipts import sealed_opening
from registry.reports.sealing import seal, unseal
from registry.reports.tables import (
    CompartmentKey,
    Disclosed,
    DisclosureApproval,
    DisclosureRequest,
    EpochKey,
    HolderKey,
    Report,
)
from registry.reports.thread import place_of
from registry.reports.vault import Vault
from registry.reports.visits import additions
from registry.reports.witness import CUSTODIAN, HANDLER, Seen, Sides, Told, carry_out, report_of
from registry.rulebook.periods import due

Guarded = Literal["identity", "originals"]
RULE = "report.disclosed"


class AskDisclosure(Command):
    """What is wanted, and why; only custodians read the reason."""

    compartment: Guarded
    reason: str = Field(min_length=5, max_length=500)


def ask(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: AskDisclosure) -> Told:
    """Ask for a disclosure; the reason is sealed to the custodians.

    Raises:
        NotFound: There is no such report in the office.
        Forbidden: The actor does not handle it.
        Conflict: The actor asked before, and nobody has answered yet.
    """
    report = report_of(vault, actor, report_id)
    if not opening.may_open(vault, report, "content", by.holder):
        raise Forbidden("report.no_share")
    asked = select(DisclosureRequest).where(
        col(DisclosureRequest.report_id) == report.id,
        col(DisclosureRequest.compartment) == command.compartment,
        col(DisclosureRequest.person_id) == actor.person_id,
        col(DisclosureRequest.state) == "asked",
    )
    if vault.session.exec(asked).first() is not None:
        raise Conflict("report.disclosure_asked", field="compartment")
    request_id, epoch = new_id(), vault.session.get_one(EpochKey, report.custody_epoch)
    context = disclosure_context(vault.site, report.id, command.compartment, request_id)
    row = DisclosureRequest(
        id=request_id,
        report_id=report.id,
        compartment=command.compartment,
        requester=by.holder.fingerprint,
        person_id=actor.person_id,
        state="asked",
        asked_on=vault.today,
        custody_epoch=epoch.fingerprint,
        sealed_reason=seal(public_of_epoch(epoch), command.reason.encode(), context),
    )
    vault.session.add(row)
    return _told(report, "report.disclosure_asked", HANDLER, row)


def approve(vault: Vault, actor: Actor, request_id: str) -> Told:
    """Agree to a disclosure, as one of two custodians.

    Raises:
        NotFound: Nobody asks for it.
        RuleRefused: The actor asked, or agreed before.
    """
    row, report = _open_request(vault, actor, request_id)
    if row.person_id == actor.person_id:
        raise RuleRefused("report.disclosure_own")
    if vault.session.get(DisclosureApproval, (row.id, actor.person_id)) is not None:
        raise RuleRefused("report.disclosure_approved")
    vault.session.add(
        DisclosureApproval(request_id=row.id, person_id=actor.person_id, approved_on=vault.today)
    )
    return _told(report, "report.disclosure_approved", CUSTODIAN, row)


def refuse(vault: Vault, actor: Actor, request_id: str) -> Told:
    """Refuse a disclosure: one custodian is enough.

    Raises:
        NotFound: Nobody asks for it.
    """
    row, report = _open_request(vault, actor, request_id)
    row.state = "refused"
    vault.session.add(row)
    return _told(report, "report.disclosure_refused", CUSTODIAN, row)


def release(vault: Vault, actor: Actor, request_id: str, by: Unlocked) -> Told:
    """Seal what two custodians agreed to disclose to the one who asked, for a time.

    Source: rulebook `deadlines`, `report.disclosed`.

    Raises:
        NotFound: Nobody asks for it.
        RuleRefused: Fewer than two agreed, the actor asked, the key of who asked was ended, or no rule says
            for how long.
        Forbidden: The actor is no custodian of this report.
    """
    row, report = _open_request(vault, actor, request_id)
    approved = {one.person_id for one in approvals(vault, row.id)} - {row.person_id}
    if len(approved) < APPROVALS_NEEDED or row.person_id == actor.person_id:
        raise RuleRefused("report.disclosure_few", needed=APPROVALS_NEEDED)
    requester = vault.session.get_one(HolderKey, row.requester)
    if requester.ended_on is not None:
        raise RuleRefused("report.key_ended")
    row.state, row.released_by = "released", actor.person_id
    keys = {
        one: opening.key_for(vault, report, one, by.holder, by.secret)
        for one in disclosed_together(vault, report, guarded(row))
    }

    def within(work: Work) -> None:
        row.valid_through = _last_day(work, report)
        for compartment, key in keys.items():
            _seal_to_requester(vault, report, compartment, key, row)
        vault.session.add(row)
        vault.session.flush()

    return replace(_told(report, "report.disclosure_released", CUSTODIAN, row), within=within)


def _last_day(work: Work, report: Report) -> date:
    """Return the last day on which something that is disclosed today opens."""
    region = work.session.get_one(Office, report.office_code).region
    last = due(work.rulebook, RULE, region, work.today, calendar_overrides(work.session)).due_on
    if last is None:
        raise RuleRefused("report.disclosed_unknown", rule=RULE)
    return last


def _seal_to_requester(
    vault: Vault, report: Report, compartment: Compartment, key: bytes, row: DisclosureRequest
) -> None:
    before = vault.session.get(CompartmentKey, (report.id, compartment, row.requester))
    if before is not None:
        vault.session.delete(before)
        vault.session.flush()
    to = (row.requester, public_of(vault.session.get_one(HolderKey, row.requester)))
    opening.seal_key(vault, report, compartment, key, to, valid_through=row.valid_through)


def opened(sides: Sides, report_id: str, compartment: Guarded, by: Unlocked) -> tuple[Seen, ...]:
    """Commit that a disclosed compartment is opened, as a leaf, an entry and a row, and return the proofs.

    The leaf and the entry of the audit log are one transaction of the registry. The row by which the reporter
    learns of it, with what opens the leaf, is committed after them and before this returns: a crash in
    between leaves a leaf of an opening that nobody had, never an opening without its leaf.

    Args:
        sides: Both databases, for who opens it.
        report_id: Of the report.
        compartment: Which one.
        by: Whose key it was sealed to.

    Returns:
        For each compartment that the disclosure opens, the proof that `reading` asks for.

    Raises:
        NotFound: There is no such report in the office.
        Forbidden: It was not sealed to the actor, or not any more.
    """
    parts: list[Compartment] = []

    def do(vault: Vault) -> Told:
        report = report_of(vault, sides.actor, report_id)
        together = disclosed_together(vault, report, compartment)
        # what came after the disclosure was sealed to nobody by it
        parts.extend(one for one in together if opening.given_key(vault, report, one, by.holder) is not None)
        return disclose(vault, sides.actor, report_id, compartment, by)

    carry_out(sides, new_id(), do)  # a key of its own: each time that it is opened counts
    return tuple(Seen(report_id, part, sides.actor.person_id) for part in parts)


def disclose(vault: Vault, actor: Actor, report_id: str, compartment: Guarded, by: Unlocked) -> Told:
    """Prepare what says that a compartment is opened today: for the log, the audit log and the reporter.

    Raises:
        NotFound: There is no such report in the office.
        Forbidden: It was not sealed to the actor, or not any more.
    """
    report = report_of(vault, actor, report_id)
    if opening.given_key(vault, report, compartment, by.holder) is None:
        raise Forbidden("report.not_disclosed")
    content = {
        "kind": KIND,
        "site": vault.site,
        "office_code": report.office_code,
        "compartment": compartment,
        "opened_on": vault.today.isoformat(),
    }
    drawn = LeafOpening("", secrets.token_hex(leaves.SALT_BYTES), content)

    def within(work: Work) -> Mapping[str, Any]:
        (leaf_id,) = leaves.append_withheld(
            work.session,
            ACT,
            [drawn.commitment],
            on=vault.today,
            office_code=report.office_code,
            now=work.now,
        )
        tell_reporter(vault, report, compartment, replace(drawn, leaf_id=leaf_id))
        return {"leaf_id": leaf_id}

    subject, detail = Subject("report", report.id), {"compartment": compartment}
    return Told("report.disclosed", subject, (HANDLER,), report.office_code, detail, within=within)


def tell_reporter(vault: Vault, report: Report, compartment: Guarded, proof: LeafOpening) -> Disclosed:
    """Prepare the row by which a reporter learns of an opening, with what opens its leaf."""
    row_id = new_id()
    row = Disclosed(
        id=row_id,
        report_id=report.id,
        compartment=compartment,
        opened_on=vault.today,
        sealed_proof=sealed_opening(report, proof, place_of(vault, report).opening_context(row_id)),
    )
    vault.session.add(row)
    vault.session.flush()
    return row


def reason_of(vault: Vault, row: DisclosureRequest, by: Unlocked) -> str:
    """Return why a disclosure is asked for, to a custodian.

    Raises:
        Forbidden: The reader is no custodian of this report.
        Unopened: The reason was altered or moved.
    """
    epoch = vault.session.get_one(EpochKey, row.custody_epoch)
    opened = epoch_secret(vault, epoch, by.holder, by.secret)
    context = disclosure_context(vault.site, row.report_id, row.compartment, row.id)
    return unseal(opened, row.sealed_reason, context).decode()


def requests(vault: Vault, office_code: str, state: str = "asked") -> Sequence[DisclosureRequest]:
    """Return the disclosures of an office that stand in a state."""
    query = (
        select(DisclosureRequest)
        .join(Report, col(Report.id) == col(DisclosureRequest.report_id))
        .where(col(Report.office_code) == office_code, col(DisclosureRequest.state) == state)
        .order_by(col(DisclosureRequest.asked_on), col(DisclosureRequest.id))
    )
    return vault.session.exec(query).all()


def approvals(vault: Vault, request_id: str) -> Sequence[DisclosureApproval]:
    """Return who agreed to a disclosure."""
    query = select(DisclosureApproval).where(col(DisclosureApproval.request_id) == request_id)
    return vault.session.exec(query).all()


def lapse(vault: Vault) -> int:
    """Delete what was sealed to somebody for a time that is over, and return how much."""
    query = select(CompartmentKey).where(col(CompartmentKey.valid_through) < vault.today)
    over = vault.session.exec(query).all()
    for key in over:
        vault.session.delete(key)
    released = select(DisclosureRequest).where(
        col(DisclosureRequest.state) == "released", col(DisclosureRequest.valid_through) < vault.today
    )
    for row in vault.session.exec(released).all():
        row.state = "lapsed"
        vault.session.add(row)
    vault.session.flush()
    return len(over)


def guarded(row: DisclosureRequest) -> Guarded:
    """Return the compartment that a request asks for."""
    return "originals" if row.compartment == "originals" else "identity"


def disclosed_together(vault: Vault, report: Report, compartment: Guarded) -> list[Compartment]:
    """Return the compartments that one disclosure opens: with the original files also those added later."""
    return [compartment, *(additions(vault, report) if compartment == "originals" else ())]


def _open_request(vault: Vault, actor: Actor, request_id: str) -> tuple[DisclosureRequest, Report]:
    row = vault.session.get(DisclosureRequest, request_id, with_for_update=True)
    if row is None or row.state != "asked":
        raise NotFound("report.disclosure_unknown")
    return row, report_of(vault, actor, row.report_id)


def _told(report: Report, act: str, role: str, row: DisclosureRequest) -> Told:
    detail = {"compartment": row.compartment, "request": row.id}
    return Told(act, Subject("report", report.id), (role,), report.office_code, detail)
