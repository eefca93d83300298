"""Whoever guesses gets few answers, learns nothing, and does not keep the owner out."""

from datetime import datetime, timedelta

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from registry.accounts import credentials, signing_in, throttle, totp
from registry.accounts.credentials import Credential
from registry.accounts.sessions import session_of
from registry.accounts.signing_in import SignIn
from registry.accounts.tables import LoginThrottle
from registry.errors import RuleRefused, Unauthenticated
from registry.store.engine import writing
from tests import given

PASSWORD = "eine Waage misst ehrlich"


def with_password(engine: Engine, *names: str) -> None:
    given.registry(engine)
    with writing(engine) as session:
        for name in names:
            session.add(
                Credential(
                    account_name=name, password_hash=credentials.hashed(PASSWORD), changed_at=given.NOW
                )
            )


def with_device(engine: Engine, name: str) -> pyotp.TOTP:
    with writing(engine) as session:
        work = given.work(session, name)
        row = totp.begin_second_factor(work)
        device = pyotp.TOTP(row.secret)
        code = device.at(given.NOW)
        totp.confirm_second_factor(work, totp.ConfirmSecondFactor(code=code))
    return device


def attempt(engine: Engine, name: str, password: str, now: datetime, code: str = "") -> str:
    """Sign in, step by step as the edge does, and return the token."""
    command = SignIn(name=name, password=SecretStr(password), code=SecretStr(code))
    with writing(engine) as session:
        admitted = signing_in.admitted(session, command, now)
    signing_in.proven(admitted, command.password)
    with writing(engine) as session:
        return signing_in.signed_in(session, admitted, now, given.rulebook())


def guess(engine: Engine, name: str, guesses: int, within: timedelta) -> int:
    """Guess a password many times, evenly, and return how many guesses were compared with a hash."""
    compared = 0
    for number in range(guesses):
        try:
            attempt(engine, name, f"guess {number}", given.NOW + within * number / guesses)
        except RuleRefused as refused:
            compared += refused.code == "login.refused"
    return compared


@pytest.mark.parametrize("name", ["officer", "nobody"])
def test_of_ten_thousand_guesses_in_ten_minutes_sixty_are_looked_at_at_most(
    sqlite_engine: Engine, name: str
) -> None:
    with_password(sqlite_engine, "officer")
    compared = guess(sqlite_engine, name, 10_000, timedelta(minutes=10))
    assert throttle.policy.FREE_TRIES <= compared <= 60


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
                signing_in.admitted(session, SignIn(name="officer", password=SecretStr("x")), given.NOW)
                admitted += 1
            except RuleRefused:
                pass
    assert admitted == throttle.policy.FREE_TRIES


def test_after_a_wait_the_owner_gets_in_and_the_failures_are_forgotten(engine: Engine) -> None:
    with_password(engine, "officer")
    guess(engine, "officer", 20, timedelta(seconds=1))
    assert attempt(engine, "officer", PASSWORD, given.NOW + throttle.policy.LONGEST_WAIT)
    with writing(engine) as session:
        assert session.exec(select(LoginThrottle)).all() == []


def test_a_name_that_was_tried_stands_nowhere_and_is_forgotten_after_a_day(engine: Engine) -> None:
    given.registry(engine)
    with pytest.raises(RuleRefused):
        attempt(engine, "a-name-that-was-tried", "guess", given.NOW)
    with writing(engine) as session:
        (row,) = session.exec(select(LoginThrottle)).all()
        assert "tried" not in row.bucket
        assert throttle.forget(session, given.NOW + timedelta(hours=23)) == 0
        assert throttle.forget(session, given.NOW + timedelta(hours=25)) == 1


def test_an_unknown_name_costs_the_same_hash_as_a_known_one(engine: Engine) -> None:
    with_password(engine, "officer")
    with writing(engine) as session:
        known, unknown = (
            signing_in.admitted(session, SignIn(name=name, password=SecretStr("x")), given.NOW)
            for name in ("officer", "nobody")
        )
    parameters = {
        (one.stored or credentials.nobodys()).rpartition("$")[0].rpartition("$")[0]
        for one in (known, unknown)
    }
    assert len(parameters) == 1
    assert "argon2id" in parameters.pop()


def test_a_token_is_kept_as_its_digest_only(engine: Engine) -> None:
    with_password(engine, "officer")
    token = attempt(engine, "officer", PASSWORD, given.NOW)
    with writing(engine) as session:
        row = session_of(session, token, given.NOW)
        assert token not in row.model_dump_json()
        with pytest.raises(Unauthenticated):
            session_of(session, row.id, given.NOW)
