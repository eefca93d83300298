"""The OpenAPI document: what the routes state, with the bodies exactly as they are read.

The framework's own sketch of a body leaves out its bounds and that unknown fields are refused, and
knows nothing of those that the path names.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.serialization import decode_json, encode_json
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from api.bodies import named_by
from registry.calendar import PartialDate

SCHEMAS = "#/components/schemas/{model}"


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
    for model, named in _bodies(app):
        made = model.model_json_schema(ref_template=SCHEMAS, schema_generator=_Exact)
        schemas |= made.pop("$defs", {})
        for field in named:
            del made["properties"][field]
            made["required"].remove(field)
        schemas[model.__name__] = made
    while unused := [name for name in schemas if f"'{SCHEMAS.format(model=name)}'" not in str(stated)]:
        for name in unused:
            del schemas[name]
    return stated


def _bodies(app: Litestar) -> Iterator[tuple[type[BaseModel], frozenset[str]]]:
    """Yield each command that is read from a body, and its fields that are read from the path."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if field := handler.parsed_data_field:
                yield field.annotation, named_by(field.annotation, route.path_parameters)


class Document(JsonRenderPlugin):
    """The document as it is served."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document as JSON."""
        return encode_json(document(request.app))
