"""The interface is what its document says, and the document is under version control."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.app import assemble
from api.document import document
from api.snapshot import FILE, snapshot
from tests.api.conftest import built

PUBLIC = {  # whoever asks; a new route stands here or has its guard
    "/api/v1/businesses",
    "/api/v1/businesses/{business_id}",
    "/api/v1/businesses/{business_id}/instruments",
    "/api/v1/catalog",
    "/api/v1/clearances",
    "/api/v1/events",
    "/api/v1/feeds/{name}",
    "/api/v1/instruments/{instrument_id}",
    "/api/v1/imports/templates/{name}",
    "/api/v1/lists",
    "/api/v1/lists/{regime}/deltas",
    "/api/v1/lists/{regime}/deltas/{version}/{region}/{name}",
    "/api/v1/lists/{regime}/editions",
    "/api/v1/lists/{regime}/editions/{version}",
    "/api/v1/lists/{regime}/editions/{version}/{region}/{name}",
    "/api/v1/lists/{regime}/entries",
    "/api/v1/lists/{regime}/entries/{entry_id}",
    "/api/v1/log/certificates/entries/{entry_id}",
    "/api/v1/log/checkpoint",
    "/api/v1/log/entries",
    "/api/v1/log/proof/consistency",
    "/api/v1/log/proof/inclusion",
    "/api/v1/log/tile/{name}",
    "/api/v1/papers/{code}",
    "/api/v1/statistics",
    "/api/v1/statistics/complaints",
    "/api/v1/suggestions",
    "/api/v1/transparency",
    "/api/v1/transparency.csv",
}
# their questions are too long for an address; they record nothing
READING_POSTS = {"/api/v1/lists/check", "/api/v1/businesses/match"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every route."""
    for path, item in document(built())["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_the_document_under_version_control_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == snapshot(), "read the change, then python -m api.snapshot"


def test_what_is_served_is_what_is_under_version_control() -> None:
    assert document(assemble()) == json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_each_route_states_its_key_its_problems_and_its_words(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    problems = {status: told for status, told in operation["responses"].items() if status >= "400"}
    is_public = path in (PUBLIC if method == "get" else READING_POSTS)
    wanted = {"400"} if method == "get" else {"400", "413", "415"}
    wanted |= set() if method == "get" or is_public else {"401", "403", "404", "409", "422"}
    assert wanted <= set(problems)
    assert ("401" in problems) == bool(operation.get("security")) == (not is_public)
    for told in problems.values():
        assert list(told["content"]) == ["application/problem+json"]
    assert operation["summary"]
    assert operation["description"]


def test_a_key_is_asked_for_where_the_document_says_so_and_every_act_names_its_idempotency_key() -> None:
    for method, path, operation in operations():
        row = built().state.rights[(method.upper(), path)]
        assert bool(operation.get("security")) == (row.roles is not None), path
    for method, path, operation in operations():
        named = [one["name"] for one in operation.get("parameters", [])]
        assert ("Idempotency-Key" in named) == (method == "post" and path not in READING_POSTS), path


def test_a_body_says_that_it_takes_no_other_field() -> None:
    schemas = document(built())["components"]["schemas"]
    for _, path, operation in operations():
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            assert schemas[reference.rpartition("/")[2]]["additionalProperties"] is False, path
