"""Which job runs when: a tuple to read. Hours are local to Asia/Shanghai."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from jobs import (
    checkpoint_wal,
    count_reports,
    deliver_outbox,
    end_keys,
    escalate_complaints,
    forget_answers,
    forget_complaints,
    forget_events,
    import_asked,
    lapse_disclosures,
    lapse_publicity,
    mend_index,
    nightly_score,
    publish_asked,
    publish_due,
    purge_reports,
    reclassify,
    send_notices,
    send_webhooks,
    shuffle_reports,
    sign_checkpoint,
    take_claims,
)
from jobs.running import Plant
from registry.calendar import SHANGHAI, legal_day


@dataclass(frozen=True)
class Daily:
    """A job that is due once a day, from an hour on."""

    name: str
    at: time
    run: Callable[[Plant], str]

    def last_due(self, now: datetime) -> datetime:
        """Return the latest instant at which the job was due."""
        due = datetime.combine(legal_day(now), self.at, SHANGHAI)
        return (due if due <= now else due - timedelta(days=1)).astimezone(UTC)


# the order is the order of one night: what lapses first is neither scored nor published
DAILY = (
    Daily("lapse_publicity", time(0, 5), lapse_publicity.run),
    Daily("lapse_disclosures", time(0, 7), lapse_disclosures.run),
    Daily("reclassify", time(0, 10), reclassify.run),
    Daily("mend_index", time(0, 20), mend_index.run),
    Daily("shuffle_reports", time(0, 30), shuffle_reports.run),
    Daily("purge_reports", time(0, 40), purge_reports.run),
    Daily("nightly_score", time(1, 0), nightly_score.run),
    Daily("publish_due", time(6, 0), publish_due.run),
    Daily("forget_answers", time(6, 30), forget_answers.run),
    Daily("forget_events", time(6, 40), forget_events.run),
    # by day: the instant of its act would date the visit in which a reward was claimed
    Daily("take_claims", time(6, 45), take_claims.run),
    Daily("forget_complaints", time(6, 50), forget_complaints.run),
    Daily("escalate_complaints", time(7, 0), escalate_complaints.run),
    Daily("count_reports", time(7, 10), count_reports.run),
    Daily("morning_notice", send_notices.MORNING, send_notices.run),
    Daily("afternoon_notice", send_notices.AFTERNOON, send_notices.run),
)

TICK_SECONDS = 30

# what never stops: the job and the seconds between two runs
CONTINUOUS: tuple[tuple[str, Callable[[Plant], str], float], ...] = (
    ("deliver_outbox", deliver_outbox.run, 0.5),
    ("checkpoint_wal", checkpoint_wal.run, 20),
    ("sign_checkpoint", sign_checkpoint.run, 5),
    ("publish_asked", publish_asked.run, 1),
    ("import_asked", import_asked.run, 1),
    ("end_keys", end_keys.run, 5),
    ("send_webhooks", send_webhooks.run, 1),
)
