"""Asking for an account by the code of a business, and the officer's list of who waits."""

from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms
from public_site.desk.entry import SIGN_IN
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults
from registry.errors import Refusal
from registry.signups.commands import AskAccount, DecideSignUp, ask_account, decide_sign_up, open_sign_ups
from registry.store.engine import writing

Asked = Request[Any, Any, Any]


@get("/desk/sign-up", sync_to_thread=True, include_in_schema=False)
def ask(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which a merchant or operator asks for an account."""
    return forms.plain(edge, request, "sign_up.html")


@post("/desk/sign-up", sync_to_thread=True, include_in_schema=False)
def sign_up(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Take a request for an account in; whether its code is known is not told."""
    forms.refuse_other_sites(request)
    try:
        command = stated(form, AskAccount, {})
        with writing(edge.engine) as session:
            ask_account(session, command, edge.now())
    except (Misread, Refusal) as refused:
        faults = forms.faults_of(refused, request, form, AskAccount)
        return forms.plain(edge, request, "sign_up.html", faults=faults)
    return Redirect(forms.kept_language(request, f"{SIGN_IN}?done=signed_up"), status_code=303)


@get("/desk/sign-ups", sync_to_thread=True, include_in_schema=False)
def sign_ups(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show who waits for an account in the officer's regions."""
    return _sign_ups(edge, request)


def _sign_ups(edge: Edge, request: Asked, faults: Faults = NO_FAULTS) -> Response[str]:
    asked = forms.consult(edge, request, open_sign_ups)
    return forms.show(edge, request, "sign_ups.html", asked=asked, faults=faults)


@post("/desk/sign-ups/{sign_up_id:str}/decision", sync_to_thread=True, include_in_schema=False)
def decide(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], sign_up_id: FromPath[str]
) -> Response[Any]:
    """Confirm who asked and show the code that invites the person, once; or refuse."""

    def shown(both: tuple[str, str]) -> Response[Any]:
        name, code = both
        if not code:
            return Redirect(forms.kept_language(request, "/desk/sign-ups?done=sign_up"), status_code=303)
        return forms.show(edge, request, "code.html", name=name, code=code, on="/desk/sign-ups")

    return forms.act(
        edge,
        request,
        form,
        DecideSignUp,
        decide_sign_up,
        lambda _: "/desk/sign-ups?done=sign_up",
        partial(_sign_ups, edge, request),
        given={"sign_up_id": sign_up_id},
        reveal=shown,
    )
