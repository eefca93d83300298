"""Opening a report: who holds a share or was assigned finds the keys of what they may read.

The process that takes reports must never import this module; a contract of the build says so. What is
read for a person goes through `reading.py`, which asks for the proof that the audit log holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from registry.errors import Forbidden, RuleRefused
from registry.reports.envelope import REPORTER, Compartment, compartment_key, in_custody
from registry.reports.epochs import epoch_secret
from registry.reports.holders import public_of
from registry.reports.readiness import recovery_key
from registry.reports.sealing import PublicKey, SecretKey, seal, suite_of
from registry.reports.tables import CompartmentKey, EpochKey, EpochShare, HolderKey, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault
from registry.reports.visits import copies

TEAM: tuple[Compartment, ...] = ("content", "thread")
Recipient = tuple[str, PublicKey]


@dataclass(frozen=True, repr=False)
class Unlocked:
    """Somebody whose key is unlocked: what they hold, and what opens it."""

    holder: HolderKey
    secret: SecretKey


def key_for(
    vault: Vault, report: Report, compartment: Compartment, holder: HolderKey, secret: SecretKey
) -> bytes:
    """Return the key of a compartment for one who may open it.

    Args:
        vault: Read only is enough.
        report: The report.
        compartment: Which one.
        holder: Who opens it.
        secret: Their unlocked key.

    Raises:
        Forbidden: Neither their own key nor an epoch of theirs opens it, or not any more.
        Unopened: What is kept was altered or moved.
    """
    place = place_of(vault, report)
    own = given_key(vault, report, compartment, holder)
    if own is not None:
        return compartment_key(secret, holder.fingerprint, place, compartment, own.sealed_key)
    epoch = _epoch_of(vault, report, compartment)
    row = vault.session.get(CompartmentKey, (report.id, compartment, epoch.fingerprint))
    if row is None:
        raise Forbidden("report.no_share")
    opened = epoch_secret(vault, epoch, holder, secret)
    return compartment_key(opened, epoch.fingerprint, place, compartment, row.sealed_key)


def read_together(vault: Vault, report: Report) -> list[Compartment]:
    """Return the compartments that who handles a report reads: with the content the copies added later."""
    return [*TEAM, *copies(vault, report)]


def may_open(vault: Vault, report: Report, compartment: Compartment, holder: HolderKey) -> bool:
    """Say whether a key will open a compartment, without opening anything."""
    if given_key(vault, report, compartment, holder) is not None:
        return True
    epoch = _epoch_of(vault, report, compartment)
    share = vault.session.get(EpochShare, (epoch.fingerprint, holder.fingerprint))
    sealed = vault.session.get(CompartmentKey, (report.id, compartment, epoch.fingerprint))
    held = share is not None and share.confirmed_by is not None
    return held and sealed is not None and holder.ended_on is None


def assign(
    vault: Vault, report: Report, holder: HolderKey, secret: SecretKey, team: Sequence[HolderKey]
) -> None:
    """Seal content and thread to a team alone; from now on the epoch's other holders open them no more.

    The recovery shares still open them: a team whose passphrases are lost loses no report.

    Raises:
        RuleRefused: The team is empty, or a key in it was ended.
        Forbidden: Who assigns cannot open the report.
    """
    if not team or any(one.ended_on is not None for one in team):
        raise RuleRefused("report.team", field="team")
    recovery = recovery_key(vault)
    to = [(one.fingerprint, public_of(one)) for one in team]
    if recovery is not None:
        to.append((recovery.fingerprint, PublicKey(suite_of(recovery.suite), recovery.public_key)))
    for compartment in read_together(vault, report):
        key = key_for(vault, report, compartment, holder, secret)
        for row in sealed_keys(vault, report, compartment):
            if row.holder != REPORTER:
                vault.session.delete(row)
        vault.session.flush()
        for one in to:
            seal_key(vault, report, compartment, key, one)
    vault.session.flush()


def seal_key(
    vault: Vault,
    report: Report,
    compartment: Compartment,
    key: bytes,
    to: Recipient,
    *,
    valid_through: date | None = None,
) -> None:
    """Seal the key of a compartment to one more who may open it.

    Args:
        vault: Open for writing.
        report: The report.
        compartment: Which one.
        key: Its key.
        to: The holder, by fingerprint or as `reporter`, and their public key.
        valid_through: Last day on which it opens; None: always.
    """
    holder, public = to
    sealed = seal(public, key, place_of(vault, report).key_context(compartment, holder))
    vault.session.add(
        CompartmentKey(
            report_id=report.id,
            compartment=compartment,
            holder=holder,
            sealed_key=sealed,
            valid_through=valid_through,
        )
    )


def sealed_keys(vault: Vault, report: Report, compartment: Compartment) -> Sequence[CompartmentKey]:
    """Return the sealed keys of a compartment, one for each who may open it."""
    query = select(CompartmentKey).where(
        col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment) == compartment
    )
    return vault.session.exec(query).all()


def given_key(
    vault: Vault, report: Report, compartment: Compartment, holder: HolderKey
) -> CompartmentKey | None:
    """Return the key of a compartment that was sealed to a holder alone, while it is good."""
    own = vault.session.get(CompartmentKey, (report.id, compartment, holder.fingerprint))
    lapsed = own is not None and own.valid_through is not None and own.valid_through < vault.today
    return None if lapsed or holder.ended_on is not None else own


def _epoch_of(vault: Vault, report: Report, compartment: Compartment) -> EpochKey:
    return vault.session.get_one(
        EpochKey, report.custody_epoch if in_custody(compartment) else report.intake_epoch
    )
