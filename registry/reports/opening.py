"""Opening a report: who holds a share or was assigned finds the keys of what they may read.

The process that takes reports must never import this module; a contract of the build says so. Who
calls this has written the opening into the audit log, and committed it, before.
"""

from collections.abc import Sequence

from sqlmodel import col, select

from registry.errors import Forbidden, RuleRefused
from registry.reports.envelope import CUSTODY, REPORTER, Compartment, compartment_key
from registry.reports.epochs import epoch_secret
from registry.reports.holders import public_of
from registry.reports.sealing import SecretKey, seal
from registry.reports.tables import CompartmentKey, EpochKey, HolderKey, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault

TEAM: tuple[Compartment, ...] = ("content", "thread")


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
        Forbidden: Neither their own key nor an epoch of theirs opens it.
        Unopened: What is kept was altered or moved.
    """
    place = place_of(vault, report)
    own = vault.session.get(CompartmentKey, (report.id, compartment, holder.fingerprint))
    if own is not None and holder.ended_on is None:
        return compartment_key(secret, holder.fingerprint, place, compartment, own.sealed_key)
    epoch = vault.session.get_one(
        EpochKey, report.custody_epoch if compartment in CUSTODY else report.intake_epoch
    )
    row = vault.session.get(CompartmentKey, (report.id, compartment, epoch.fingerprint))
    if row is None:
        raise Forbidden("report.no_share")
    opened = epoch_secret(vault, epoch, holder, secret)
    return compartment_key(opened, epoch.fingerprint, place, compartment, row.sealed_key)


def assign(
    vault: Vault, report: Report, holder: HolderKey, secret: SecretKey, team: Sequence[HolderKey]
) -> None:
    """Seal content and thread to a team alone; from now on the epoch's other holders open them no more.

    Raises:
        RuleRefused: The team is empty, or a key in it was ended.
        Forbidden: Who assigns cannot open the report.
    """
    if not team or any(one.ended_on is not None for one in team):
        raise RuleRefused("report.team", field="team")
    place = place_of(vault, report)
    for compartment in TEAM:
        key = key_for(vault, report, compartment, holder, secret)
        for row in _sealed_keys(vault, report, compartment):
            if row.holder != REPORTER:
                vault.session.delete(row)
        vault.session.flush()
        for one in team:
            sealed = seal(public_of(one), key, place.key_context(compartment, one.fingerprint))
            vault.session.add(
                CompartmentKey(
                    report_id=report.id, compartment=compartment, holder=one.fingerprint, sealed_key=sealed
                )
            )
    vault.session.flush()


def _sealed_keys(vault: Vault, report: Report, compartment: Compartment) -> Sequence[CompartmentKey]:
    query = select(CompartmentKey).where(
        col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment) == compartment
    )
    return vault.session.exec(query).all()
