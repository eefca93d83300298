"""What everybody keeps at the desk: one's own sessions and second factor."""

from functools import partial
from typing import Any

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from registry.accounts import sessions, totp
from registry.accounts.tables import TotpSecret
from registry.audit.work import Work
from registry.commands import Command

Asked = Request[Any, Any, Any]


class Nothing(Command):
    """A button that says all: its form has no field."""


@get("/desk/sessions", sync_to_thread=True, include_in_schema=False)
def own_sessions(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show where one is signed in."""
    held = forms.consult(
        edge, request, lambda work: sessions.sessions_of(work.session, work.actor.account_name, work.now)
    )
    return forms.show(edge, request, "sessions.html", sessions=held)


@post("/desk/sessions/{session_id:str}/end", sync_to_thread=True, include_in_schema=False)
def end(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], session_id: FromPath[str]
) -> Response[Any]:
    """End a session of one's own."""

    def ended(work: Work, _: Nothing) -> None:
        sessions.end_session(work, session_id)

    return forms.act(
        edge,
        request,
        form,
        Nothing,
        ended,
        lambda _: "/desk/sessions?done=session_ended",
        lambda faults: forms.show(edge, request, "sessions.html", sessions=(), faults=faults),
    )


@get("/desk/second-factor", sync_to_thread=True, include_in_schema=False)
def second_factor(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show whether a second factor is asked for, or how to set one up."""
    return _second_factor(edge, request)


def _second_factor(edge: Edge, request: Asked, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> tuple[TotpSecret | None, str]:
        name = work.actor.account_name
        row = totp.second_factor(work.session, name)
        return row, totp.secret_begun(work.session, edge.devices, name)

    row, secret = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "second_factor.html",
        held=row is not None and row.confirmed_at is not None,
        since=row.confirmed_at if row is not None else None,
        secret=secret,
        qr=_qr(totp.address_of(row.account_name, secret)) if row is not None and secret else "",
        faults=faults,
    )


def _qr(address: str) -> Markup:
    return Markup(segno.make(address).svg_inline(scale=4))  # noqa: S704  # drawn by us, from no input


@post("/desk/second-factor", sync_to_thread=True, include_in_schema=False)
def begin(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Draw a secret for a device."""

    def begun(work: Work, _: Nothing) -> None:
        totp.begin_second_factor(work, edge.devices)

    again = partial(_second_factor, edge, request)
    return forms.act(edge, request, form, Nothing, begun, lambda _: "/desk/second-factor", again)


@post("/desk/second-factor/confirm", sync_to_thread=True, include_in_schema=False)
def confirm(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Ask for the device's codes from now on."""
    return forms.act(
        edge,
        request,
        form,
        totp.ConfirmSecondFactor,
        lambda work, command: totp.confirm_second_factor(work, edge.devices, command),
        lambda _: "/desk/second-factor?done=second_factor",
        partial(_second_factor, edge, request),
    )
