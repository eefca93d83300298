"""The edge where acts are committed: one request, one transaction, one effect per idempotency key.

The header follows the IETF draft on Idempotency-Key: missing 400, another content 422, still running
409, done: the same answer again. A refused act leaves no key, so it may be sent again.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from registry.audit.work import Work
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
) -> Response[Any]:
    """Carry out an act once, however often the request is sent: 201, or 200 where it changed nothing.

    Raises:
        Misread: The Idempotency-Key is missing, too long or not of visible ASCII characters.
        Unauthenticated: No valid key.
        NotFound: It names a thing that does not exist, or is of elsewhere.
        Conflict: A request with this Idempotency-Key is still running.
        RuleRefused: The Idempotency-Key was used with another content.
    """
    key = _key_of(request)
    digest = _digest(request, command)
    with _alone(edge, (request.headers.get("authorization", ""), key)):
        try:
            with writing(edge.engine) as session:
                work = Work(session, actor_of(request, session), edge.now(), edge.rulebook())
                given = session.get(IdempotencyKey, (work.actor.account_name, key))
                if given is None:
                    refuse_foreign(session, work.actor, right_of(request), command)
                    _claim(work, key, digest)
                    answer = act(work)
                    return _remember(work, key, answer)
        except IntegrityError as lost:
            # another process was first with this key; what it answered is the answer
            with reading(edge.engine) as session:
                given = session.get(IdempotencyKey, (actor_of(request, session).account_name, key))
            if given is None:
                raise Conflict("record.raced") from lost
        return _again(given, digest)


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


def _digest(request: Request[Any, Any, Any], command: BaseModel) -> str:
    said = f"{request.method} {request.url.path}\n{command.model_dump_json()}"
    return hashlib.sha256(said.encode()).hexdigest()


def _claim(work: Work, key: str, digest: str) -> None:
    work.session.connection().execute(
        insert(IdempotencyKey),
        [
            {
                "principal": work.actor.account_name,
                "key": key,
                "request_digest": digest,
                "recorded_at": work.now,
            }
        ],
    )


def _remember(work: Work, key: str, answer: Recorded) -> Response[Any]:
    row = work.session.get_one(IdempotencyKey, (work.actor.account_name, key))
    row.status = 200 if answer.what == "unchanged" else 201
    row.media_type, row.body = "application/json", answer.model_dump_json()
    work.session.add(row)
    return _stored(row)


def _again(given: IdempotencyKey, digest: str) -> Response[Any]:
    if given.request_digest != digest:
        raise RuleRefused("idempotency.reused", field="Idempotency-Key")
    return _stored(given)


def _stored(row: IdempotencyKey) -> Response[Any]:
    return Response(row.body or "", status_code=row.status or 200, media_type=row.media_type)
