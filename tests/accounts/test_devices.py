"""The secret of a device stands in no database that somebody may copy, and serves one account alone."""

import stat
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from registry.accounts import totp
from registry.accounts.devices import Devices
from registry.accounts.tables import TotpSecret
from registry.errors import Broken
from registry.settings import Settings
from registry.store.engine import writing
from registry.store.keys import make_secret
from tests import given


@pytest.fixture
def devices(settings: Settings) -> Devices:
    """What opens the secrets of an installation."""
    make_secret(settings.second_factor_file)
    return Devices(settings.second_factor_file)


def begun(engine: Engine, devices: Devices, name: str) -> str:
    with writing(engine) as session:
        return totp.begin_second_factor(given.work(session, name), devices)


def test_a_copy_of_the_database_holds_no_secret_of_a_device(engine: Engine, devices: Devices) -> None:
    given.registry(engine)
    secret = begun(engine, devices, "officer")
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM totp_secret")).all()
    raw = bytes.fromhex(row.sealed)
    assert secret.encode() not in raw
    assert secret not in repr(row)
    assert begun(engine, devices, "officer") != secret


def test_a_secret_that_is_put_in_the_place_of_another_opens_nothing(engine: Engine, devices: Devices) -> None:
    given.registry(engine)
    secret = begun(engine, devices, "officer")
    begun(engine, devices, "colleague")
    with writing(engine) as session:
        own, other = (session.get_one(TotpSecret, name) for name in ("officer", "colleague"))
        other.sealed, other.confirmed_at = own.sealed, given.NOW
        session.add(other)
    code = pyotp.TOTP(secret).at(given.NOW)
    with writing(engine) as session:
        assert totp.secret_begun(session, devices, "officer") == secret
        assert not totp.use_code(session, devices, "colleague", code, given.NOW)
        with pytest.raises(Broken, match="do not open") as refused:
            devices.check(session)
    assert refused.value.problems == ("colleague",)


def test_another_key_and_an_altered_secret_open_nothing(
    engine: Engine, devices: Devices, tmp_path: Path
) -> None:
    given.registry(engine)
    begun(engine, devices, "officer")
    make_secret(tmp_path / "other")
    with writing(engine) as session:
        assert totp.secret_begun(session, Devices(tmp_path / "other"), "officer") == ""
        row = session.exec(select(TotpSecret)).one()
        row.sealed = row.sealed[:-1] + ("0" if row.sealed[-1] != "0" else "1")
        assert totp.secret_begun(session, devices, "officer") == ""


def test_the_key_is_made_once_for_its_owner_alone_and_never_again_while_secrets_exist(
    engine: Engine, settings: Settings
) -> None:
    given.registry(engine)
    devices, place = Devices(settings.second_factor_file), settings.second_factor_file
    with writing(engine) as session:
        devices.prepare(session)
        kept = place.read_bytes()
        devices.prepare(session)
    assert place.read_bytes() == kept
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    begun(engine, devices, "officer")
    place.chmod(0o640)
    with writing(engine) as session, pytest.raises(Broken, match="others may read"):
        devices.prepare(session)
    place.unlink()
    with writing(engine) as session, pytest.raises(Broken, match="cannot be read"):
        Devices(place).prepare(session)
    assert not place.exists()
    place.write_bytes(bytes(31))
    with writing(engine) as session, pytest.raises(Broken, match="damaged"):
        Devices(place).check(session)
