"""Equal marks mean an equal state, however transactions overlap."""

from collections.abc import Callable

from sqlalchemy import Engine
from sqlmodel import Session, text

from registry.store.engine import reading, writing
from registry.store.watch import Kept, Watch, one_state
from tests import given

RENAMED = text("UPDATE person SET name = name || '.' WHERE id = (SELECT min(id) FROM person)")


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


def test_another_connection_never_repeats_a_mark(engine: Engine) -> None:
    """A new connection counts from another beginning, so that an old number could come again."""
    given.registry(engine)
    watch = Watch(engine)
    before = watch.mark()
    watch.close()
    assert watch.mark() != before
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
