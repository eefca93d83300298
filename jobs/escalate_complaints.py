"""Tell the office above of the deadlines that offices missed in complaints, each once."""

from jobs.running import Plant
from registry.complaints.commands import escalate_overdue
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Tell of what was missed until yesterday and return how much, in words for the log."""
    with writing(plant.engine) as session:
        return f"escalated={escalate_overdue(plant.work(session, 'escalate_complaints'))}"
