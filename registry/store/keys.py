"""Signing keys of an installation: Ed25519, each in a file of its own that its owner alone may read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Broken

OPEN_TO_OTHERS = 0o077


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
        _keep(place, Ed25519PrivateKey.generate().private_bytes_raw().hex())
    return load(data_dir, name)


def _place(data_dir: Path, name: str) -> Path:
    return data_dir / "keys" / name


def _keep(place: Path, secret: str) -> None:
    """Write a new file for its owner alone; never over one that is there."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(place.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
