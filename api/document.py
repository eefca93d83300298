"""The OpenAPI document: what the routes state, with the bodies exactly as they are read.

The framework's own sketch of a body leaves out its bounds and that unknown fields are refused, and
knows nothing of those that the path names.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.serialization import decode_json, encode_json
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from api.bodies import named_by
from api.describing import JSON, READ_AS, SENT_AS, ReadAs
from registry.calendar import PartialDate

SCHEMAS = "#/components/schemas/{model}"
FILE = {"type": "string", "format": "binary"}


def _header(name: str, says: str) -> dict[str, Any]:
    return {name: {"required": True, "description": says, "schema": {"type": "string"}}}


HEADERS = {
    "308": _header("Location", "Address of who took it over."),
    "401": _header("WWW-Authenticate", "Bearer."),
    "429": _header("Retry-After", "Seconds."),
    "503": _header("Retry-After", "Seconds."),
}
"""What an answer of a status always says in its head."""


class _Exact(GenerateJsonSchema):
    """The schema of a body, with dates that are unset as they are written."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default in JSON's types."""
        return dft.isoformat() if isinstance(dft, PartialDate) else super().encode_default(dft)


@cache
def document(app: Litestar) -> dict[str, Any]:
    """Return the document of an application in JSON's types."""
    stated: dict[str, Any] = decode_json(encode_json(app.openapi_schema.to_schema()))
    schemas = stated["components"]["schemas"]
    schemas |= _bodies(app)
    for operation, handler in _operations(app, stated["paths"]):
        for status, answer in operation["responses"].items():
            answer["headers"] = {**answer.get("headers", {}), **HEADERS.get(status, {})}
        if media := handler.opt.get(SENT_AS):
            operation["responses"]["200"]["content"] = {one: {"schema": FILE} for one in media}
        if read := handler.opt.get(READ_AS):
            _read_as(operation, read)
    while unused := _unused(stated):
        for name in unused:
            del schemas[name]
    return stated


def _read_as(operation: dict[str, Any], read: ReadAs) -> None:
    """Say that a body is JSON or a file, and so is its answer."""
    shape = {"$ref": SCHEMAS.format(model=read.model.__name__)}
    files = {one: {"schema": FILE} for one in read.files}
    operation["requestBody"] = {"required": True, "content": {JSON: {"schema": shape}, **files}}
    operation["responses"]["200"]["content"] |= {one: {"schema": FILE} for one in read.answers}


def _unused(stated: Mapping[str, Any]) -> list[str]:
    """Return the schemas that nothing in a document speaks of."""
    said = str(stated)
    return [name for name in stated["components"]["schemas"] if f"'{SCHEMAS.format(model=name)}'" not in said]


def _bodies(app: Litestar) -> dict[str, Any]:
    """Return the schema of each body, without what its path says, and of all that stands within one.

    What a path completes may stand within another body too, where it is said whole.
    """
    bodies: dict[str, Any] = {}
    within: dict[str, Any] = {}
    completed = set()
    for model, named in _read(app):
        made = model.model_json_schema(ref_template=SCHEMAS, schema_generator=_Exact)
        within |= made.pop("$defs", {})
        for field in named:
            del made["properties"][field]
            made["required"].remove(field)
        bodies[model.__name__] = made
        completed |= {model.__name__} if named else set()
    whole = {name: f"Whole{name}" for name in within if name in completed}
    told = encode_json({**{whole.get(name, name): one for name, one in within.items()}, **bodies}).decode()
    for name, other in whole.items():
        told = told.replace(f'"{SCHEMAS.format(model=name)}"', f'"{SCHEMAS.format(model=other)}"')
    return dict(decode_json(told))


def _operations(app: Litestar, paths: dict[str, Any]) -> Iterator[tuple[dict[str, Any], HTTPRouteHandler]]:
    """Yield each operation of the document with its handler."""
    for route, handler in _handlers(app):
        for method in handler.http_methods:
            if found := paths.get(route.path_format, {}).get(method.lower()):
                yield found, handler


def _read(app: Litestar) -> Iterator[tuple[type[BaseModel], frozenset[str]]]:
    """Yield each command that is read from a body, and its fields that are read from the path."""
    for route, handler in _handlers(app):
        if field := handler.parsed_data_field:
            yield field.annotation, named_by(field.annotation, route.path_parameters)
        if read := handler.opt.get(READ_AS):
            yield read.model, frozenset()


def _handlers(app: Litestar) -> Iterator[tuple[HTTPRoute, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from ((route, handler) for handler in route.route_handlers)


class Document(JsonRenderPlugin):
    """The document as it is served."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document as JSON."""
        return encode_json(document(request.app))
