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


@get(
    "/api/v1/suggestions",
    **public(422, waits=True),
    tags=("businesses",),
    summary="Suggest businesses while somebody types",
)
async def suggestions(edge: NamedDependency[Edge], q: FromQuery[str] = "") -> Response[Suggestions]:
    """Return the first businesses that the search finds, as far as the database shows them."""

    def answer() -> bytes:
        asked = question(edge, text=q.strip(), limit=AT_MOST)
        items = find(edge, asked).items if asked.text else ()
        return encode(
            {
                "items": [
                    {
                        "id": hit.business_id,
                        "name": card.answer.name,
                        "place": card.answer.market or card.answer.region_name or card.answer.region,
                        "field": hit.reason.field if hit.reason else None,
                        "matched": hit.reason.matched if hit.reason else "",
                    }
                    for hit, card in items
                ]
            }
        )

    body: Any = await sync_to_thread(answer) if edge.watch.waits else answer()
    return Response(body, media_type=MediaType.JSON)
