"""Sealing open reports anew after somebody left: what they copied opens nothing that is kept from then on.

Whoever left may have copied every key that they could open. So the compartments of open reports are
encrypted again under fresh keys, a lot of reports in one transaction: a crash leaves each report whole, under
its old keys or its new ones, and marked until it is done.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import delete, update
from sqlmodel import col, select

from registry.audit.work import Actor, Subject
from registry.errors import RuleRefused
from registry.reports.envelope import in_custody
from registry.reports.opening import Unlocked
from registry.reports.readiness import Purpose, current_epoch
from registry.reports.rekeying import Rekeying
from registry.reports.tables import CompartmentKey, EpochShare, HolderKey, LeftBehind, Report
from registry.reports.vault import Vault
from registry.reports.witness import EITHER, Sides, Told, carry_out

AT_ONCE = 200  # reports in one transaction: about half a second, for which whoever sends a report waits


def leave_behind(vault: Vault, holder: HolderKey) -> int:
    """Mark the open reports that a key can open, drop what was sealed to it alone, and return how many.

    Call it before the shares of the key are deleted.
    """
    held = select(EpochShare.epoch).where(col(EpochShare.holder) == holder.fingerprint)
    own = select(CompartmentKey).where(col(CompartmentKey.holder) == holder.fingerprint)
    marked = set()
    for purpose, epoch in (("intake", Report.intake_epoch), ("custody", Report.custody_epoch)):
        query = select(Report.id).where(col(Report.closed_on).is_(None), col(epoch).in_(held))
        marked |= {(report_id, purpose) for report_id in vault.session.exec(query)}
    for row in vault.session.exec(own).all():
        purpose = "custody" if in_custody(row.compartment) else "intake"
        if vault.session.get_one(Report, row.report_id).closed_on is None:
            marked.add((row.report_id, purpose))
        vault.session.delete(row)
    for report_id, purpose in marked:
        if vault.session.get(LeftBehind, (report_id, purpose)) is None:
            vault.session.add(LeftBehind(report_id=report_id, purpose=purpose))
    vault.session.flush()
    return len({report_id for report_id, _ in marked})


def left_behind(vault: Vault, office_code: str, purpose: Purpose) -> Sequence[str]:
    """Return the reports of an office whose compartments of a purpose wait to be sealed anew."""
    query = (
        select(LeftBehind.report_id)
        .join(Report, col(Report.id) == col(LeftBehind.report_id))
        .where(col(Report.office_code) == office_code, col(LeftBehind.purpose) == purpose)
        .order_by(col(LeftBehind.report_id))
    )
    return vault.session.exec(query).all()


def reseal(vault: Vault, ids: Sequence[str], purpose: Purpose, by: Unlocked) -> list[str]:
    """Encrypt the compartments of a purpose anew, for everybody who may open them now, and return of which.

    Another team's stay marked for them; what somebody else did meanwhile is not done again.

    Args:
        vault: Open for writing; a lot of reports in one transaction.
        ids: Of reports of one office.
        purpose: Whose compartments.
        by: Who does it.

    Raises:
        RuleRefused: The office has no epoch in use to seal them to.
        Unopened: What is kept was altered or moved.
    """
    session, named = vault.session, col(Report.id).in_(ids)
    session.exec(select(col(Report.id)).where(named).order_by(col(Report.id)).with_for_update()).all()
    # another statement: only what begins after the wait sees what the other one did meanwhile
    marked = select(Report).join(LeftBehind, col(LeftBehind.report_id) == col(Report.id))
    reports = session.exec(marked.where(named, col(LeftBehind.purpose) == purpose)).all()
    if not reports:
        return []
    epoch = current_epoch(vault, reports[0].office_code, purpose)
    if epoch is None:
        raise RuleRefused("report.no_epoch", field="purpose")
    rekeying = Rekeying(vault, epoch, by)
    mine = rekeying.openable(reports)
    rekeying.rekey(mine)
    done = [one.id for one in mine]
    sealed_to = {"intake": "intake_epoch", "custody": "custody_epoch"}[purpose]
    connection = session.connection()
    connection.execute(update(Report).where(col(Report.id).in_(done)).values({sealed_to: epoch.fingerprint}))
    connection.execute(
        delete(LeftBehind).where(col(LeftBehind.report_id).in_(done), col(LeftBehind.purpose) == purpose)
    )
    session.expire_all()
    return done


def resealed(sides: Sides, key: str, purpose: Purpose, by: Unlocked) -> Iterator[int]:
    """Seal anew what somebody left behind, lot by lot, and yield how many reports each lot looked at.

    Each lot is one transaction with one entry of the audit log: after a crash who asks again goes on.

    Args:
        sides: Both databases.
        key: Of the form.
        purpose: Whose compartments.
        by: Who does it.

    Raises:
        RuleRefused: The office has no epoch in use.
        Unopened: What is kept was altered or moved.
    """
    with sides.reading() as vault:
        waiting = left_behind(vault, sides.actor.office_code, purpose)
    for start in range(0, len(waiting), AT_ONCE):
        lot = waiting[start : start + AT_ONCE]
        carry_out(
            sides,
            f"{key} {lot[0]}",
            partial(_lot_resealed, actor=sides.actor, lot=lot, purpose=purpose, by=by),
        )
        yield len(lot)


def _lot_resealed(vault: Vault, actor: Actor, lot: Sequence[str], purpose: Purpose, by: Unlocked) -> Told:
    done = reseal(vault, lot, purpose, by)
    detail = {"purpose": purpose, "reports": done, "left": len(lot) - len(done)}
    subject = Subject("report_key", by.holder.fingerprint)
    return Told("report.resealed", subject, EITHER, actor.office_code, detail, reports=done)
