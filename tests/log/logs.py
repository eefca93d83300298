"""Logs for tests: leaves appended, signed and released in a folder."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from registry.log import checkpoints, leaves, tiles
from registry.log.leaves import Effect
from registry.log.notes import Signer
from registry.store.engine import writing
from tests.given import NOW, TODAY

SIGNER = Signer("log.example/town", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = SIGNER.verifier_key


def begin(engine: Engine) -> None:
    """Begin an empty log."""
    with writing(engine) as session:
        leaves.begin(session)


def append(engine: Engine, count: int) -> None:
    """Append leaves of invented acts in one transaction."""
    effects = [Effect("pledge.accepted", f"subject-{n}", {"pledge": n}) for n in range(count)]
    with writing(engine) as session:
        leaves.append(session, effects, on=TODAY, office_code="AMR", now=NOW)


def sign(engine: Engine, signer: Signer = SIGNER) -> int | None:
    """Sign what has grown; return the size that was signed."""
    with writing(engine) as session:
        signed = checkpoints.sign(session, signer, NOW)
        return signed.size if signed else None


def publish(engine: Engine, folder: Path, *, grow: int) -> Path:
    """Append, sign and release; return the folder of the log's files."""
    append(engine, grow)
    while sign(engine):
        tiles.release(engine, folder)
    return folder / tiles.FOLDER
