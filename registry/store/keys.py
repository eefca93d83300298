"""Keys of an installation, each in a file of its own that its owner alone may read, and in no database."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Broken

OPEN_TO_OTHERS = 0o077
SECRET_LENGTH = 32


def load(data_dir: Path, name: str) -> Ed25519PrivateKey:
    """Return a key of an installation.

    Args:
        data_dir: Its folder.
        name: Of the key's file.

    Raises:
        Broken: There is none, it is not a key, or others than its owner may read it.
    """
    place = _place(data_dir, name)
    if not place.is_file():
        raise Broken(f"the signing key {place} is missing; run `honest-metrology init`")
    if place.stat().st_mode & OPEN_TO_OTHERS:
        raise Broken(f"the signing key {place} is open to other users; set its mode to 0600")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(place.read_text(encoding="ascii").strip()))
    except ValueError as broken:
        raise Broken(f"the file {place} holds no Ed25519 key") from broken


def load_or_create(data_dir: Path, name: str) -> Ed25519PrivateKey:
    """Return a key of an installation, made now if it has none; only `init` calls this.

    Raises:
        Broken: There is one that cannot be used.
    """
    place = _place(data_dir, name)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep(place, f"{Ed25519PrivateKey.generate().private_bytes_raw().hex()}\n".encode())
    return load(data_dir, name)


def make_secret(place: Path) -> None:
    """Write 32 random bytes into a new file for its owner alone; one that is there stays."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not place.exists():
        _keep(place, secrets.token_bytes(SECRET_LENGTH))


def read_secret(place: Path, called: str) -> bytes:
    """Return the 32 bytes of a secret.

    Args:
        place: Its file.
        called: What people call it.

    Raises:
        Broken: It is missing, cut, or others may read it.
    """
    try:
        found, mode = place.read_bytes(), place.stat().st_mode
    except OSError as missing:
        raise Broken(f"{called} cannot be read: {place}") from missing
    if len(found) != SECRET_LENGTH:
        raise Broken(f"{called} is damaged: {place}")
    if mode & OPEN_TO_OTHERS:
        raise Broken(f"others may read {called}; chmod 600 {place}")
    return found


def _place(data_dir: Path, name: str) -> Path:
    return data_dir / "keys" / name


def _keep(place: Path, secret: bytes) -> None:
    """Write a new file for its owner alone; never over one that is there."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(place.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
