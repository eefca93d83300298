"""Equal marks mean an equal state, however transactions overlap."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, text

from registry.store.changes import may_change_what_is_shown
from registry.store.engine import reading, writing
from registry.store.watch import QUICK, REST, Counted, Kept, Watch, one_state
from tests import given

RENAMED = text("UPDATE person SET name = name || '.' WHERE id = (SELECT min(id) FROM person)")

AT_THE_DESK = (
    "DELETE FROM login_session",
    "DELETE FROM idempotency_key",
    "UPDATE scheduled_run SET outcome = ''",
)
ELSEWHERE = """
import sys
from sqlalchemy import text
from registry.store.engine import open_engine, writing
with writing(open_engine(sys.argv[1])) as session:
    session.connection().execute(text("UPDATE person SET name = name || '.'"))
"""


def names(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return sorted(session.connection().execute(text("SELECT name FROM person")).scalars())


def test_each_commit_changes_the_mark(engine: Engine) -> None:
    given.registry(engine)
    watch, seen = Watch(engine), []
    for _ in range(4):
        seen.append((watch.mark(), names(engine)))
        with writing(engine) as session:
            session.connection().execute(RENAMED)
    assert len({mark for mark, _ in seen}) == len(seen)
    watch.close()


def test_what_commits_late_changes_the_mark_though_it_began_before(engine: Engine) -> None:
    """What began first may end last; a mark that only named the newest would not tell."""
    given.registry(engine)
    watch = Watch(engine)
    with Session(engine) as first:
        if engine.dialect.name == "postgresql":
            first.connection().execute(RENAMED)  # has a number from here on, and ends last
            with writing(engine) as second:
                second.connection().execute(text("UPDATE office SET region = region"))
        else:
            first.connection().execute(RENAMED)
        before, shown = watch.mark(), names(engine)
        first.commit()
    assert names(engine) != shown
    assert watch.mark() != before
    watch.close()


def test_what_is_rolled_back_is_seen_by_nobody_whatever_the_mark(engine: Engine) -> None:
    given.registry(engine)
    watch, shown = Watch(engine), names(engine)
    with Session(engine) as session:
        session.connection().execute(RENAMED)
        session.rollback()
    assert names(engine) == shown
    before = watch.mark()
    with writing(engine) as session:
        session.connection().execute(RENAMED)
    assert watch.mark() != before
    watch.close()


def test_another_connection_goes_on_counting(engine: Engine) -> None:
    given.registry(engine)
    watch = Watch(engine)
    before = watch.mark()
    watch.close()
    assert watch.mark() == before
    with writing(engine) as session:
        session.connection().execute(RENAMED)
    assert watch.mark() != before
    watch.close()


@pytest.mark.parametrize("statement", AT_THE_DESK)
def test_what_no_public_answer_reads_leaves_the_mark_as_it_is_unless_more_changes_with_it(
    engine: Engine, statement: str
) -> None:
    given.registry(engine)
    watch = Watch(engine)
    before = watch.mark()
    with writing(engine) as session:
        session.connection().execute(text(statement))
    assert watch.mark() == before
    with writing(engine) as session:
        session.connection().execute(RENAMED)
        session.connection().execute(text(statement))
    assert watch.mark() != before
    watch.close()


@pytest.mark.parametrize(
    "begun", ["INSERT OR REPLACE INTO office", "WITH x AS (SELECT 1) UPDATE office SET", "COPY"]
)
def test_a_statement_that_is_not_understood_may_change_what_is_shown(begun: str) -> None:
    assert may_change_what_is_shown(begun)


def test_what_another_process_commits_changes_the_mark(engine: Engine) -> None:
    given.registry(engine)
    watch = Watch(engine)
    before = watch.mark()
    address = engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", ELSEWHERE, address], check=True)
    assert watch.mark() != before
    watch.close()


def test_of_many_that_commit_at_once_each_is_counted(engine: Engine) -> None:
    given.registry(engine)
    watch = Watch(engine)
    before = watch.mark()

    def rename() -> None:
        for _ in range(8):
            with writing(engine) as session:
                session.connection().execute(RENAMED)

    several = [threading.Thread(target=rename) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert watch.mark().changes == (before.changes or 0) + 4 * 8
    watch.close()


def test_what_is_kept_is_read_again_after_a_commit_or_under_another_key_and_not_before(
    engine: Engine,
) -> None:
    given.registry(engine)
    watch = Watch(engine)
    kept, read = Kept[list[str]](watch), []

    def names_now() -> list[str]:
        read.append(1)
        return names(engine)

    first = kept.get("today", names_now)
    assert any(_same(kept, read, names_now) for _ in range(30))  # others may write on the same server
    with writing(engine) as session:
        session.connection().execute(RENAMED)
    assert kept.get("today", names_now) != first
    before = len(read)
    kept.get("tomorrow", names_now)
    assert len(read) == before + 1
    watch.close()


def _same(kept: Kept[list[str]], read: list[int], names_now: Callable[[], list[str]]) -> bool:
    kept.get("today", names_now)
    before = len(read)
    kept.get("today", names_now)
    return len(read) == before


def test_one_request_asks_once_and_the_next_sees_what_was_committed(engine: Engine) -> None:
    given.registry(engine)
    watch = Watch(engine)
    kept = Kept[list[str]](watch)
    with one_state({}):
        before, shown = watch.known(), kept.get(None, lambda: names(engine))
        with writing(engine) as session:
            session.connection().execute(RENAMED)
        assert watch.known() == before
        assert kept.get(None, lambda: names(engine)) == shown
    with one_state({}):
        assert watch.known() != before
        assert kept.get(None, lambda: names(engine)) == names(engine) != shown
    watch.close()


class Slow:
    """A count that costs seconds of a clock, and what is to be done aside."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        self.engine, self.seconds, self.now = engine, seconds, 0.0
        self.aside: list[Callable[[], None]] = []
        self.watch = Watch(engine)
        self.kept = Counted[list[str]](self.watch, clock=lambda: self.now, aside=self.aside.append)

    def count(self) -> list[str]:
        self.now += self.seconds
        return names(self.engine)

    def get(self, key: str = "today") -> list[str]:
        return self.kept.get(key, self.count)


def renamed(engine: Engine) -> list[str]:
    with writing(engine) as session:
        session.connection().execute(RENAMED)
    return names(engine)


def test_a_quick_count_is_of_the_state_that_everybody_sees(engine: Engine) -> None:
    given.registry(engine)
    quick = Slow(engine, QUICK / 2)
    for _ in range(3):
        quick.get()
        assert renamed(engine) == quick.get()
    assert quick.aside == []
    quick.watch.close()


def test_nobody_waits_for_a_slow_count_but_the_first(engine: Engine) -> None:
    given.registry(engine)
    slow = Slow(engine, 5.0)
    before = slow.get()
    now = renamed(engine)
    slow.now += 5.0 * REST
    clock = slow.now
    assert [slow.get() for _ in range(3)] == [before] * 3
    assert slow.now == clock
    (counting,) = slow.aside  # once, though three asked
    counting()
    assert slow.get() == now
    slow.watch.close()


def test_a_slow_count_rests_for_several_times_as_long_as_it_took(engine: Engine) -> None:
    given.registry(engine)
    slow = Slow(engine, 5.0)
    slow.get()
    renamed(engine)
    slow.now += 5.0 * REST - 0.1
    slow.get()
    assert slow.aside == []
    slow.now += 0.2
    slow.get()
    assert len(slow.aside) == 1
    slow.watch.close()


def test_what_was_told_with_an_old_count_is_told_anew_when_the_new_one_comes(engine: Engine) -> None:
    """Else an answer that was remembered meanwhile would stand until the next commit."""
    given.registry(engine)
    slow = Slow(engine, 5.0)
    slow.get()
    renamed(engine)
    slow.now += 5.0 * REST
    told = slow.watch.mark()
    slow.get()
    slow.aside.pop()()
    assert slow.watch.mark() != told
    slow.now += 5.0 * REST
    assert slow.get() == names(engine)
    assert slow.aside == []  # the data is the same: nothing is counted for that
    slow.watch.close()


def test_another_day_is_counted_at_once(engine: Engine) -> None:
    given.registry(engine)
    slow = Slow(engine, 5.0)
    slow.get()
    now = renamed(engine)
    assert slow.get("tomorrow") == now
    slow.watch.close()
