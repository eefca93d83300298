"""What a reporter is told of who read their identity: the day, a proof of it, and nothing of the person."""

from collections.abc import Sequence

from sqlmodel import col, select

from registry.reports.codes import Derived
from registry.reports.receipts import Opening, read_opening
from registry.reports.tables import Disclosed, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault

ACT = "report.opened"
KIND = "honest-metrology/opening/1"


def disclosures(vault: Vault, report_id: str) -> Sequence[Disclosed]:
    """Return each time that identity or original files of a report were opened, the latest day first."""
    query = select(Disclosed).where(col(Disclosed.report_id) == report_id)
    return vault.session.exec(query.order_by(col(Disclosed.opened_on).desc(), col(Disclosed.id))).all()


def proof_of(vault: Vault, report: Report, reporter: Derived, row: Disclosed) -> Opening:
    """Return what opens the leaf of an opening, for who has the code of the report.

    Raises:
        Unopened: What is kept was altered or moved.
    """
    return read_opening(reporter, row.sealed_proof, place_of(vault, report).opening_context(row.id))
