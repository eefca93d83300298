"""What every page of the desks stands on: reading for a person, showing a page, carrying out a form.

A form is believed only if it comes from a page of ours (Origin, Sec-Fetch-Site) that was shown in the
same session (its token), and takes effect once (its key). What is wrong with it is shown beside the
field, with what was entered, and nothing was done.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.response import Redirect
from pydantic import BaseModel, SecretStr

from api.acts import Answer, Keyed, digest_of, once
from api.edge import Edge
from api.faults import Misread
from api.guarding import refuse_foreign, right_of
from api.problems import language_of, status_of
from api.sessions import SignedIn, signed_in
from public_site.desk.form import Form, names_of, stated
from public_site.desk.navigation import place_of, places_of
from public_site.reader import Reader, reader_of
from registry.accounts.sessions import seen
from registry.audit.work import Work
from registry.errors import Forbidden, Malformed, NotFound, Refusal
from registry.identifiers import new_id
from registry.store.engine import reading, writing
from registry.texts import say

Asked = Request[Any, Any, Any]
T = TypeVar("T")
Given = TypeVar("Given", bound=BaseModel)
LONGEST_KEY = 200
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Faults:
    """What is wrong with a form that was sent, and what was entered; empty for one shown first.

    Attributes:
        said: Field and words, in order; an empty field is the whole form.
        entered: What was sent, by field; secrets are left out.
        status: HTTP status of the page that shows them.
    """

    said: tuple[tuple[str, str], ...] = ()
    entered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: int = 200

    def of(self, name: str) -> str:
        """Return what is wrong with a field, empty where nothing is."""
        return next((words for at, words in self.said if at == name), "")

    def described(self, name: str, hint: str) -> str:
        """Return the identifiers of what is said about a field."""
        told = ((hint, f"{name}-hint"), (self.of(name), f"{name}-fault"))
        return " ".join(identifier for words, identifier in told if words)

    def value(self, name: str, otherwise: object = "") -> str:
        """Return what was entered in a field, or what stands there before anything was."""
        if not self.said:
            return "" if otherwise is None else str(otherwise)
        return next(iter(self.entered.get(name, ())), "")

    def ticked(self, name: str, value: str) -> bool:
        """Say whether a box or choice of a field was taken."""
        return value in self.entered.get(name, ())


NO_FAULTS = Faults()
_POSTED = re.compile(r'(<form [^>]*method="post" action="[^"?]*)"')
SETTING_UP = ("/desk/second-factor", "/desk/second-factor/confirm")
Again = Callable[[Faults], Response[Any]]


def reader_at_desk(request: Asked, edge: Edge) -> Reader:
    """Return who reads a page of the desk: in the language of its address, else of the browser."""
    reader = reader_of(request, edge.settings)
    named = "lang" in request.query_params
    return reader if named else replace(reader, language=language_of(request))


def consult(edge: Edge, request: Asked, read: Callable[[Work], T]) -> T:
    """Read something for who is signed in, in one consistent state.

    Raises:
        Unauthenticated: Nobody is; the page becomes the way to sign in.
        Forbidden: The password has to be changed, or a second factor set up, before anything else.
    """
    with reading(edge.engine) as session:
        who = signed_in(request, session)
        request.state.signed_in = who
        _refuse_before_change(request, who)
        return read(Work(session, who.actor, edge.now(), edge.rulebook()))


def signed(edge: Edge, request: Asked) -> SignedIn:
    """Return who is signed in, read at most once for a request.

    Raises:
        Unauthenticated: Nobody is.
        Forbidden: The password has to be changed, or a second factor set up, before anything else.
    """
    if "signed_in" not in request.state:
        consult(edge, request, lambda _: None)
    who: SignedIn = request.state.signed_in
    return who


def show(edge: Edge, request: Asked, template: str, **context: object) -> Response[str]:
    """Show a page to who is signed in; `faults` in its context decide its status.

    Args:
        edge: The installation.
        request: Its sender sees the page.
        template: File in `templates/desk`.
        context: What the template shows.
    """
    who = signed(edge, request)
    if who.due:
        with writing(edge.engine) as session:
            seen(session, who.session_id, edge.now())
    ways = places_of(who.actor)
    within = place_of(request.url.path, ways)
    return plain(
        edge,
        request,
        template,
        **{"who": who, "actor": who.actor, "csrf": who.csrf, "ways": ways, "within": within, **context},
    )


def plain(edge: Edge, request: Asked, template: str, **context: object) -> Response[str]:
    """Show a page of the desk to whoever asks: the ways to sign in."""
    faults = context.setdefault("faults", NO_FAULTS)
    reader = reader_at_desk(request, edge)
    done = f"desk.done.{request.query_params.get('done', '')}"
    said = {"done": reader.t(done) if done in reader.t.texts else ""}
    answer = reader.page(
        f"desk/{template}",
        status=faults.status if isinstance(faults, Faults) else 200,
        **{"who": None, "key": new_id(), "here": request.url.path, **said, **context},
    )
    if request.query_params.get("lang") == "en":
        answer.content = _POSTED.sub(r'\1?lang=en"', answer.content)
    return answer


def act(
    edge: Edge,
    request: Asked,
    form: Form,
    command: type[Given],
    do: Callable[[Work, Given], T],
    then: Callable[[T], str],
    again: Again,
    *,
    given: Mapping[str, object] = NOTHING,
    reveal: Callable[[T], Response[Any]] | None = None,
) -> Response[Any]:
    """Carry out a form once, however often it is sent, and lead to another page (303).

    Args:
        edge: The installation.
        request: A POST, and
        form: its fields; `csrf` and `key` are the form's own.
        command: What the fields are read into.
        do: The verb; it refuses or does, in one transaction.
        then: Address of the page that shows what became of it.
        again: Shows the form again with what is wrong with it.
        given: What the address says of the command; no field may.
        reveal: Shows what is shown once and kept nowhere, instead of leading on; a repetition leads on.

    Raises:
        Unauthenticated: Nobody is signed in.
        Forbidden: The form is not from a page of this session.
        NotFound: There is no thing that the address names.
    """
    who, done = checked(edge, request, form), list[T]()

    def carry_out(work: Work) -> Answer:
        done.append(do(work, asked))
        return Answer(303, "", then(done[-1]))

    try:
        asked = stated(form, command, given)
        answer = _once(edge, request, Keyed(who.session_id, key_of(form), ""), asked, carry_out)
    except (Misread, Refusal) as refused:
        return again(faults_of(refused, request, form, command))
    if reveal is not None and done:
        return reveal(done[-1])
    return Redirect(kept_language(request, answer.body), status_code=303)


def _once(
    edge: Edge, request: Asked, keyed: Keyed, asked: BaseModel, act: Callable[[Work], Answer]
) -> Answer:
    return once(
        edge,
        replace(keyed, digest=digest_of(request, asked)),
        lambda session: signed_in(request, session).actor,
        lambda session, actor: refuse_foreign(session, actor, right_of(request), asked),
        act,
    )


def kept_language(request: Asked, address: str) -> str:
    """Return an address of ours in the language that the request named."""
    named = request.query_params.get("lang")
    return f"{address}{'&' if '?' in address else '?'}lang=en" if named == "en" else address


def checked(edge: Edge, request: Asked, form: Form) -> SignedIn:
    """Return who sent a form of this site and session.

    Raises:
        Unauthenticated: Nobody is signed in.
        Forbidden: The form is from elsewhere, or the password has to be changed first.
    """
    refuse_other_sites(request)
    who = signed(edge, request)
    if not _same(form.one("csrf"), who.csrf):
        raise Forbidden("form.foreign")
    return who


def refuse_other_sites(request: Asked) -> None:
    """Refuse a form that another site sent; a browser says where it comes from.

    Raises:
        Forbidden: It says another site, or nothing at all.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    if (site or "same-origin") != "same-origin" or not (ours if origin is not None else site is not None):
        raise Forbidden("form.foreign")


def faults_of(
    refused: Misread | Refusal, request: Asked, form: Form, command: type[BaseModel] | None = None
) -> Faults:
    """Return what a form that was refused shows.

    Raises:
        Refusal: What is not about the form: nobody signed in, a thing that is not there.
    """
    language = reader_at_desk(request, request.app.state.edge).language
    entered = {name: form.every(name) for name, _ in form.fields if not _secret(command, name)}
    if isinstance(refused, Misread):
        texts = [say(fault.refusal, language) for fault in refused.faults]
        return Faults(tuple(zip(names_of(refused.faults), texts, strict=True)), entered, 422)
    status = status_of(refused)
    if status == 401 or (isinstance(refused, NotFound) and refused.field is None):
        raise refused
    return Faults(((refused.field or "", say(refused, language)),), entered, 422 if status == 404 else status)


def key_of(form: Form) -> str:
    """Return what tells a form from every other.

    Raises:
        Malformed: It bears none of ours.
    """
    key = form.one("key")
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Malformed("form.incomplete")
    return key


def _secret(command: type[BaseModel] | None, name: str) -> bool:
    found = command.model_fields.get(name) if command else None
    return name == "csrf" or (found is not None and found.annotation is SecretStr)


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())


def _refuse_before_change(request: Asked, who: SignedIn) -> None:
    path = request.scope["path"]
    if who.must_change and path not in ("/desk/password", "/desk/sign-out"):
        raise Forbidden("password.must_change")
    if who.must_set_up and not who.must_change and path not in (*SETTING_UP, "/desk/sign-out"):
        raise Forbidden("second_factor.must_set_up")
