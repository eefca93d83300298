"""What every route says of itself: its key, its refusals, and how it runs — for code and document.

Each function returns arguments of a route: `@get("/", **public(404), summary=…)`.
"""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
    SecurityRequirement,
)
from pydantic import BaseModel

from api.acts import LONGEST_KEY
from api.answers import Recorded
from api.problems import PROBLEM, TITLES, Problem

ANY_TIME = (429, 503)
"""Whoever asks too often, and whoever asks while the database is away, is told when to come back."""
KEY: list[SecurityRequirement] = [{"key": []}]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
SENT_AS = "sent_as"
"""Under which a handler keeps the media types of the file that it answers."""
READ_AS = "read_as"
"""Under which a handler keeps what it reads: the shape of its JSON, and the media types beside it."""
FILES = (WORKBOOK, "text/csv", "application/x-ndjson", "application/octet-stream")
"""Media types under which a file of rows may be sent; what it is, its content tells."""


@dataclass
class Act(Operation):
    """An operation that records, and so reads the header that makes a retry harmless."""

    def __post_init__(self) -> None:
        """Name the header."""
        header = Parameter(
            name="Idempotency-Key",
            param_in="header",
            required=True,
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_KEY),
            description="Chosen by the client, new for each act. The same one again repeats the answer.",
        )
        self.parameters = [*(self.parameters or []), header]


@dataclass
class FileAct(Act):
    """An act whose body is a file of rows."""

    def __post_init__(self) -> None:
        """Describe the file."""
        super().__post_init__()
        file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(content=dict.fromkeys(FILES, file), required=True)


def public(*refusals: int, waits: bool = False) -> dict[str, Any]:
    """Describe a route for everybody; one that `waits` by itself is no matter for a thread."""
    threads = {} if waits else {"sync_to_thread": True}
    return {**threads, "responses": _problems(400, *refusals)}


def supervised(*refusals: int) -> dict[str, Any]:
    """Describe a route that reads for the bearer of a key."""
    return {
        "sync_to_thread": True,
        "security": KEY,
        "responses": _problems(400, 401, 403, *refusals),
    }


def moving(answer: type[BaseModel], *refusals: int) -> dict[str, Any]:
    """Describe a public route that answers by 308 where what is asked for was taken over by another."""
    described = public(*refusals)
    described["responses"][200] = ResponseSpec(answer, description="What the public may see.")
    described["responses"][308] = ResponseSpec(None, description="Taken over by another, which stands there.")
    return described


def sent_as(*media: str) -> dict[str, Any]:
    """Describe what a route answers as a file in one of these media types."""
    return {"media_type": media[0], "opt": {SENT_AS: media}}


@dataclass(frozen=True)
class ReadAs:
    """What a route reads by itself because its body may be a file, and how it answers beside JSON."""

    model: type[BaseModel]
    files: tuple[str, ...]
    answers: tuple[str, ...]


def read_as(model: type[BaseModel], files: tuple[str, ...], *, answers: tuple[str, ...]) -> dict[str, Any]:
    """Describe a route whose body is JSON of a shape or a file, and which answers JSON or a file."""
    return {"opt": {READ_AS: ReadAs(model, files, answers)}}


def act(*refusals: int) -> dict[str, Any]:
    """Describe a route that records for the bearer of a key; what its path names is read into its body."""
    described = supervised(404, 409, 413, 415, 422, *refusals)
    unchanged = ResponseSpec(Recorded, description="On record already; nothing changed.")
    described["responses"][200] = unchanged
    return {**described, "operation_class": Act}


def file_act(answer: type[Recorded], *refusals: int) -> dict[str, Any]:
    """Describe a route that takes a file of rows; it waits for the file before it needs a thread."""
    described = act(*refusals)
    del described["sync_to_thread"]
    described["responses"][200] = ResponseSpec(answer, description="Nothing was written.")
    return {**described, "operation_class": FileAct}


def _problems(*statuses: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(
            Problem, description=TITLES[status]["en"], media_type=PROBLEM, generate_examples=False
        )
        for status in sorted({*statuses, *ANY_TIME})
    }
