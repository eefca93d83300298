"""List entries as officers see them: every version, and how one is suspended, renewed or withdrawn."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.supervising import may_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.lists.queries import grounds_of
from registry.lists.tables import ListEntry
from registry.publication import asked, papers
from registry.publication.asked import AskWithdrawal, DecideWithdrawal
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.removal import RecordRemoval
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import WithdrawEntry
from registry.store.versions import versions


class RecordedEntry(BaseModel):
    """One version of an entry, as officers see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    entry_id: str
    version: int
    regime: str
    colour: str
    region: str
    business_id: str
    proposal_id: str | None
    violation_id: str | None
    state: str
    ground: str
    basis: str | None
    measures: tuple[str, ...]
    listed_on: date
    publish_from: date
    publish_until: date | None
    withdrawn_on: date | None
    withdrawn_ground: str | None
    withdrawn_rule: str | None
    withdraw_by_on: date | None = Field(
        description="Last day on which it had to be gone once nothing carried it; null: no rule set one."
    )
    restores: str | None = Field(description="The ended entry that this one puts back.")
    objected_on: date | None = Field(description="Day of the oldest objection not decided yet.")
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class WithdrawalAsked(BaseModel):
    """A withdrawal that one person asked for and another decides, or decided."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    ground: str = Field(description="How the entry ends if it is granted.")
    rule: str = Field(description="Code of the ground in the rulebook.")
    reasons: str
    document_id: str
    asked_by_person: str
    office_code: str
    asked_on: date
    decide_by_on: date | None = Field(description="Last day; null: no rule sets it.")
    granted: bool | None = Field(description="Null: not decided, or the entry ended before.")
    decided_by_person: str | None
    decision: str | None
    decision_document_id: str | None
    closed_on: date | None


class EntryFile(RecordedEntry):
    """An entry as it stands, the facts that it rests on, and all its versions, the present one first."""

    grounds: tuple[str, ...]
    withdrawals: tuple[WithdrawalAsked, ...] = Field(description="Asked for, the newest first.")
    versions: tuple[RecordedEntry, ...]


class Entries(Controller):
    """Entries on lists and boards (列入记录), by an officer's key."""

    path = "/api/v1/entries"
    tags = ("entries",)

    @get("/{entry_id:str}", **supervised(404), summary="An entry, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], entry_id: FromPath[str]
    ) -> EntryFile:
        """Return an entry as it stands, ended ones too, with its grounds and all its versions."""
        return consult(edge, request, lambda work: entry_file(work, entry_id))

    @post("/{entry_id:str}/withdrawal", **act(), summary="Withdraw an entry that nothing carries any more")
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        data: JSONBody[WithdrawEntry],
    ) -> Response[Recorded]:
        """Withdraw an entry whose day has come, or whose facts have fallen; the answer names its paper."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.withdraw_entry(work, edge.settings, data), request),
        )

    @post("/{entry_id:str}/withdrawals", **act(), summary="Ask that an entry be withdrawn")
    def ask(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        data: JSONBody[AskWithdrawal],
    ) -> Response[Recorded]:
        """Ask that an entry be withdrawn on a ground of the rulebook; another person decides."""
        return record(edge, request, data, lambda work: recorded(asked.ask_withdrawal(work, data), request))

    @post(
        "/{entry_id:str}/withdrawals/{withdrawal_id:str}/decision",
        **act(),
        summary="Grant or refuse a withdrawal",
    )
    def decide(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        withdrawal_id: FromPath[str],
        data: JSONBody[DecideWithdrawal],
    ) -> Response[Recorded]:
        """Grant or refuse what another person asked for; a grant takes the entry off everything published."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.decide_withdrawal(work, edge.settings, data), request),
        )

    @post("/{entry_id:str}/removal", **act(), summary="Record an authority's removal of a pointer")
    def remove(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        data: JSONBody[RecordRemoval],
    ) -> Response[Recorded]:
        """End a pointer to the national list because the authority that listed removed the business."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.record_removal(work, edge.settings, data), request),
        )

    @post("/{entry_id:str}/suspension", **act(), summary="Suspend a red entry")
    def suspend(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        data: JSONBody[SuspendEntry],
    ) -> Response[Recorded]:
        """Suspend a red entry: it is not shown until it is renewed or cancelled."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.suspend_entry(work, edge.settings, data), request),
        )

    @post("/{entry_id:str}/renewal", **act(), summary="Renew a red entry")
    def renew(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        entry_id: FromPath[str],
        data: JSONBody[RenewEntry],
    ) -> Response[Recorded]:
        """Renew or restore a red entry for another term, on the same conditions as at first."""
        return record(
            edge, request, data, lambda work: recorded(papers.renew_entry(work, edge.settings, data), request)
        )


def entry_file(work: Work, entry_id: str) -> EntryFile:
    """Return an entry with its grounds and versions.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    known = [
        RecordedEntry.model_validate(row)
        for row in versions(work.session, ListEntry, ListEntry.entry_id, entry_id)
    ]
    if not known or not may_read(work, known[0].region):
        raise NotFound("entry.unknown", entry_id=entry_id)
    query = select(Withdrawal).where(Withdrawal.entry_id == entry_id).order_by(col(Withdrawal.id).desc())
    return EntryFile(
        **dict(known[0]),
        grounds=grounds_of(work.session, entry_id),
        withdrawals=tuple(WithdrawalAsked.model_validate(one) for one in work.session.exec(query)),
        versions=tuple(known),
    )
