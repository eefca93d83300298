"""Sealing open reports anew after somebody left: what they copied opens nothing that is kept from then on.

Whoever left may have copied every key that they could open. So the compartments of open reports are
encrypted again under fresh keys, one report in one transaction: a crash leaves each report whole, under its
old keys or its new ones, and marked until it is done.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence

from sqlmodel import col, select

from registry.audit.work import Actor, Subject
from registry.errors import RuleRefused
from registry.reports.bodies import Sealing
from registry.reports.envelope import CUSTODY, KEY_LENGTH, REPORTER, Compartment, in_custody, item_key
from registry.reports.holders import public_of
from registry.reports.opening import TEAM, Recipient, Unlocked, key_for, may_open, seal_key
from registry.reports.readiness import Purpose, current_epoch, public_of_epoch, recovery_key
from registry.reports.sealing import PublicKey, SecretKey, suite_of
from registry.reports.tables import (
    BodyPiece,
    CompartmentKey,
    EpochKey,
    EpochShare,
    HolderKey,
    LeftBehind,
    RecoveryKey,
    Report,
)
from registry.reports.thread import item, items, place_of
from registry.reports.vault import Vault
from registry.reports.visits import additions, copies
from registry.reports.witness import EITHER, Told, report_of

COMPARTMENTS_OF: dict[Purpose, tuple[Compartment, ...]] = {"intake": TEAM, "custody": CUSTODY}
PIECE = 1 << 20  # bytes in a row, as at the intake


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


def reseal(vault: Vault, report: Report, purpose: Purpose, holder: HolderKey, secret: SecretKey) -> None:
    """Encrypt the compartments of a purpose anew, for everybody who may open them now.

    Args:
        vault: Open for writing; one report in one transaction.
        report: The report.
        purpose: Whose compartments.
        holder: Who does it, and
        secret: their unlocked key.

    Raises:
        Forbidden: The holder cannot open them.
        RuleRefused: The office has no epoch in use to seal them to.
    """
    epoch = current_epoch(vault, report.office_code, purpose)
    if epoch is None:
        raise RuleRefused("report.no_epoch", field="purpose")
    later = additions(vault, report) if purpose == "custody" else copies(vault, report)
    compartments = (*COMPARTMENTS_OF[purpose], *later)
    old = {one: key_for(vault, report, one, holder, secret) for one in compartments}
    for compartment, key in old.items():
        fresh = secrets.token_bytes(KEY_LENGTH)
        _encrypt_anew(vault, report, compartment, key, fresh)
        _seal_anew(vault, report, compartment, fresh, epoch)
    if purpose == "intake":
        report.intake_epoch = epoch.fingerprint
    else:
        report.custody_epoch = epoch.fingerprint
    vault.session.add(report)
    mark = vault.session.get(LeftBehind, (report.id, purpose))
    if mark is not None:
        vault.session.delete(mark)
    vault.session.flush()


def resealed(vault: Vault, actor: Actor, report_id: str, purpose: Purpose, by: Unlocked) -> Told:
    """Seal one report anew, if the actor can open it; of another team's it leaves the mark to them.

    Raises:
        NotFound: There is no such report in the office.
        RuleRefused: The office has no epoch in use.
    """
    report = report_of(vault, actor, report_id)
    can = all(may_open(vault, report, one, by.holder) for one in COMPARTMENTS_OF[purpose])
    if can:
        reseal(vault, report, purpose, by.holder, by.secret)
    subject = Subject("report", report.id)
    return Told("report.resealed", subject, EITHER, report.office_code, {"purpose": purpose, "done": can})


def _encrypt_anew(vault: Vault, report: Report, compartment: Compartment, old: bytes, new: bytes) -> None:
    place = place_of(vault, report)
    for number in items(vault, report, compartment):
        sealing = Sealing(item_key(new, number), place.body_context(compartment, number))
        stream = _stream(sealing, item(vault, report, compartment, number, old))
        sealed = [
            BodyPiece(report_id=report.id, compartment=compartment, item=number, seq=seq, piece=piece)
            for seq, piece in enumerate(_cut(stream))
        ]
        query = select(BodyPiece).where(
            col(BodyPiece.report_id) == report.id,
            col(BodyPiece.compartment) == compartment,
            col(BodyPiece.item) == number,
        )
        for row in vault.session.exec(query).all():
            vault.session.delete(row)
        vault.session.flush()
        vault.session.add_all(sealed)
        vault.session.flush()


def _seal_anew(vault: Vault, report: Report, compartment: Compartment, key: bytes, epoch: EpochKey) -> None:
    """Seal a fresh key to each who had the old one and is still here, an old epoch by the one in use."""
    query = select(CompartmentKey).where(
        col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment) == compartment
    )
    before = vault.session.exec(query).all()
    for row in before:
        vault.session.delete(row)
    vault.session.flush()
    for row in before:
        found = _successor(vault, report, row.holder, epoch)
        if found is not None:
            seal_key(vault, report, compartment, key, found, valid_through=row.valid_through)
    vault.session.flush()


def _successor(vault: Vault, report: Report, holder: str, epoch: EpochKey) -> Recipient | None:
    """Return who stands in a holder's place today, and their public key; None where nobody does."""
    if holder == REPORTER:
        return REPORTER, PublicKey(suite_of(report.reply_suite), report.reply_key)
    if vault.session.get(EpochKey, holder) is not None:
        return epoch.fingerprint, public_of_epoch(epoch)
    if vault.session.get(RecoveryKey, holder) is not None:
        kept = recovery_key(vault)
        return None if kept is None else (kept.fingerprint, PublicKey(suite_of(kept.suite), kept.public_key))
    one = vault.session.get(HolderKey, holder)
    return None if one is None or one.ended_on is not None else (holder, public_of(one))


def _stream(sealing: Sealing, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield sealing.feed(piece)
    yield sealing.finish()


def _cut(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into rows of a mebibyte, the last one shorter or equal."""
    waiting = bytearray()
    for part in stream:
        waiting += part
        while len(waiting) > PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    yield bytes(waiting)
