"""Aggregates keep their source, and are never facts about a merchant."""

from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.publication import public_view
from registry.statistics import commands, queries
from registry.statistics.commands import RecordStatistic
from registry.store import outbox
from registry.store.engine import reading, writing
from tests import given


def _statistic(**more: Any) -> RecordStatistic:
    stated = {
        "source_key": "records:R007:count",
        "record_kind": "demonstration_unit_count",
        "authority": "常州市市场监督管理局",
        "region": "320412",
        "region_name": "江苏省常州市武进区",
        "dated_on": "2019-01-13",
        "measure": "count",
        "value": "9",
        **more,
    }
    return RecordStatistic(**stated)


def _record(engine: Engine, *rows: RecordStatistic, account: str = "national") -> list[str]:
    with writing(engine) as session:
        outcomes = commands.record_statistics(given.work(session, account), rows)
    return [outcome.refusal.code if outcome.refusal else outcome.what for outcome in outcomes]


def test_the_same_aggregate_twice_is_one_and_concerns_no_merchant(engine: Engine) -> None:
    given.registry(engine)
    with reading(engine) as session:
        before = outbox.backlog(session, "score")
    row, other = (
        _statistic(),
        _statistic(source_key="records:R007:share", measure="share", value="0.41"),
    )
    assert _record(engine, row, row, other) == ["created", "unchanged", "created"]
    assert _record(engine, row, other) == ["unchanged", "unchanged"]
    with reading(engine) as session:
        assert outbox.backlog(session, "score") == before
        assert len(session.exec(select(AuditEntry).where(AuditEntry.act == "statistics.recorded")).all()) == 1
        assert [one.value for one in queries.statistics(session, limit=10)] == ["9", "0.41"]


def test_an_aggregate_said_otherwise_by_its_source_is_refused(engine: Engine) -> None:
    given.registry(engine)
    assert _record(engine, _statistic(), _statistic(value="10")) == ["created", "statistic.source_differs"]
    assert _record(engine, _statistic(dated_on="2019-01")) == ["statistic.source_differs"]


def test_an_aggregate_ahead_or_of_no_region_is_refused_and_the_good_ones_stay(engine: Engine) -> None:
    given.registry(engine)
    rows = [
        _statistic(source_key="a", dated_on="2026-11-21"),
        _statistic(source_key="b", region="999999"),
        _statistic(source_key="c", region=None, dated_on=None),
    ]
    assert _record(engine, *rows) == ["day.ahead", "region.unknown", "created"]
    with reading(engine) as session:
        (kept,) = queries.statistics(session, limit=10)
        assert queries.statistics(session, region="32", limit=10) == []
    assert (kept.dated_on, kept.dated_precision, kept.region_name) == (None, "unknown", "江苏省常州市武进区")


def test_an_aggregate_known_by_month_keeps_its_precision(engine: Engine) -> None:
    given.registry(engine)
    _record(engine, _statistic(dated_on="2021-03"))
    with reading(engine) as session:
        (kept,) = queries.statistics(session, region="32", record_kind="demonstration_unit_count", limit=10)
    assert (kept.dated_on, kept.dated_precision) == (date(2021, 3, 1), "month")


def test_the_public_reads_what_was_published_together_together_over_any_pages(engine: Engine) -> None:
    given.registry(engine)
    rows = [
        _statistic(source_key=f"records:{record}:{measure}", measure=measure, value="1")
        for measure in ("count", "sectors[0]", "title")
        for record in ("R009", "R007", "R010")
    ]
    _record(engine, *rows)
    read, after = [], None
    with reading(engine) as session:
        while True:
            page = public_view.statistics(session, after, limit=2)
            read += [(one.record, one.measure) for one in page.items]
            if (after := page.after) is None:
                break
    assert len(read) == len(set(read)) == len(rows)
    assert [record for record, _measure in read] == sorted(record for record, _measure in read)
    assert {record for record, _measure in read} == {"records:R007", "records:R009", "records:R010"}
