"""Editions: what is published is signed, said in three forms, built whole or not at all."""

import csv
import json
import shutil
import stat
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from registry.errors import Broken, Forbidden, Malformed, NotFound, RuleRefused
from registry.log.tables import LogLeaf
from registry.publication import public_view, signing
from registry.publication.editions import editions, latest, prepare_edition
from registry.publication.files import (
    MANIFEST,
    build_files,
    edition_file,
    edition_folder,
    edition_or_refuse,
    pending_builds,
)
from registry.publication.signing import load, load_or_create
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun

BLACK = "henan_black"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


def prepared(case: Case, regime: str = BLACK, as_of: date | None = None) -> tuple[str, str]:
    with writing(case.engine) as session:
        outcome = prepare_edition(case.work(session, "officer"), regime, given.TOWN, as_of)
    assert outcome.id is not None
    return outcome.what, outcome.id


def built(case: Case, edition_id: str) -> Path:
    build_files(case.engine, case.folder, edition_id)
    with reading(case.engine) as session:
        edition = session.get_one(Edition, edition_id)
        return edition_file(session, case.folder, edition, MANIFEST).parent


def test_an_edition_says_in_three_forms_what_the_page_says_and_verifies(case: Case) -> None:
    entry_id = case.blacklisted()
    folder = built(case, prepared(case)[1])
    assert verify_edition(folder) == []
    assert verify_edition(folder, load(case.folder).public_key) == []
    assert sorted(path.name for path in folder.iterdir()) == [
        "entries.csv",
        "entries.csv-metadata.json",
        "entries.ndjson",
        "entries.parquet",
        "manifest.json",
    ]
    with reading(case.engine) as session:
        shown = public_view.entry(session, entry_id, case.now.date())
    assert shown is not None
    told = shown.model_dump(mode="json")
    line = json.loads((folder / "entries.ndjson").read_text(encoding="utf-8"))
    assert line["content"] == told
    with (folder / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        (cells,) = csv.DictReader(file)
    (row,) = pq.read_table(folder / "entries.parquet").to_pylist()
    flat = {**told, "measures": "|".join(told["measures"])}
    assert {name: cells[name] for name in flat} == {name: value or "" for name, value in flat.items()}
    assert {name: row[name] for name in flat} == flat
    statement = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["statement"]
    assert statement["entries"] == 1
    assert statement["version"] == f"{case.now.date().isoformat()}.1"
    assert statement["rulebook_hash"] == given.rulebook().hash
    assert told["name"] not in json.dumps(statement, ensure_ascii=False)


def test_the_same_content_on_the_same_day_is_no_new_edition(case: Case) -> None:
    case.blacklisted()
    what, first = prepared(case)
    assert (what, prepared(case)) == ("created", ("unchanged", first))
    case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    day = case.now.date().isoformat()
    prepared(case)
    case.blacklisted("浉河区赵记秤行", "信浉市监处罚〔2026〕14号")
    prepared(case)
    with reading(case.engine) as session:
        versions = [edition.version for edition in editions(session, BLACK, given.TOWN)]
        newest = latest(session, BLACK, given.TOWN)
    assert newest is not None
    assert newest.version == versions[0] == f"{case.now.date().isoformat()}.1"
    assert versions[-1] < day
    assert newest.previous_version == versions[1]


def test_ten_editions_of_one_day_keep_their_order(case: Case) -> None:
    for number in range(11):
        business_id = case.business(f"浉河区第{number}秤行")
        case.violation(business_id, decision_no=f"信浉市监处罚〔2026〕{number}号")
        prepared(case, "metrology_board")
    with reading(case.engine) as session:
        versions = [edition.version for edition in editions(session, "metrology_board", given.TOWN)]
    assert versions == [f"{given.TODAY.isoformat()}.{number}" for number in range(11, 0, -1)]


def test_an_edition_of_a_board_holds_what_was_decided(case: Case) -> None:
    case.violation(case.business())
    folder = built(case, prepared(case, "metrology_board")[1])
    assert verify_edition(folder) == []
    with (folder / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        (cells,) = csv.DictReader(file)
    assert (cells["colour"], cells["basis"], cells["measures"]) == ("board", "", "")


def test_an_empty_list_is_published_as_empty(case: Case) -> None:
    folder = built(case, prepared(case)[1])
    assert verify_edition(folder) == []
    assert (folder / "entries.ndjson").read_bytes() == b""


def test_no_cell_of_a_spreadsheet_is_a_formula(case: Case) -> None:
    case.blacklisted('=HYPERLINK("http://x","浉河区秤行")')
    folder = built(case, prepared(case)[1])
    with (folder / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        (cells,) = csv.DictReader(file)
    assert cells["name"].startswith("'=HYPERLINK")
    assert verify_edition(folder) == []


@pytest.mark.parametrize("leftover", ["unfinished", "unsaid"])
def test_a_crash_while_building_is_mended_by_the_next_build(case: Case, leftover: str) -> None:
    case.blacklisted()
    edition_id = prepared(case)[1]
    folder = built(case, edition_id)
    with writing(case.engine) as session:  # as it was before the build said that it was complete
        session.execute(update(Edition).where(col(Edition.id) == edition_id).values(built_generation=0))
    if leftover == "unfinished":
        folder.rename(folder.with_name(".g1.left"))
        (folder.with_name(".g1.left") / "entries.csv").write_bytes(b"half")
    with reading(case.engine) as session:
        assert list(pending_builds(session)) == [edition_id]
    assert verify_edition(built(case, edition_id)) == []
    assert [path.name for path in folder.parent.iterdir()] == ["g1"]
    with reading(case.engine) as session:
        assert list(pending_builds(session)) == []


def test_building_twice_changes_no_byte(case: Case) -> None:
    case.blacklisted()
    edition_id = prepared(case)[1]
    folder = built(case, edition_id)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    built(case, edition_id)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    shutil.rmtree(folder)
    built(case, edition_id)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_only_the_files_of_an_edition_are_served(case: Case) -> None:
    folder = built(case, prepared(case)[1])
    with reading(case.engine) as session:
        version = f"{case.now.date().isoformat()}.1"
        edition = edition_or_refuse(session, BLACK, given.TOWN, version)
        assert edition_folder(case.folder, edition) == folder.parent
        for name in ("../manifest.json", "g1", "", "/etc/passwd"):
            with pytest.raises(NotFound, match=r"edition\.file_unknown"):
                edition_file(session, case.folder, edition, name)
        with pytest.raises(NotFound, match=r"edition\.unknown"):
            edition_or_refuse(session, BLACK, given.TOWN, "2020-01-01.1")


def test_an_edition_is_of_a_day_that_has_come_and_a_list_and_region_that_exist(case: Case) -> None:
    with pytest.raises(Malformed, match=r"day\.ahead"):
        prepared(case, as_of=case.now.date() + timedelta(days=1))
    with pytest.raises(RuleRefused, match=r"rule\.absent"):
        prepared(case, "no_such_list")
    with pytest.raises(Malformed, match=r"edition\.regime_code"):
        prepared(case, "../elsewhere")
    with pytest.raises(Forbidden), writing(case.engine) as session:
        prepare_edition(case.work(session, "officer"), BLACK, "410000")
    with pytest.raises(Malformed, match=r"region\.unknown"), writing(case.engine) as session:
        prepare_edition(case.work(session, "national"), BLACK, "419999")


def test_an_edition_of_a_past_day_shows_what_stood_then(case: Case) -> None:
    before = case.now.date()
    case.blacklisted()
    edition_id = prepared(case, as_of=before)[1]
    with reading(case.engine) as session:
        assert session.get_one(Edition, edition_id).entries == 0


def test_the_signing_key_is_for_its_owner_alone_and_never_made_in_passing(
    data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(Broken, match="missing"):
        load(tmp_path)
    key = load_or_create(data_dir)
    place = data_dir / "keys" / signing.KEY_FILE
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert load_or_create(data_dir).public_key == key.public_key
    place.chmod(0o644)
    with pytest.raises(Broken, match="0600"):
        load(data_dir)
    place.chmod(0o600)
    place.write_text("no key")
    with pytest.raises(Broken, match="no Ed25519 key"):
        load(data_dir)


def test_one_log_leaf_for_each_edition(case: Case) -> None:
    prepared(case)
    prepared(case)
    with reading(case.engine) as session:
        assert len(session.exec(select(LogLeaf).where(LogLeaf.act == "edition.prepared")).all()) == 1
