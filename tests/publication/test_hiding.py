"""What may not be shown leaves the files and the feeds too, though nobody ended the entry."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.log.tables import PublicEvent
from registry.publication.editions import prepare_edition
from registry.publication.files import build_files, edition_folder, pending_builds
from registry.publication.hiding import hide_unshown
from registry.publication.signing import load_or_create
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.lists.test_regimes import carded, trader

NAME = "老李鲜鱼行"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


def hide(case: Case, business_id: str) -> int:
    with writing(case.engine) as session:
        return hide_unshown(case.work(session, "national"), [business_id])


def published(case: Case) -> Path:
    """Publish the cards of the town, and return the folder of the edition."""
    with writing(case.engine) as session:
        made = prepare_edition(case.work(session, "officer"), "market_yellow_card", given.TOWN).id
    assert made is not None
    build_files(case.engine, case.folder, made)
    with reading(case.engine) as session:
        return edition_folder(case.folder, session.get_one(Edition, made))


def test_a_card_whose_trader_left_the_market_leaves_files_and_feeds_and_can_come_back(case: Case) -> None:
    business_id = trader(case)
    carded(case, business_id, case.violation(business_id))
    folder = published(case)
    assert NAME.encode() in (folder / "g1" / "entries.ndjson").read_bytes()
    assert hide(case, business_id) == 0
    case.move(business_id, name=NAME, market="平桥农贸市场", stall="3")
    assert (hide(case, business_id), hide(case, business_id)) == (1, 0)
    with reading(case.engine) as session:
        pending = list(pending_builds(session))
        assert session.exec(select(PublicEvent.business_id)).all() == [None, None]
    for edition_id in pending:
        build_files(case.engine, case.folder, edition_id)
    assert [path.name for path in folder.iterdir()] == ["g2"]
    assert all(NAME.encode() not in path.read_bytes() for path in (folder / "g2").iterdir())
    assert verify_edition(folder / "g2") == []
    case.move(business_id, version=2, name=NAME, market="浉河区集贸市场", stall="A12")
    assert NAME.encode() in (published(case) / "g1" / "entries.ndjson").read_bytes()
