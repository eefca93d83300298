"""Entries on lists at the desk: those that are due to go first, each with its versions and its acts."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlmodel import col, select

from api.edge import Edge
from api.entries import EntryFile, WithdrawalAsked, entry_file
from api.paging import cursor_of, key_of
from api.supervising import regions_read
from public_site.desk import forms
from public_site.desk.acting import Act
from public_site.desk.asking import Asked, Choices, Filing, Group
from public_site.desk.awaiting import Awaiting
from public_site.desk.case_files import business_names
from public_site.desk.case_forms import document_fields
from public_site.desk.possible_acts import PossibleAct, possible_act
from public_site.desk.stepping import Sort
from public_site.reader import Reader
from public_site.texts import Words
from registry.audit.work import Work
from registry.documents import papers as issued_papers
from registry.documents.tables import Document
from registry.lists.queries import proposal, standing_within
from registry.lists.rules import ENDINGS
from registry.lists.told import told_of
from registry.publication import asked, papers
from registry.publication.asked import AskWithdrawal, DecideWithdrawal
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.removal import RecordRemoval
from registry.publication.tables import Withdrawal
from registry.publication.withdrawal import WithdrawEntry
from registry.repair.removals import removals
from registry.rulebook import ListRegime, WithdrawalGround

Asking = Request[Any, Any, Any]
A_PAGE = 30
RECENT = 50  # decisions on file to choose from
PROCEDURE = ("repaired", "removed")  # endings that only a procedure of their own brings
ACTS: dict[str, Act] = {
    "ask": Act(
        AskWithdrawal,
        lambda work, _, given: asked.ask_withdrawal(work, given),
        files={"document_id": "evidence"},
        needed=("document_id",),
    ),
    "decide": Act(DecideWithdrawal, papers.decide_withdrawal),
    "withdraw": Act(WithdrawEntry, papers.withdraw_entry),
    "suspend": Act(SuspendEntry, papers.suspend_entry),
    "renew": Act(RenewEntry, papers.renew_entry),
    "remove": Act(RecordRemoval, papers.record_removal),
}


def awaiting(work: Work) -> list[Awaiting]:
    """Return the entries that are due to go, and the withdrawals that others asked for."""
    if not work.actor.holds("approver"):
        return []
    due = [
        ("withdraw_entry", one.entry.entry_id, one.entry.business_id, one.entry.region, one.due_on)
        for one in removals(work, regions_read(work))
    ]
    query = select(Withdrawal).where(
        col(Withdrawal.closed_on).is_(None), Withdrawal.asked_by_person != work.actor.person_id
    )
    due += [
        ("decide_entry", one.entry_id, one.business_id, one.region, one.decide_by_on)
        for one in work.session.exec(query)
    ]
    mine = [one for one in due if work.actor.may("approver", one[3])]
    names = business_names(work.session, (business_id for _, _, business_id, _, _ in mine))
    return [
        Awaiting(names.get(business_id, ""), act, f"/desk/entries/{entry_id}", due_on)
        for act, entry_id, business_id, _, due_on in mine
    ]


@get("/desk/entries", sync_to_thread=True, include_in_schema=False)
def all_entries(
    request: Asking, edge: NamedDependency[Edge], regime: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """Show the standing entries of the person's regions, and first those that are due to go."""

    def read(work: Work) -> dict[str, Any]:
        regions = regions_read(work)
        due = removals(work, regions) if not cursor else []
        after = key_of(cursor or None) or ""
        found = standing_within(work.session, regions, regime=regime or None, after=after, limit=A_PAGE + 1)
        rows = [*(one.entry for one in due), *found]
        return {
            "due": due,
            "entries": found[:A_PAGE],
            "more": cursor_of(found[A_PAGE - 1].entry_id) if len(found) > A_PAGE else None,
            "businesses": business_names(work.session, (one.business_id for one in rows)),
            "publishes": work.actor.holds("officer", "approver"),
        }

    shown = forms.consult(edge, request, read)
    names = forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today())
    return forms.show(edge, request, "entries.html", **shown, regime=regime, today=edge.today(), names=names)


def _acts(work: Work, found: EntryFile) -> tuple[PossibleAct, ...]:
    if found.withdrawn_on is not None:
        return ()
    case = proposal(work.session, found.proposal_id) if found.proposal_id else None
    barred = {"renew": case.proposed_by_person if case is not None else None}
    names = ["ask", "withdraw"]
    if (request := _open_request(found)) is not None:
        names = ["decide", "withdraw"]
        barred["decide"] = request.asked_by_person
    if found.colour == "pointer":
        names.append("remove")
    if found.colour == "red":
        names += ["renew", *(["suspend"] if found.state == "listed" else [])]
    return tuple(
        possible_act(
            work,
            name,
            "officer" if name == "ask" else "approver",
            found.region,
            barred=(barred.get(name),),
            awaited=name == "decide",
        )
        for name in names
    )


def _open_request(found: EntryFile) -> WithdrawalAsked | None:
    """Return the withdrawal that was asked for and that nobody has decided."""
    return next((one for one in found.withdrawals if one.closed_on is None), None)


def _fields(work: Work, found: EntryFile, name: str, t: Words) -> tuple[Asked | Group, ...]:
    where = Asked(
        "where", "line", t("desk.cases.field.where"), hint=t("desk.cases.hint.where"), required=False
    )
    reasons = Asked("reasons", "text", t("desk.cases.field.reasons"), required=name in ("ask", "decide"))
    request = _open_request(found)
    if name == "decide":
        granted = (("true", t("desk.entries.granted")), ("false", t("desk.entries.refused")))
        hidden = Asked("withdrawal_id", "hidden", "", value=request.id if request is not None else "")
        result = Asked("granted", "choice", t("desk.objections.result"), choices=granted)
        return (hidden, result, reasons, where)
    version = Asked("expected_version", "hidden", "", value=str(found.version))
    rules = grounds_known(work, found.colour, found.region, t)
    if name == "ask":
        kinds = ("evidence", "decision", "review")
        rule = Asked("rule", "choice", t("desk.entries.ground"), choices=rules)
        return (version, rule, reasons, *document_fields(kinds, t))
    if name == "withdraw":
        return (version, *_fallen(work, found, rules, t), reasons, where)
    return (version, *(_removal(work, found.region, t) if name == "remove" else ()), reasons, where)


def _fallen(work: Work, found: EntryFile, rules: Choices, t: Words) -> tuple[Asked, ...]:
    """Return what is asked of an entry that nothing carries any more."""
    known = (one for one in ENDINGS[found.colour] if one not in PROCEDURE)
    endings = tuple((one, t.term("withdrawal", one)) for one in known)
    words, _ = told_of(work, found.grounds, found.region)
    facts = tuple(zip(found.grounds, words, strict=False))
    return (
        Asked("ground", "choice", t("desk.entries.ending"), choices=endings),
        Asked("rule", "choice", t("desk.entries.ground"), required=False, choices=rules),
        Asked("facts", "boxes", t("desk.entries.fallen"), required=False, choices=facts),
    )


def _removal(work: Work, region: str, t: Words) -> tuple[Asked, ...]:
    document = t("desk.entries.document")
    return (
        Asked("removal.authority", "line", t("desk.entries.authority")),
        Asked("removal.number", "line", t("desk.entries.number")),
        Asked("removal.decided_on", "date", t("desk.entries.decided_on")),
        Asked("removal.published_at", "line", t("desk.entries.published_at"), required=False),
        Asked("document_id", "choice", document, choices=_decisions(work, region)),
    )


def grounds_known(work: Work, colour: str, region: str, t: Words) -> Choices:
    """Return the grounds of the rulebook on which an entry of a colour may be taken off its list."""
    rows = work.rulebook.in_force(WithdrawalGround, region, work.today).values()
    return tuple((row.code, t.term("rule", row.code)) for row in rows if colour in row.colours)


def _decisions(work: Work, region: str) -> Choices:
    """Return the decisions that officers of the region filed last."""
    query = select(Document).where(Document.kind == "decision", Document.region == region)
    found = work.session.exec(query.order_by(col(Document.id).desc()).limit(RECENT))
    return tuple((one.id, one.title) for one in found)


def _shown(work: Work, found: EntryFile, reader: Reader) -> dict[str, Any]:
    facts, _ = told_of(work, found.grounds, found.region)
    regimes = work.rulebook.in_force(ListRegime, found.region, work.today)
    return {
        "facts": facts,
        "regime": regimes.get(found.regime),
        "business": business_names(work.session, [found.business_id]).get(found.business_id, ""),
        "papers": issued_papers.of_case(work.session, found.entry_id),
        "names": reader.names(work.rulebook, work.today),
    }


SORT = Sort(
    "/desk/entries",
    "entry_id",
    find=entry_file,
    filing=lambda found: Filing(found.region),
    acts=ACTS,
    possible=_acts,
    fields=_fields,
    shown=_shown,
    template="entry.html",
    crumb=("/desk/entries", "desk.entries.title"),
    word="desk.entries.file",
    tail="_entry",
)
ROUTES = (all_entries, *SORT.routes())
