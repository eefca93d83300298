"""Suggestions while somebody types: the first of what the same search would find."""

from typing import Any

from litestar import MediaType, Response, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec.json import encode
from pydantic import BaseModel, ConfigDict, Field

from api.businesses import find, question
from api.describing import public
from api.edge import Edge
from api.fallback import ANSWERED_BY, AnsweredBy, answered_by
from search_index.protocol import FieldName

AT_MOST = 8


class Suggestion(BaseModel):
    """A business that begins to fit."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    place: str
    field: FieldName | None = Field(description="Where what was typed was found.")
    matched: str = Field(description="The run of that field, as it is written there.")


class Suggestions(BaseModel):
    """The first businesses found."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Suggestion, ...]
    answered_by: AnsweredBy = Field(description=ANSWERED_BY)


def answered(edge: Edge, text: str) -> bytes:
    """Return the suggestions for what was typed, as JSON.

    Raises:
        Malformed: The text is too long.
    """
    asked = question(edge, text=text.strip(), limit=AT_MOST)
    found = find(edge, asked) if asked.text else None
    items = [
        {
            "id": hit.business_id,
            "name": card.answer.name,
            "place": card.answer.market or card.answer.region_name or card.answer.region,
            "field": hit.reason.field if hit.reason else None,
            "matched": hit.reason.matched if hit.reason else "",
        }
        for hit, card in (found.items if found else ())
    ]
    by_database = found is not None and found.by_database
    return encode({"items": items, "answered_by": answered_by(database=by_database)})


@get(
    "/api/v1/suggestions",
    **public(422, waits=True),
    tags=("businesses",),
    summary="Suggest businesses while somebody types",
)
async def suggestions(edge: NamedDependency[Edge], q: FromQuery[str] = "") -> Response[Suggestions]:
    """Return the first businesses that the search finds, as far as the database shows them."""
    body: Any = await sync_to_thread(answered, edge, q) if edge.waits else answered(edge, q)
    return Response(body, media_type=MediaType.JSON)
