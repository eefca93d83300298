"""The edge where acts are committed: one request, one transaction, one effect per idempotency key.

The header follows the IETF draft on Idempotency-Key: missing 400, another content 422, still running
409, done: the same answer again. A refused act leaves no key, so it may be sent again.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from litestar import Request, Response
from pydantic import BaseModel
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from api.answers import Recorded
from api.edge import Edge
from api.faults import Fault, Misread
from api.guarding import actor_of, refuse_foreign, right_of
from registry.audit.work import Actor, Work
from registry.errors import Conflict, Malformed, RuleRefused
from registry.store.engine import reading, writing
from registry.store.tables import IdempotencyKey

LONGEST_KEY = 200
# a client that got no answer tries again within minutes; a day also covers an outage of its own
REMEMBERED = timedelta(hours=24)

T = TypeVar("T")


def consult(edge: Edge, request: Request[Any, Any, Any], read: Callable[[Work], T]) -> T:
    """Read something for the bearer of a key, in one consistent state."""
    with reading(edge.engine) as session:
        actor = actor_of(request, session)
        return read(Work(session, actor, edge.now(), edge.rulebook()))


def record(
    edge: Edge,
    request: Request[Any, Any, Any],
    command: BaseModel,
    act: Callable[[Work], Recorded],
    status: int = 201,
) -> Response[Any]:
    """Carry out an act once, however often the request is sent, and answer 200 where it changed nothing.

    Args:
        edge: The installation.
        request: Names the bearer and the key of the act.
        command: What is asked for.
        act: Does it.
        status: Answered to what was done; 202 where a job has still to carry it out.

    Raises:
        Misread: The Idempotency-Key is missing, too long or not of visible ASCII characters.
        Unauthenticated: No valid key.
        NotFound: It names a thing that does not exist, or is of elsewhere.
        Conflict: A request with this Idempotency-Key is still running.
        RuleRefused: The Idempotency-Key was used with another content.
    """
    key = _key_of(request)
    bearer = request.headers.get("authorization", "")
    answer = once(
        edge,
        Keyed(bearer, key, digest_of(request, command)),
        lambda session: actor_of(request, session),
        lambda session, actor: refuse_foreign(session, actor, right_of(request), command),
        _stored(act, status),
    )
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type)


@dataclass(frozen=True)
class Keyed:
    """A request that takes effect once.

    Attributes:
        bearer: What the sender proves himself by; one act of his under this key runs at a time.
        key: The Idempotency-Key.
        digest: Of what is asked for; the same key with another is refused.
    """

    bearer: str
    key: str
    digest: str


@dataclass(frozen=True)
class Answer:
    """What is answered to an act, now and whenever its request is sent again."""

    status: int
    media_type: str
    body: str


def once(
    edge: Edge,
    keyed: Keyed,
    identify: Callable[[Session], Actor],
    refuse: Callable[[Session, Actor], None],
    act: Callable[[Work], Answer],
) -> Answer:
    """Carry out an act in one transaction, once for each key, and return its first answer.

    Raises:
        Conflict: The same request is still running.
        RuleRefused: The key was used with another content.
    """
    with _alone(edge, (keyed.bearer, keyed.key)):
        try:
            with writing(edge.engine) as session:
                work = Work(session, identify(session), edge.now(), edge.rulebook())
                given = session.get(IdempotencyKey, (work.actor.account_name, keyed.key))
                if given is None:
                    refuse(session, work.actor)
                    _claim(work, keyed)
                    return _remember(work, keyed.key, act(work))
        except IntegrityError as lost:
            # another process was first with this key; what it answered is the answer
            with reading(edge.engine) as session:
                given = session.get(IdempotencyKey, (identify(session).account_name, keyed.key))
            if given is None:
                raise Conflict("record.raced") from lost
        return _again(given, keyed.digest)


def forget(session: Session, now: datetime) -> int:
    """Forget the answers that no client will ask for again, and return how many."""
    old = delete(IdempotencyKey).where(col(IdempotencyKey.recorded_at) < now - REMEMBERED)
    return int(session.connection().execute(old).rowcount)


def _key_of(request: Request[Any, Any, Any]) -> str:
    key = request.headers.get("idempotency-key", "")
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        missing = Malformed("idempotency.missing", longest=LONGEST_KEY)
        raise Misread([Fault("/Idempotency-Key", missing, "header")])
    return key


@contextmanager
def _alone(edge: Edge, one: tuple[str, str]) -> Iterator[None]:
    """Let one request of a key run at a time; requests in other processes wait in the database.

    Raises:
        Conflict: Another is running.
    """
    if not edge.running.begin(one):
        raise Conflict("idempotency.running", field="Idempotency-Key")
    try:
        yield
    finally:
        edge.running.end(one)


def digest_of(request: Request[Any, Any, Any], command: BaseModel) -> str:
    """Return the digest of what a request asks for; secrets of a command do not enter it."""
    said = f"{request.method} {request.scope['path']}\n{command.model_dump_json()}"
    return hashlib.sha256(said.encode()).hexdigest()


def _claim(work: Work, keyed: Keyed) -> None:
    work.session.connection().execute(
        insert(IdempotencyKey),
        [
            {
                "principal": work.actor.account_name,
                "key": keyed.key,
                "request_digest": keyed.digest,
                "recorded_at": work.now,
            }
        ],
    )


def _stored(act: Callable[[Work], Recorded], done: int) -> Callable[[Work], Answer]:
    def answered(work: Work) -> Answer:
        outcome = act(work)
        status = 200 if outcome.what == "unchanged" else done
        return Answer(status, "application/json", outcome.model_dump_json())

    return answered


def _remember(work: Work, key: str, answer: Answer) -> Answer:
    row = work.session.get_one(IdempotencyKey, (work.actor.account_name, key))
    row.status, row.media_type, row.body = answer.status, answer.media_type, answer.body
    work.session.add(row)
    return answer


def _again(given: IdempotencyKey, digest: str) -> Answer:
    if given.request_digest != digest:
        raise RuleRefused("idempotency.reused", field="Idempotency-Key")
    return Answer(given.status or 200, given.media_type or "", given.body or "")
