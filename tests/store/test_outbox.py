"""What leaves the database was first written in it, and no row is lost or taken twice."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from registry.store import outbox
from registry.store.engine import reading, writing

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_every_consumer_hears_of_a_subject(engine: Engine) -> None:
    with writing(engine) as session:
        outbox.enqueue(session, "business.registered", ["a", "b"], NOW)
    with reading(engine) as session:
        assert {consumer: outbox.backlog(session, consumer) for consumer in outbox.CONSUMERS} == {
            "lists": 2,
            "search": 2,
            "score": 2,
        }


def test_a_settled_row_is_gone_for_its_consumer_only(engine: Engine) -> None:
    with writing(engine) as session:
        outbox.enqueue(session, "business.registered", ["a"], NOW)
        outbox.enqueue(session, "business.registered", ["b"], NOW)
    with writing(engine) as session:
        rows = outbox.pending(session, "search", 1)
        assert [row.subject_ids for row in rows] == [["a"]]
        outbox.settle(session, rows)
    with reading(engine) as session:
        assert outbox.backlog(session, "search") == 1
        assert outbox.backlog(session, "score") == 2


def test_a_delivery_that_dies_is_repeated(engine: Engine) -> None:
    with writing(engine) as session:
        outbox.enqueue(session, "business.registered", ["a"], NOW)
    with writing(engine) as session:
        assert len(outbox.pending(session, "search", 10)) == 1
    with writing(engine) as session:
        assert len(outbox.pending(session, "search", 10)) == 1


def test_two_workers_never_take_the_same_row(postgres_engine: Engine) -> None:
    with writing(postgres_engine) as session:
        outbox.enqueue(session, "business.registered", ["a"], NOW)
        outbox.enqueue(session, "business.registered", ["b"], NOW)
    with writing(postgres_engine) as one, writing(postgres_engine) as other:
        first = {one_id for row in outbox.pending(one, "search", 1) for one_id in row.subject_ids}
        second = {one_id for row in outbox.pending(other, "search", 10) for one_id in row.subject_ids}
        assert first == {"a"}
        assert second == {"b"}


def test_a_batch_is_told_in_few_rows_and_whole(engine: Engine) -> None:
    subjects = [f"s{number}" for number in range(2 * outbox.AT_ONCE + 1)]
    with writing(engine) as session:
        outbox.enqueue(session, "businesses.registered", subjects, NOW)
    with writing(engine) as session:
        assert outbox.backlog(session, "search") == len(subjects)
        rows = outbox.pending(session, "search", outbox.AT_ONCE + 1)
        assert len(rows) == 2
        outbox.settle(session, rows)
    with writing(engine) as session:
        rest = outbox.pending(session, "search", outbox.AT_ONCE)
        assert [one for row in rest for one in row.subject_ids] == subjects[-1:]
