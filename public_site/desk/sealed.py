"""What the pages about sealed reports stand on: both databases for who is signed in, and the unlocked key.

The key of an officer is unlocked by the passphrase and kept in the registry, encrypted under a key that
lives in a cookie of these pages alone. Every form here acts through `witness.carry_out`: the rows, the
entry of the audit log, then the rows are committed; the form sent again finds it done.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from pydantic import BaseModel

from api.edge import Edge
from api.faults import Misread
from api.sessions import signed_in
from public_site.desk import forms
from public_site.desk.form import Form, stated
from public_site.desk.forms import NOTHING, Again, Asked, faults_of, kept_language
from registry.accounts.session_secrets import forget_secret, keep_secret, secret_of, secret_used
from registry.audit.work import Actor, Work
from registry.errors import Forbidden, Refusal
from registry.reports.holders import key_of
from registry.reports.opening import Unlocked
from registry.reports.sealing import SecretKey, Unopened, suite_of
from registry.reports.vault import Vault
from registry.reports.witness import Sides, Told, carry_out
from registry.store.engine import reading, writing

COOKIE = "__Secure-hm_reports"
PATH = "/desk/reports"

Given = TypeVar("Given", bound=BaseModel)


def sides_of(edge: Edge, request: Asked) -> Sides:
    """Return both databases for who is signed in.

    Raises:
        Unauthenticated: Nobody is.
    """

    @contextmanager
    def working() -> Iterator[Work]:
        with writing(edge.engine) as session:
            yield Work(session, signed_in(request, session).actor, edge.now(), edge.rulebook())

    actor = forms.signed(edge, request).actor
    day = edge.today()
    return Sides(actor, working, partial(edge.reports.writing, day), partial(edge.reports.reading, day))


def unlock(edge: Edge, request: Asked, secret: SecretKey) -> Cookie:
    """Keep an unlocked key for the session, and return the cookie that opens it."""
    who = forms.signed(edge, request)
    with writing(edge.engine) as session:
        key = keep_secret(session, who.session_id, bytes([secret.suite]) + secret.seed, edge.now())
    return _cookie(urlsafe_b64encode(key).decode())


def lock(edge: Edge, request: Asked) -> Cookie:
    """Forget the unlocked key of the session, and return the cookie that takes the other away."""
    who = forms.signed(edge, request)
    with writing(edge.engine) as session:
        forget_secret(session, who.session_id)
    return _cookie("", max_age=0)


def is_unlocked(edge: Edge, request: Asked) -> bool:
    """Say whether the key of who is signed in is unlocked."""
    return _secret(edge, request) is not None


def unlocked(edge: Edge, request: Asked, vault: Vault) -> Unlocked:
    """Return the unlocked key of who is signed in.

    Raises:
        Forbidden: It is locked.
    """
    row, secret = key_of(vault, forms.signed(edge, request).actor.person_id), _secret(edge, request)
    if row is None or secret is None or secret.public.fingerprint != row.fingerprint:
        raise Forbidden("report.locked")
    return Unlocked(row, secret)


def act(
    edge: Edge,
    request: Asked,
    form: Form,
    command: type[Given],
    do: Callable[[Vault, Actor, Given], Told],
    then: str,
    again: Again,
    *,
    given: Mapping[str, object] = NOTHING,
) -> Response[Any]:
    """Carry out a form about reports once, and lead to another page (303).

    Args:
        edge: The installation.
        request: A POST, and
        form: its fields.
        command: What they are read into.
        do: The verb; it prepares rows and tells what the audit log is to hold.
        then: Address of the page that shows what became of it.
        again: Shows the form again with what is wrong with it.
        given: What the address says of the command.

    Raises:
        Unauthenticated: Nobody is signed in.
        Forbidden: The form is not from a page of this session.
    """
    forms.checked(edge, request, form)
    sides = sides_of(edge, request)
    try:
        asked = stated(form, command, given)
        carry_out(sides, forms.key_of(form), lambda vault: do(vault, sides.actor, asked))
    except (Misread, Refusal) as refused:
        return again(faults_of(refused, request, form, command))
    except Unopened:
        return again(faults_of(Forbidden("report.damaged"), request, form, command))
    used(edge, request)
    return Redirect(kept_language(request, then), status_code=303)


def _secret(edge: Edge, request: Asked) -> SecretKey | None:
    try:
        key = urlsafe_b64decode(request.cookies.get(COOKIE, ""))
    except (Error, ValueError):
        return None
    with reading(edge.engine) as session:
        kept = secret_of(session, forms.signed(edge, request).session_id, key, edge.now())
    return None if kept is None else SecretKey(suite_of(kept[0]), kept[1:])


def used(edge: Edge, request: Asked) -> None:
    """Write down that the unlocked key is in use, so that it is not locked meanwhile."""
    with writing(edge.engine) as session:
        secret_used(session, forms.signed(edge, request).session_id, edge.now())


def _cookie(value: str, *, max_age: int | None = None) -> Cookie:
    return Cookie(
        key=COOKIE, value=value, path=PATH, secure=True, httponly=True, samesite="strict", max_age=max_age
    )
