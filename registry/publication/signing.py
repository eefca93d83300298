"""The key that signs editions: one Ed25519 key of the installation, in a file of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.store import keys

KEY_FILE = "editions.ed25519"


@dataclass(frozen=True)
class SigningKey:
    """The key that signs editions.

    Attributes:
        public_key: Raw public key, hex; people compare it with the printed one.
    """

    private: Ed25519PrivateKey
    public_key: str

    def sign(self, statement: dict[str, Any]) -> str:
        """Return the signature over a statement's canonical JSON (RFC 8785), hex."""
        return self.private.sign(rfc8785.dumps(statement)).hex()


def load(data_dir: Path) -> SigningKey:
    """Return the key of an installation.

    Raises:
        Broken: There is none, it is not a key, or others than its owner may read it.
    """
    return _signing(keys.load(data_dir, KEY_FILE))


def load_or_create(data_dir: Path) -> SigningKey:
    """Return the key of an installation, made now if it has none; only `init` calls this.

    Raises:
        Broken: There is one that cannot be used.
    """
    return _signing(keys.load_or_create(data_dir, KEY_FILE))


def _signing(private: Ed25519PrivateKey) -> SigningKey:
    return SigningKey(private, private.public_key().public_bytes_raw().hex())
