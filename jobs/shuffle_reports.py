"""Give the reports of past days their receipts, count them, and lay them out in an order that tells nothing.

What a report leaves outside its own database is written here, in the night, and never when it arrives: a
leaf that only its reporter can open, and how many an office received on a day.
"""

from collections import Counter
from collections.abc import Sequence

from jobs.running import Plant
from registry.audit.work import Subject
from registry.calendar import legal_day
from registry.reports import receipts
from registry.reports.receipts import Opening
from registry.reports.rewriting import rewrite
from registry.reports.tables import Report
from registry.store.engine import writing

JOB = "shuffle_reports"


def run(plant: Plant) -> str:
    """Commit to what arrived, count it, lay it out anew; return how much, in words for the log.

    The leaves come first: a crash after them leaves some that nobody opens, and the next run makes others.
    """
    with plant.reports.reading(legal_day(plant.now())) as vault:
        if not receipts.takes_reports(vault):
            return "arrived=0"
        arrived = receipts.awaiting(vault)
        openings = [receipts.opening_of(vault, report) for report in arrived]
    openings = _committed(plant, arrived, openings)
    with plant.reports.writing(legal_day(plant.now())) as vault:
        for report, opening in zip(arrived, openings, strict=True):
            if vault.session.get(Report, report.id) is not None:
                receipts.give(vault, report, opening)
    if arrived:
        rewrite(plant.reports.engine)
    return f"arrived={len(arrived)}"


def _committed(plant: Plant, arrived: Sequence[Report], openings: list[Opening]) -> list[Opening]:
    """Append the leaves and write down how many reports each office received on which day."""
    counts = Counter((report.office_code, report.received_on.isoformat()) for report in arrived)
    with writing(plant.engine) as session:
        work = plant.work(session, JOB)
        found = receipts.committed(
            session, openings, on=work.today, office_code=work.actor.office_code, now=work.now
        )
        for (office_code, on), number in sorted(counts.items()):
            work.record("report.arrived", Subject("office", office_code), on=on, reports=number)
    return found
