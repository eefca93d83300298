"""Epoch keys: what reports are sealed to, and who holds a share of them.

The seed of an epoch exists only as shares: one sealed to each holder, one to the recovery key. It is
drawn, shared and forgotten in one act, so that whoever opens an epoch learns nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.reports.envelope import epoch_context
from registry.reports.holders import public_of
from registry.reports.policy import HOLDERS_NEEDED
from registry.reports.readiness import Purpose, current_epoch, recovery_key
from registry.reports.sealing import PublicKey, SecretKey, new_key, seal, suite_of, unseal
from registry.reports.tables import EpochKey, EpochShare, HolderKey
from registry.reports.vault import Vault


def open_epoch(
    vault: Vault, office_code: str, purpose: Purpose, holders: Sequence[HolderKey], opened_by: str
) -> EpochKey:
    """Begin an epoch for an office, shared among holders; the one before it takes no new reports.

    Its shares open nothing until another person confirms them.

    Raises:
        RuleRefused: Fewer than two holders, or there is no recovery key.
        Conflict: A holder's key was ended.
    """
    if len({holder.person_id for holder in holders}) < HOLDERS_NEEDED:
        raise RuleRefused("report.holders_few", field="holders", needed=HOLDERS_NEEDED)
    if any(holder.ended_on is not None for holder in holders):
        raise Conflict("report.key_ended", field="holders")
    recovery = recovery_key(vault)
    if recovery is None:
        raise RuleRefused("report.no_recovery", field="purpose")
    current = current_epoch(vault, office_code, purpose)
    if current is not None:
        current.closed_on = vault.today
        vault.session.add(current)
        vault.session.flush()
    secret = new_key()
    epoch = EpochKey(
        fingerprint=secret.public.fingerprint,
        office_code=office_code,
        purpose=purpose,
        suite=secret.suite,
        public_key=secret.public.raw,
        opened_on=vault.today,
    )
    vault.session.add(epoch)
    vault.session.flush()
    shared = _Shared(vault.site, epoch, secret)
    kept = PublicKey(suite_of(recovery.suite), recovery.public_key)
    for key in (*(public_of(holder) for holder in holders), kept):
        vault.session.add(shared.with_holder(key, opened_by))
    vault.session.flush()
    return epoch


def confirm_epoch(vault: Vault, epoch: EpochKey, person_id: str) -> None:
    """Confirm the shares of an epoch: from now on they open, and reports are sealed to it.

    Raises:
        RuleRefused: Who opened it cannot confirm it.
    """
    for share in _shares(vault, epoch.fingerprint):
        if share.confirmed_by is None:
            _confirm(vault, share, person_id)


def give_share(
    vault: Vault, epoch: EpochKey, giver: HolderKey, secret: SecretKey, to: HolderKey
) -> EpochShare:
    """Seal an epoch's seed to another holder; who holds it gives it, and a second person confirms.

    Raises:
        Forbidden: The giver holds no confirmed share.
        Conflict: They have one already, or their key was ended.
    """
    return share_with(vault, epoch, epoch_secret(vault, epoch, giver, secret), to, giver.person_id)


def share_with(vault: Vault, epoch: EpochKey, opened: SecretKey, to: HolderKey, given_by: str) -> EpochShare:
    """Seal an epoch's seed to a holder; a second person confirms.

    Args:
        vault: Open for writing.
        epoch: Whose seed it is.
        opened: The secret key of the epoch.
        to: Who gets it.
        given_by: Person who gives it.

    Raises:
        Conflict: They have one already, or their key was ended.
    """
    if to.ended_on is not None:
        raise Conflict("report.key_ended", field="holder")
    if vault.session.get(EpochShare, (epoch.fingerprint, to.fingerprint)) is not None:
        raise Conflict("report.share_held", field="holder")
    share = _Shared(vault.site, epoch, opened).with_holder(public_of(to), given_by)
    vault.session.add(share)
    vault.session.flush()
    return share


def confirm_share(vault: Vault, epoch: EpochKey, holder: HolderKey, person_id: str) -> None:
    """Confirm the share that a holder was given.

    Raises:
        NotFound: They were given none.
        RuleRefused: Who gave it, and who got it, cannot confirm it.
    """
    share = vault.session.get(EpochShare, (epoch.fingerprint, holder.fingerprint))
    if share is None:
        raise NotFound("report.share_unknown", field="holder")
    if person_id == holder.person_id:
        raise RuleRefused("report.share_own", field="holder")
    _confirm(vault, share, person_id)


def epoch_secret(vault: Vault, epoch: EpochKey, holder: HolderKey, secret: SecretKey) -> SecretKey:
    """Return the secret key of an epoch for one who holds a confirmed share.

    Raises:
        Forbidden: They hold none.
        Unopened: The share was altered or moved.
    """
    share = vault.session.get(EpochShare, (epoch.fingerprint, holder.fingerprint))
    if share is None or share.confirmed_by is None or holder.ended_on is not None:
        raise Forbidden("report.no_share")
    context = _context(vault.site, epoch, holder.fingerprint)
    return SecretKey(suite_of(epoch.suite), unseal(secret, share.sealed_seed, context))


def end_key(vault: Vault, holder: HolderKey) -> int:
    """End a holder's key, delete its shares, and return how many there were.

    Open epochs that they could read must be followed by new ones; what they copied cannot be unread.
    """
    query = select(EpochShare).where(col(EpochShare.holder) == holder.fingerprint)
    shares = vault.session.exec(query).all()
    for share in shares:
        vault.session.delete(share)
    holder.ended_on = vault.today
    vault.session.add(holder)
    vault.session.flush()
    return len(shares)


def _shares(vault: Vault, epoch: str) -> Sequence[EpochShare]:
    return vault.session.exec(select(EpochShare).where(col(EpochShare.epoch) == epoch)).all()


def _confirm(vault: Vault, share: EpochShare, person_id: str) -> None:
    if share.given_by == person_id:
        raise RuleRefused("report.share_same_person", field="holder")
    share.confirmed_by = person_id
    vault.session.add(share)
    vault.session.flush()


@dataclass(frozen=True, repr=False)
class _Shared:
    """The seed of an epoch while it is being shared."""

    site: str
    epoch: EpochKey
    secret: SecretKey

    def with_holder(self, key: PublicKey, given_by: str) -> EpochShare:
        """Return the share of one holder; it opens nothing until it is confirmed."""
        holder = key.fingerprint
        sealed = seal(key, self.secret.seed, _context(self.site, self.epoch, holder))
        return EpochShare(epoch=self.epoch.fingerprint, holder=holder, sealed_seed=sealed, given_by=given_by)


def _context(site: str, epoch: EpochKey, holder: str) -> bytes:
    return epoch_context(site, epoch.office_code, epoch.purpose, epoch.fingerprint, holder)
