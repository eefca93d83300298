"""One report at the desk: opened only after the audit log holds it, then handled step by step."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms, sealed
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, faults_of
from public_site.desk.myself import Nothing
from registry.audit.work import Actor
from registry.commands import Command
from registry.errors import Forbidden, Refusal
from registry.reports import disclosure, handling, inbox, reading, referral, rules
from registry.reports.disclosed import disclosures
from registry.reports.disclosure import AskDisclosure, Guarded
from registry.reports.lifecycle import confirmed_holders
from registry.reports.opening import Unlocked, given_key, may_open
from registry.reports.readiness import current_epoch
from registry.reports.sealing import Unopened
from registry.reports.staff import staff
from registry.reports.tables import Report
from registry.reports.vault import Vault
from registry.reports.witness import Told, history, report_of, seen
from registry.rulebook import Conduct

Asked = Request[Any, Any, Any]
NATION = "000000"
Verb = Callable[[Vault, Actor, str, Unlocked, Any], Told]

STEPS: Mapping[str, tuple[type[Command], Verb]] = MappingProxyType(
    {
        "triage": (handling.Noted, handling.triage),
        "merge": (handling.Merge, handling.merge),
        "assign": (handling.Assign, handling.assign),
        "ask": (handling.Write, handling.ask),
        "extend": (handling.Noted, handling.extend),
        "file": (handling.OpenCase, handling.open_case),
        "refer": (referral.Refer, referral.refer),
        "close": (handling.Close, handling.close),
    }
)
"""By act of `rules.BECOMES`: what its form states, and the verb."""


@get("/desk/reports/{report_id:str}", sync_to_thread=True, include_in_schema=False)
def report(request: Asked, edge: NamedDependency[Edge], report_id: FromPath[str]) -> Response[str]:
    """Show where a report stands, and what may be done; nothing of what it says."""
    return shown_report(edge, request, report_id)


def shown_report(
    edge: Edge, request: Asked, report_id: str, faults: Faults = NO_FAULTS, **opened: object
) -> Response[str]:
    actor = forms.signed(edge, request).actor
    people = forms.consult(edge, request, lambda work: staff(work.session, actor.office_code))
    with edge.reports.reading(edge.today()) as vault:
        found = report_of(vault, actor, report_id)
        shown = _shown(vault, edge, request, found)
    return forms.show(
        edge,
        request,
        "report.html",
        faults=faults,
        names={one.person_id: one.name for one in people.values()},
        outcomes=get_args(rules.Outcome),
        guarded=get_args(Guarded),
        **shown,
        conducts=edge.rulebook().in_force(Conduct, NATION, edge.today()),
        **{"content": None, "disclosed": None, "merchant": "", **opened},
    )


def _shown(vault: Vault, edge: Edge, request: Asked, found: Report) -> dict[str, object]:
    actor = forms.signed(edge, request).actor
    by = sealed.unlocked(edge, request, vault) if sealed.is_unlocked(edge, request) else None
    mine = by is not None and may_open(vault, found, "content", by.holder)
    epoch = current_epoch(vault, found.office_code, "intake")
    others = [one for one in inbox.open_reports(vault, actor.office_code) if one.id != found.id]
    return {
        "report": found,
        "unlocked": by is not None,
        "mine": mine,
        "acts": _acts(found) if mine else [],
        "holders": [] if epoch is None else confirmed_holders(vault, epoch),
        "team": handling.team_of(vault, found),
        "others": [one for one in others if one.merged_into is None],
        "merged": handling.merged_with(vault, found),
        "history": history(vault, found.id),
        "told": disclosures(vault, found.id),
        "given": {} if by is None else _given(vault, found, by),
    }


def _acts(found: Report) -> list[rules.Act]:
    """Return what may still be done; its period is extended but once."""
    done = ("extend",) if found.extended_on is not None else ()
    return [one for one in rules.possible(found.state) if one not in done]


def _given(vault: Vault, found: Report, by: Unlocked) -> dict[str, object]:
    """Return what was disclosed to who looks, with the last day."""
    kept = {one: given_key(vault, found, one, by.holder) for one in get_args(Guarded)}
    return {one: row.valid_through for one, row in kept.items() if row is not None}


def shown_refused(
    edge: Edge, request: Asked, form: Form, report_id: str, refused: Misread | Refusal
) -> Response[str]:
    """Show a report as it stands while closed, with why something of it was not opened."""
    return shown_report(edge, request, report_id, faults_of(refused, request, form))


@post("/desk/reports/{report_id:str}/opening", sync_to_thread=True, include_in_schema=False, status_code=200)
def open_report(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], report_id: FromPath[str]
) -> Response[Any]:
    """Open a report: the audit log holds it before anything is decrypted."""
    forms.checked(edge, request, form)
    sides = sealed.sides_of(edge, request)
    try:
        stated(form, Nothing, {})
        with sides.reading() as vault:
            by, found = sealed.unlocked(edge, request, vault), report_of(vault, sides.actor, report_id)
            if not may_open(vault, found, "content", by.holder):
                raise Forbidden("report.no_share")
        proof = seen(sides, found, "content")
        with sides.reading() as vault:
            content = reading.content(vault, proof, report_of(vault, sides.actor, report_id), by)
    except (Misread, Refusal) as refused:
        return shown_refused(edge, request, form, report_id, refused)
    except Unopened:
        return shown_refused(edge, request, form, report_id, Forbidden("report.damaged"))
    sealed.used(edge, request)
    merchant = _merchant(edge, content.matter.business_id)
    return shown_report(edge, request, report_id, content=content, merchant=merchant)


def _merchant(edge: Edge, business_id: str) -> str:
    """Return the name of a merchant that the reporter found here; no link to it, which would be asked for."""
    found = edge.cards.shown([business_id], edge.today()) if business_id else {}
    return found[business_id].answer.name or business_id if business_id in found else business_id


@post("/desk/reports/{report_id:str}/steps/{step:str}", sync_to_thread=True, include_in_schema=False)
def take_step(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    report_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Do an act on a report."""
    if step not in STEPS:
        raise NotFoundException
    command, verb = STEPS[step]

    def do(vault: Vault, actor: Actor, asked: Command) -> Told:
        return verb(vault, actor, report_id, sealed.unlocked(edge, request, vault), asked)

    again = partial(shown_report, edge, request, report_id)
    return sealed.act(edge, request, form, command, do, f"/desk/reports/{report_id}?done=report", again)


@post("/desk/reports/{report_id:str}/disclosures", sync_to_thread=True, include_in_schema=False)
def ask_disclosure(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], report_id: FromPath[str]
) -> Response[Any]:
    """Ask the custodians for the identity, or for the files as they were sent."""

    def do(vault: Vault, actor: Actor, asked: AskDisclosure) -> Told:
        return disclosure.ask(vault, actor, report_id, sealed.unlocked(edge, request, vault), asked)

    again = partial(shown_report, edge, request, report_id)
    then = f"/desk/reports/{report_id}?done=report"
    return sealed.act(edge, request, form, AskDisclosure, do, then, again)


ROUTES = (report, open_report, take_step, ask_disclosure)
