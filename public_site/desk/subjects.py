"""What an objection or a repair is about, as the desk names it: an entry, a record or a case."""

from api.supervising import may_read
from public_site.desk.asking import Filing
from public_site.desk.case_files import business_names
from registry.audit.work import Work
from registry.errors import NotFound
from registry.lists.queries import current_entry, proposal
from registry.lists.tables import ListEntry, Proposal
from registry.rulebook import ListRegime
from registry.violations.queries import violation


def subject_of(work: Work, kind: str, subject_id: str) -> tuple[Filing, str]:
    """Return where papers about something are filed, and what it is in words.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    found = _found(work, kind, subject_id)
    if found is None or not may_read(work, found[0]):
        raise NotFound("subject.unknown", subject_id=subject_id)
    region, business_id, about = found
    return Filing(region), f"{business_names(work.session, [business_id]).get(business_id, '')} · {about}"


def own_subject(work: Work, kind: str, subject_id: str) -> tuple[Filing, str]:
    """Return the same for who speaks for the business that it is about.

    Raises:
        NotFound: There is none, or it is about another.
    """
    found = _found(work, kind, subject_id)
    if found is None or not work.actor.is_party(found[1], found[0]):
        raise NotFound("subject.unknown", subject_id=subject_id)
    return Filing(found[0], found[1]), found[2]


def _found(work: Work, kind: str, subject_id: str) -> tuple[str, str, str] | None:
    if kind == "violation":
        record = violation(work.session, subject_id)
        if record is None:
            return None
        return record[1].region, record[0].business_id, record[1].decision_no or record[1].authority
    row: ListEntry | Proposal | None = None
    if kind == "entry":
        row = current_entry(work.session, subject_id)
    elif kind == "proposal":
        row = proposal(work.session, subject_id)
    if row is None:
        return None
    regime = work.rulebook.in_force(ListRegime, row.region, work.today).get(row.regime)
    return row.region, row.business_id, regime.name_zh if regime is not None else row.regime
