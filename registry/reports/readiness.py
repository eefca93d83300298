"""Whether an office can take reports today, and to which keys: all that the intake knows of keys.

Only public halves stand here. The intake imports this module and none that could open anything.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlmodel import col, select

from registry.reports.policy import HOLDERS_NEEDED, PROVED_WITHIN, RECOVERY_PROVED_WITHIN
from registry.reports.sealing import PublicKey, suite_of
from registry.reports.tables import EpochKey, EpochShare, HolderKey, RecoveryKey
from registry.reports.vault import Vault

Purpose = Literal["intake", "custody"]
PURPOSES: tuple[Purpose, ...] = ("intake", "custody")


def current_epoch(vault: Vault, office_code: str, purpose: Purpose) -> EpochKey | None:
    """Return the epoch that an office's reports are sealed to now, or None."""
    query = select(EpochKey).where(col(EpochKey.office_code) == office_code, col(EpochKey.purpose) == purpose)
    return vault.session.exec(query.where(col(EpochKey.closed_on).is_(None))).one_or_none()


def recovery_key(vault: Vault) -> RecoveryKey | None:
    """Return the recovery key in use, or None."""
    return vault.session.exec(select(RecoveryKey).order_by(col(RecoveryKey.made_on).desc())).first()


def public_of_epoch(epoch: EpochKey) -> PublicKey:
    """Return what reports are sealed to."""
    return PublicKey(suite_of(epoch.suite), epoch.public_key)


def obstacles(vault: Vault, office_code: str) -> list[str]:
    """Return why an office can take no reports today; empty where it can.

    Two holders of each purpose must have opened the test within a quarter, and the recovery shares
    must have been tried within half a year: a report that nobody can read must not be taken.
    """
    found = []
    recovery = recovery_key(vault)
    since = vault.today - RECOVERY_PROVED_WITHIN
    if recovery is None or recovery.proved_on is None or recovery.proved_on < since:
        found.append("recovery")
    for purpose in PURPOSES:
        epoch = current_epoch(vault, office_code, purpose)
        holders = [] if epoch is None else _confirmed_holders(vault, epoch)
        if len({holder.person_id for holder in proved(holders, vault.today)}) < HOLDERS_NEEDED:
            found.append(purpose)
    return found


def offices_open(vault: Vault) -> list[str]:
    """Return the codes of the offices that can take reports today."""
    query = select(col(EpochKey.office_code)).where(col(EpochKey.closed_on).is_(None)).distinct()
    return [code for code in sorted(vault.session.exec(query)) if not obstacles(vault, code)]


def proved(rows: Sequence[HolderKey], on: date) -> list[HolderKey]:
    """Return the keys whose holders opened the test not too long ago."""
    since = on - PROVED_WITHIN
    return [row for row in rows if row.proved_on is not None and row.proved_on >= since]


def _confirmed_holders(vault: Vault, epoch: EpochKey) -> Sequence[HolderKey]:
    query = (
        select(HolderKey)
        .join(EpochShare, col(EpochShare.holder) == col(HolderKey.fingerprint))
        .where(col(EpochShare.epoch) == epoch.fingerprint, col(EpochShare.confirmed_by).is_not(None))
        .where(col(HolderKey.ended_on).is_(None))
    )
    return vault.session.exec(query).all()
