"""The desk of reports: what came in, by state and legal day; unlocking, and locking again."""

from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from pydantic import Field, SecretStr

from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms, sealed
from public_site.desk.awaiting import A_GLANCE, Awaiting
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, faults_of, kept_language
from public_site.desk.myself import Nothing
from registry.audit.work import Actor, Work
from registry.commands import Command
from registry.errors import Forbidden, Refusal
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.reports import disclosure, inbox, lifecycle
from registry.reports.holders import key_of
from registry.reports.policy import APPROVALS_NEEDED
from registry.reports.readiness import obstacles
from registry.reports.sealing import SecretKey, Unopened
from registry.reports.staff import staff
from registry.reports.vault import Vault
from registry.reports.witness import CUSTODIAN, HANDLER, Told, carry_out

Asked = Request[Any, Any, Any]


class Unlock(Command):
    """The passphrase of one's key."""

    passphrase: SecretStr = Field(max_length=500)


def awaiting(edge: Edge, request: Asked) -> list[Awaiting]:
    """Return the reports and requests with which who is signed in is to go on, by states and days alone."""
    actor = forms.signed(edge, request).actor
    if not actor.holds(HANDLER, CUSTODIAN):
        return []
    t = forms.reader_at_desk(request, edge).t
    calendar, region, people = forms.consult(edge, request, _office)
    found = []
    with edge.reports.reading(edge.today()) as vault:
        if actor.holds(HANDLER):
            key = key_of(vault, actor.person_id)
            due = inbox.due_days(vault, actor.office_code, region, edge.rulebook(), calendar)
            lines = inbox.inbox(vault, actor.office_code, key, due)[:A_GLANCE]
            for line in (*lines, *inbox.written_since(vault, actor.office_code, key)[:A_GLANCE]):
                if line.mine and (act := _act_of(line)):
                    title = t("desk.report.title", number=line.id[:8])
                    found.append(Awaiting(title, act, f"{sealed.PATH}/{line.id}", line.due_on))
        if actor.holds(CUSTODIAN):
            for row in disclosure.requests(vault, actor.office_code):
                mine = row.person_id == actor.person_id
                agreed = [one.person_id for one in disclosure.approvals(vault, row.id)]
                if mine or (actor.person_id in agreed and len(agreed) < APPROVALS_NEEDED):
                    continue
                title = t(
                    "desk.reports.request",
                    name=people.get(row.person_id, row.person_id),
                    what=t.term("report_compartment", row.compartment),
                    number=row.report_id[:8],
                )
                found.append(Awaiting(title, "decide_disclosure", sealed.PATH))
    return found


def _act_of(line: inbox.Line) -> str:
    """Return what a report waits for; empty where it waits for nobody here."""
    if line.state == "received":
        return "triage_report"
    if line.wrote_last == "reporter":
        return "answer_report"
    return "verify_report" if line.due_on is not None else ""


@get("/desk/reports", sync_to_thread=True, include_in_schema=False)
def reports(request: Asked, edge: NamedDependency[Edge], closed: FromQuery[bool] = False) -> Response[str]:
    """Show the reports of the office, open or closed, without anything that they say."""
    return _reports(edge, request, closed=closed)


def _reports(
    edge: Edge, request: Asked, faults: Faults = NO_FAULTS, *, closed: bool = False
) -> Response[str]:
    calendar, region, people = forms.consult(edge, request, _office)
    actor = forms.signed(edge, request).actor
    with edge.reports.reading(edge.today()) as vault:
        key = key_of(vault, actor.person_id)
        due = inbox.due_days(vault, actor.office_code, region, edge.rulebook(), calendar)
        shown = {
            "lines": inbox.inbox(vault, actor.office_code, key, due, closed=closed)
            if actor.holds(HANDLER)
            else [],
            "requests": _requests(vault, edge, request, actor) if actor.holds(CUSTODIAN) else [],
            "obstacles": obstacles(vault, actor.office_code),
            "key": key,
        }
    return forms.show(
        edge,
        request,
        "reports.html",
        faults=faults,
        people=people,
        today=edge.today(),
        closed=closed,
        unlocked=sealed.is_unlocked(edge, request),
        holder=shown.pop("key"),
        **shown,
    )


def _office(work: Work) -> tuple[Any, str, dict[str, str]]:
    region = work.session.get_one(Office, work.actor.office_code).region
    people = {one.person_id: one.name for one in staff(work.session, work.actor.office_code).values()}
    return calendar_overrides(work.session), region, people


def _requests(vault: Vault, edge: Edge, request: Asked, actor: Actor) -> list[dict[str, object]]:
    """Return what is asked of the custodians; the reason only to who has unlocked."""
    found: list[dict[str, object]] = []
    open_to = sealed.unlocked(edge, request, vault) if sealed.is_unlocked(edge, request) else None
    for row in disclosure.requests(vault, actor.office_code):
        agreed = [one.person_id for one in disclosure.approvals(vault, row.id)]
        try:
            reason = disclosure.reason_of(vault, row, open_to) if open_to is not None else ""
        except (Refusal, Unopened):
            reason = ""
        found.append(
            {
                "row": row,
                "agreed": agreed,
                "reason": reason,
                "enough": len(agreed) >= APPROVALS_NEEDED,
            }
        )
    return found


@post("/desk/reports/unlocking", sync_to_thread=True, include_in_schema=False)
def unlock(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Unlock one's key; that also proves that its shares still open."""
    forms.checked(edge, request, form)
    sides, found = sealed.sides_of(edge, request), list[SecretKey]()

    def proved(vault: Vault) -> Told:
        told, secret = lifecycle.prove(vault, sides.actor, asked.passphrase.get_secret_value())
        found.append(secret)
        return told

    try:
        asked = stated(form, Unlock, {})
        carry_out(sides, forms.key_of(form), proved)
    except (Misread, Refusal) as refused:
        return _reports(edge, request, faults_of(refused, request, form, Unlock))
    except Unopened:
        damaged = Forbidden("report.damaged", field="passphrase")
        return _reports(edge, request, faults_of(damaged, request, form, Unlock))
    answer: Response[Any] = Redirect(kept_language(request, "/desk/reports"), status_code=303)
    if found:
        answer.set_cookie(sealed.unlock(edge, request, found[0]))
    return answer


@post("/desk/reports/locking", sync_to_thread=True, include_in_schema=False)
def lock(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Lock one's key again."""
    forms.checked(edge, request, form)
    try:
        stated(form, Nothing, {})
    except Misread as refused:
        return _reports(edge, request, faults_of(refused, request, form))
    answer: Response[Any] = Redirect(
        kept_language(request, "/desk/reports?done=report_locked"), status_code=303
    )
    answer.set_cookie(sealed.lock(edge, request))
    return answer


def _decide(
    edge: Edge, request: Asked, form: Form, verb: Any, request_id: str, *, key: bool = False
) -> Response[Any]:
    """Carry out what a custodian decides about a disclosure."""

    def do(vault: Vault, actor: Actor, _: Nothing) -> Told:
        more = (sealed.unlocked(edge, request, vault),) if key else ()
        told: Told = verb(vault, actor, request_id, *more)
        return told

    again = partial(_reports, edge, request)
    return sealed.act(edge, request, form, Nothing, do, "/desk/reports?done=report", again)


@post("/desk/reports/disclosures/{request_id:str}/approval", sync_to_thread=True, include_in_schema=False)
def approve(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], request_id: FromPath[str]
) -> Response[Any]:
    """Agree to a disclosure."""
    return _decide(edge, request, form, disclosure.approve, request_id)


@post("/desk/reports/disclosures/{request_id:str}/refusal", sync_to_thread=True, include_in_schema=False)
def refuse(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], request_id: FromPath[str]
) -> Response[Any]:
    """Refuse a disclosure."""
    return _decide(edge, request, form, disclosure.refuse, request_id)


@post("/desk/reports/disclosures/{request_id:str}/release", sync_to_thread=True, include_in_schema=False)
def release(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], request_id: FromPath[str]
) -> Response[Any]:
    """Seal what was agreed to disclose to who asked."""
    return _decide(edge, request, form, disclosure.release, request_id, key=True)


ROUTES = (reports, unlock, lock, approve, refuse, release)
