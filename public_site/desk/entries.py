"""Entries on lists at the desk: those that are due to go first, each with its versions and its acts."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel import col, select

from api.edge import Edge
from api.entries import EntryFile, WithdrawalAsked, entry_file
from api.paging import cursor_of, key_of
from api.supervising import regions_read
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Choices, Group, Sent
from public_site.desk.awaiting import Awaiting
from public_site.desk.case_files import business_names
from public_site.desk.case_forms import document_fields
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.desk.possible_acts import PossibleAct, one_of, possible_act
from public_site.texts import Words
from registry.audit.work import Work
from registry.documents import papers as issued_papers
from registry.documents.tables import Document
from registry.errors import NotFound
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
from registry.texts import say

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
        law = {
            row.code: row
            for region in regions
            for row in work.rulebook.in_force(ListRegime, region.ljust(6, "0"), work.today).values()
        }
        return {
            "due": due,
            "entries": found[:A_PAGE],
            "more": cursor_of(found[A_PAGE - 1].entry_id) if len(found) > A_PAGE else None,
            "businesses": business_names(work.session, (one.business_id for one in rows)),
            "regimes": law,
        }

    shown = forms.consult(edge, request, read)
    return forms.show(edge, request, "entries.html", **shown, regime=regime, today=edge.today())


@get("/desk/entries/{entry_id:str}", sync_to_thread=True, include_in_schema=False)
def one_entry(request: Asking, edge: NamedDependency[Edge], entry_id: FromPath[str]) -> Response[str]:
    """Show an entry with its facts, versions and papers, and what the person may do with it."""
    return _entry(edge, request, entry_id)


@get("/desk/entries/{entry_id:str}/{step:str}", sync_to_thread=True, include_in_schema=False)
def act_form(
    request: Asking, edge: NamedDependency[Edge], entry_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show the form of an act on an entry."""
    return _act_form(edge, request, entry_id, step)


@post("/desk/entries/{entry_id:str}/{step:str}", sync_to_thread=True, include_in_schema=False)
def act(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    entry_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Withdraw, suspend or renew an entry, or record that its authority removed it."""
    forms.checked(edge, request, form)
    if step not in ACTS:
        raise NotFound("entry.unknown", entry_id=entry_id)
    found = forms.consult(edge, request, lambda work: entry_file(work, entry_id))
    return carry_out(
        edge,
        request,
        form,
        ACTS[step],
        found.region,
        lambda _: f"/desk/entries/{entry_id}?done=step",
        lambda faults, sent: _act_form(edge, request, entry_id, step, faults, sent),
        **({"entry_id": entry_id} if "entry_id" in ACTS[step].command.model_fields else {}),
    )


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


def _entry(edge: Edge, request: Asking, entry_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, Any]:
        found = entry_file(work, entry_id)
        facts, _ = told_of(work, found.grounds, found.region)
        regimes = work.rulebook.in_force(ListRegime, found.region, work.today)
        return {
            "found": found,
            "acts": _acts(work, found),
            "facts": facts,
            "regime": regimes.get(found.regime),
            "business": business_names(work.session, [found.business_id]).get(found.business_id, ""),
            "papers": issued_papers.of_case(work.session, entry_id),
        }

    shown = forms.consult(edge, request, read)
    reader = reader_at_desk(request, edge)
    return forms.show(
        edge,
        request,
        "entry.html",
        **shown,
        names=reader.names(edge.rulebook(), edge.today()),
        say=lambda refusal: say(refusal, reader.language),
        faults=faults,
    )


def _act_form(
    edge: Edge,
    request: Asking,
    entry_id: str,
    name: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    """Show the form of an act; where the entry has ended, show the entry."""
    reader = reader_at_desk(request, edge)

    def read(work: Work) -> tuple[PossibleAct | None, tuple[Asked | Group, ...]]:
        found = entry_file(work, entry_id)
        known = one_of(_acts(work, found), name)
        return known, _fields(work, found, name, reader.t) if known is not None else ()

    known, fields = forms.consult(edge, request, read)
    if known is None:
        return _entry(edge, request, entry_id, placed(faults, sent, ()))
    here = f"/desk/entries/{entry_id}"
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t(f"desk.act.{name}_entry"),
        lead="",
        back=(("/desk/entries", reader.t("desk.entries.title")), (here, reader.t("desk.entries.file"))),
        action=f"{here}/{name}",
        fields=fields,
        refusal=known.refusal,
        say=lambda refusal: say(refusal, reader.language),
        faults=placed(faults, sent, fields),
    )


ROUTES = (all_entries, one_entry, act_form, act)
