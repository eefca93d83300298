"""Ways in and out: sign in, accept an invitation, change the password, sign out."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api.edge import Edge
from api.faults import Misread
from api.sessions import COOKIE, cookie, no_cookie, signed_in
from public_site.desk import forms
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults
from registry.accounts import credentials, invitations, signing_in
from registry.accounts.credentials import ChangePassword
from registry.accounts.invitations import AcceptInvitation
from registry.accounts.sessions import end_session
from registry.accounts.signing_in import Attempt, SignIn
from registry.audit.work import Work
from registry.errors import Refusal
from registry.store.engine import reading, writing

SIGN_IN = "/desk/sign-in"
Asked = Request[Any, Any, Any]


@get(SIGN_IN, sync_to_thread=True, include_in_schema=False)
def ask(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form to sign in."""
    return _asked(edge, request, request.query_params.get("then", ""))


@post(SIGN_IN, sync_to_thread=True, include_in_schema=False)
def sign_in(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Sign in; the browser is given a session that nobody had before."""
    forms.refuse_other_sites(request)
    then = form.one("then")
    fields = Form(tuple(pair for pair in form.fields if pair[0] != "then"))
    try:
        command = stated(fields, SignIn, {})
        token = _proven(edge, command, request.cookies.get(COOKIE, ""))
    except (Misread, Refusal) as refused:
        return _asked(edge, request, then, forms.faults_of(refused, request, fields, SignIn))
    return Redirect(forms.kept_language(request, _own_page(then)), status_code=303, cookies=[cookie(token)])


def _asked(edge: Edge, request: Asked, then: str, faults: Faults = NO_FAULTS) -> Response[str]:
    return forms.plain(edge, request, "sign_in.html", then=_own_page(then), faults=faults)


def _proven(edge: Edge, command: SignIn, earlier: str) -> str:
    """Return the token of a new session; no transaction waits for the hash.

    Raises:
        Refusal: It was not to be.
    """
    with writing(edge.engine) as session:
        attempt = signing_in.admitted(session, edge.devices, command, edge.now())
    signing_in.proven(attempt, command.password)
    with writing(edge.engine) as session:
        return signing_in.signed_in(session, attempt, edge.now(), edge.rulebook(), earlier=earlier)


def _own_page(path: str) -> str:
    """Return a page of the desk to go on to; an address that leads elsewhere is not followed."""
    inside = path == "/desk" or path.startswith("/desk/")
    return path if inside and path.isprintable() and "\\" not in path else "/desk"


@get("/desk/invitation", sync_to_thread=True, include_in_schema=False)
def invited(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which an invitation is accepted."""
    return forms.plain(edge, request, "invitation.html")


@post("/desk/invitation", sync_to_thread=True, include_in_schema=False)
def accept(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Set the first password by an invitation; then its person signs in."""
    forms.refuse_other_sites(request)
    try:
        command = stated(form, AcceptInvitation, {})
        with reading(edge.engine) as session:
            name = invitations.invited(session, command, edge.now())
        password = credentials.fit(name, command.new_password, command.repeated)
        with writing(edge.engine) as session:
            invitations.accept(session, command, password, edge.now(), edge.rulebook())
    except (Misread, Refusal) as refused:
        faults = forms.faults_of(refused, request, form, AcceptInvitation)
        return forms.plain(edge, request, "invitation.html", faults=faults)
    return Redirect(forms.kept_language(request, f"{SIGN_IN}?done=invited"), status_code=303)


@get("/desk/password", sync_to_thread=True, include_in_schema=False)
def password(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which the password is changed."""
    return forms.show(edge, request, "password.html")


@post("/desk/password", sync_to_thread=True, include_in_schema=False)
def change(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Change the password; every session ends, and the browser is given a new one."""
    who = forms.checked(edge, request, form)
    name = who.actor.account_name
    try:
        command = stated(form, ChangePassword, {})
        attempt = _shown_again(edge, name, command, edge.now())
        password = credentials.another(name, command)
        with writing(edge.engine) as session:
            work = Work(session, signed_in(request, session).actor, edge.now(), edge.rulebook())
            token = signing_in.change_password(work, attempt, password)
    except (Misread, Refusal) as refused:
        faults = forms.faults_of(refused, request, form, ChangePassword)
        return forms.show(edge, request, "password.html", faults=faults)
    return Redirect(
        forms.kept_language(request, "/desk?done=password"), status_code=303, cookies=[cookie(token)]
    )


def _shown_again(edge: Edge, name: str, command: ChangePassword, now: datetime) -> Attempt:
    """Refuse unless the present password was given; attempts are counted as at the door."""
    with writing(edge.engine) as session:
        attempt = signing_in.admitted_again(session, name, now)
    signing_in.proven_again(attempt, command.password)
    return attempt


@post("/desk/sign-out", sync_to_thread=True, include_in_schema=False)
def sign_out(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """End the session; the browser forgets what it holds of this site."""
    who = forms.checked(edge, request, form)
    with writing(edge.engine) as session:
        work = Work(session, signed_in(request, session).actor, edge.now(), edge.rulebook())
        end_session(work, who.session_id)
    answer = Redirect(
        forms.kept_language(request, f"{SIGN_IN}?done=signed_out"), status_code=303, cookies=[no_cookie()]
    )
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer
