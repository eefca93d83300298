"""What the audit log's acts are called, and the page of what each was done to."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlmodel import Session, col, select

from api.supervising import may_read
from api.things import THINGS
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.demonstration.tables import DemonstrationUnit
from registry.instruments.tables import Instrument, Verification
from registry.pledges.tables import Pledge
from registry.texts import terms
from registry.violations.tables import Violation

Named = tuple[str, str]
"""Kind and identifier of what an act was done to."""
OWN_PAGES: Mapping[str, str] = {
    "business": "/desk/businesses/",
    "complaint": "/desk/complaints/",
    "document": "/desk/documents/",
    "entry": "/desk/entries/",
    "objection": "/desk/objections/",
    "proposal": "/desk/cases/",
    "repair": "/desk/repairs/",
}
FACTS: Mapping[str, tuple[Any, Any]] = {
    "designation": (DemonstrationUnit, DemonstrationUnit.designation_id),
    "instrument": (Instrument, Instrument.instrument_id),
    "pledge": (Pledge, Pledge.pledge_id),
    "violation": (Violation, Violation.violation_id),
}
"""Facts, which stand in the file of their business."""


@cache
def known_acts() -> Mapping[str, tuple[str, str]]:
    """Return the words of every act, Chinese and English, by code."""
    zh, en = terms("zh"), terms("en")
    return {key.removeprefix("act."): (zh[key], en[key]) for key in zh if key.startswith("act.")}


def acts_meant(asked: str) -> frozenset[str]:
    """Return the acts that somebody asks for: by code, by what a code begins with, or by part of its words.

    Args:
        asked: As typed; whole words of one act mean that act alone.
    """
    sought = asked.casefold()
    exact = {code for code, said in known_acts().items() if sought in (code, *map(str.casefold, said))}
    return frozenset(
        exact
        or {
            code
            for code, said in known_acts().items()
            if code.startswith(sought) or any(sought in words.casefold() for words in said)
        }
    )


def pages_of(work: Work, entries: Iterable[AuditEntry]) -> dict[Named, str]:
    """Return the page of what acts were done to, where there is one that the reader may see."""
    found: dict[Named, str] = {}
    for kind, subject_id in dict.fromkeys((one.subject_kind, one.subject_id) for one in entries):
        address = _page(work, kind, subject_id)
        if address is not None:
            found[kind, subject_id] = address
    return found


def _page(work: Work, kind: str, subject_id: str) -> str | None:
    if kind in OWN_PAGES:
        region = THINGS[f"{kind}_id"].region(work.session, subject_id)
        return f"{OWN_PAGES[kind]}{subject_id}" if region is not None and may_read(work, region) else None
    fact = _instrument_of(work.session, subject_id) if kind == "verification" else (kind, subject_id)
    if fact is None or fact[0] not in FACTS:
        return None
    business_id = _business_of(work.session, *fact)
    page = _page(work, "business", business_id) if business_id is not None else None
    return f"{page}#fact-{subject_id}" if page is not None else None


def _instrument_of(session: Session, verification_id: str) -> Named | None:
    query = select(Verification.instrument_id).where(
        Verification.verification_id == verification_id, col(Verification.superseded_at).is_(None)
    )
    found = session.exec(query).one_or_none()
    return ("instrument", found) if found is not None else None


def _business_of(session: Session, kind: str, fact_id: str) -> str | None:
    table, identity = FACTS[kind]
    query = select(table.business_id).where(identity == fact_id, table.superseded_at.is_(None))
    found: str | None = session.exec(query).one_or_none()
    return found
