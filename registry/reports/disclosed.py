"""What a reporter is told of who read their identity: the day, and nothing of the person."""

from collections.abc import Sequence

from sqlmodel import col, select

from registry.reports.tables import Disclosed
from registry.reports.vault import Vault


def disclosures(vault: Vault, report_id: str) -> Sequence[Disclosed]:
    """Return on which days identity or original files of a report were opened, the latest first."""
    query = select(Disclosed).where(col(Disclosed.report_id) == report_id)
    return vault.session.exec(query.order_by(col(Disclosed.opened_on).desc())).all()
