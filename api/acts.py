"""The edge where acts are committed: one request, one transaction, one effect per idempotency key."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request, Response
from pydantic import BaseModel
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.edge import Edge
from registry.accounts.commands import actor_by_token
from registry.audit.work import Actor, Work
from registry.errors import Conflict, Malformed, Unauthenticated
from registry.store.engine import reading, writing
from registry.store.tables import IdempotencyKey

LONGEST_KEY = 200

T = TypeVar("T")


def actor_of(request: Request[Any, Any, Any], session: Session) -> Actor:
    """Return who sends the request.

    Raises:
        Unauthenticated: It bears no key, or one that is not valid.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("key.missing")
    return actor_by_token(session, token.strip())


def consult(edge: Edge, request: Request[Any, Any, Any], read: Callable[[Work], T]) -> T:
    """Read something for the bearer of a key, in one consistent state."""
    with reading(edge.engine) as session:
        actor = actor_of(request, session)
        return read(Work(session, actor, edge.now(), edge.rulebook()))


def record(
    edge: Edge,
    request: Request[Any, Any, Any],
    command: BaseModel,
    act: Callable[[Work], BaseModel],
    *,
    status: int = 201,
) -> Response[Any]:
    """Carry out an act once, however often the request is sent.

    Raises:
        Unauthenticated: No valid key.
        Malformed: The Idempotency-Key is missing or too long.
        Conflict: The key was used with another content.
    """
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise Malformed("idempotency.missing", field="Idempotency-Key")
    digest = _digest(request, command)
    try:
        with writing(edge.engine) as session:
            work = Work(session, actor_of(request, session), edge.now(), edge.rulebook())
            given = session.get(IdempotencyKey, (work.actor.account_name, key))
            if given is None:
                _claim(work, key, digest)
                answer = act(work)
                return _remember(work, key, answer, status)
    except IntegrityError as lost:
        # another request with this key was first; what it answered is the answer
        with reading(edge.engine) as session:
            given = session.get(IdempotencyKey, (actor_of(request, session).account_name, key))
        if given is None:
            raise Conflict("record.raced") from lost
    return _again(given, digest)


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


def _remember(work: Work, key: str, answer: BaseModel, status: int) -> Response[Any]:
    row = work.session.get_one(IdempotencyKey, (work.actor.account_name, key))
    row.status, row.media_type, row.body = status, "application/json", answer.model_dump_json()
    work.session.add(row)
    return _stored(row)


def _again(given: IdempotencyKey, digest: str) -> Response[Any]:
    if given.request_digest != digest:
        raise Conflict("idempotency.reused", field="Idempotency-Key")
    return _stored(given)


def _stored(row: IdempotencyKey) -> Response[Any]:
    return Response(row.body or "", status_code=row.status or 200, media_type=row.media_type)
