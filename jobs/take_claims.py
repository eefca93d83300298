"""Bring what reporters claimed in their threads to the rewards, and let lapse what nobody claimed in time."""

from jobs.running import Plant
from registry.calendar import legal_day
from registry.reports.claims import claimed_on
from registry.rewards.commands import TakeClaim, take_claim, waive_unclaimed
from registry.rewards.queries import told_shares
from registry.store.engine import writing

JOB = "take_claims"


def run(plant: Plant) -> str:
    """Take the claims that were made, then waive what was not claimed; return how many, in words for the log.

    Both are one transaction: a claim that could not be taken yet is never waived for it.
    """
    taken = 0
    with plant.reports.reading(legal_day(plant.now())) as vault, writing(plant.engine) as session:
        work = plant.work(session, JOB)
        for share in told_shares(session):
            day = claimed_on(vault, share.report_id)
            if day is not None:
                taken += take_claim(work, TakeClaim(report_id=share.report_id, claimed_on=day))
        return f"claimed={taken} waived={waive_unclaimed(work)}"
