"""Receipts: proof for a reporter that a report was received on a day, which tells nobody else anything.

In the night after a report arrived, a commitment to it becomes a leaf of the public log; leaves come in lots
of a fixed size, those that commit to nothing among them, so that their number tells none. What opens the
leaf is sealed to the reporter and stands nowhere else: the registry itself cannot say which leaf is whose.
Shown to a supervisor, the certificate says on which day a report was received by which office, and the digest
of what was sealed then; not who reported, what, or whom.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import SystemRandom
from typing import Any

from sqlmodel import Session, col, select

from registry.log import leaves, proofs
from registry.log.canonical import canonical
from registry.reports.codes import Derived
from registry.reports.policy import RECEIPTS_AT_ONCE
from registry.reports.sealing import PublicKey, seal, suite_of, unseal
from registry.reports.tables import BodyPiece, EpochKey, Receipt, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault

ACT = "report.received"
KIND = "honest-metrology/receipt/1"
SEALED_THEN = ("content", "identity", "originals")


@dataclass(frozen=True, repr=False)
class Opening:
    """What opens a leaf that only a reporter can open.

    Attributes:
        leaf_id: Of the leaf; empty until it has one.
        salt: 32 random bytes, hex.
        content: What the leaf commits to.
    """

    leaf_id: str
    salt: str
    content: dict[str, Any]

    @property
    def commitment(self) -> str:
        """Return what the leaf holds of it."""
        return leaves.commitment_of(bytes.fromhex(self.salt), canonical(self.content))


def awaiting(vault: Vault) -> Sequence[Report]:
    """Return the reports of past days that have no receipt yet, in a drawn order."""
    query = (
        select(Report)
        .outerjoin(Receipt, col(Receipt.report_id) == col(Report.id))
        .where(col(Receipt.report_id).is_(None), col(Report.received_on) < vault.today)
    )
    found = list(vault.session.exec(query))
    SystemRandom().shuffle(found)
    return found


def opening_of(vault: Vault, report: Report) -> Opening:
    """Return what the leaf of a report will commit to."""
    content = {
        "kind": KIND,
        "site": vault.site,
        "office_code": report.office_code,
        "received_on": report.received_on.isoformat(),
        "sealed_sha256": _sealed_digest(vault, report),
    }
    return Opening("", secrets.token_hex(leaves.SALT_BYTES), content)


def committed(
    session: Session, openings: Sequence[Opening], *, on: date, office_code: str, now: datetime
) -> list[Opening]:
    """Append the leaves of a night, in a drawn order and a lot of a fixed size, and say which is whose.

    Args:
        session: Of the registry, open for writing.
        openings: Of the reports that arrived; where there are none the lot commits to nothing.
        on: Legal day.
        office_code: Of who acts.
        now: Instant of the act.
    """
    filling = -len(openings) % RECEIPTS_AT_ONCE if openings else RECEIPTS_AT_ONCE
    lot = [one.commitment for one in openings] + [
        secrets.token_hex(leaves.SALT_BYTES) for _ in range(filling)
    ]
    order = list(range(len(lot)))
    SystemRandom().shuffle(order)
    shuffled = [lot[at] for at in order]
    ids = leaves.append_withheld(session, ACT, shuffled, on=on, office_code=office_code, now=now)
    leaf_of = dict(zip(order, ids, strict=True))
    return [replace(one, leaf_id=leaf_of[at]) for at, one in enumerate(openings)]


def takes_reports(vault: Vault) -> bool:
    """Say whether any office here was ever set up to take reports."""
    return vault.session.exec(select(EpochKey).limit(1)).first() is not None


def give(vault: Vault, report: Report, opening: Opening) -> Receipt:
    """Seal the opening of a report's leaf to its reporter."""
    sealed = sealed_opening(report, opening, place_of(vault, report).receipt_context())
    row = Receipt(report_id=report.id, sealed_receipt=sealed)
    vault.session.add(row)
    vault.session.flush()
    return row


def receipt_of(vault: Vault, report: Report, reporter: Derived) -> Opening | None:
    """Return what opens the leaf of a report, for who has its code; None before the night after its arrival.

    Raises:
        Unopened: What is kept was altered or moved.
    """
    row = vault.session.get(Receipt, report.id)
    if row is None:
        return None
    return read_opening(reporter, row.sealed_receipt, place_of(vault, report).receipt_context())


def sealed_opening(report: Report, opening: Opening, context: bytes) -> bytes:
    """Return what opens a leaf, sealed to the reporter.

    Args:
        report: Whose reporter.
        opening: What opens the leaf.
        context: What it is bound to.
    """
    to = PublicKey(suite_of(report.reply_suite), report.reply_key)
    told = canonical({"leaf_id": opening.leaf_id, "salt": opening.salt, "content": opening.content})
    return seal(to, told, context)


def read_opening(reporter: Derived, sealed: bytes, context: bytes) -> Opening:
    """Return what opens a leaf, for who has the code.

    Raises:
        Unopened: What is kept was altered or moved.
    """
    told = json.loads(unseal(reporter.reply, sealed, context))
    return Opening(told["leaf_id"], told["salt"], told["content"])


def certificate(session: Session, opening: Opening) -> str:
    """Return the certificate of a receipt; `honest-metrology verify` checks it offline, for ever.

    Args:
        session: Of the registry, read only.
        opening: Of the reporter.

    Raises:
        NotFound: The log has no such leaf.
        Conflict: No checkpoint covers the leaf yet; ask again in a minute.
    """
    leaf = proofs.leaf_named(session, opening.leaf_id)
    return proofs.certificate(session, leaf, {"salt": opening.salt, "content": opening.content})


def received_on(opening: Opening) -> date:
    """Return the day that a receipt proves."""
    return date.fromisoformat(opening.content["received_on"])


def _sealed_digest(vault: Vault, report: Report) -> str:
    """Return the SHA-256 over what was sealed when the report came, hex; who keeps it can find it again."""
    total = hashlib.sha256()
    query = select(BodyPiece).where(
        col(BodyPiece.report_id) == report.id, col(BodyPiece.compartment).in_(SEALED_THEN)
    )
    ordered = query.order_by(col(BodyPiece.compartment), col(BodyPiece.item), col(BodyPiece.seq))
    for row in vault.session.exec(ordered.execution_options(yield_per=8)):
        total.update(hashlib.sha256(row.piece).digest())
    return total.hexdigest()
