"""The transparency log in plain words: what was signed last, by which key, and how anyone checks it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.reader import Reader
from registry.log import checkpoints
from registry.log.tables import LogCheckpoint
from registry.store.engine import reading


@dataclass(frozen=True)
class Head:
    """The latest checkpoint as the page shows it; `fingerprint` is the SHA-256 of the public key, hex."""

    size: int
    root: str
    signed_at: datetime
    note: tuple[str, ...]
    verifier_key: str
    fingerprint: str


@get("/log", sync_to_thread=True, include_in_schema=False)
def log(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Show what the log is, its key, its latest checkpoint, and how to verify."""
    with reading(edge.engine) as session:
        last = checkpoints.latest(session)
    return reader.page("log.html", it=_head(last) if last else None)


def _head(last: LogCheckpoint) -> Head:
    public_key = base64.b64decode(last.verifier_key.split("+", 2)[2])[1:]  # after the kind of key
    return Head(
        size=last.size,
        root=last.root,
        signed_at=last.signed_at,
        note=tuple(last.note.splitlines()),
        verifier_key=last.verifier_key,
        fingerprint=hashlib.sha256(public_key).hexdigest(),
    )
