"""Files that wait between being tried out and being carried out: under their digest, for who sent them alone.

They are no documents: nothing rests on them, no row names them. A file is forgotten after a day, or when
its person has sent enough others; who comes later sends it again.
"""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registry.errors import NotFound
from registry.identifiers import new_id

KEPT = timedelta(hours=24)
MOST = 5  # of one person, of which only the last one is at hand on a page


def keep_upload(folder: Path, person_id: str, content: bytes, now: datetime) -> str:
    """Keep a file for a person and return its digest, SHA-256 in hex.

    Args:
        folder: Of the installation.
        person_id: Who sent it, and alone may have it again.
        content: Its bytes.
        now: Aware UTC instant, from which its life counts.
    """
    digest = hashlib.sha256(content).hexdigest()
    own = _own(folder, person_id)
    own.mkdir(parents=True, exist_ok=True)
    beside = own / f".{new_id()}"
    beside.write_bytes(content)
    os.utime(beside, (now.timestamp(), now.timestamp()))
    beside.replace(own / digest)
    for old in sorted(own.iterdir(), key=lambda one: (one.stat().st_mtime, one.name))[:-MOST]:
        old.unlink(missing_ok=True)
    return digest


def upload(folder: Path, person_id: str, digest: str) -> bytes:
    """Return a file that a person sent.

    Raises:
        NotFound: The person sent none of that digest, or it was forgotten.
    """
    plain = len(digest) == hashlib.sha256().digest_size * 2 and digest.isalnum() and digest.isascii()
    try:
        return (_own(folder, person_id) / (digest if plain else "none")).read_bytes()
    except FileNotFoundError as gone:
        raise NotFound("import.upload_gone", field="digest") from gone


def forget_uploads(folder: Path, now: datetime) -> int:
    """Forget what was sent too long ago, and return how many files."""
    forgotten = 0
    for file in (folder / "uploads").glob("*/*"):
        if datetime.fromtimestamp(file.stat().st_mtime, UTC) < now - KEPT:
            file.unlink(missing_ok=True)
            forgotten += 1
    return forgotten


def _own(folder: Path, person_id: str) -> Path:
    return folder / "uploads" / hashlib.sha256(person_id.encode()).hexdigest()
