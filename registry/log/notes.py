"""Signed notes and what the log writes in them: checkpoints and certificates.

Source: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-proof v1.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.log.canonical import canonical
from registry.store import keys

KEY_FILE = "log.ed25519"
ED25519 = b"\x01"
PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Signer:
    """The key that signs a log's checkpoints, under the log's name.

    Attributes:
        origin: Name of log and key: without white space and plus signs.
    """

    origin: str
    private: Ed25519PrivateKey

    @property
    def verifier_key(self) -> str:
        """Return what a verifier must be given: name, key id and public key, as one word."""
        public = self.private.public_key().public_bytes_raw()
        return f"{self.origin}+{key_id(self.origin, public).hex()}+{_base64(ED25519 + public)}"

    def checkpoint(self, size: int, root: bytes) -> str:
        """Return the signed statement that the log of this size has this root."""
        return self.signed(f"{self.origin}\n{size}\n{_base64(root)}\n")

    def signed(self, text: str) -> str:
        """Return the signed note of a text.

        Args:
            text: Ends with a newline.
        """
        public = self.private.public_key().public_bytes_raw()
        signature = key_id(self.origin, public) + self.private.sign(text.encode())
        return f"{text}\n— {self.origin} {_base64(signature)}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a note names the key of a signature.

    Args:
        name: Name of the key.
        public_key: Raw Ed25519 public key.
    """
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def load(data_dir: Path, origin: str) -> Signer:
    """Return the signer of an installation's log.

    Raises:
        Broken: There is no key, or it cannot be used.
    """
    return Signer(origin, keys.load(data_dir, KEY_FILE))


def load_or_create(data_dir: Path, origin: str) -> Signer:
    """Return the signer, its key made now if there is none; only `init` calls this.

    Raises:
        Broken: There is a key that cannot be used.
    """
    return Signer(origin, keys.load_or_create(data_dir, KEY_FILE))


def certificate(
    leaf: Mapping[str, Any],
    opening: Mapping[str, Any] | None,
    index: int,
    path: Sequence[bytes],
    checkpoint: str,
) -> str:
    """Return the certificate that an act is in the log, verifiable offline for ever.

    Args:
        leaf: The public leaf.
        opening: `salt` and `content`, where who receives it may know them.
        index: Number of the leaf.
        path: Its inclusion proof in the tree of the checkpoint.
        checkpoint: The signed note.
    """
    extra = _base64(canonical({"leaf": leaf, "opening": opening}))
    proof = "".join(f"{_base64(one)}\n" for one in path)
    return f"{PROOF}\nextra {extra}\nindex {index}\n{proof}\n{checkpoint}"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
