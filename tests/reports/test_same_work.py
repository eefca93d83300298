"""A code that finds nothing has the same done for it as one that finds a report, by statement and call.

That is why the time of an answer tells nothing; the times themselves are tried in `test_code_timing.py`.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from litestar import Request
from sqlalchemy import Engine, event
from sqlmodel import select

from api.intake import routes, visiting
from public_site.reporting import returning
from registry.reports import thread
from registry.reports.codes import Derived, derive, draw
from registry.reports.sealing import SecretKey, new_key
from registry.reports.tables import LastVisit, Message, Report
from tests.reports.intaking import Desk
from tests.reports.sending import forget_all
from tests.reports.site import PEPPER

OURS = str(Path(__file__).parents[2])
OTHERS = f"{OURS}/.venv"
SEALERS = ("cryptography", "nacl", "_sodium")


@dataclass
class Work:
    """What was done for one code.

    Attributes:
        statements: Asked of either database, in order.
        calls: Of our functions and of those that seal and open, by name.
        lengths: Of the page and of the answer to a program, bytes.
    """

    statements: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    lengths: tuple[int, ...] = ()


@contextmanager
def noting(work: Work, engines: tuple[Engine, ...]) -> Iterator[None]:
    """Note statements and calls of this thread."""

    def asked(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        work.statements.append(statement)

    def called(frame: FrameType, kind: str, what: Any) -> None:
        file = frame.f_code.co_filename
        if kind == "call" and file.startswith(OURS) and not file.startswith(OTHERS):
            work.calls[f"{file.removeprefix(OURS)} {frame.f_code.co_qualname}"] += 1
        elif kind == "c_call" and (getattr(what, "__module__", None) or "").startswith(SEALERS):
            work.calls[what.__qualname__] += 1

    for engine in engines:
        event.listen(engine, "before_cursor_execute", asked)
    sys.setprofile(called)
    try:
        yield
    finally:
        sys.setprofile(None)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", asked)


def done_for(desk: Desk, reporter: Derived) -> tuple[bool, Work]:
    """Look a code up and render both answers, as page and interface do; return whether it was found."""
    work, edge = Work(), desk.reception.edge
    reporter = Derived(
        reporter.locator, SecretKey(reporter.reply.suite, reporter.reply.seed)
    )  # as just derived
    asked: Request[Any, Any, Any] = Request(
        {"type": "http", "path": "/report/return", "query_string": b"", "headers": []}
    )  # type: ignore[typeddict-item]
    with noting(work, (edge.engine, edge.reports.engine)):
        found, there = visiting.looked_up(desk.reception, reporter)
        back = visiting.Back(found, there, 0)
        answers = (returning.answer_to(desk.reception, asked, back), routes.answer_to(back))
    work.lengths = tuple(len(str(one.content).encode()) for one in answers)
    assert [there.ticket in str(one.content) for one in answers] == [found, found]
    return found, work


@pytest.fixture
def reporter(desk: Desk) -> Derived:
    """Who sent a report and came back before, where others tried codes that find none."""
    known_by = derive(desk.reported(), PEPPER)
    for tried in (
        known_by,
        Derived(b"none", new_key()),
    ) * 2:  # what is made once in a process is made by then
        assert done_for(desk, tried)[0] is (tried is known_by)
    return known_by


def test_a_code_that_finds_nothing_has_the_same_done_as_one_that_finds_a_report(
    desk: Desk, reporter: Derived
) -> None:
    right, wrong = done_for(desk, reporter), done_for(desk, derive(draw(), PEPPER))
    with desk.site.vault() as vault:
        forget_all(vault)
    expired = done_for(desk, reporter)
    assert [right[0], wrong[0], expired[0]] == [True, False, False]
    for absent in (wrong[1], expired[1]):
        assert absent.statements == right[1].statements
        assert absent.lengths == right[1].lengths
        assert {**absent.calls} == {**right[1].calls}
    assert len(right[1].statements) > 10
    assert set(right[1].lengths) == {65_536}


def test_a_message_that_is_opened_is_seen_in_the_count_but_asks_no_statement_more(
    desk: Desk, reporter: Derived
) -> None:
    before = done_for(desk, reporter)[1]
    with desk.site.vault() as vault:
        report, key = thread.visit(vault, reporter)
        thread.write(vault, report, key, "office", "请补充购买的日期。")
    after = done_for(desk, reporter)[1]
    assert after.calls != before.calls
    assert after.statements == before.statements


def test_a_code_that_finds_nothing_begins_no_visit_and_keeps_nothing(desk: Desk, reporter: Derived) -> None:
    visits = len(desk.reception.visits._visits)
    found, _ = done_for(desk, Derived(b"none", new_key()))
    assert not found
    assert len(desk.reception.visits._visits) == visits
    with desk.site.vault() as vault:
        assert len(vault.session.exec(select(Report)).all()) == 1
        assert vault.session.exec(select(Message)).all() == []
        assert len(vault.session.exec(select(LastVisit)).all()) == 2
