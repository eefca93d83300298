"""How long editions are kept: as many as the rulebook says, and the newest always.

A retired edition loses its files; its row stays with the day, so its address says that it is gone.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session, col

from registry.audit.work import Subject, Work
from registry.publication.tables import Edition
from registry.rulebook import Choice

CHOICE = "editions.retained"
ALL = "all"


def retire_editions(work: Work) -> int:
    """Retire the editions of every list that are more than the rulebook retains; return how many.

    Raises:
        Forbidden: The office does not supervise the whole country.
        RuleRefused: The rulebook does not say how many are retained.
    """
    work.require("officer", "")
    lists = select(col(Edition.regime), col(Edition.region)).where(col(Edition.retired_on).is_(None))
    retired = 0
    for regime, region in work.session.connection().execute(lists.distinct()).all():
        retained = work.rulebook.find(Choice, CHOICE, region, work.today).value
        if retained != ALL:
            retired += _retire(work, _beyond(work.session, regime, region, max(int(retained), 1)))
    return retired


def _beyond(session: Session, regime: str, region: str, retained: int) -> Sequence[Edition]:
    """Return the editions older than the last so many of a chain, those beside the chain by their day."""
    kept = select(Edition).where(col(Edition.regime) == regime, col(Edition.region) == region)
    kept = kept.where(col(Edition.retired_on).is_(None))
    chain = kept.where(col(Edition.serial).is_not(None)).order_by(col(Edition.serial).desc())
    oldest = session.execute(chain.offset(retained - 1).limit(1)).scalars().first()
    if oldest is None:
        return ()
    older = session.execute(chain.where(col(Edition.serial) < oldest.serial)).scalars().all()
    beside = kept.where(col(Edition.serial).is_(None), col(Edition.as_of_on) < oldest.as_of_on)
    return [*older, *session.execute(beside).scalars().all()] if older else ()


def _retire(work: Work, editions: Sequence[Edition]) -> int:
    """Write down that editions are retired; a raised generation makes the builder delete their files."""
    if not editions:
        return 0
    work.session.execute(
        update(Edition)
        .where(col(Edition.id).in_([edition.id for edition in editions]))
        .values(retired_on=work.today, generation=col(Edition.generation) + 1)
    )
    first = editions[0]
    work.record(
        "edition.retired",
        Subject("edition" if len(editions) == 1 else "batch", first.id),
        regime=first.regime,
        region=first.region,
        versions=[edition.version for edition in editions],
    )
    return len(editions)
