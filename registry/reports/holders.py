"""Keys of those who read: made at first unlocking, sealed under a passphrase and the site's pepper."""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlmodel import col, select

from registry.errors import Conflict, Forbidden, Malformed
from registry.reports.envelope import bound
from registry.reports.policy import FEWEST_WORDS, SHORTEST_PASSPHRASE
from registry.reports.sealing import PublicKey, SecretKey, new_key, suite_of
from registry.reports.stretching import SALT_LENGTH, expanded, stretched
from registry.reports.tables import HolderKey
from registry.reports.vault import Vault

NONCE = 12


def refuse_weak(passphrase: str) -> None:
    """Refuse a passphrase that could be guessed by who has the disk.

    Raises:
        Malformed: It has fewer than six words and fewer than sixteen characters, or repeats itself.
    """
    words = set(passphrase.split())
    long_enough = len(words) >= FEWEST_WORDS or len(passphrase) >= SHORTEST_PASSPHRASE
    if not long_enough or len(set(passphrase)) < SHORTEST_PASSPHRASE // 2:
        raise Malformed(
            "report.passphrase_weak", field="passphrase", words=FEWEST_WORDS, characters=SHORTEST_PASSPHRASE
        )


def make_key(vault: Vault, person_id: str, office_code: str, passphrase: str) -> HolderKey:
    """Make the key of a person; it opens nothing until somebody gives it a share.

    Raises:
        Malformed: The passphrase is weak.
        Conflict: The person has a key already.
    """
    refuse_weak(passphrase)
    if key_of(vault, person_id) is not None:
        raise Conflict("report.key_held", field="passphrase")
    secret = new_key()
    row = HolderKey(
        fingerprint=secret.public.fingerprint,
        person_id=person_id,
        office_code=office_code,
        suite=secret.suite,
        public_key=secret.public.raw,
        salt=b"",
        sealed_seed=b"",
        made_on=vault.today,
    )
    _seal_under(row, secret, passphrase, vault.pepper)
    vault.session.add(row)
    vault.session.flush()
    return row


def key_of(vault: Vault, person_id: str) -> HolderKey | None:
    """Return the key that a person holds, or None."""
    query = select(HolderKey).where(col(HolderKey.person_id) == person_id, col(HolderKey.ended_on).is_(None))
    return vault.session.exec(query).one_or_none()


def keys_of_office(vault: Vault, office_code: str) -> Sequence[HolderKey]:
    """Return the keys in use of an office."""
    query = select(HolderKey).where(
        col(HolderKey.office_code) == office_code, col(HolderKey.ended_on).is_(None)
    )
    return vault.session.exec(query.order_by(col(HolderKey.fingerprint))).all()


def unlocked(row: HolderKey, passphrase: str, pepper: bytes) -> SecretKey:
    """Return the secret key of a holder; about 0.2 s and 128 MiB.

    Raises:
        Forbidden: The passphrase is not theirs, or the pepper is that of another installation.
    """
    nonce, sealed = row.sealed_seed[:NONCE], row.sealed_seed[NONCE:]
    try:
        seed = _cipher(passphrase, row.salt, pepper).decrypt(nonce, sealed, _bound_to(row))
    except InvalidTag as failed:
        raise Forbidden("report.passphrase_wrong", field="passphrase") from failed
    return SecretKey(suite_of(row.suite), seed)


def prove(vault: Vault, row: HolderKey, passphrase: str) -> SecretKey:
    """Unlock a key and write down that its holder still can.

    Raises:
        Forbidden: The passphrase is not theirs.
    """
    secret = unlocked(row, passphrase, vault.pepper)
    row.proved_on = vault.today
    vault.session.add(row)
    vault.session.flush()
    return secret


def change_passphrase(vault: Vault, row: HolderKey, old: str, new: str) -> None:
    """Seal the same key under another passphrase.

    Raises:
        Forbidden: The old one is not theirs.
        Malformed: The new one is weak.
    """
    refuse_weak(new)
    _seal_under(row, unlocked(row, old, vault.pepper), new, vault.pepper)
    vault.session.add(row)
    vault.session.flush()


def public_of(row: HolderKey) -> PublicKey:
    """Return what is sealed to a holder."""
    return PublicKey(suite_of(row.suite), row.public_key)


def _seal_under(row: HolderKey, secret: SecretKey, passphrase: str, pepper: bytes) -> None:
    row.salt = secrets.token_bytes(SALT_LENGTH)
    nonce = secrets.token_bytes(NONCE)
    row.sealed_seed = nonce + _cipher(passphrase, row.salt, pepper).encrypt(
        nonce, secret.seed, _bound_to(row)
    )


def _cipher(passphrase: str, salt: bytes, pepper: bytes) -> ChaCha20Poly1305:
    master = stretched(passphrase.encode(), salt)
    return ChaCha20Poly1305(expanded(master + expanded(pepper, "holder/pepper"), "holder/kek"))


def _bound_to(row: HolderKey) -> bytes:
    return bound("holder", str(row.suite), row.person_id, row.fingerprint)
