"""The deadlines of sealed reports are counted from days alone, without a key."""

from datetime import date

from sqlmodel import Session

from registry.reports.counting import counts
from registry.reports.store import prepare
from registry.reports.tables import EpochKey, Handled, Report
from registry.rulebook.periods import DueCount
from registry.settings import Settings
from registry.store.engine import reading, writing
from tests import given

XINYANG = {"AMR-411502": "411502"}


def put(session: Session, name: str, received_on: date, done: tuple[tuple[str, date], ...] = ()) -> None:
    session.add(
        Report(
            id=name,
            locator=name.encode(),
            office_code="AMR-411502",
            state="received",
            version=1,
            received_on=received_on,
            intake_epoch="epoch",
            custody_epoch="epoch",
            reply_suite=1,
            reply_key=b"",
        )
    )
    session.flush()
    for act, on in done:
        handled = Handled(key=f"{name}{act}", act=act, report_id=name, person_id="p", done_on=on)
        session.add(handled)


def test_last_days_are_counted_by_office_and_month_and_an_end_meets_them(settings: Settings) -> None:
    reports = prepare(settings)
    with writing(reports.engine) as session:
        session.add(
            EpochKey(
                fingerprint="epoch",
                office_code="AMR-411502",
                purpose="intake",
                suite=1,
                public_key=b"",
                opened_on=date(2025, 1, 1),
            )
        )
        session.flush()
        put(session, "late", date(2025, 3, 3))
        put(
            session,
            "kept",
            date(2025, 3, 3),
            (("report.triaged", date(2025, 3, 4)), ("report.closed", date(2025, 3, 24))),
        )
        put(session, "too-late", date(2025, 3, 4), (("report.filed", date(2025, 3, 26)),))
        put(session, "ahead", date(2025, 6, 20))
        put(session, "unknown", date(2026, 4, 20))
    with reading(reports.engine) as session:
        found = counts(session, given.rulebook(), XINYANG, {}, date(2025, 6, 30))
        elsewhere = counts(session, given.rulebook(), {}, {}, date(2025, 6, 30))
    reports.engine.dispose()
    assert found == (DueCount("AMR-411502", "2025-03", 3, 2),)
    assert elsewhere == ()
