"""Writing down what was counted of the reports: the only writer of these sums."""

from collections.abc import Iterable

from sqlalchemy import delete

from registry.audit.work import Subject, Work
from registry.rulebook import Threshold
from registry.rulebook.periods import DueCount
from registry.transparency.tables import ReportDueCount

LEAST_COUNTED = "reports.least_shown"


def count_reports(work: Work, counts: Iterable[DueCount]) -> int:
    """Write the sums of the reports anew, and return how many offices and months have any.

    A month in which an office had few is left out: that there was a report at all may give somebody away.

    Raises:
        Forbidden: The actor is no officer of the whole country.

    Source: rulebook `thresholds`, `reports.least_shown`; where it is unknown nothing is written.
    """
    work.require("officer", "")
    least = work.rulebook.find(Threshold, LEAST_COUNTED, "", work.today).amount
    rows = [
        ReportDueCount(
            office_code=one.office_code,
            month=one.month,
            due=one.due,
            missed=one.missed,
            counted_on=work.today,
        )
        for one in counts
        if least is not None and one.due >= least
    ]
    work.session.connection().execute(delete(ReportDueCount))
    work.session.add_all(rows)
    work.record("reports.counted", Subject("day", work.today.isoformat()), months=len(rows))
    return len(rows)
