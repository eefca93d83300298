"""What a reporter can prove: that a report was received on a day, and that something of it was opened.

What opens these leaves is sealed to the reporter, so it is put together in a visit and kept nowhere else.
Anybody to whom a certificate is shown can have it checked, without a code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from api.edge import Edge
from api.intake.reception import Reception
from api.intake.visiting import office_of, owed_by, owed_in, reporter_in
from registry.errors import Conflict, Malformed
from registry.log import checkpoints
from registry.publication.verify import LOG_PROOF, certified, verify_log_paper
from registry.reports import receipts, thread
from registry.reports.deadlines import Handling
from registry.reports.disclosed import KIND as OPENED
from registry.reports.disclosed import disclosures, proof_of
from registry.reports.progress import Owed
from registry.reports.receipts import Opening
from registry.reports.tables import Disclosed
from registry.store.engine import reading

OPENINGS_AT_ONCE = 10  # certificates on a page, so that every page is one block
LONGEST_CERTIFICATE = 16_384  # characters


@dataclass(frozen=True, repr=False)
class Proof:
    """What proves one thing.

    Attributes:
        what: `received`, or the compartment that was opened.
        on: Legal day.
        opening: What opens the leaf: its identifier, the salt, the content.
        certificate: In the form of the log; None: no checkpoint covers the leaf yet, ask in a minute.
    """

    what: str
    on: date
    opening: Opening
    certificate: str | None


@dataclass(frozen=True, repr=False)
class Proofs:
    """What a reporter can prove today.

    Attributes:
        ticket: Of the visit.
        office: Name of the office.
        owed: What it owes, and how that stands.
        receipt: That the report was received; None before the night after.
        openings: That something was opened, the latest first.
        next: What to ask for the earlier ones by; empty: there are none.
    """

    ticket: str
    office: str
    owed: tuple[Owed, ...]
    receipt: Proof | None
    openings: tuple[Proof, ...]
    next: str


@dataclass(frozen=True)
class Checked:
    """What a certificate that was found genuine says.

    Attributes:
        what: `received`, or the compartment that was opened.
        on: Legal day.
        office: Name of the office, or its code where it is not on record.
        opening: What it commits to.
        owed: For a receipt: the periods that began with it, as they stand today whatever was done since.
    """

    what: str
    on: date
    office: str
    opening: Opening
    owed: tuple[Owed, ...]


def prove(reception: Reception, ticket: str, after: str = "") -> Proofs:
    """Return what the reporter of a visit can prove: of its openings as many as a page has room for.

    Args:
        reception: Of this process.
        ticket: Of the visit.
        after: `next` of the page before; empty: the latest openings.

    Raises:
        Unauthenticated: The visit is over.
    """
    edge, reporter = reception.edge, reporter_in(reception, ticket)
    with edge.reports.reading(edge.today()) as vault, reading(edge.engine) as session:
        report, _ = thread.visit(vault, reporter)
        received = receipts.receipt_of(vault, report, reporter)
        rows, following = _page(disclosures(vault, report.id), after)
        opened = [(row, proof_of(vault, report, reporter, row)) for row in rows]
        return Proofs(
            ticket=ticket,
            office=office_of(session, report.office_code)[0],
            owed=owed_by(edge, vault, report),
            receipt=None
            if received is None
            else Proof("received", report.received_on, received, _certificate(session, received)),
            openings=tuple(
                Proof(row.compartment, row.opened_on, one, _certificate(session, one)) for row, one in opened
            ),
            next=following,
        )


def _page(rows: Sequence[Disclosed], after: str) -> tuple[Sequence[Disclosed], str]:
    """Return the openings that follow one, and what the next page follows."""
    begins = next((at + 1 for at, row in enumerate(rows) if row.id == after), 0)
    page = rows[begins : begins + OPENINGS_AT_ONCE]
    return page, page[-1].id if begins + len(page) < len(rows) else ""


def check(edge: Edge, text: str) -> Checked:
    """Return what a certificate says that somebody was shown, if it is one of this installation's log.

    Raises:
        Malformed: It is no certificate of a receipt or an opening, or it was altered.
    """
    written = text.strip() + "\n"
    with reading(edge.engine) as session:
        last = checkpoints.latest(session)
        if last is None or len(written) > LONGEST_CERTIFICATE or not written.startswith(f"{LOG_PROOF}\n"):
            raise Malformed("report.certificate", field="certificate")
        if verify_log_paper(written, last.verifier_key, "certificate"):
            raise Malformed("report.certificate", field="certificate")
        told = certified(written)
        content = (told["opening"] or {}).get("content")
        day = _day_of(content)
        if content is None or day is None:
            raise Malformed("report.certificate_other", field="certificate")
        opening = Opening(told["leaf"]["leaf_id"], told["opening"]["salt"], content)
        office, region = office_of(session, content["office_code"])
    what = "received" if content["kind"] == receipts.KIND else content["compartment"]
    since = Handling(region, day) if region and what == "received" else None
    return Checked(what, day, office, opening, () if since is None else owed_in(edge, since))


def _day_of(content: Mapping[str, Any] | None) -> date | None:
    """Return the day that a receipt or an opening proves; None of what is neither."""
    days = {receipts.KIND: "received_on", OPENED: "opened_on"}
    name = days.get((content or {}).get("kind", ""))
    return None if content is None or name is None else date.fromisoformat(content[name])


def _certificate(session: Session, opening: Opening) -> str | None:
    try:
        return receipts.certificate(session, opening)
    except Conflict:
        return None
