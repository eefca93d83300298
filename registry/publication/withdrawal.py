"""Taking back: the one way in which an entry ends, on the list and in everything published.

In one transaction the entry ends, every edition that holds it loses its content and salt and rises
by a generation, consumers are told, and the log grows by a leaf. From its commit on no page, answer
or file shows it; the files are built again afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import Field

from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.documents.forms import Kind
from registry.documents.papers import demanded
from registry.documents.tables import Document
from registry.errors import Conflict, NotFound, RuleRefused
from registry.lists import entries, grounds, queries
from registry.lists.conditions import checked_facts
from registry.lists.details import PaperWords
from registry.lists.rules import BY_ITSELF, ENDINGS, Ending, Stated, one_regime, publish_until, quoted
from registry.lists.tables import ListEntry, Proposal
from registry.log import events, leaves
from registry.log.leaves import Effect
from registry.publication.editions import take_back
from registry.publication.gathering import known_businesses
from registry.rulebook import ListRegime
from registry.store.versions import unmoved
from registry.violations.tables import Violation

AT_ONCE = 1000
# the paper that each act on an entry brings; what nobody decides has none
PAPERS: Mapping[str, Kind] = MappingProxyType(
    {"withdraw": "removal", "suspend": "suspension", "renew": "renewal", "remove": "pointer_removal"}
)


class WithdrawEntry(PaperWords):
    """Withdraw an entry: on which ground, by which rule, on which paper; as repaired only a repair does."""

    entry_id: str
    expected_version: int
    ground: Stated
    rule: str = Field(min_length=1, max_length=200, description="Instrument and article, or rulebook code.")
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


class SuspendEntry(PaperWords):
    """Suspend a red entry while an effective violation stands against the business."""

    entry_id: str
    expected_version: int
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


class RenewEntry(PaperWords):
    """Renew or restore a red entry for another term."""

    entry_id: str
    expected_version: int
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


def withdraw_entry(work: Work, command: WithdrawEntry) -> Outcome:
    """Withdraw an entry from its list and from everything published.

    Raises:
        NotFound: There is no such entry or document.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: A list of that colour knows no such ground, it has not come to pass, or the
            paper is missing.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    by_itself = command.ground in BY_ITSELF
    work.require("officer" if by_itself else "approver", entry.region)
    if command.ground not in ENDINGS[entry.colour]:
        raise RuleRefused("entry.ground", field="ground", ground=command.ground, colour=entry.colour)
    if by_itself:
        _refuse_untrue(work, entry, command.ground)
    document = command.document_id
    if not by_itself:
        document = document_of(work, entry, "withdraw", document)
    elif document is not None:
        refuse_document(work, document)
    end_entries(work, [(entry, command.ground, command.rule)], document=document)
    return Outcome("changed", entry.entry_id)


def _refuse_untrue(work: Work, entry: ListEntry, ground: Stated) -> None:
    """Refuse an ending that nobody decides and that has not come: the day, or the fall of its decisions."""
    if ground == "expired":
        until = entry.publish_until
        if until is not None and until <= work.today:
            return
    else:
        fallen = queries.entries_fallen(work.session, [entry.business_id])
        if (entry.entry_id, True) in {(one.entry_id, annulled) for one, annulled in fallen}:
            return
    raise RuleRefused("entry.not_come", field="ground", ground=ground, entry_id=entry.entry_id)


def lapse_due(work: Work) -> int:
    """Withdraw every entry whose last day has passed or whose decisions were all annulled.

    Doing it twice changes nothing; what is due was not shown before either, because the day decides.

    Returns:
        How many entries were withdrawn.

    Raises:
        Forbidden: The office does not supervise the whole country.
    """
    work.require("officer", "")
    done = withdraw_fallen(work)
    while due := queries.entries_due(work.session, work.today, AT_ONCE):
        end_entries(work, [(entry, "expired", "publish_until") for entry in due])
        done += len(due)
    return done


def withdraw_fallen(work: Work, business_ids: Iterable[str] | None = None) -> int:
    """Withdraw the entries that no violation carries any more, or whose record is over.

    A violation carries nothing once its decision is annulled, or it was corrected to another party
    or to a conduct that the list does not know. A board repeats a record, so its entry ends with
    it: repaired, at the end of its period, or corrected. Who turns out to be a natural person
    leaves every list that may name none. A red entry without a term ends with its last ground.

    Args:
        work: By an officer of the whole country; a job is one.
        business_ids: Only entries of these; None: of all.

    Returns:
        How many entries were withdrawn.

    Raises:
        Forbidden: The office does not supervise the whole country.
    """
    work.require("officer", "")
    asked = None if business_ids is None else list(business_ids)
    done = 0
    while fallen := queries.entries_fallen(work.session, asked, AT_ONCE):
        end_entries(work, [(entry, *_fall(annulled)) for entry, annulled in fallen])
        done += len(fallen)
    while over := queries.entries_outlived(work.session, work.today, asked, AT_ONCE):
        end_entries(
            work, [(entry, _ending_of(record, work.today), "publish_until") for entry, record in over]
        )
        done += len(over)
    return done + _end_misplaced(work, asked)


def _end_misplaced(work: Work, business_ids: Sequence[str] | None) -> int:
    """End the entries that fit their list no more as their facts or their business are now stated."""
    wrong = {entry.entry_id: (entry, "violation_corrected") for entry in _off_grounds(work, business_ids)}
    changed = queries.entries_of_changed(work.session, business_ids)
    known = known_businesses(work.session, (entry.business_id for entry in changed))
    for entry in changed:
        if entry.business_id in known and known[entry.business_id].identity.natural_person:
            wrong[entry.entry_id] = (entry, "natural_person")
    ended: list[tuple[ListEntry, Ending, str]] = [
        (entry, "corrected", rule) for entry, rule in wrong.values()
    ]
    outlasting = _outlasting(work, business_ids)
    ended += [(entry, "expired", "grounds_ended") for entry in outlasting if entry.entry_id not in wrong]
    for start in range(0, len(ended), AT_ONCE):
        end_entries(work, ended[start : start + AT_ONCE])
    return len(ended)


def _off_grounds(work: Work, business_ids: Sequence[str] | None) -> list[ListEntry]:
    """Return the entries none of whose violations is among the grounds that the list had when they began."""
    carried: dict[str, bool] = {}
    found: dict[str, ListEntry] = {}
    for entry, violation in queries.entries_restated(work.session, business_ids):
        law = work.rulebook.in_force(ListRegime, entry.region, entry.listed_on).get(entry.regime)
        fits = law is None or bool(set(violation.type_codes) & set(law.grounds))
        found[entry.entry_id] = entry
        carried[entry.entry_id] = carried.get(entry.entry_id, False) or fits
    return [entry for entry_id, entry in found.items() if not carried[entry_id]]


def _outlasting(work: Work, business_ids: Sequence[str] | None) -> list[ListEntry]:
    """Return the red entries that last as long as their grounds, of which none stands today."""
    resting = queries.entries_without_term(work.session, business_ids)
    standing: set[str] = set()
    fact_ids = sorted({fact_id for _, fact_id in resting})
    for start in range(0, len(fact_ids), AT_ONCE):
        facts = grounds.facts(work.session, fact_ids[start : start + AT_ONCE], work.today)
        standing |= {fact.id for fact in facts if fact.obstacle is None}
    kept = {entry.entry_id for entry, fact_id in resting if fact_id in standing}
    return list({entry.entry_id: entry for entry, _ in resting if entry.entry_id not in kept}.values())


def _fall(annulled: bool) -> tuple[Ending, str]:
    """Return the ground and the rule by which an entry ends that nothing carries."""
    return ("annulled", "decision_annulled") if annulled else ("corrected", "violation_corrected")


def _ending_of(record: Violation, on: date) -> Ending:
    """Return why a board shows a record no more."""
    if record.repaired_on is not None:
        return "repaired"
    return "expired" if record.publish_until is not None and record.publish_until <= on else "corrected"


def suspend_entry(work: Work, command: SuspendEntry) -> Outcome:
    """Suspend a red entry: it is not shown, and files lose it, until it is renewed or cancelled.

    Raises:
        NotFound: There is no such entry or document.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: It is no red entry that is shown.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("approver", entry.region)
    if entry.colour != "red" or entry.state != "listed":
        raise RuleRefused("entry.not_red_and_listed", field="entry_id", state=entry.state)
    document = document_of(work, entry, "suspend", command.document_id)
    take_back(work.session, [entry.entry_id])
    events.unlink(work.session, [entry.entry_id])
    _record(work, "entry.suspended", [entries.suspend(work, entry)], document=document)
    return Outcome("changed", entry.entry_id)


def renew_entry(work: Work, command: RenewEntry) -> Outcome:
    """Renew a red entry for another term from today, on the same conditions as at first.

    Raises:
        NotFound: There is no such entry or document, or a fact it rests on is gone.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: It is no red entry, the person proposed it, or the conditions no longer hold.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("approver", entry.region)
    proposal = work.session.get(Proposal, entry.proposal_id) if entry.proposal_id else None
    if entry.colour != "red" or proposal is None:
        raise RuleRefused("entry.not_red_and_listed", field="entry_id", state=entry.state)
    if proposal.proposed_by_person == work.actor.person_id:
        raise RuleRefused("step.same_person", field="entry_id", step="renew")
    document = document_of(work, entry, "renew", command.document_id)
    regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
    facts = checked_facts(work, regime, entry.business_id, proposal.evidence)
    renewed = entries.renew(work, entry, publish_until(regime, work.today, facts))
    _record(work, "entry.renewed", [renewed], document=document, rule=quoted(regime))
    return Outcome("changed", entry.entry_id)


def unended(work: Work, entry_id: str, expected_version: int) -> ListEntry:
    """Return the current version of an entry, locked.

    Raises:
        NotFound: There is no such entry.
        Conflict: It has moved on, or ended before.
    """
    entry = unmoved(lambda: queries.current_entry(work.session, entry_id, lock=True), expected_version)
    if entry is None:
        raise NotFound("entry.unknown", field="entry_id", entry_id=entry_id)
    if entry.withdrawn_on is not None:
        raise Conflict(
            "entry.ended",
            field="entry_id",
            entry_id=entry_id,
            ground=entry.withdrawn_ground or "",
        )
    return entry


def document_of(work: Work, entry: ListEntry, act: str, named: str | None) -> str:
    """Return the document of an act on an entry: the one named, else the paper issued with the act.

    Raises:
        NotFound: There is no such document.
        RuleRefused: The paper of the act was not issued.
    """
    paper = demanded(work.session, entry.entry_id, PAPERS[act], act, entry.version + 1)
    if named is None:
        return paper.document_id
    refuse_document(work, named)
    return named


def refuse_document(work: Work, document_id: str, kinds: Sequence[str] = ()) -> None:
    """Refuse to rest an act on a document of another kind than those named.

    Raises:
        NotFound: There is no such document.
        RuleRefused: It is of another kind.
    """
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("document.unknown", field="document_id", document_id=document_id)
    if kinds and document.kind not in kinds:
        raise RuleRefused("case.document_kind", field="document_id", kind=document.kind, kinds=tuple(kinds))


def end_entries(
    work: Work, ended: Sequence[tuple[ListEntry, Ending, str]], document: str | None = None, **detail: Any
) -> None:
    """End entries in lists, editions, index and log at once, in this transaction.

    The leaf of the ending is the tombstone: it alone of an adverse entry's leaves can be opened still.

    Args:
        work: The act; whether the person may end them was decided by the caller.
        ended: At least one: the current version of an entry that has not ended, the ground, and the
            rule on which it ends: instrument and article, or a code of the rulebook.
        document: The paper that ends them; None where they end by themselves.
        detail: What an auditor must see besides.
    """
    entry_ids = [entry.entry_id for entry, _, _ in ended]
    take_back(work.session, entry_ids)
    events.unlink(work.session, entry_ids)
    adverse = [entry for entry, _, _ in ended if entry.colour != "red"]
    proposals = [entry.proposal_id for entry in adverse if entry.proposal_id is not None]
    leaves.forget(work.session, [entry.entry_id for entry in adverse] + proposals)
    last = [entries.end(work, entry, ground, rule) for entry, ground, rule in ended]
    _record(work, "entry.withdrawn", last, document=document, **detail)


def _record(work: Work, act: str, ended: Sequence[ListEntry], **detail: Any) -> None:
    one = ended[0].entry_id
    work.record(
        act,
        Subject("entry" if len(ended) == 1 else "batch", one),
        concerns=dict.fromkeys(entry.business_id for entry in ended),
        effects=[
            Effect(
                act,
                entry.entry_id,
                {
                    "entry": entry.entry_id,
                    "regime": entry.regime,
                    "state": entry.state,
                    "rule": entry.withdrawn_rule,
                },
                entries.public_event(entry),
            )
            for entry in ended
        ],
        entries=[[entry.entry_id, entry.state] for entry in ended],
        **detail,
    )
