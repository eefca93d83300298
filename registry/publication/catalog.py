"""The catalogue of what is published: the latest edition of each list for each region, with its files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import Conflict
from registry.publication.files import MANIFEST, edition_file
from registry.publication.tables import Edition


@dataclass(frozen=True)
class Published:
    """An edition whose files are there, and what its manifest says of each: digest, bytes, rows."""

    edition: Edition
    files: dict[str, Any]


def latest_editions(session: Session) -> Sequence[Edition]:
    """Return the latest edition of each list for each region that has its files."""
    newest = (
        select(func.max(col(Edition.serial)).label("serial"), col(Edition.regime), col(Edition.region))
        .where(col(Edition.built_generation) == col(Edition.generation))
        .group_by(col(Edition.regime), col(Edition.region))
        .subquery()
    )
    query = select(Edition).join(
        newest,
        (col(Edition.regime) == newest.c.regime)
        & (col(Edition.region) == newest.c.region)
        & (col(Edition.serial) == newest.c.serial),
    )
    return session.execute(query.order_by(col(Edition.regime), col(Edition.region))).scalars().all()


def published(session: Session, data_dir: Path) -> list[Published]:
    """Return the latest editions with what their manifests say of their files."""
    found = []
    for edition in latest_editions(session):
        try:
            manifest = json.loads(edition_file(session, data_dir, edition, MANIFEST).read_bytes())
        except Conflict:  # taken back from while this was read: its files are made again
            continue
        found.append(Published(edition, manifest["files"]["files"]))
    return found
