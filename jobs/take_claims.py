"""Bring what reporters claimed in their threads to the rewards, by the day on which they claimed it."""

from jobs.running import Plant
from registry.calendar import legal_day
from registry.reports.claims import claimed_on
from registry.rewards.commands import TakeClaim, take_claim
from registry.rewards.queries import told_shares
from registry.store.engine import reading, writing

JOB = "take_claims"


def run(plant: Plant) -> str:
    """Write down the claims that were made; return how many, in words for the log."""
    with reading(plant.engine) as session:
        waiting = [share.report_id for share in told_shares(session)]
    if not waiting:
        return "claimed=0"
    with plant.reports.reading(legal_day(plant.now())) as vault:
        days = {one: claimed_on(vault, one) for one in waiting}
    taken = 0
    for report_id, day in days.items():
        if day is not None:
            with writing(plant.engine) as session:
                command = TakeClaim(report_id=report_id, claimed_on=day)
                taken += take_claim(plant.work(session, JOB), command)
    return f"claimed={taken}"
