"""Sealing a small secret to a public key: HPKE in base mode (RFC 9180), the context bound as `info`.

Two suites: X25519 alone, and ML-KEM-768 with X25519, which also holds against a recorder with a
quantum machine. Both derive by HKDF-SHA256 and encrypt by ChaCha20-Poly1305. Each object begins
with the byte of its suite, so that what was sealed under one stays readable when another comes.
The hybrid is still a draft of the IETF; answers of both suites are pinned in the tests.
"""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

SuiteByte = Literal[1, 2]

CLASSICAL: SuiteByte = 1
HYBRID: SuiteByte = 2

SUITES = {
    CLASSICAL: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
}
MLKEM_SEED = 64
MLKEM_PUBLIC = 1184
X25519_LENGTH = 32
SEED_LENGTHS = {CLASSICAL: X25519_LENGTH, HYBRID: MLKEM_SEED + X25519_LENGTH}
PUBLIC_LENGTHS = {CLASSICAL: X25519_LENGTH, HYBRID: MLKEM_PUBLIC + X25519_LENGTH}


class Unopened(Exception):
    """It was sealed to another key, for another context, or was altered; nothing tells which."""


@dataclass(frozen=True)
class PublicKey:
    """What anybody may seal to.

    Attributes:
        suite: Byte of the suite.
        raw: Of the hybrid, 1,184 bytes of ML-KEM-768 and 32 of X25519; of the other, 32 of X25519.
    """

    suite: SuiteByte
    raw: bytes

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of suite and key, hex; people compare it aloud and on posters."""
        return hashlib.sha256(bytes([self.suite]) + self.raw).hexdigest()


@dataclass(frozen=True, repr=False)
class SecretKey:
    """What opens: the seed of a key pair; it never appears in a text.

    Attributes:
        suite: Byte of the suite.
        seed: Of the hybrid, 64 bytes of ML-KEM-768 and 32 of X25519; of the other, 32 of X25519.
    """

    suite: SuiteByte
    seed: bytes

    @cached_property
    def pair(self) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
        """Return the key as it opens; put together once, for that takes longer than opening."""
        x25519 = X25519PrivateKey.from_private_bytes(self.seed[-X25519_LENGTH:])
        if self.suite == CLASSICAL:
            return x25519
        return MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(self.seed[:MLKEM_SEED]), x25519)

    @property
    def public(self) -> PublicKey:
        """Return the public half."""
        x25519 = X25519PrivateKey.from_private_bytes(self.seed[-X25519_LENGTH:]).public_key()
        if self.suite == CLASSICAL:
            return PublicKey(self.suite, x25519.public_bytes_raw())
        mlkem = MLKEM768PrivateKey.from_seed_bytes(self.seed[:MLKEM_SEED]).public_key()
        return PublicKey(self.suite, mlkem.public_bytes_raw() + x25519.public_bytes_raw())


def suite_of(number: int) -> SuiteByte:
    """Return the suite of a byte that was kept.

    Raises:
        Unopened: This release knows no such suite.
    """
    if number == CLASSICAL:
        return CLASSICAL
    if number == HYBRID:
        return HYBRID
    raise Unopened


def new_key(suite: SuiteByte = HYBRID) -> SecretKey:
    """Return a fresh key."""
    return SecretKey(suite, secrets.token_bytes(SEED_LENGTHS[suite]))


def seal(to: PublicKey, secret: bytes, context: bytes) -> bytes:
    """Seal a secret to a key for one context.

    Args:
        to: Public key of who may open it.
        secret: A few hundred bytes at most; bodies have their own stream.
        context: What it is sealed for; it opens for nothing else.

    Returns:
        The byte of the suite and the sealed secret: 1,169 bytes for 32 under the hybrid.
    """
    return bytes([to.suite]) + SUITES[to.suite].encrypt(secret, _public(to), info=_info(to.suite, context))


def unseal(key: SecretKey, sealed: bytes, context: bytes) -> bytes:
    """Open what was sealed to a key for a context.

    Raises:
        Unopened: It was not, or it was altered.
    """
    if not sealed or sealed[0] != key.suite:
        raise Unopened
    try:
        return SUITES[key.suite].decrypt(sealed[1:], key.pair, info=_info(key.suite, context))
    except (InvalidTag, ValueError) as failed:
        raise Unopened from failed


def _info(suite: SuiteByte, context: bytes) -> bytes:
    return bytes([suite]) + context


def _public(key: PublicKey) -> X25519PublicKey | MLKEM768X25519PublicKey:
    x25519 = X25519PublicKey.from_public_bytes(key.raw[-X25519_LENGTH:])
    if key.suite == CLASSICAL:
        return x25519
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(key.raw[:MLKEM_PUBLIC]), x25519)
