"""Delete closed reports whose time is over, and let no byte of them stay."""

from datetime import date

from sqlmodel import select

from jobs.running import Plant
from registry.audit.work import Subject
from registry.calendar import legal_day
from registry.identifiers import new_id
from registry.log.leaves import Effect
from registry.offices.tables import Office
from registry.reports.retention import TERM, kept_since, purge
from registry.reports.rewriting import rewrite
from registry.store.engine import reading, writing

JOB = "purge_reports"


def run(plant: Plant) -> str:
    """Delete what is due, write down how many, and return it in words for the log.

    It is on record before it is done: a crash in between repeats the record, and loses none.
    """
    with plant.reports.writing(legal_day(plant.now())) as vault:
        purged = purge(vault, _closed_until(plant))
        if purged:
            with writing(plant.engine) as session:
                work = plant.work(session, JOB)
                batch = new_id()
                effect = Effect("reports.purged", batch, {"term": TERM, "rulebook_hash": work.rulebook.hash})
                work.record(
                    "reports.purged", Subject("batch", batch), effects=[effect], reports=purged.total()
                )
    if purged:
        rewrite(plant.reports.engine)
    return f"purged={purged.total()}"


def _closed_until(plant: Plant) -> dict[str, date]:
    """Return for each office the last day on which a report was closed that is deleted now."""
    today, rulebook = legal_day(plant.now()), plant.rulebook()
    with reading(plant.engine) as session:
        regions = {office.code: office.region for office in session.exec(select(Office))}
    found = {code: kept_since(rulebook, region, today) for code, region in regions.items()}
    return {code: until_on for code, until_on in found.items() if until_on is not None}
