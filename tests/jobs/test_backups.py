"""A copy opens for its recipients alone, comes back as it was, and is refused when damaged."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import Engine, MetaData, text

from jobs import sign_checkpoint
from jobs.backups import databases
from jobs.backups.making import make_backup
from jobs.backups.restoring import check_restored, restore_backup
from registry.audit.work import Subject
from registry.errors import Broken
from registry.log import notes
from registry.reports import store as reports
from registry.reports.holders import key_of, make_key, unlocked
from registry.reports.tables import metadata as reports_metadata
from registry.settings import Settings, read_settings
from registry.store.engine import open_engine, writing
from registry.tables import metadata as registry_metadata
from tests import given
from tests.jobs.conftest import Works

PHRASE = "correct horse battery staple"
WORD = "Zeisig7Qx0001"


@dataclass
class Copied:
    """An installation, a copy of it, the key of the copy, and an empty place for it."""

    settings: Settings
    copy: Path
    identity: Identity
    place: Settings


def in_schema(engine: Engine, name: str) -> str:
    """Return the address of a new empty schema."""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    url = engine.url.update_query_dict({"options": f"-csearch_path={name}"})
    return url.render_as_string(hide_password=False)


@pytest.fixture
def copied(works: Works, tmp_path: Path) -> Copied:
    """A registry with a listed business and a holder's key, and its copy."""
    settings, engine = works.plant.settings, works.plant.engine
    place = read_settings(data_dir=tmp_path / "place")
    if engine.dialect.name == "postgresql":
        settings = settings.model_copy(update={"reports_url": in_schema(engine, "reports")})
        urls = {"database_url": in_schema(engine, "there"), "reports_url": in_schema(engine, "reports_there")}
        place = place.model_copy(update=urls)
    notes.load_or_create(settings.data_dir, settings.origin)
    works.case.blacklisted()
    sign_checkpoint.run(works.plant)
    kept = reports.prepare(settings)
    with kept.writing(given.NOW.date()) as vault:
        make_key(vault, "li", "AMR-411502", PHRASE)
    kept.engine.dispose()
    (settings.data_dir / "note").write_text(WORD, encoding="utf-8")
    identity = Identity.generate()
    copy = tmp_path / "copy.age"
    make_backup(settings, copy, [str(identity.to_public())])
    return Copied(settings, copy, identity, place)


def rows_of(url: str, metadata: MetaData) -> dict[str, list[object]]:
    """Return all rows of a database, table by table."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found  # type: ignore[return-value]


def test_what_was_copied_comes_back_as_it_was(copied: Copied) -> None:
    restore_backup(copied.place, copied.copy, str(copied.identity))
    for metadata, before, after in (
        (registry_metadata, copied.settings.database, copied.place.database),
        (reports_metadata, copied.settings.reports_database, copied.place.reports_database),
    ):
        expected = rows_of(before, metadata)
        assert rows_of(after, metadata) == expected
        assert any(expected.values())
    assert (copied.place.data_dir / "note").read_text(encoding="utf-8") == WORD
    assert copied.place.pepper_file.read_bytes() == copied.settings.pepper_file.read_bytes()
    back = reports.open_reports(copied.place)
    with back.reading(given.NOW.date()) as vault:
        row = key_of(vault, "li")
        assert row is not None
        unlocked(row, PHRASE, vault.pepper)
    back.engine.dispose()


def test_numbers_go_on_where_they_were(copied: Copied) -> None:
    restore_backup(copied.place, copied.copy, str(copied.identity))
    engine = open_engine(copied.place.database)
    with writing(engine) as session:
        before = session.execute(text("SELECT max(seq) FROM audit_entry")).scalar_one()
        given.work(session, "officer").record("tried.restored", Subject("batch", "one"))
        assert session.execute(text("SELECT max(seq) FROM audit_entry")).scalar_one() == before + 1
    engine.dispose()


def test_a_copy_holds_nothing_in_clear_and_opens_for_no_other_key(copied: Copied) -> None:
    whole = copied.copy.read_bytes()
    assert WORD.encode() not in whole
    assert b"SQLite format" not in whole
    with pytest.raises(Broken, match="another key"):
        restore_backup(copied.place, copied.copy, str(Identity.generate()))
    assert copied.copy.stat().st_mode & 0o077 == 0


def test_nothing_of_a_copy_stays_beside_the_database(copied: Copied) -> None:
    assert [path.name for path in copied.settings.data_dir.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in copied.copy.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_damaged_copy_is_refused(copied: Copied, tmp_path: Path) -> None:
    whole = copied.copy.read_bytes()
    damaged = [whole[:at] for at in range(0, len(whole), len(whole) // 15 + 1)]
    for number in range(15):
        at = 60 + number * ((len(whole) - 120) // 15)
        damaged.append(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for number, content in enumerate(damaged):
        copy = tmp_path / f"{number}.age"
        copy.write_bytes(content)
        place = copied.place.model_copy(update={"data_dir": tmp_path / f"place{number}"})
        with pytest.raises(Broken):
            restore_backup(place, copy, str(copied.identity))
    assert len(damaged) == 30


def test_a_copy_is_restored_into_an_empty_place_alone(copied: Copied) -> None:
    restore_backup(copied.place, copied.copy, str(copied.identity))
    with pytest.raises(Broken, match="not empty"):
        restore_backup(copied.place, copied.copy, str(copied.identity))
    with pytest.raises(Broken, match="not there yet"):
        make_backup(copied.settings, copied.copy, [str(copied.identity.to_public())])
    for recipients in ([], ["age1nobody"]):
        with pytest.raises(Broken, match="recipient"):
            make_backup(copied.settings, copied.copy.with_name("other.age"), recipients)


def test_an_older_database_beside_newer_files_of_the_log_is_refused(copied: Copied) -> None:
    restore_backup(copied.place, copied.copy, str(copied.identity))
    released = copied.place.data_dir / "log" / "checkpoint"
    lines = released.read_text(encoding="utf-8").split("\n")
    released.write_text("\n".join([lines[0], str(int(lines[1]) + 5), *lines[2:]]), encoding="utf-8")
    with pytest.raises(Broken, match="older copy"):
        check_restored(copied.place)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_unsound_database_is_not_copied(works: Works, tmp_path: Path) -> None:
    reports.prepare(works.plant.settings).engine.dispose()
    raw = databases.sqlite.connect(str(works.plant.engine.url.database))
    raw.execute(
        "INSERT INTO office_name (office_code, held_from_on, name) VALUES ('nowhere', '2026-01-01', 'x')"
    )
    raw.commit()
    raw.close()
    target = tmp_path / "copy.age"
    with pytest.raises(Broken, match="not sound"):
        make_backup(works.plant.settings, target, [str(Identity.generate().to_public())])
    assert not target.exists()
