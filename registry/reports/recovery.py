"""The recovery key: three shares on paper, two of which open what all passphrases together no longer can."""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from registry.errors import Malformed, NotFound
from registry.reports.envelope import epoch_context
from registry.reports.policy import SHARES, SHARES_NEEDED
from registry.reports.readiness import recovery_key
from registry.reports.sealing import HYBRID, SecretKey, new_key, suite_of, unseal
from registry.reports.stretching import expanded
from registry.reports.tables import EpochKey, EpochShare, RecoveryKey
from registry.reports.vault import Vault

SEED = 32  # SLIP-0039 writes 33 words for it; the key of the suite is expanded from it


def make_recovery(vault: Vault) -> list[str]:
    """Make a recovery key, and return its shares in words (SLIP-0039), which are kept nowhere.

    Epochs that are opened from now on are shared with it. It counts only once two shares were tried.
    """
    seed = new_key(HYBRID).seed[:SEED]
    secret = _key_of(seed)
    vault.session.add(
        RecoveryKey(
            fingerprint=secret.public.fingerprint,
            suite=secret.suite,
            public_key=secret.public.raw,
            made_on=vault.today,
        )
    )
    vault.session.flush()
    (shares,) = generate_mnemonics(1, [(SHARES_NEEDED, SHARES)], seed)
    return list(shares)


def prove_recovery(vault: Vault, shares: Sequence[str]) -> SecretKey:
    """Open the recovery key with two shares, and write down that they still do.

    Raises:
        NotFound: There is no recovery key.
        Malformed: The words are no two shares of it.
    """
    row = recovery_key(vault)
    if row is None:
        raise NotFound("report.no_recovery", field="shares")
    try:
        secret = _key_of(combine_mnemonics(shares))
    except MnemonicError as wrong:
        raise Malformed("report.shares_wrong", field="shares", needed=SHARES_NEEDED) from wrong
    if secret.public.fingerprint != row.fingerprint or secret.suite != suite_of(row.suite):
        raise Malformed("report.shares_wrong", field="shares", needed=SHARES_NEEDED)
    row.proved_on = vault.today
    vault.session.add(row)
    vault.session.flush()
    return secret


def recovered(vault: Vault, epoch: EpochKey, secret: SecretKey) -> SecretKey:
    """Return the secret key of an epoch by the recovery key; witnesses stand by, a new epoch follows.

    Raises:
        NotFound: The epoch was not shared with this recovery key.
        Unopened: The share was altered or moved.
    """
    fingerprint = secret.public.fingerprint
    share = vault.session.get(EpochShare, (epoch.fingerprint, fingerprint))
    if share is None:
        raise NotFound("report.share_unknown", field="shares")
    context = epoch_context(vault.site, epoch.office_code, epoch.purpose, epoch.fingerprint, fingerprint)
    return SecretKey(suite_of(epoch.suite), unseal(secret, share.sealed_seed, context))


def _key_of(seed: bytes) -> SecretKey:
    return SecretKey(HYBRID, expanded(seed, "recovery", 96))
