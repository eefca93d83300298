"""Count the deadlines of the sealed reports into sums by office and month, for the transparency report."""

from sqlmodel import select

from jobs.running import Plant
from registry.calendar import legal_day
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.reports.counting import counts
from registry.store.engine import reading, writing
from registry.transparency.commands import count_reports


def run(plant: Plant) -> str:
    """Write the sums anew and return how many there are, in words for the log."""
    today = legal_day(plant.now())
    with writing(plant.engine) as session:
        regions = {office.code: office.region for office in session.exec(select(Office))}
        with reading(plant.reports.engine) as sealed:
            found = counts(sealed, plant.rulebook(), regions, calendar_overrides(session), today)
        return f"counted={count_reports(plant.work(session, 'count_reports'), found)}"
