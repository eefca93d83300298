"""Instruments as the public may see them: kind, standing, certificate and user, never a person or a place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, union_all
from sqlmodel import Session, col

from registry.businesses.rules import name_key
from registry.instruments import queries
from registry.instruments.queries import Which, status_column
from registry.instruments.rules import due_from, status_on
from registry.instruments.tables import Instrument, Verification
from registry.publication.answers import (
    InstrumentsCounted,
    Page,
    PlacedInstrument,
    PublicInstrument,
    PublicVerification,
)
from registry.publication.counts import of_visible
from registry.publication.gathering import Known, known_businesses
from registry.regions import region
from registry.rulebook import InstrumentKind, Rulebook
from registry.store.prepared import IDS, Prepared

SHOWN_AT_ONCE = 100
MOST_FOUND = 20
SHORTEST_NUMBER = 4


class Shown(NamedTuple):
    """Instruments of one business: when they were recorded, and how many of all stand how."""

    items: tuple[PublicInstrument, ...]
    recorded_at: tuple[datetime, ...]
    counted: dict[str, int]


NONE = Shown((), (), {})


def of_business(session: Session, known: Known, on: date, rulebook: Rulebook) -> Shown:
    """Return the instruments that a business uses on a day, as far as one page shows them."""
    which = Which(business_id=known.id)
    rows = queries.standing(session, on, which, limit=SHOWN_AT_ONCE)
    status = status_column(on, due_from(rulebook, known.region, on))
    counted = session.execute(queries.in_use(on, status).where(*which.conditions())).scalars()
    return Shown(
        tuple(PublicInstrument(**_said(one, found, known, on, rulebook)) for one, found, _ in rows),
        tuple(row.recorded_at for pair in rows for row in pair[:2] if row is not None),
        dict(sorted(Counter(counted).items())),
    )


def page_of_business(
    session: Session, business_id: str, on: date, rulebook: Rulebook, *, after: str, limit: int
) -> Page[PublicInstrument] | None:
    """Return a page of the instruments of a business, or None where it may not be shown."""
    known = known_businesses(session, [business_id]).get(business_id)
    if known is None:
        return None
    rows = queries.standing(session, on, Which(business_id=known.id), after=after, limit=limit + 1)
    items = tuple(
        PublicInstrument(**_said(one, found, known, on, rulebook)) for one, found, _ in rows[:limit]
    )
    return Page(items=items, after=items[-1].instrument_id if len(rows) > limit else None)


def instrument(session: Session, instrument_id: str, on: date, rulebook: Rulebook) -> PlacedInstrument | None:
    """Return an instrument, also one out of use, or None where there is none or its user is not shown."""
    query = (
        select(Instrument, Verification)
        .outerjoin(Verification, queries.governs(on))
        .where(col(Instrument.instrument_id) == instrument_id, col(Instrument.superseded_at).is_(None))
    )
    found = _placed(session, session.execute(query).all(), on, rulebook)
    return found[0] if found else None


def is_number(text: str) -> bool:
    """Say whether a text can be the number of an instrument or a certificate: long enough, with a digit."""
    return any(map(str.isdigit, text)) and len(name_key(text)) >= SHORTEST_NUMBER


def bearing(engine: Engine, text: str) -> list[str]:
    """Return the instruments that may bear a factory or certificate number that is exactly a text.

    Raises:
        OperationalError: The database does not answer.
    """
    return sorted({one for (one,) in _bearing().rows(engine, [name_key(text)])})


@cache
def _bearing() -> Prepared:
    serials = select(col(Instrument.instrument_id)).where(
        col(Instrument.serial_key).in_(IDS), col(Instrument.superseded_at).is_(None)
    )
    certificates = select(col(Verification.instrument_id)).where(
        col(Verification.certificate_key).in_(IDS), col(Verification.superseded_at).is_(None)
    )
    few = [select(*query.limit(MOST_FOUND).subquery().c) for query in (serials, certificates)]
    return Prepared(union_all(*few))


def numbered(
    session: Session, perhaps: Sequence[str], text: str, on: date, rulebook: Rulebook
) -> tuple[PlacedInstrument, ...]:
    """Return those of some instruments that are in use and whose number is exactly a text.

    Only a number that is shown finds anything: none that is hidden, or of a former certificate.

    Args:
        session: A reading one.
        perhaps: What `bearing` returned.
        text: Factory number or certificate number.
        on: Legal day.
        rulebook: In force on that day.
    """
    rows = session.execute(
        queries.in_use(on, Instrument, Verification)
        .where(col(Instrument.instrument_id).in_(perhaps))
        .order_by(col(Instrument.instrument_id))
    ).all()
    key = name_key(text)
    return tuple(one for one in _placed(session, rows, on, rulebook) if key in _numbers(one))


def counted_by_region(session: Session, on: date) -> tuple[InstrumentsCounted, ...]:
    """Return how the instruments in use stand on a day, region by region."""
    regions: dict[str, Counter[str]] = {}
    seen = of_visible(Instrument.business_id)
    for (code, status), number in queries.counted(session, on, None, seen).items():
        regions.setdefault(code, Counter())[status] += number
    return tuple(
        InstrumentsCounted(
            region=code,
            region_name=_region_name(code),
            in_use=counts.total(),
            valid=counts["valid"],
            overdue=counts["overdue"],
            unqualified=counts["unqualified"],
            unknown=counts["unknown"] + counts["undetermined"],
        )
        for code, counts in sorted(regions.items())
    )


def _placed(session: Session, rows: Sequence[Any], on: date, rulebook: Rulebook) -> list[PlacedInstrument]:
    known = known_businesses(session, {row[0].business_id for row in rows})
    return [
        PlacedInstrument(
            **_said(one, found, user, on, rulebook),
            business_id=user.id,
            business=user.identity.name,
            region=user.region,
            region_name=_region_name(user.region),
            market=user.market,
            stall=user.stall,
        )
        for one, found in rows
        if (user := known.get(one.business_id)) is not None
    ]


def _said(
    one: Instrument, found: Verification | None, known: Known, on: date, rulebook: Rulebook
) -> dict[str, Any]:
    row = rulebook.in_force(InstrumentKind, known.region, on).get(one.kind)
    due = due_from(rulebook, known.region, on)
    return {
        "instrument_id": one.instrument_id,
        "kind": one.kind,
        "kind_name": row.name_zh if row is not None else None,
        "mode": row.mode if row is not None else None,
        "regulation": row.regulation if row is not None else None,
        "maker": known.words(one.maker),
        "model": known.words(one.model),
        "serial_no": known.words(one.serial_no),
        "capacity": known.words(one.capacity),
        "accuracy_class": known.words(one.accuracy_class),
        "retired_on": one.retired_on,
        "status": status_on(found, on, due, one.retired_on),
        "verification": None if found is None else _verification(found, known),
        "version": one.version,
    }


def _verification(found: Verification, known: Known) -> PublicVerification:
    return PublicVerification(
        verification_id=found.verification_id,
        result=found.result,
        limitation=known.words(found.limitation),
        body=known.words(found.body),
        certificate_no=known.words(found.certificate_no),
        verified_on=found.verified_on,
        valid_through=found.valid_through,
        possibly_through=found.possibly_through,
        stated=found.stated_through is not None,
    )


def _numbers(one: PublicInstrument) -> Iterable[str]:
    yield name_key(one.serial_no)
    if one.verification is not None:
        yield name_key(one.verification.certificate_no)


def _region_name(code: str) -> str | None:
    found = region(code)
    return found.full_name if found else None
