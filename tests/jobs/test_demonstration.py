"""The demonstration shows every part of the product, on whatever day it is made."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from jobs import process
from jobs.demo.filling import fill
from public_site.desk.home import SOURCES
from public_site.desk.own import record_of
from public_site.desk.owning import own_businesses
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.businesses.tables import Alias
from registry.calendar import legal_day
from registry.complaints.rules import State as ComplaintState
from registry.lists.tables import Proposal
from registry.publication.public_view import index_documents
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.repair.tables import Objection, Repair
from registry.reports.rules import State as ReportState
from registry.rulebook import load_rulebook
from registry.settings import read_settings
from registry.store.engine import open_engine, reading
from registry.store.tables import Outbox
from search_index.check import compare
from search_index.documents import from_source
from search_index.embedded import EmbeddedIndex

TODAY = legal_day(process.clock())
AFTER_NATIONAL_DAY = date(2025, 10, 9)
AFTER_SPRING_FESTIVAL = date(2026, 2, 25)
OTHER_DAYS = (
    date(2024, 2, 29),
    date(2024, 6, 30),
    AFTER_NATIONAL_DAY,
    date(2025, 12, 25),
    AFTER_SPRING_FESTIVAL,
    date(2026, 4, 1),
    date(2027, 1, 1),
)


def filled(folder: Path, on: date) -> tuple[dict[str, Any], Engine]:
    """Fill a folder and return its figures and its database."""
    folder.mkdir(exist_ok=True)
    settings = read_settings(data_dir=folder, database_url="", demonstration=True)
    return fill(settings, on, tell=lambda _step: None).figures, open_engine(settings.database)


def holds_together(folder: Path, on: date) -> dict[str, Any]:
    """Fill a folder, hold what is true of every day, and return the figures."""
    figures, engine = filled(folder, on)
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Outbox)).one() == 0, (
            "all is delivered and scored"
        )
        _index_is_current(session, folder, on)
        _editions_verify(session, folder)
        kinds = set(session.exec(select(Alias.kind)))
        assert {"former_name", "trade_name"} <= kinds
        opened = select(func.count()).where(col(Proposal.state).in_(("notice_served", "publicised")))
        assert session.exec(opened).one() >= 3
        _something_waits_everywhere(session)
    engine.dispose()
    entries = figures["list_entries"]
    assert entries["henan_black.published"] >= 2
    assert entries["henan_black.repaired"] == 1
    assert entries["henan_red.listed"] >= 5
    assert (entries["henan_red.suspended"], entries["national_serious.published"]) == (1, 1)
    cards = [entries.get(f"market_{colour}_card.published", 0) for colour in ("red", "yellow")]
    assert cards == ([1, 1] if on > date(2025, 4, 10) else [0, 0])  # the law of cards began that March
    assert entries["metrology_board.published"] >= 5
    assert {"A", "B", "D"} <= set(figures["grades"])
    _each_place_grades_by_its_own_scheme(figures["grades_by_region"], on)
    assert {"valid", "overdue", "unqualified", "unknown"} <= set(figures["instruments_by_status"])
    _a_report_stands_at_every_desk(figures)
    return figures


def _a_report_stands_at_every_desk(figures: dict[str, Any]) -> None:
    """Hold that complaints, reports and rewards stand in each state, and something waits for each person."""
    assert set(figures["complaints"]) == set(get_args(ComplaintState))
    assert set(figures["reports"]) == set(get_args(ReportState))
    assert figures["disclosures"] == {"asked": 3, "refused": 1, "released": 1}
    assert set(figures["rewards"]) == {"proposed", "refused", "decided", "settled"}
    assert set(figures["reward_shares"]) == {"due", "told", "claimed", "paid"}


def _each_place_grades_by_its_own_scheme(by_region: dict[str, dict[str, int]], on: date) -> None:
    """Hold that Hebei grades nobody, Xiangshan nobody but D, and Baotou by the figures that were entered."""
    assert set(by_region["130102"]) == {"unset"}
    assert "unset" in by_region["330225"]
    assert set(by_region["330225"]) <= {"unset", "D"}
    assert {"A", "B", "D"} <= set(by_region["150203"])
    if on >= date(2025, 5, 9):
        assert "unset" not in by_region["150203"]
        assert by_region["150203"]["B"] > by_region["150203"]["D"], "a hundred points without a bonus are B"


def _something_waits_everywhere(session: Session) -> None:
    """Hold that a case waits at each important state, and an objection and a repair for their decision."""
    states = set(session.exec(select(Proposal.state)))
    waiting = {"proposed", "notice_served", "heard", "hearing_requested", "reviewed", "consented", "decided"}
    assert {*waiting, "publicised", "recorded"} <= states
    assert set(session.exec(select(Repair.state))) == {"granted", "refused", "complete"}
    assert list(session.exec(select(Objection.state))) == ["open"]


def _index_is_current(session: Session, folder: Path, on: date) -> None:
    index = EmbeddedIndex.open(folder / "index", write=False)
    assert compare(index, (from_source(one) for one in index_documents(session, on))).ids == ()
    index.close()


def _editions_verify(session: Session, folder: Path) -> None:
    for edition in session.exec(select(Edition)).all():
        place = folder / "editions" / edition.regime / edition.region / edition.version
        assert verify_edition(place / f"g{edition.generation}") == []


def test_a_town_of_today_shows_every_part_of_the_product(data_dir: Path) -> None:
    figures = holds_together(data_dir, TODAY)
    assert figures["businesses"]["masked"] > 0
    assert figures["businesses"]["unidentified"] > 0
    assert figures["index_documents"] == figures["businesses"]["named"] + figures["businesses"]["masked"]
    assert figures["statistics"] > 100
    assert figures["violations_by_code"]["M48"] > 0
    engine = open_engine(read_settings(data_dir=data_dir, database_url="", demonstration=True).database)
    with reading(engine) as session:
        _merchant_and_operator_have_work(session)
    engine.dispose()


def _merchant_and_operator_have_work(session: Session) -> None:
    """Hold that the accounts that are shown have something to answer, to object to, and to renew."""
    works = {
        name: Work(session, actor_by_account(session, name), process.clock(), load_rulebook())
        for name in ("merchant", "operator")
    }
    acts = {name: {one.act for source in SOURCES for one in source(work)} for name, work in works.items()}
    assert acts == {"merchant": {"answer_notice", "renew_pledge"}, "operator": {"see_expiring"}}
    shop = record_of(works["merchant"], own_businesses(works["merchant"])[0])
    assert shop is not None
    assert shop.entries
    assert shop.repairable


@pytest.mark.long
@pytest.mark.parametrize("on", OTHER_DAYS, ids=date.isoformat)
def test_a_town_of_another_day_does_too(data_dir: Path, on: date) -> None:
    holds_together(data_dir, on)


@pytest.mark.long
def test_a_day_and_a_seed_make_the_same_town_again(tmp_path: Path) -> None:
    first, second = (filled(tmp_path / name, AFTER_NATIONAL_DAY) for name in ("first", "second"))
    for _figures, engine in (first, second):
        engine.dispose()
    assert first[0] == second[0]
