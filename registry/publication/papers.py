"""What becomes of an entry, each with its paper: an act and its paper come about together or not at all.

Whoever withdraws, suspends or renews an entry, or records that its authority removed it, issues the
paper of that in the same act. What nobody decides ends without one: a term that has run out, a
decision that another authority annulled. What a job suspends has its paper all the same, for the
business has a right to be told; its office is the one that listed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.audit.work import Work
from registry.commands import Outcome
from registry.documents.forms import Kind, words
from registry.documents.papers import IssuePaper, in_words, issue_paper, with_paper
from registry.errors import NotFound
from registry.lists import grounds, queries
from registry.lists.conditions import blemishes
from registry.lists.details import PaperWords
from registry.lists.paper_fields import UNITS, law_of, remedies
from registry.lists.rules import BY_ITSELF, one_regime
from registry.lists.tables import ListEntry
from registry.lists.told import told_of
from registry.publication import asked, praise, removal, withdrawal
from registry.publication.asked import REFUSAL, REFUSE, DecideWithdrawal
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.removal import RecordRemoval
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import PAPERS, WithdrawEntry, ground_of, shown_rule, unended
from registry.rulebook import Deadline, ListRegime
from registry.settings import Settings
from registry.texts import word

PRAISE = "red"


def withdraw_entry(work: Work, settings: Settings, command: WithdrawEntry) -> Outcome:
    """Withdraw an entry and issue the paper that says so, unless it ends by itself.

    Raises:
        Refusal: As `withdrawal.withdraw_entry` and `issue_paper` do.
    """
    issued = None
    if command.ground not in BY_ITSELF:
        entry = _entry(work, command.entry_id, command.expected_version)
        issued = _withdrawn(work, settings, entry, command.rule or "", _stated(command))
    return with_paper(work, withdrawal.withdraw_entry(work, command), issued)


def decide_withdrawal(work: Work, settings: Settings, command: DecideWithdrawal) -> Outcome:
    """Grant or refuse a withdrawal that another person asked for and issue the paper that says so.

    Raises:
        Refusal: As `asked.decide_withdrawal` and `issue_paper` do.
    """
    issued = None
    request = work.session.get(Withdrawal, command.withdrawal_id)
    if request is not None and request.closed_on is None:
        entry = _entry(work, request.entry_id)
        if command.granted:
            issued = _withdrawn(work, settings, entry, request.rule, _stated(command))
        else:
            issued = _kept(work, settings, entry, request, _stated(command))
    return with_paper(work, asked.decide_withdrawal(work, command), issued)


def _withdrawn(work: Work, settings: Settings, entry: ListEntry, rule: str, stated: Mapping[str, str]) -> str:
    """Issue the paper of a withdrawal on a ground of the rulebook."""
    row = ground_of(work, entry, rule)
    source = (shown_rule(row),) if row.source is not None else ()
    made: dict[str, Any] = {
        "ground": word("withdrawal", row.ending, "zh"),
        "basis": (word("rule", row.code, "zh"), *source, law_of(_regime(work, entry))),
    }
    if entry.colour == PRAISE:
        made |= {"praise": _regime(work, entry).name_zh, **_remedies(work, entry)}
    return _issue(work, settings, entry, "withdraw", {**made, **stated})


def _kept(
    work: Work, settings: Settings, entry: ListEntry, request: Withdrawal, stated: Mapping[str, str]
) -> str:
    """Issue the paper of a refused withdrawal; it bears the number of the request."""
    row = ground_of(work, entry, request.rule)
    source = (shown_rule(row),) if row.source is not None else ()
    made = {
        "ground": word("rule", row.code, "zh"),
        "request": request.reasons,
        "asked_on": in_words(request.asked_on),
        "basis": (*source, law_of(_regime(work, entry))),
        **_remedies(work, entry),
    }
    of = (REFUSE, REFUSAL, asked.number_of(work.session, entry.entry_id))
    return _issued(work, settings, entry, of, {**made, **stated})


def suspend_entry(work: Work, settings: Settings, command: SuspendEntry) -> Outcome:
    """Suspend a red entry and issue the paper that says so.

    Raises:
        Malformed: No violation stands against the business, and no reasons are given.
        Refusal: As `praise.suspend_entry` and `issue_paper` do.
    """
    entry = _entry(work, command.entry_id, command.expected_version)
    against, _ = blemishes(work, _regime(work, entry), entry.region, entry.business_id)
    made = {**_blemished(work, entry, against), **_stated(command)}
    issued = _issue(work, settings, entry, "suspend", made)
    return with_paper(work, praise.suspend_entry(work, command), issued)


def renew_entry(work: Work, settings: Settings, command: RenewEntry) -> Outcome:
    """Renew a red entry and issue the paper that says so.

    Raises:
        Refusal: As `praise.renew_entry` and `issue_paper` do.
    """
    entry = _entry(work, command.entry_id, command.expected_version)
    regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
    facts, bases = told_of(work, queries.grounds_of(work.session, entry.entry_id), entry.region)
    made = {
        "facts": tuple(facts),
        "ground": entry.ground,
        "basis": (law_of(regime), *bases),
        "term": words(UNITS["month"], n=regime.term_months) if regime.term_months else "",
        "while_held": "" if regime.term_months else regime.code,
    }
    issued = _issue(work, settings, entry, "renew", {**made, **_stated(command)})
    return with_paper(work, praise.renew_entry(work, command), issued)


def record_removal(work: Work, settings: Settings, command: RecordRemoval) -> Outcome:
    """Take a pointer down because its authority removed, and issue the paper that says so.

    Raises:
        Refusal: As `removal.record_removal` and `issue_paper` do.
    """
    entry = _entry(work, command.entry_id, command.expected_version)
    stated = command.removal
    made = {
        "authority": stated.authority,
        "decided_on": in_words(stated.decided_on),
        "decision_number": stated.number,
        "basis": (law_of(_regime(work, entry)),),
        **_stated(command),
    }
    issued = _issue(work, settings, entry, "remove", made) if entry.colour == "pointer" else None
    return with_paper(work, removal.record_removal(work, command), issued)


def suspended_by_job(work: Work, settings: Settings, entry: ListEntry, against: Sequence[str]) -> str:
    """Issue the paper of a suspension that a job is about to make, for the office that listed.

    Args:
        work: By an officer of the whole country; a job is one.
        settings: Where files are kept.
        entry: The red entry, with its case.
        against: The violations that stand against its business.

    Returns:
        The document.

    Raises:
        Refusal: As `issue_paper` does.
    """
    office = queries.steps(work.session, str(entry.proposal_id))[-1].office_code
    return _issue(work, settings, entry, "suspend", _blemished(work, entry, against), office_code=office)


def _entry(work: Work, entry_id: str, expected_version: int | None = None) -> ListEntry:
    """Return an entry about which the person may decide, before anything is set."""
    entry = unended(work, entry_id, expected_version)
    work.require("approver", entry.region)
    return entry


def _issue(
    work: Work,
    settings: Settings,
    entry: ListEntry,
    act: str,
    made: dict[str, Any],
    *,
    office_code: str | None = None,
) -> str:
    of = (act, PAPERS[act], entry.version + 1)
    return _issued(work, settings, entry, of, made, office_code=office_code)


def _issued(
    work: Work,
    settings: Settings,
    entry: ListEntry,
    of: tuple[str, Kind, int],
    made: dict[str, Any],
    *,
    office_code: str | None = None,
) -> str:
    """Issue the paper of an act, of its kind, and of the number that the act has."""
    act, kind, seq = of
    found = grounds.subject(work.session, entry.business_id)
    if found is None:
        raise NotFound("business.unknown", field="entry_id", business_id=entry.business_id)
    fields = {
        "party": found[1].name or "",
        "uscc": found[1].uscc or "",
        "regime": _regime(work, entry).name_zh,
        "listed_on": in_words(entry.listed_on),
        **made,
    }
    issue = {
        "kind": kind,
        "case_id": entry.entry_id,
        "step": act,
        "seq": seq,
        "region": entry.region,
        "office_code": office_code,
        "fields": {name: value for name, value in fields.items() if value},
    }
    return issue_paper(work, settings, IssuePaper.model_validate(issue))


def _regime(work: Work, entry: ListEntry) -> ListRegime:
    """Return the list as it was in force when the entry began."""
    return one_regime(work.rulebook, entry.regime, entry.region, entry.listed_on)


def _remedies(work: Work, entry: ListEntry) -> dict[str, str]:
    return remedies(work.rulebook.in_force(Deadline, entry.region, work.today))


def _blemished(work: Work, entry: ListEntry, against: Sequence[str]) -> dict[str, Any]:
    """Return what a suspension says of the violations that stand against the business."""
    facts, bases = told_of(work, against, entry.region)
    return {
        "facts": tuple(facts),
        "reasons": words("paper.suspension.blemished") if facts else "",
        "basis": (law_of(_regime(work, entry)), *dict.fromkeys(bases)),
        **_remedies(work, entry),
    }


def _stated(command: PaperWords) -> dict[str, str]:
    said = {"reasons": command.reasons, "where": command.where}
    return {name: value for name, value in said.items() if value}
