"""How far a report has come, by legal days alone: what the deadlines are reckoned from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from registry.reports.deadlines import Handling
from registry.reports.tables import Handled, Report
from registry.reports.vault import Vault
from registry.rulebook.periods import Due, Standing

DECIDED = ("report.filed", "report.referred")


@dataclass(frozen=True)
class Owed:
    """A period that the office has to keep.

    Attributes:
        rule: Code of its row.
        due_on: Inclusive last day; None: the figure is not on record, or the period is paused.
        met_on: Day on which it was met.
        standing: open, missed, met, paused or unknown.
        source: Instrument and article.
    """

    rule: str
    due_on: date | None
    met_on: date | None
    standing: Standing
    source: str


def as_owed(dues: Iterable[Due], on: date) -> tuple[Owed, ...]:
    """Return periods as they stand on a day, to be told."""
    return tuple(Owed(one.rule, one.due_on, one.met_on, one.standing(on), one.source) for one in dues)


def handling_of(vault: Vault, report: Report, region: str) -> Handling:
    """Return the days of a report; one that was merged goes the way of the report that counts for it.

    Args:
        vault: Read only is enough.
        report: The report.
        region: Of its office, GB/T 2260.
    """
    counts = report if report.merged_into is None else vault.session.get_one(Report, report.merged_into)
    query = (
        select(col(Handled.act), func.min(col(Handled.done_on)))
        .where(col(Handled.report_id) == counts.id)
        .group_by(col(Handled.act))
    )
    first = dict(vault.session.exec(query).all())
    decided = [day for act, day in first.items() if act in DECIDED]
    return Handling(
        region=region,
        received_on=report.received_on,
        accepted_on=first.get("report.triaged"),
        extended_on=counts.extended_on,
        decided_on=min(decided, default=counts.closed_on),
        answered_on=counts.closed_on,
    )
