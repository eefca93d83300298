"""What every route says of itself: its key, its refusals, and how it runs — for code and document.

Each function returns arguments of a route: `@get("/", **public(404), summary=…)`.
"""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema, SecurityRequirement

from api.acts import LONGEST_KEY
from api.answers import Recorded
from api.problems import PROBLEM, TITLES, Problem

KEY: list[SecurityRequirement] = [{"key": []}]


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


def act(*refusals: int) -> dict[str, Any]:
    """Describe a route that records for the bearer of a key; what its path names is read into its body."""
    described = supervised(404, 409, 413, 415, 422, *refusals)
    unchanged = ResponseSpec(Recorded, description="On record already; nothing changed.")
    described["responses"][200] = unchanged
    return {**described, "operation_class": Act}


def _problems(*statuses: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(
            Problem, description=TITLES[status]["en"], media_type=PROBLEM, generate_examples=False
        )
        for status in sorted(statuses)
    }
