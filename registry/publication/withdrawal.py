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
from sqlalchemy import update
from sqlmodel import col

from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.documents.forms import Kind
from registry.documents.papers import demanded
from registry.documents.tables import Document, Paper
from registry.errors import Conflict, NotFound, RuleRefused
from registry.lists import entries, grounds, queries
from registry.lists.details import PaperWords
from registry.lists.rules import BY_ITSELF, ENDINGS, Ending, Stated, carries
from registry.lists.tables import ListEntry
from registry.log import events, leaves
from registry.log.leaves import Effect
from registry.publication.editions import take_back
from registry.publication.gathering import known_businesses
from registry.publication.last_days import fallen_on, withdraw_by
from registry.publication.tables import Withdrawal
from registry.regions import prefix
from registry.rulebook import ListRegime, WithdrawalGround
from registry.rulebook.periods import quoted
from registry.store.versions import unmoved
from registry.violations.tables import Violation

AT_ONCE = 1000
# the paper that each act on an entry brings; what nobody decides has none
PAPERS: Mapping[str, Kind] = MappingProxyType(
    {"withdraw": "removal", "suspend": "suspension", "renew": "renewal", "remove": "pointer_removal"}
)
RESTS_ON = ("decision", "review")  # kinds of document on which an act on an entry rests


class WithdrawEntry(PaperWords):
    """Withdraw an entry whose day has come, or whose facts have fallen as the registry itself can see.

    Every other withdrawal is asked for by one person and decided by another: see `asked`.
    """

    entry_id: str
    expected_version: int
    ground: Stated
    rule: str | None = Field(
        default=None, description="Code of the ground in the rulebook; none for what ends by itself."
    )
    facts: tuple[str, ...] = Field(
        default=(), max_length=100, description="The facts of the entry that have fallen."
    )
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


def withdraw_entry(work: Work, command: WithdrawEntry) -> Outcome:
    """Withdraw an entry from its list and from everything published, because nothing carries it.

    Raises:
        NotFound: There is no such entry, document or fact.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: A list of that colour knows no such ground or rule, it has not come to pass, a
            fact still carries the entry, or the paper is missing or does not fit.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    by_itself = command.ground in BY_ITSELF
    work.require("officer" if by_itself else "approver", entry.region)
    if command.ground not in ENDINGS[entry.colour]:
        raise RuleRefused("entry.ground", field="ground", ground=command.ground, colour=entry.colour)
    if by_itself:
        document = command.document_id
        rule = _by_itself(work, entry, command)
    else:
        document = document_of(work, entry, "withdraw", command.document_id)
        rule = _on_facts(work, entry, command)
    since = None if command.ground == "expired" else fallen_on(work.session, entry)
    by_on = {entry.entry_id: withdraw_by(work.session, work.rulebook, entry, since)}
    end_entries(
        work,
        [(entry, command.ground, rule)],
        document=document,
        by_on=by_on,
        facts=list(command.facts),
    )
    return Outcome("changed", entry.entry_id)


def _by_itself(work: Work, entry: ListEntry, command: WithdrawEntry) -> str:
    """Return the rule on which an entry ends that nobody decides about; refuse what has not come."""
    if command.rule is not None or command.facts:
        field = "rule" if command.rule is not None else "facts"
        raise RuleRefused("entry.by_itself", field=field, ground=command.ground)
    _refuse_untrue(work, entry, command.ground)
    if command.document_id is not None:
        refuse_document(work, command.document_id, entry)
    return "publish_until" if command.ground == "expired" else "decision_annulled"


def _on_facts(work: Work, entry: ListEntry, command: WithdrawEntry) -> str:
    """Return the rule on which an entry ends whose facts have fallen; refuse while one carries it."""
    row = ground_of(work, entry, command.rule or "", command.ground)
    if not command.facts:
        raise RuleRefused("entry.ask_first", field="facts", ground=command.ground)
    resting = queries.grounds_of(work.session, entry.entry_id)
    for fact_id in command.facts:
        if fact_id not in resting:
            raise NotFound("entry.not_its_fact", field="facts", fact=fact_id)
    law = work.rulebook.in_force(ListRegime, entry.region, entry.listed_on).get(entry.regime)
    codes = None if law is None else law.grounds
    stated = {fact.id: fact for fact in grounds.facts(work.session, resting, work.today)}
    for fact_id in (*command.facts, *resting):
        if fact_id in stated and carries(stated[fact_id], entry.business_id, codes):
            if fact_id in command.facts:
                raise RuleRefused("entry.fact_stands", field="facts", fact=fact_id)
            raise RuleRefused("entry.still_carried", field="facts", fact=fact_id)
    return shown_rule(row)


def ground_of(
    work: Work, entry: ListEntry, code: str, ending: str | None = None, field: str = "rule"
) -> WithdrawalGround:
    """Return the rule of a code on which an entry may end by decision.

    Raises:
        RuleRefused: No such rule is in force there today, or none for that list or ending.
    """
    row = work.rulebook.in_force(WithdrawalGround, entry.region, work.today).get(code)
    if row is None or entry.colour not in row.colours or row.ending not in ENDINGS[entry.colour]:
        raise RuleRefused("entry.rule", field=field, rule=code, colour=entry.colour)
    if ending is not None and row.ending != ending:
        raise RuleRefused("entry.rule_ending", field=field, rule=code, ground=ending)
    return row


def shown_rule(row: WithdrawalGround) -> str:
    """Return the rule that an ended entry shows: instrument and article, or the code where none is known."""
    return row.code if row.source is None else quoted(row)


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
        by_on = {entry.entry_id: _by_on(work, entry) for entry, _ in fallen}
        end_entries(work, [(entry, *_fall(annulled)) for entry, annulled in fallen], by_on=by_on)
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


def _by_on(work: Work, entry: ListEntry) -> date | None:
    return withdraw_by(work.session, work.rulebook, entry, fallen_on(work.session, entry))


def _fall(annulled: bool) -> tuple[Ending, str]:
    """Return the ground and the rule by which an entry ends that nothing carries."""
    return ("annulled", "decision_annulled") if annulled else ("corrected", "violation_corrected")


def _ending_of(record: Violation, on: date) -> Ending:
    """Return why a board shows a record no more."""
    if record.repaired_on is not None:
        return "repaired"
    return "expired" if record.publish_until is not None and record.publish_until <= on else "corrected"


def unended(work: Work, entry_id: str, expected_version: int | None = None) -> ListEntry:
    """Return the current version of an entry, locked.

    Args:
        work: The act.
        entry_id: The entry.
        expected_version: The version that the person saw; None: whichever holds.

    Raises:
        NotFound: There is no such entry.
        Conflict: It has moved on, or ended before.
    """
    entry = queries.current_entry(work.session, entry_id, lock=True)
    if expected_version is not None:
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


def document_of(
    work: Work, entry: ListEntry, act: str, named: str | None, kinds: Sequence[str] = RESTS_ON
) -> str:
    """Return the document of an act on an entry: the one named, else the paper issued with the act.

    Raises:
        NotFound: There is no such document.
        RuleRefused: The paper of the act was not issued, or the document does not fit.
    """
    paper = demanded(work.session, entry.entry_id, PAPERS[act], act, entry.version + 1)
    document = named or paper.document_id
    refuse_document(work, document, entry, kinds)
    return document


def refuse_document(work: Work, document_id: str, entry: ListEntry, kinds: Sequence[str] = RESTS_ON) -> None:
    """Refuse to rest an act on a document of another kind, place or case, or on one that was revoked.

    Raises:
        NotFound: There is no such document.
        RuleRefused: It does not fit.
    """
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("document.unknown", field="document_id", document_id=document_id)
    if document.kind not in kinds:
        raise RuleRefused("case.document_kind", field="document_id", kind=document.kind, kinds=tuple(kinds))
    of, here = prefix(document.region), prefix(entry.region)
    if not (here.startswith(of) or of.startswith(here)):
        raise RuleRefused(
            "case.document_region", field="document_id", of=document.region, region=entry.region
        )
    paper = work.session.get(Paper, document_id)
    if paper is not None and (paper.case_id != entry.entry_id or paper.revoked_on is not None):
        raise RuleRefused("case.document_of_another", field="document_id", number=paper.number)


def end_entries(
    work: Work,
    ended: Sequence[tuple[ListEntry, Ending, str]],
    document: str | None = None,
    by_on: Mapping[str, date | None] | None = None,
    **detail: Any,
) -> None:
    """End entries in lists, editions, index and log at once, in this transaction.

    The leaf of the ending is the tombstone: it alone of an adverse entry's leaves can be opened still.

    Args:
        work: The act; whether the person may end them was decided by the caller.
        ended: At least one: the current version of an entry that has not ended, the ground, and the
            rule on which it ends: instrument and article, or a code of the rulebook.
        document: The paper that ends them; None where they end by themselves.
        by_on: By identifier: the last day on which each had to be gone, where a rule sets one.
        detail: What an auditor must see besides.
    """
    entry_ids = [entry.entry_id for entry, _, _ in ended]
    take_back(work.session, entry_ids)
    events.unlink(work.session, entry_ids)
    adverse = [entry for entry, _, _ in ended if entry.colour != "red"]
    proposals = [entry.proposal_id for entry in adverse if entry.proposal_id is not None]
    leaves.forget(work.session, [entry.entry_id for entry in adverse] + proposals)
    _close_requests(work, entry_ids)
    due = by_on or {}
    last = [entries.end(work, entry, ground, rule, due.get(entry.entry_id)) for entry, ground, rule in ended]
    record_change(work, "entry.withdrawn", last, document=document, **detail)


def _close_requests(work: Work, entry_ids: Sequence[str]) -> None:
    """Close what was asked about entries that end: one that ended otherwise is decided no more."""
    open_still = update(Withdrawal).where(
        col(Withdrawal.entry_id).in_(entry_ids), col(Withdrawal.closed_on).is_(None)
    )
    work.session.connection().execute(open_still.values(closed_on=work.today))


def record_change(work: Work, act: str, ended: Sequence[ListEntry], **detail: Any) -> None:
    """Write audit entry, outbox and leaves of a change of entries, one or many."""
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
