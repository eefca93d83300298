"""GET without a body is HEAD, what is known is not sent again, and every refusal says what is offered."""

import pytest

from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}
PUBLIC = [
    "/",
    "/search",
    "/lists/red",
    "/lists/black",
    "/boards",
    "/repair",
    "/about",
    "/api",
    "/api/openapi.json",
    "/api/docs/init.js",
    "/api/v1/businesses",
    "/api/v1/lists",
    "/api/v1/lists/henan_black/entries",
    "/api/v1/lists/henan_black/editions",
    "/api/v1/statistics",
    "/healthz",
    "/readyz",
    "/metrics",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_head_answers_like_get_without_the_body(town: Town, path: str) -> None:
    got, head = town.get(path), town.client.head(path)
    assert got.status_code == 200
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("path", [path for path in PUBLIC if path != "/report"])  # kept by no reader
def test_what_the_reader_holds_is_not_sent_again(town: Town, path: str) -> None:
    tag = town.get(path).headers["etag"]
    for offered in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = town.get(path, headers={"If-None-Match": offered})
        assert (again.status_code, again.content) == (304, b""), offered
        assert again.headers["etag"] == tag
        assert "content-length" not in again.headers


def test_a_file_that_comes_in_pieces_is_not_sent_again(town: Town) -> None:
    styles = town.get("/").text.partition('href="/static/')[2].partition('"')[0]
    path = f"/static/{styles}"
    tag = town.get(path).headers["etag"]
    assert town.get(path, headers={"If-None-Match": tag}).content == b""


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/businesses", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/documents", "OPTIONS, POST"),
        ("HEAD", "/api/v1/documents", "OPTIONS, POST"),
        ("BREW", "/api/v1/statistics", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_offered_names_those_that_are(
    town: Town, method: str, path: str, allowed: str
) -> None:
    answer = town.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_options_says_what_is_offered_and_no_more(town: Town) -> None:
    answer = town.client.options("/api/v1/businesses", headers={"Origin": "https://example.org"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/api/v1/lists/", "/api/v1/businesses/", "/search/", "/api/"])
def test_a_slash_at_the_end_changes_nothing(town: Town, path: str) -> None:
    assert town.get(path).content == town.get(path.rstrip("/")).content
