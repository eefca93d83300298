"""Whoever guesses gets few answers, learns nothing, and does not keep the owner out."""

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from registry.accounts import credentials, signing_in, throttle, totp
from registry.accounts.credentials import Credential
from registry.accounts.devices import Devices
from registry.accounts.grants import DisableAccount, disable_account
from registry.accounts.sessions import session_of
from registry.accounts.signing_in import SignIn
from registry.accounts.tables import LoginThrottle
from registry.errors import RuleRefused, Unauthenticated
from registry.store.engine import writing
from registry.store.keys import make_secret
from tests import given

PASSWORD = "eine Waage misst ehrlich"
DEVICES = Devices(Path(tempfile.mkdtemp()) / "second-factors.key")


def with_password(engine: Engine, *names: str) -> None:
    given.registry(engine)
    with writing(engine) as session:
        for name in names:
            session.add(
                Credential(
                    account_name=name, password_hash=credentials.hashed(PASSWORD), changed_at=given.NOW
                )
            )


@pytest.fixture(scope="module", autouse=True)
def key() -> None:
    """The key of the second factors of these tests."""
    make_secret(DEVICES.key_file)


def with_device(engine: Engine, name: str) -> pyotp.TOTP:
    with writing(engine) as session:
        work = given.work(session, name)
        device = pyotp.TOTP(totp.begin_second_factor(work, DEVICES))
        code = totp.ConfirmSecondFactor(code=device.at(given.NOW))
        totp.confirm_second_factor(work, DEVICES, code)
    return device


def attempt(engine: Engine, name: str, password: str, now: datetime, code: str = "") -> str:
    """Sign in, step by step as the edge does, and return the token."""
    command = SignIn(name=name, password=SecretStr(password), code=SecretStr(code))
    with writing(engine) as session:
        admitted = signing_in.admitted(session, DEVICES, command, now)
    signing_in.proven(admitted, command.password)
    with writing(engine) as session:
        return signing_in.signed_in(session, admitted, now, given.rulebook())


def guess(engine: Engine, name: str, guesses: int, within: timedelta, code: str = "") -> int:
    """Guess a password many times, evenly, and return how many guesses were compared with a hash."""
    compared = 0
    for number in range(guesses):
        try:
            attempt(engine, name, f"guess {number}", given.NOW + within * number / guesses, code)
        except RuleRefused as refused:
            compared += refused.code == "login.refused"
    return compared


@pytest.mark.parametrize(("name", "code"), [("officer", ""), ("officer", "12345"), ("nobody", "")])
def test_of_ten_thousand_guesses_in_ten_minutes_sixty_are_looked_at_at_most(
    sqlite_engine: Engine, name: str, code: str
) -> None:
    with_password(sqlite_engine, "officer")
    device = with_device(sqlite_engine, "officer")
    compared = guess(sqlite_engine, name, 10_000, timedelta(minutes=10), code)
    assert throttle.policy.FREE_TRIES <= compared <= 60
    now = given.NOW + timedelta(minutes=10)
    assert attempt(sqlite_engine, "officer", PASSWORD, now, code=device.at(now)), "the owner still gets in"


def test_the_owner_still_gets_in_with_the_second_factor_and_nobody_else(engine: Engine) -> None:
    with_password(engine, "officer", "colleague")
    device = with_device(engine, "officer")
    assert guess(engine, "officer", 60, timedelta(minutes=1)) < 60
    now = given.NOW + timedelta(minutes=1)
    with pytest.raises(RuleRefused, match=r"login\.wait"):
        attempt(engine, "officer", PASSWORD, now)
    with pytest.raises(RuleRefused, match=r"login\.wait"):
        attempt(engine, "officer", PASSWORD, now, code="000000")
    token = attempt(engine, "officer", PASSWORD, now, code=device.at(now))
    assert token
    with pytest.raises(RuleRefused):
        attempt(engine, "officer", PASSWORD, now, code=device.at(now))
    assert attempt(engine, "colleague", PASSWORD, now)


def test_who_has_the_password_cannot_guess_codes_as_fast_as_he_can_ask(engine: Engine) -> None:
    with_password(engine, "officer")
    device = with_device(engine, "officer")
    now = given.NOW + timedelta(minutes=5)
    right = device.at(now)
    for number in range(30):
        with pytest.raises(RuleRefused):
            attempt(engine, "officer", PASSWORD, now, code=f"{(int(right) + 100_003 + number) % 10**6:06d}")
    with pytest.raises(RuleRefused, match=r"login\.wait"):
        attempt(engine, "officer", PASSWORD, now, code=right)
    later = now + throttle.policy.LONGEST_WAIT
    assert attempt(engine, "officer", PASSWORD, later, code=device.at(later))


def test_attempts_at_once_are_counted_before_they_are_compared(engine: Engine) -> None:
    with_password(engine, "officer")
    admitted = 0
    for _ in range(50):
        with writing(engine) as session:
            try:
                command = SignIn(name="officer", password=SecretStr("x"))
                signing_in.admitted(session, DEVICES, command, given.NOW)
                admitted += 1
            except RuleRefused:
                pass
    assert admitted == throttle.policy.FREE_TRIES


def test_after_a_wait_the_owner_gets_in_and_the_failures_are_forgotten(engine: Engine) -> None:
    with_password(engine, "officer")
    guess(engine, "officer", 20, timedelta(seconds=1))
    assert attempt(engine, "officer", PASSWORD, given.NOW + throttle.policy.LONGEST_WAIT)
    with writing(engine) as session:
        left = session.exec(select(LoginThrottle.bucket)).all()
    assert left == [throttle.SITE]


def test_a_name_that_was_tried_stands_nowhere_and_is_forgotten_after_a_day(engine: Engine) -> None:
    given.registry(engine)
    with pytest.raises(RuleRefused):
        attempt(engine, "a-name-that-was-tried", "guess", given.NOW)
    with writing(engine) as session:
        rows = session.exec(select(LoginThrottle)).all()
        assert not [row for row in rows if "tried" in row.bucket]
        assert throttle.forget(session, given.NOW + timedelta(hours=23)) == 0
        assert throttle.forget(session, given.NOW + timedelta(hours=25)) == 2


def test_whoever_is_named_one_hash_is_compared_and_its_cost_is_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password(engine, "officer", "colleague", "approver")
    with_device(engine, "colleague")
    with writing(engine) as session:
        admin = given.work(session, "admin")
        disable_account(admin, DisableAccount(account="approver", reason="调离"))
    credentials.nobodys()
    costs: list[str] = []
    verify = Argon2Hasher.verify

    def counted(self: Argon2Hasher, password: str | bytes, stored: str | bytes) -> bool:
        costs.append(str(stored).rpartition("$")[0].rpartition("$")[0])
        return verify(self, password, stored)

    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    names = ("officer", "nobody", "colleague", "approver", "auditor")  # the last one has no password
    for number, name in enumerate(names, start=1):
        with pytest.raises(RuleRefused, match=r"login\.refused"):
            attempt(engine, name, "guess", given.NOW)
        assert len(costs) == number, name
    assert len(set(costs)) == 1
    assert "argon2id" in costs[0]


def spray(engine: Engine, names: int, now: datetime) -> int:
    """Try one password on many names at once, and return how many attempts would be compared."""
    admitted = 0
    for number in range(names):
        command = SignIn(name=f"name-{number}", password=SecretStr(PASSWORD))
        with suppress(RuleRefused), writing(engine) as session:
            signing_in.admitted(session, DEVICES, command, now)
            admitted += 1
    return admitted


def test_one_password_tried_on_many_names_is_looked_at_a_few_hundred_times(sqlite_engine: Engine) -> None:
    given.registry(sqlite_engine)
    first = spray(sqlite_engine, 1_000, given.NOW)
    assert first == throttle.policy.SITE_FAILURES
    hour = timedelta(hours=1)
    assert spray(sqlite_engine, 3_000, given.NOW + hour) <= hour / throttle.policy.SITE_EACH


def test_spraying_keeps_nobody_out_who_has_a_second_factor(engine: Engine) -> None:
    with_password(engine, "officer", "colleague")
    device = with_device(engine, "officer")
    now = given.NOW + timedelta(minutes=1)
    spray(engine, throttle.policy.SITE_FAILURES + 5, now)
    with pytest.raises(RuleRefused, match=r"login\.wait"):
        attempt(engine, "colleague", PASSWORD, now)
    assert attempt(engine, "officer", PASSWORD, now, code=device.at(now))
    later = now + throttle.policy.SITE_EACH
    assert attempt(engine, "colleague", PASSWORD, later)


def test_who_signs_in_rightly_is_no_failure_of_the_site(sqlite_engine: Engine) -> None:
    with_password(sqlite_engine, "officer")
    assert attempt(sqlite_engine, "officer", PASSWORD, given.NOW)
    assert spray(sqlite_engine, 500, given.NOW) == throttle.policy.SITE_FAILURES


def test_of_what_was_sprayed_no_address_and_no_name_is_kept(sqlite_engine: Engine) -> None:
    given.registry(sqlite_engine)
    spray(sqlite_engine, 3, given.NOW)
    with writing(sqlite_engine) as session:
        rows = session.exec(select(LoginThrottle)).all()
    assert set(LoginThrottle.model_fields) == {"bucket", "failures", "free_at", "tried_at"}
    assert not [row for row in rows if "name-" in row.bucket]


def test_a_token_is_kept_as_its_digest_only(engine: Engine) -> None:
    with_password(engine, "officer")
    token = attempt(engine, "officer", PASSWORD, given.NOW)
    with writing(engine) as session:
        row = session_of(session, token, given.NOW)
        assert token not in row.model_dump_json()
        with pytest.raises(Unauthenticated):
            session_of(session, row.id, given.NOW)
