"""What is looked at before any handler: addresses that no handler could mean."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from api.faults import Fault, Misread, pointer
from registry.errors import Malformed

STRICT = "/api/v1/"
UNDOCUMENTED = "/api/{path}"  # the framework answers a page of its own beside the documentation's


async def screen(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Refuse an address that names nothing or asks what the route does not know; answer OPTIONS.

    A filter that is misspelt or given twice would silently answer another question.

    Raises:
        NotFoundException: The path holds the character NUL, which no identifier does, or names
            nothing beside the documentation.
        Misread: The query does or is not ASCII, or that of an API route names what the route does not read.
    """
    if "\0" in request.scope["path"] or _template(request) == UNDOCUMENTED:
        raise NotFoundException
    if not request.scope["query_string"].isascii():  # a URI is ASCII (RFC 3986); some readers of it fail
        raise Misread([Fault("", Malformed("field.no_unicode"), "query")])
    if request.method == "OPTIONS":
        return Response(None, status_code=204, headers={"Allow": _offered(request.app)[_template(request)]})
    query = request.query_params
    if query and any("\0" in name or "\0" in value for name, value in query.multi_items()):
        raise Misread([Fault("", Malformed("field.nul"), "query")])
    if query and request.scope["path"].startswith(STRICT):
        _refuse_unknown(request, query.dict())
    return None


def _template(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["path_template"])


@cache
def _offered(app: Litestar) -> Mapping[str, str]:
    """Return the methods of each path; the framework's own answer forgets some that share a path."""
    return {
        route.path_format: ", ".join(sorted(route.methods))
        for route in app.routes
        if isinstance(route, HTTPRoute)
    }


def _refuse_unknown(request: Request[Any, Any, Any], asked: Mapping[str, list[Any]]) -> None:
    known = _read_by(request.route_handler)
    faults = [
        Fault(
            pointer([name]),
            Malformed("field.repeated") if name in known else Malformed("field.unknown"),
            "query",
        )
        for name, values in asked.items()
        if name not in known or (len(values) > 1 and not known[name])
    ]
    if faults:
        raise Misread(faults)


@cache
def _read_by(handler: HTTPRouteHandler) -> Mapping[str, bool]:
    """Return the names of the query that a handler reads, and whether each may be given twice."""
    return {
        field.kwarg_definition.name or name: any(
            kind.is_non_string_sequence for kind in (field, *field.inner_types)
        )
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    }
