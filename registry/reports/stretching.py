"""From what people can remember or write down to keys: slow for who guesses, labelled for each use."""

from threading import Lock

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from nacl.bindings import crypto_pwhash_alg
from nacl.pwhash.argon2id import ALG

PASSES = 4
MEMORY = 128 * 1024 * 1024
SALT_LENGTH = 16
MASTER_LENGTH = 64
VERSION = "honest-metrology/reports/v1/"

# many guesses at once would take the memory of the machine: they take turns
_ONE_AT_A_TIME = Lock()


def stretched(secret: bytes, salt: bytes) -> bytes:
    """Return the master of a passphrase or code: Argon2id, 4 passes, 128 MiB, one lane, about 0.2 s.

    Args:
        secret: What the person gave.
        salt: 16 bytes.

    Returns:
        64 bytes.
    """
    with _ONE_AT_A_TIME:
        return crypto_pwhash_alg(MASTER_LENGTH, secret, salt, PASSES, MEMORY, ALG)


def expanded(master: bytes, label: str, length: int = 32) -> bytes:
    """Return the key of one use: HKDF-Expand by SHA-256 (RFC 5869) under a versioned label.

    Args:
        master: At least 32 bytes that cannot be guessed.
        label: The use; another label gives a key that tells nothing of this one.
        length: Bytes wanted, 8,160 at most.
    """
    return HKDFExpand(SHA256(), length, (VERSION + label).encode()).derive(master)
