"""A plain question is answered beside the framework exactly as the framework answers it."""

import pytest

from api import plain
from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town

QUERIES = (
    "q=",
    "q=%E8%80%81",
    "q=lao+wang",
    "q=lwxy",
    "&&q=%E7%8E%8B%E9%B2%9C&",
    "q=%FF",
    "q=%2B1%26",
    "q=a;b",
    "q=91411500MA40000017",
    "",
    "q",
    "Q=a",
    "q=a&q=b",
    "q=a&x=1",
    "q=%E8%80%81&limit=1",
    "q=a%00b",
    "q=" + 300 * "a",
    "q=%ED%A0%80",
)


@pytest.mark.parametrize("path", sorted(plain.ANSWERS))
def test_a_question_is_answered_as_the_whole_way_answers_it(
    town: Town, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(town.plant.engine) as session:
        work = given.work(session, "national")
        for name in ("老王鲜鱼", "老李秤店", "老 王"):
            given.business(work, name)
    town.deliver()
    answers = {query: town.get(f"{path}?{query}") for query in QUERIES}
    monkeypatch.setattr(plain, "ANSWERS", {})
    for query, one in answers.items():
        whole = town.get(f"{path}?{query}&&&")  # says the same, and is remembered by nobody
        assert (one.status_code, one.content) == (whole.status_code, whole.content), query
        assert {**one.headers, "date": ""} == {**whole.headers, "date": ""}, query


def test_a_plain_question_never_reaches_the_framework_and_any_other_does(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(plain.ANSWERS, "/api/v1/businesses", lambda _edge, text: text.encode())  # type: ignore[arg-type]
    assert town.get("/api/v1/businesses?q=lao+wang").content == b"lao wang"
    for query in ("", "?q=a&limit=3", "?region=41", "?q=a%00"):
        assert town.get(f"/api/v1/businesses{query}").headers["content-type"].startswith("application/")
        assert town.get(f"/api/v1/businesses{query}").content.startswith(b"{")
    assert town.post("/api/v1/businesses?q=a", {}).status_code == 400
