"""Writing how two records belong together: proposals, decisions, and the link itself.

Who may decide, and what goes over with the link, is told by `registry.mergers`, which sees every slice.
"""

from collections.abc import Sequence
from typing import Literal

from sqlmodel import col, select

from registry.audit.work import Work
from registry.businesses.persons import is_natural_person
from registry.businesses.queries import current_version
from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, Business, Merger
from registry.errors import NotFound
from registry.identifiers import new_id
from registry.store.versions import one_writer

Kind = Literal["duplicate", "succession", "separation"]
Decision = Literal["approved", "rejected"]


def propose(
    work: Work,
    kind: Kind,
    former_id: str,
    survivor_id: str,
    *,
    reason: str,
    document_id: str,
    undoes_id: str | None = None,
) -> Merger:
    """Write a proposal."""
    merger = Merger(
        id=new_id(),
        kind=kind,
        former_id=former_id,
        survivor_id=survivor_id,
        undoes_id=undoes_id,
        reason=reason,
        document_id=document_id,
        proposed_by_person=work.actor.person_id,
        proposed_at=work.now,
        moved={},
    )
    work.session.add(merger)
    work.session.flush()
    return merger


def decide(work: Work, merger: Merger, decision: Decision, moved: dict[str, list[str]]) -> None:
    """Write who decided a proposal, how, and what went over by it."""
    merger.decided_by_person = work.actor.person_id
    merger.decided_at = work.now
    merger.decision = decision
    merger.moved = moved
    work.session.add(merger)
    work.session.flush()


def link(work: Work, former_id: str, survivor_id: str) -> list[str]:
    """Let a business carry on another's record and be found by its names; return the names it took.

    A natural person's name is never taken: it would show in another place than where it is masked.
    """
    one_writer(work.session, "businesses")
    former = work.session.get_one(Business, former_id)
    former.merged_into_id = survivor_id
    work.session.add(former)
    held, known = current_version(work.session, former_id), _aliases(work, survivor_id)
    if held is None:
        raise NotFound("business.unknown", field="former_id", business_id=former_id)
    names = [(alias.kind, alias.value) for alias in _aliases(work, former_id)]
    if held.name is not None and not is_natural_person(held.kind, held.name, held.uscc):
        names.append(("former_name", held.name))
    own = current_version(work.session, survivor_id)
    seen = {alias.value_key for alias in known} | ({own.name_key} if own is not None else set())
    taken = []
    for kind, value in names:
        if name_key(value) in seen:
            continue
        seen.add(name_key(value))
        taken.append(_take_name(work, survivor_id, kind, value))
    work.session.flush()
    return taken


def _take_name(work: Work, business_id: str, kind: str, value: str) -> str:
    alias = Alias(
        id=new_id(),
        business_id=business_id,
        kind=kind,
        value=value,
        value_key=name_key(value),
        held_to_on=work.today,
        recorded_at=work.now,
    )
    work.session.add(alias)
    return alias.id


def unlink(work: Work, merger: Merger) -> None:
    """Let a merged record stand on its own again; the names that it lent go back."""
    one_writer(work.session, "businesses")
    former = work.session.get_one(Business, merger.former_id)
    former.merged_into_id = None
    merger.undone_at = work.now
    work.session.add_all((former, merger))
    for alias_id in merger.moved.get("aliases", ()):
        lent = work.session.get(Alias, alias_id)
        if lent is not None:
            work.session.delete(lent)
    work.session.flush()


def _aliases(work: Work, business_id: str) -> Sequence[Alias]:
    query = select(Alias).where(Alias.business_id == business_id).order_by(col(Alias.id))
    return work.session.exec(query).all()
