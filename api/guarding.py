"""The guard before every route: who sends the request, and whether the row of the route lets them.

It stands before any body is read or field checked. What a body names is judged by the same rules in
the transaction of the act, where the key is read again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from pydantic import BaseModel
from sqlmodel import Session

from api.edge import Edge
from api.headers import at_desk
from api.rights import READERS, Right
from api.sessions import signed_in
from api.things import THINGS
from registry.accounts.commands import actor_by_token
from registry.audit.work import Actor
from registry.errors import Broken, Forbidden, Unauthenticated
from registry.store.engine import reading

Connection = ASGIConnection[Any, Any, Any, Any]
Rows = Mapping[tuple[str, str], Right]


def actor_of(request: Connection, session: Session) -> Actor:
    """Return who sends the request.

    Raises:
        Unauthenticated: It bears no key, or one that is not valid.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or not token.isprintable():
        raise Unauthenticated("key.missing")
    return actor_by_token(session, token.strip())


def whoever(connection: Connection, session: Session) -> Actor:
    """Return who sends a request: at the desk by its cookie, elsewhere by its key.

    Raises:
        Unauthenticated: Neither is valid where it is asked for.
    """
    if at_desk(connection.scope["path"]):
        return signed_in(connection, session).actor
    return actor_of(connection, session)


def right_of(connection: Connection) -> Right:
    """Return the row of the route that a request asks for."""
    rows: Rows = connection.app.state.rights
    scope: Any = connection.scope
    return rows[(scope["method"], scope["path_template"])]


async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse whom the row of the route does not let in.

    Raises:
        Unauthenticated: The route is not public, and there is no valid key.
        Forbidden: The bearer holds none of its roles.
        NotFound: It speaks of a thing that does not exist, or is of elsewhere.
    """
    if str(connection.scope.get("method")) == "OPTIONS":  # says only which methods there are
        return
    right = right_of(connection)
    if right.roles is not None:
        await sync_to_thread(_refuse, connection, right, right.roles)


def refuse_foreign(session: Session, actor: Actor, right: Right, command: BaseModel) -> None:
    """Refuse a body that names a thing of elsewhere, in the words for one that does not exist.

    Raises:
        NotFound: It does.
    """
    if right.place in ("path", "body"):
        named = {name: getattr(command, name) for name in type(command).model_fields if name in THINGS}
        _refuse_unknown(session, actor, right, named, in_body=True)


def by_route(app: Litestar, rights: Iterable[Right]) -> Rows:
    """Return the rows by method and path, one for every route of the application.

    Raises:
        Broken: A route has no row or two, or a row has no route.
    """
    rows = list(rights)
    keys = [(row.method, row.path) for row in rows]
    routes = {
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    problems = [f"no row for {' '.join(key)}" for key in sorted(routes - set(keys))]
    problems += [f"no route for {' '.join(key)}" for key in sorted(set(keys) - routes)]
    problems += [f"two rows for {' '.join(key)}" for key in sorted(set(keys)) if keys.count(key) > 1]
    if problems:
        raise Broken("the table of rights and the routes differ", problems=problems)
    return dict(zip(keys, rows, strict=True))


def _refuse(connection: Connection, right: Right, roles: tuple[str, ...]) -> None:
    edge: Edge = connection.app.state.edge
    with reading(edge.engine) as session:
        actor = whoever(connection, session)
        if not roles:
            return
        regions = [grant.region for grant in actor.grants if grant.role in roles]
        if not regions or (right.place == "nation" and "" not in regions):
            raise Forbidden("grant.missing", role=roles[0], region="000000")
        if right.place == "path":
            named = connection.scope["path_params"]
            if any("\0" in str(value) for value in named.values()):
                raise NotFoundException
            _refuse_unknown(session, actor, right, {name: named[name] for name in named if name in THINGS})


def _refuse_unknown(
    session: Session, actor: Actor, right: Right, named: Mapping[str, Any], *, in_body: bool = False
) -> None:
    """Refuse what the actor neither supervises nor may act upon."""
    roles = {*READERS, *(right.roles or ())}
    for name, identifier in named.items():
        if identifier is None:
            continue
        region = THINGS[name].region(session, identifier)
        if region is None or not any(actor.may(role, region) for role in roles):
            unknown = THINGS[name].unknown(identifier)
            unknown.field = name if in_body else None
            raise unknown
