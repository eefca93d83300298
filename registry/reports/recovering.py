"""When all passphrases are lost: two of the three recovery shares, two witnesses, then a full rotation.

Making, trying and using the recovery key are acts of the command line: its words belong on paper, and on no
page that a browser keeps.
"""

from collections.abc import Sequence

from pydantic import Field
from sqlmodel import col, select

from registry.audit.work import Actor, Subject, Work
from registry.commands import Command
from registry.errors import RuleRefused
from registry.reports import epochs, recovery
from registry.reports.envelope import compartment_key
from registry.reports.lifecycle import key_in_office, refuse_without_role
from registry.reports.opening import TEAM, seal_key
from registry.reports.policy import SHARES, SHARES_NEEDED
from registry.reports.readiness import Purpose, current_epoch, public_of_epoch, recovery_key
from registry.reports.sealing import SecretKey
from registry.reports.tables import CompartmentKey, EpochKey, EpochShare, HolderKey, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault
from registry.reports.witness import EITHER, Told


def make(vault: Vault, actor: Actor) -> tuple[Told, list[str]]:
    """Make a recovery key; its shares in words are returned once and kept nowhere."""
    shares = recovery.make_recovery(vault)
    return _told(vault, actor, "report_recovery.made"), shares


def drill(vault: Vault, actor: Actor, shares: Sequence[str]) -> Told:
    """Try two shares: the first time they confirm the key, later they prove that the paper is still there.

    Raises:
        NotFound: There is no recovery key.
        Malformed: The words are no two shares of it.
    """
    recovery.prove_recovery(vault, shares)
    return _told(vault, actor, "report_recovery.tried")


class Recover(Command):
    """What two shares are to open, for whom, before which witness."""

    shares: tuple[str, ...] = Field(min_length=SHARES_NEEDED, max_length=SHARES, description="In words.")
    purpose: Purpose
    holders: tuple[str, ...] = Field(min_length=1, description="Fingerprints of new keys of the office.")
    witness: str = Field(description="Person who stands by: another one.")


def recover(vault: Vault, actor: Actor, command: Recover) -> Told:
    """Give every epoch of a purpose to new keys by the recovery shares; a second person confirms them.

    Reports that were assigned to a team go back to the epoch in use, from which they are assigned again.

    Raises:
        NotFound: There is no recovery key, or no such key in the office.
        Malformed: The words are no two shares.
        RuleRefused: The witness is the actor, or a new key is of somebody without the role.
    """
    if command.witness == actor.person_id:
        raise RuleRefused("report.witness_own", field="witness")
    secret = recovery.prove_recovery(vault, command.shares)
    to = [key_in_office(vault, actor, one) for one in command.holders]
    given = _given_anew(vault, actor, command.purpose, secret, to)
    people = [holder.person_id for holder in to]

    def within(work: Work) -> None:
        refuse_without_role(work, actor.office_code, command.purpose, people)

    detail = {
        "purpose": command.purpose,
        "witness": command.witness,
        "shares": given,
        "reports": _taken_back(vault, actor.office_code, command.purpose, secret),
    }
    subject = Subject("report_key", secret.public.fingerprint)
    return Told("report_recovery.used", subject, EITHER, actor.office_code, detail, within=within)


def _given_anew(
    vault: Vault, actor: Actor, purpose: Purpose, secret: SecretKey, to: Sequence[HolderKey]
) -> int:
    """Give to new keys each epoch that the recovery key opens, and return how many shares that made."""
    query = (
        select(EpochKey)
        .join(EpochShare, col(EpochShare.epoch) == col(EpochKey.fingerprint))
        .where(col(EpochKey.office_code) == actor.office_code, col(EpochKey.purpose) == purpose)
        .where(col(EpochShare.holder) == secret.public.fingerprint)
    )
    given = 0
    for epoch in vault.session.exec(query).all():
        opened = recovery.recovered(vault, epoch, secret)
        for holder in to:
            if vault.session.get(EpochShare, (epoch.fingerprint, holder.fingerprint)) is None:
                epochs.share_with(vault, epoch, opened, holder, actor.person_id)
                given += 1
    return given


def _taken_back(vault: Vault, office_code: str, purpose: Purpose, secret: SecretKey) -> int:
    """Seal to the epoch in use what was assigned to teams, and return how many reports that were."""
    epoch = current_epoch(vault, office_code, purpose)
    if epoch is None or purpose != "intake":
        return 0
    query = (
        select(Report)
        .join(CompartmentKey, col(CompartmentKey.report_id) == col(Report.id))
        .where(col(CompartmentKey.holder) == secret.public.fingerprint)
        .where(col(Report.office_code) == office_code, col(CompartmentKey.compartment) == "content")
    )
    found = vault.session.exec(query).all()
    for report in found:
        for compartment in TEAM:
            row = vault.session.get_one(CompartmentKey, (report.id, compartment, secret.public.fingerprint))
            place = place_of(vault, report)
            key = compartment_key(secret, row.holder, place, compartment, row.sealed_key)
            if vault.session.get(CompartmentKey, (report.id, compartment, epoch.fingerprint)) is None:
                seal_key(vault, report, compartment, key, (epoch.fingerprint, public_of_epoch(epoch)))
        report.intake_epoch = epoch.fingerprint
        vault.session.add(report)
    vault.session.flush()
    return len(found)


def _told(vault: Vault, actor: Actor, act: str) -> Told:
    key = recovery_key(vault)
    fingerprint = key.fingerprint if key is not None else ""
    return Told(act, Subject("report_key", fingerprint), EITHER, actor.office_code)
