"""Ending a pointer to the national list (严重违法失信名单): its authority removes, we only repeat it.

Who punishes lists and removes. So no repair is granted here and nobody here lifts the listing: an
officer files the authority's paper, and an approver records what that authority decided.

Source: Order 44 (国家市场监督管理总局令第44号); rulebook `list_regimes`, row `national_serious`.
"""

from datetime import date

from pydantic import Field

from registry.audit.work import Work
from registry.authorities import authority_key
from registry.commands import Command, Outcome
from registry.errors import Malformed, RuleRefused
from registry.lists.details import PaperWords
from registry.lists.pointer import listed_by
from registry.lists.rules import one_regime
from registry.publication.withdrawal import document_of, end_entries, unended
from registry.rulebook.periods import quoted


class AuthorityRemoval(Command):
    """The decision by which the authority that listed a party removed it."""

    number: str = Field(min_length=1, max_length=128)
    authority: str = Field(min_length=1, max_length=200)
    decided_on: date
    published_at: str | None = Field(
        default=None, pattern=r"^https?://[^\s]{3,500}$", description="Address of its publication."
    )


class RecordRemoval(PaperWords):
    """Record that the authority which listed a business removed it from the national list."""

    entry_id: str
    expected_version: int
    removal: AuthorityRemoval
    document_id: str = Field(description="The authority's decision.")


def record_removal(work: Work, command: RecordRemoval) -> Outcome:
    """End a pointer because the authority that listed removed the business; with it goes all published.

    Raises:
        NotFound: There is no such entry or document.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        Malformed: The day lies ahead.
        RuleRefused: It is no pointer, another authority listed, the removal comes before the
            listing, its document is no decision, or the paper of the act was not issued.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("approver", entry.region)
    if entry.colour != "pointer":
        raise RuleRefused("pointer.none", field="entry_id", colour=entry.colour)
    removal = command.removal
    if removal.decided_on > work.today:
        raise Malformed("day.ahead", field="removal.decided_on", day=removal.decided_on.isoformat())
    if removal.decided_on < entry.listed_on:
        raise RuleRefused(
            "pointer.removed_before", field="removal.decided_on", on=entry.listed_on.isoformat()
        )
    authority = listed_by(work.session, entry)
    if authority_key(removal.authority, entry.region) != authority_key(authority, entry.region):
        raise RuleRefused("pointer.other_authority", field="removal.authority", authority=authority)
    document = document_of(work, entry, "remove", command.document_id, ("decision",))
    law = one_regime(work.rulebook, entry.regime, entry.region, entry.listed_on)
    stated = removal.model_dump(mode="json", exclude_none=True)
    end_entries(work, [(entry, "removed", quoted(law))], document, removal=stated)
    return Outcome("changed", entry.entry_id)
