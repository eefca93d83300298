"""What every act on sealed reports stands on: the reports' own transaction, site, pepper and day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session

from registry.reports.stretching import expanded
from registry.store import keys


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


def sheet_key(pepper: bytes) -> bytes:
    """Return what the calculations of rewards are sealed under: who has the databases alone has it not."""
    return expanded(pepper, "reward/sheet")


def make_pepper(path: Path) -> None:
    """Write a new pepper that only the owner of the process can read; one that is there stays."""
    keys.make_secret(path)


def read_pepper(path: Path) -> bytes:
    """Return the pepper.

    Raises:
        Broken: It is missing, cut, or others may read it.
    """
    return keys.read_secret(path, "the pepper of the reports")
