"""Who sits at the desk: the session that a browser's cookie stands for, read anew for every request.

The cookie is read and set under /desk alone; the API knows keys only, and public pages know nobody.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from sqlmodel import Session

from api.edge import Edge
from registry.accounts.apart import DECIDING
from registry.accounts.commands import actor_by_account
from registry.accounts.sessions import due_to_be_seen, session_of
from registry.accounts.tables import Credential, Person
from registry.accounts.totp import has_second_factor
from registry.audit.work import Actor
from registry.errors import Unauthenticated

COOKIE = "__Host-hm_session"


@dataclass(frozen=True)
class SignedIn:
    """Somebody at the desk.

    Attributes:
        session_id: Digest of the token; it names the session and opens nothing.
        csrf: What every form of this session carries; another session's is another.
        must_change: Nothing but the password may be changed before the password is.
        must_set_up: Nothing but the second factor may be set up before it is.
        due: Being seen is to be written down.
    """

    actor: Actor
    person_name: str
    session_id: str
    csrf: str
    must_change: bool
    must_set_up: bool
    due: bool


def signed_in(request: ASGIConnection[Any, Any, Any, Any], session: Session) -> SignedIn:
    """Return who sends the request, with the grants that hold now.

    Raises:
        Unauthenticated: No session, one that is over, or its account is disabled.
    """
    edge: Edge = request.app.state.edge
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise Unauthenticated("session.missing")
    now = edge.now()
    found = session_of(session, token, now)
    actor = actor_by_account(session, found.account_name)
    credential = session.get_one(Credential, found.account_name)
    return SignedIn(
        actor=actor,
        person_name=session.get_one(Person, actor.person_id).name,
        session_id=found.id,
        csrf=csrf_of(token),
        must_change=credential.must_change,
        must_set_up=_needs_second_factor(edge, actor) and not has_second_factor(session, actor.account_name),
        due=due_to_be_seen(found, now),
    )


def _needs_second_factor(edge: Edge, actor: Actor) -> bool:
    """Say whether a stolen password alone must not open the account: it decides, or says who does."""
    asked = edge.settings.second_factor and not edge.settings.demonstration
    return asked and actor.holds(*DECIDING)


def csrf_of(token: str) -> str:
    """Return the token that forms of a session carry; who cannot read the cookie cannot make it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def cookie(token: str) -> Cookie:
    """Return the cookie of a session; it ends with the browser, and the session ends by itself."""
    return Cookie(key=COOKIE, value=token, path="/", secure=True, httponly=True, samesite="strict")


def no_cookie() -> Cookie:
    """Return the cookie that takes the other away."""
    return Cookie(key=COOKIE, value="", path="/", secure=True, httponly=True, samesite="strict", max_age=0)
