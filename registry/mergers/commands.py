"""Merging duplicate records (归并), linking successors (承继), undoing a merger: two persons each.

A merger writes the facts of the record given up anew on the survivor, so that every score, list and
page counts each of them once, while a past day as known at a past instant stays as it was. What both
records held stays with the one given up. A succession moves nothing: who bought a business inherits
no violation unseen. While a case for listing, an objection or an application for repair runs, the party
of its papers does not change.
"""

from collections.abc import Callable, Collection
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints

from registry.audit.work import Subject, Work
from registry.businesses import merging
from registry.businesses.queries import current_version, merger
from registry.businesses.tables import Business, BusinessVersion, Merger
from registry.commands import Command, Outcome
from registry.demonstration import commands as demonstration
from registry.documents.queries import unknown_documents
from registry.errors import Conflict, NotFound, RuleRefused
from registry.instruments import commands as instruments
from registry.lists import entries
from registry.lists.queries import entries_of, entries_resting_on, open_case, standing_entry
from registry.log.leaves import Effect
from registry.pledges import commands as pledges
from registry.publication.withdrawal import end_entries
from registry.repair.queries import open_matter
from registry.repair.tables import Repair
from registry.store.versions import one_writer
from registry.violations import merging as violations

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
CarryOver = Callable[[Work, str, str, Collection[str] | None], list[str]]

FACTS: tuple[tuple[str, CarryOver], ...] = (
    ("pledges", pledges.carry_over),
    ("designations", demonstration.carry_over),
    ("instruments", instruments.carry_over),
    ("violations", violations.carry_over),
)
SAME_RECORD = "merger"
"""The rule on which an entry of a board ends whose record the survivor holds too."""


class MergeBusinesses(Command):
    """Propose that two records are of one business, or that one business succeeded another."""

    kind: Literal["duplicate", "succession"]
    former_id: str = Field(description="The record to give up; of a succession, the predecessor.")
    survivor_id: str = Field(description="The business that carries on.")
    reason: Reason
    document_id: str


class UndoMerger(Command):
    """Propose to undo a merger: the records were of two businesses after all."""

    merger_id: str
    reason: Reason
    document_id: str


class DecideMerger(Command):
    """Approve or reject what another person proposed."""

    merger_id: str
    decision: Literal["approved", "rejected"]


def merge_businesses(work: Work, command: MergeBusinesses) -> Outcome:
    """Propose a merger or a succession; it has no effect until another person approves it.

    Raises:
        NotFound: There is no such business or document.
        Conflict: One of them was merged already, or a proposal is open.
        RuleRefused: They cannot be one business, or a case, an objection or a repair of one of them runs.
        Forbidden: The office does not supervise both regions.
    """
    one_writer(work.session, "mergers")
    _refuse_unfit(work, "officer", _Proposed(command.kind, command.former_id, command.survivor_id))
    _refuse_document(work, command.document_id)
    proposed = merging.propose(
        work,
        command.kind,
        command.former_id,
        command.survivor_id,
        reason=command.reason,
        document_id=command.document_id,
    )
    _record(work, proposed, "merger.proposed", reason=command.reason)
    return Outcome("created", proposed.id)


def undo_merger(work: Work, command: UndoMerger) -> Outcome:
    """Propose to undo a merger; it has no effect until another person approves it.

    Raises:
        NotFound: There is no such merger or document.
        Conflict: It does not stand, or a proposal is open.
        RuleRefused: A case, objection or repair runs, or an entry rests on a fact that would go back.
        Forbidden: The office does not supervise both regions.
    """
    one_writer(work.session, "mergers")
    undone = _merger(work, command.merger_id)
    parties = (undone.former_id, undone.survivor_id)
    _refuse_unfit(work, "officer", _Proposed("separation", *parties, undone))
    _refuse_document(work, command.document_id)
    proposed = merging.propose(
        work,
        "separation",
        *parties,
        reason=command.reason,
        document_id=command.document_id,
        undoes_id=undone.id,
    )
    _record(work, proposed, "separation.proposed", reason=command.reason)
    return Outcome("created", proposed.id)


def decide_merger(work: Work, command: DecideMerger) -> Outcome:
    """Approve or reject a proposal; an approval takes effect at once, in this transaction.

    Raises:
        NotFound: There is no such proposal.
        Conflict: It is decided already, or both records hold one decision and say it differently.
        RuleRefused: The person proposed it, or what it rests on holds no longer.
        Forbidden: The person may not decide in both regions.
    """
    one_writer(work.session, "mergers")
    proposed = _merger(work, command.merger_id)
    if proposed.decided_at is not None:
        raise Conflict("merger.decided", field="merger_id", merger_id=proposed.id)
    undone = merger(work.session, proposed.undoes_id, lock=True) if proposed.undoes_id else None
    parties = (proposed.former_id, proposed.survivor_id)
    _refuse_unfit(work, "approver", _Proposed(proposed.kind, *parties, undone))
    if proposed.proposed_by_person == work.actor.person_id:
        raise RuleRefused("merger.same_person", field="merger_id", merger_id=proposed.id)
    moved: dict[str, list[str]] = {}
    if command.decision == "approved" and undone is not None:
        _separate(work, undone)
    elif command.decision == "approved" and proposed.kind == "duplicate":
        moved = _merge(work, proposed)
    merging.decide(work, proposed, command.decision, moved)
    _record(
        work,
        proposed,
        f"{'separation' if undone else 'merger'}.{command.decision}",
        moved={sort: len(ids) for sort, ids in moved.items()},
    )
    return Outcome("changed", proposed.id)


def _merge(work: Work, proposed: Merger) -> dict[str, list[str]]:
    """Take names, facts and entries over; return what went."""
    former_id, survivor_id = proposed.former_id, proposed.survivor_id
    moved = {sort: carry_over(work, former_id, survivor_id, None) for sort, carry_over in FACTS}
    moved["entries"] = []
    for entry in entries_of(work.session, former_id):
        if entry.violation_id is not None and entry.violation_id not in moved["violations"]:
            end_entries(work, [(entry, "corrected", SAME_RECORD)], document=proposed.document_id)
            continue
        if entry.violation_id is None and standing_entry(work.session, entry.regime, survivor_id, work.today):
            raise RuleRefused("merger.both_listed", field="former_id", regime=entry.regime)
        moved["entries"].append(entries.carry_over(work, entry, survivor_id).entry_id)
    moved["aliases"] = merging.link(work, former_id, survivor_id)
    return moved


def _separate(work: Work, undone: Merger) -> None:
    """Let what went over go back; what was recorded since stays with the survivor."""
    for sort, carry_over in FACTS:
        carry_over(work, undone.survivor_id, undone.former_id, undone.moved[sort])
    for entry in entries_of(work.session, undone.survivor_id):
        if entry.entry_id in undone.moved["entries"]:
            entries.carry_over(work, entry, undone.former_id)
    merging.unlink(work, undone)


class _Proposed(NamedTuple):
    """What is to be decided of two records."""

    kind: str
    former_id: str
    survivor_id: str
    undone: Merger | None = None


def _refuse_unfit(work: Work, role: str, proposed: _Proposed) -> None:
    """Refuse what the person may not do, and what these two records do not allow."""
    former_id, survivor_id = proposed.former_id, proposed.survivor_id
    if former_id == survivor_id:
        raise RuleRefused("merger.with_itself", field="survivor_id")
    former, survivor = _held(work, former_id, "former_id"), _held(work, survivor_id, "survivor_id")
    for (_business, version), field in ((former, "former_id"), (survivor, "survivor_id")):
        work.require(role, version.region, None if role == "approver" or proposed.undone else field)
    if proposed.undone is not None:
        _refuse_bound(work, proposed.undone)
    else:
        _refuse_merged(former[0], survivor[0])
    if proposed.kind == "duplicate":
        _refuse_two(*former, *survivor)
    if proposed.kind != "succession":
        _refuse_running(work, [former_id, survivor_id])


def _refuse_running(work: Work, parties: list[str]) -> None:
    """Refuse while anything runs whose papers name one of the two."""
    running = open_case(work.session, parties)
    if running is not None:
        raise RuleRefused("merger.case_open", field="former_id", proposal_id=running.id)
    matter = open_matter(work.session, parties)
    if isinstance(matter, Repair):
        raise RuleRefused("merger.repair_open", field="former_id", repair_id=matter.id)
    if matter is not None:
        raise RuleRefused("merger.objection_open", field="former_id", objection_id=matter.id)


def _held(work: Work, business_id: str, field: str) -> tuple[Business, BusinessVersion]:
    business = work.session.get(Business, business_id, with_for_update=True, populate_existing=True)
    version = current_version(work.session, business_id)
    if business is None or version is None:
        raise NotFound("business.unknown", field=field, business_id=business_id)
    return business, version


def _refuse_merged(former: Business, survivor: Business) -> None:
    for business, field in ((former, "former_id"), (survivor, "survivor_id")):
        if business.merged_into_id is not None:
            raise Conflict("business.merged", field=field, survivor_id=business.merged_into_id)


def _refuse_two(
    former: Business, given_up: BusinessVersion, survivor: Business, carries_on: BusinessVersion
) -> None:
    """Refuse to make one of two that a code, or a name that hides part of itself, keeps apart."""
    for business, field in ((former, "former_id"), (survivor, "survivor_id")):
        if business.standing != "named":
            raise RuleRefused("merger.unnamed", field=field)
    if given_up.uscc is not None and carries_on.uscc is not None:
        raise RuleRefused("merger.two_codes", field="former_id", one=given_up.uscc, other=carries_on.uscc)
    if given_up.uscc is not None:
        raise RuleRefused("merger.code_given_up", field="former_id", uscc=given_up.uscc)


def _refuse_bound(work: Work, undone: Merger) -> None:
    """Refuse to undo what does not stand, or what carries an entry that was made since."""
    if undone.kind != "duplicate" or undone.decision != "approved" or undone.undone_at is not None:
        raise Conflict("merger.not_standing", field="merger_id", merger_id=undone.id)
    facts = [fact_id for sort, _ in FACTS for fact_id in undone.moved[sort]]
    for entry in entries_resting_on(work.session, facts):
        if entry.entry_id not in undone.moved["entries"] and entry.violation_id is None:
            raise RuleRefused("merger.entry_rests", field="merger_id", entry_id=entry.entry_id)


def _refuse_document(work: Work, document_id: str) -> None:
    if unknown_documents(work.session, {document_id}):
        raise NotFound("document.unknown", field="document_id", document_id=document_id)


def _merger(work: Work, merger_id: str) -> Merger:
    found = merger(work.session, merger_id, lock=True)
    if found is None:
        raise NotFound("merger.unknown", field="merger_id", merger_id=merger_id)
    return found


def _record(work: Work, one: Merger, act: str, **detail: object) -> None:
    parties = {"former": one.former_id, "survivor": one.survivor_id}
    decided = act.endswith(".approved")
    content = {"merger": one.id, "kind": one.kind, **parties}
    work.record(
        act,
        Subject("merger", one.id),
        concerns=list(parties.values()) if decided else (),
        effects=[Effect(act, one.id, content)] if decided else (),
        kind=one.kind,
        document=one.document_id,
        **parties,
        **detail,
    )
