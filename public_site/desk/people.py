"""The administrator's desk: accounts, what they may do, and ways back in. No case is seen here."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from api.edge import Edge
from api.exports import in_form
from public_site.desk import forms
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.desk.myself import Nothing
from public_site.names import region_words
from public_site.sheets import form_of
from public_site.texts import Words
from registry.accounts import credentials, grants, queries, recovery, sessions
from registry.accounts.commands import AddAccount, Role, add_account
from registry.accounts.invitations import invite
from registry.accounts.tables import AccountGrant
from registry.audit.work import Work
from registry.commands import Command
from registry.errors import NotFound

SHEET = ("account", "person", "office", "grants", "state")
MOST = 200  # accounts on one page; the box finds the others

Asked = Request[Any, Any, Any]
Given = TypeVar("Given", bound=Command)


class NewAccount(Command):
    """An account of a person who has none, without any grant; more is done from its page."""

    name: str = Field(pattern=r"^[a-z0-9._-]{2,64}$")
    person_name: str = Field(min_length=1, max_length=100)
    office_code: str


@get("/desk/accounts", sync_to_thread=True, include_in_schema=False)
def accounts(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the accounts, or those that a name finds."""
    q = request.query_params.get("q", "").strip()
    found = forms.consult(edge, request, lambda work: queries.accounts(work.session, q, MOST + 1))
    return forms.show(
        edge,
        request,
        "accounts.html",
        q=q,
        accounts=found[:MOST],
        more=len(found) > MOST,
        region_words=region_words,
    )


@get("/desk/accounts/export/{name:str}", sync_to_thread=True, include_in_schema=False)
def exported(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
    """Return all accounts that the page finds, as `accounts.xlsx` or `accounts.csv`."""
    form, t = form_of(name, "accounts"), forms.reader_at_desk(request, edge).t
    q = request.query_params.get("q", "").strip()
    found = forms.consult(edge, request, lambda work: queries.accounts(work.session, q))
    rows = (
        [
            one.account.name,
            one.person_name,
            one.account.office_code,
            t("write.semicolon").join(_grant_words(t, grant) for grant in one.grants),
            t("desk.accounts.disabled") if one.account.disabled_at else "",
        ]
        for one in found
    )
    return in_form("accounts", form, [t(f"desk.listed.{one}") for one in SHEET], rows)


def _grant_words(t: Words, grant: AccountGrant) -> str:
    """Return the role of a grant and where it holds, as the page of the account has them."""
    region = region_words(grant.region.ljust(6, "0")) if grant.region else t("desk.home.nation")
    where = (region, grant.market_id or grant.business_id)
    return " · ".join((t.term("role", grant.role), *filter(None, where)))


@get("/desk/new-account", sync_to_thread=True, include_in_schema=False)
def new_account(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the form in which an account is added."""
    return _new_account(edge, request)


def _new_account(edge: Edge, request: Asked, faults: Faults = NO_FAULTS) -> Response[str]:
    return forms.show(edge, request, "new_account.html", faults=faults)


@post("/desk/new-account", sync_to_thread=True, include_in_schema=False)
def add(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Add an account without any grant, and show the code that invites its person, once."""

    def added(work: Work, command: NewAccount) -> tuple[str, str]:
        add_account(work, AddAccount(**command.model_dump()))
        return command.name, invite(work, command.name)

    again = partial(_new_account, edge, request)
    reveal = partial(_code, edge, request)
    return forms.act(edge, request, form, NewAccount, added, _page_of_both, again, reveal=reveal)


@get("/desk/accounts/{name:str}", sync_to_thread=True, include_in_schema=False)
def account(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[str]:
    """Show one account: what it may do, how it is entered, where it is signed in."""
    return _account(edge, request, name)


def _account(edge: Edge, request: Asked, name: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, object]:
        card = queries.account_card(work.session, name)
        if card is None:
            raise NotFound("account.unknown", name=name)
        password, device = queries.ways_in(work.session, name)
        held = sessions.sessions_of(work.session, name, work.now)
        own = card.account.person_id == work.actor.person_id
        return {"card": card, "password": password, "device": device, "sessions": held, "own": own}

    found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "account.html",
        roles=get_args(Role),
        region_words=region_words,
        faults=faults,
        **found,
    )


def _act(
    edge: Edge, request: Asked, form: Form, name: str, command: type[Given], do: Callable[[Work, Given], str]
) -> Response[Any]:
    """Carry out a form of an account's page; its address says which account."""
    return forms.act(
        edge,
        request,
        form,
        command,
        do,
        lambda _: f"{_page(name)}?done=account",
        partial(_account, edge, request, name),
        given={"account": name},
    )


@post("/desk/accounts/{name:str}/grants", sync_to_thread=True, include_in_schema=False)
def give(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Give a role; it holds from the next request on."""
    return _act(edge, request, form, name, grants.ChangeGrant, grants.give_grant)


@post("/desk/accounts/{name:str}/grants/end", sync_to_thread=True, include_in_schema=False)
def take(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Take a role; the next request is without."""
    return _act(edge, request, form, name, grants.ChangeGrant, grants.take_grant)


@post("/desk/accounts/{name:str}/disabling", sync_to_thread=True, include_in_schema=False)
def disable(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Close an account."""
    return _act(edge, request, form, name, grants.DisableAccount, grants.disable_account)


@post("/desk/accounts/{name:str}/enabling", sync_to_thread=True, include_in_schema=False)
def enable(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Open an account again."""
    return _act(edge, request, form, name, grants.DisableAccount, grants.enable_account)


@post("/desk/accounts/{name:str}/password-change", sync_to_thread=True, include_in_schema=False)
def require_password(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Require another password before anything else is done."""
    return _act(edge, request, form, name, credentials.RequireChange, credentials.require_change)


@post("/desk/accounts/{name:str}/recovery", sync_to_thread=True, include_in_schema=False)
def ask(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Ask for a way back in; another administrator grants it."""
    return _act(edge, request, form, name, recovery.AskRecovery, recovery.ask_recovery)


@post("/desk/accounts/{name:str}/invitation", sync_to_thread=True, include_in_schema=False)
def invited(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], name: FromPath[str]
) -> Response[Any]:
    """Show a new code that invites the person, once; an earlier one ends."""
    again = partial(_account, edge, request, name)
    reveal = partial(_code, edge, request)
    return forms.act(
        edge,
        request,
        form,
        Nothing,
        lambda work, _: (name, invite(work, name)),
        _page_of_both,
        again,
        reveal=reveal,
    )


@post("/desk/accounts/{name:str}/sessions/{session_id:str}/end", sync_to_thread=True, include_in_schema=False)
def end_session(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    name: FromPath[str],
    session_id: FromPath[str],
) -> Response[Any]:
    """End a session of anybody's."""

    def ended(work: Work, _: Nothing) -> None:
        sessions.end_session(work, session_id)

    again = partial(_account, edge, request, name)
    return forms.act(
        edge, request, form, Nothing, ended, lambda _: f"{_page(name)}?done=session_ended", again
    )


@get("/desk/recoveries", sync_to_thread=True, include_in_schema=False)
def recoveries(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the recoveries that wait for another administrator."""
    return _recoveries(edge, request)


def _recoveries(edge: Edge, request: Asked, faults: Faults = NO_FAULTS) -> Response[str]:
    asked = forms.consult(edge, request, lambda work: queries.open_recoveries(work.session))
    return forms.show(edge, request, "recoveries.html", asked=asked, faults=faults)


@post("/desk/recoveries/{recovery_id:str}/grant", sync_to_thread=True, include_in_schema=False)
def grant(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], recovery_id: FromPath[str]
) -> Response[Any]:
    """Grant what another administrator asked for, and show the code for a new password, once."""

    def granted(work: Work, command: recovery.GrantRecovery) -> tuple[str, str]:
        return recovery.grant_recovery(work, command)

    return forms.act(
        edge,
        request,
        form,
        recovery.GrantRecovery,
        granted,
        _page_of_both,
        partial(_recoveries, edge, request),
        given={"recovery_id": recovery_id},
        reveal=partial(_code, edge, request),
    )


def _code(edge: Edge, request: Asked, both: tuple[str, str]) -> Response[str]:
    """Show a code that is kept nowhere."""
    name, code = both
    return forms.show(edge, request, "code.html", name=name, code=code, on=_page(name))


def _page(name: str) -> str:
    return f"/desk/accounts/{name}"


def _page_of_both(both: tuple[str, str]) -> str:
    return _page(both[0])
