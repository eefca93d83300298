"""What every act on sealed reports stands on: the reports' own transaction, site, pepper and day."""

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session

from registry.errors import Broken

PEPPER_LENGTH = 32
OWNER_ONLY = 0o600


@dataclass(frozen=True, repr=False)
class Vault:
    """One transaction on the database of reports.

    Attributes:
        session: The transaction; the edge commits it.
        site: Name of the installation: what is sealed here opens nowhere else.
        pepper: 32 bytes that stand in no database.
        today: Legal day; nothing about a report is kept more finely.
    """

    session: Session
    site: str
    pepper: bytes
    today: date


def make_pepper(path: Path) -> None:
    """Write a new pepper that only the owner of the process can read; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as stream:
        stream.write(secrets.token_bytes(PEPPER_LENGTH))
        stream.flush()
        os.fsync(stream.fileno())


def read_pepper(path: Path) -> bytes:
    """Return the pepper.

    Raises:
        Broken: It is missing, cut, or others may read it.
    """
    try:
        found, mode = path.read_bytes(), path.stat().st_mode
    except OSError as missing:
        raise Broken(f"the pepper of the reports cannot be read: {path}") from missing
    if len(found) != PEPPER_LENGTH:
        raise Broken(f"the pepper of the reports is damaged: {path}")
    if mode & 0o077:
        raise Broken(f"others may read the pepper of the reports; chmod 600 {path}")
    return found
