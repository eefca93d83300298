"""The door of the desk: who comes in, how long he stays, and what nobody learns in front of it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.pool import QueuePool
from sqlmodel import select

from registry.accounts import policy
from registry.accounts.invitations import invite
from registry.accounts.tables import Account
from registry.audit.tables import AuditEntry
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import HOST, OURS, PASSWORD, Town, built

NEW = "ein anderes Gewicht, geprueft"


def test_who_signs_in_is_led_to_the_desk_and_greeted_by_name(town: Town) -> None:
    browser = town.browser()
    answer = browser.sign_in("officer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "officer，您好" in browser.open("/desk").words


def test_the_cookie_is_for_this_host_this_browser_and_no_script(town: Town) -> None:
    told = town.browser().sign_in("officer").headers["set-cookie"]
    name, *attributes = (part.strip() for part in told.split(";"))
    assert name.startswith("__Host-hm_session=")
    assert {one.lower() for one in attributes} == {"path=/", "secure", "httponly", "samesite=strict"}


@pytest.mark.parametrize(
    ("name", "password"), [("officer", "wrong password"), ("nobody", PASSWORD), ("", ""), ("officer", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(town: Town, name: str, password: str) -> None:
    browser = town.browser()
    answer = browser.sign_in(name, password)
    assert answer.status_code == 422
    assert browser.token is None
    assert "set-cookie" not in answer.headers
    assert password not in answer.text or not password


def test_nothing_tells_a_known_name_from_an_unknown_one(town: Town) -> None:
    answers = [
        re.sub(r'value="[^"]*"', "", town.browser().sign_in(name, "wrong password").text)
        for name in ("officer", "nobody", "auditor")
    ]
    assert answers[0] == answers[1] == answers[2]


def test_without_a_session_every_page_of_the_desk_leads_to_the_door(town: Town) -> None:
    browser = town.browser()
    for path in ("/desk", "/desk/sessions", "/desk/second-factor", "/desk/password"):
        browser.open(path, 303)
        assert browser.last is not None
        assert browser.last.headers["location"].startswith("/desk/sign-in?then=%2Fdesk")


@pytest.mark.parametrize("then", ["//evil.test", "https://evil.test", "/desk\\evil", "/search", "/deskx"])
def test_the_door_leads_nowhere_but_to_the_desk(town: Town, then: str) -> None:
    answer = town.browser().send("/desk/sign-in", {"name": "officer", "password": PASSWORD, "then": then})
    assert answer.headers["location"] == "/desk"


@pytest.mark.parametrize(
    ("passed", "stays"),
    [
        (policy.IDLE - timedelta(seconds=1), True),
        (policy.IDLE, False),
        (policy.WHOLE, False),
    ],
)
def test_a_session_ends_when_nobody_works(town: Town, passed: timedelta, stays: bool) -> None:
    browser = town.at_desk("officer")
    town.clock[0] += passed
    browser.open("/desk", 200 if stays else 303)


def test_work_keeps_a_session_but_not_beyond_a_working_day(town: Town) -> None:
    browser = town.at_desk("officer")
    while town.clock[0] + timedelta(minutes=14) < given.NOW + policy.WHOLE:
        town.wait(minutes=14)
        browser.open("/desk")
    town.clock[0] = given.NOW + policy.WHOLE
    browser.open("/desk", 303)


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_earlier_one_of_the_browser(town: Town) -> None:
    browser = town.at_desk("officer")
    first = browser.token
    browser.sign_in("officer")
    assert browser.token != first
    other = town.browser()
    other.cookies.set("__Host-hm_session", first or "", domain=HOST)
    other.open("/desk", 303)


def test_a_fourth_session_ends_the_oldest(town: Town) -> None:
    browsers = []
    for _ in range(policy.MOST_SESSIONS + 1):
        browsers.append(town.at_desk("officer"))
        town.wait(seconds=1)
    for number, browser in enumerate(browsers):
        browser.open("/desk", 303 if number == 0 else 200)


def test_another_session_is_listed_and_can_be_ended_and_only_ones_own(town: Town) -> None:
    here, there, colleague = (town.at_desk(name) for name in ("officer", "officer", "colleague"))
    page = here.open("/desk/sessions")
    (form,) = [one for one in page.all("form") if one.attributes["action"].endswith("/end")]
    colleague.open("/desk/sessions")
    assert colleague.send(form.attributes["action"]).status_code == 404
    there.open("/desk")
    here.open("/desk/sessions")
    assert here.send(form.attributes["action"]).headers["location"] == "/desk/sessions?done=session_ended"
    there.open("/desk", 303)


def test_who_signs_out_leaves_nothing_in_the_browser(town: Town) -> None:
    browser = town.at_desk("officer")
    token = browser.token
    answer = browser.send("/desk/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert browser.token is None
    browser.cookies.set("__Host-hm_session", token or "", domain=HOST)
    browser.open("/desk", 303)


def test_a_new_password_ends_every_session_and_begins_one(town: Town) -> None:
    here, there = town.at_desk("officer"), town.at_desk("officer")
    earlier = here.token
    here.open("/desk/password")
    fields = {"password": PASSWORD, "new_password": NEW, "repeated": NEW}
    assert here.send("/desk/password", fields).headers["location"] == "/desk?done=password"
    assert here.token != earlier
    here.open("/desk")
    there.open("/desk", 303)
    assert town.browser().sign_in("officer").status_code == 422
    assert town.browser().sign_in("officer", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"password": "not the present one", "new_password": NEW, "repeated": NEW}, "password"),
        ({"password": PASSWORD, "new_password": NEW, "repeated": NEW + "x"}, "repeated"),
        ({"password": PASSWORD, "new_password": "short", "repeated": "short"}, "new_password"),
        ({"password": PASSWORD, "new_password": "a" * 20, "repeated": "a" * 20}, "new_password"),
        (
            {"password": PASSWORD, "new_password": "the officer 1", "repeated": "the officer 1"},
            "new_password",
        ),
        ({"password": PASSWORD, "new_password": PASSWORD, "repeated": PASSWORD}, "new_password"),
        ({"new_password": NEW, "repeated": NEW}, "password"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_told_beside_its_field(
    town: Town, fields: dict[str, str], wrong: str
) -> None:
    browser = town.at_desk("officer")
    browser.open("/desk/password")
    answer = browser.send("/desk/password", fields)
    assert answer.status_code == 422
    assert f'id="{wrong}-fault"' in answer.text
    assert f'href="#{wrong}"' in answer.text
    assert all(value not in answer.text for value in fields.values())
    assert town.browser().sign_in("officer").status_code == 303


def test_a_device_once_set_up_is_asked_for_and_a_code_serves_once(town: Town) -> None:
    browser = town.at_desk("officer")
    browser.open("/desk/second-factor")
    browser.send("/desk/second-factor")
    page = browser.open("/desk/second-factor")
    (secret,) = [one.words for one in page.all("p") if one.attributes.get("class") == "code"]
    device = pyotp.TOTP(secret)
    assert "second_factor" not in browser.send("/desk/second-factor/confirm", {"code": "000000"}).headers
    browser.open("/desk/second-factor")
    confirmed = browser.send("/desk/second-factor/confirm", {"code": device.at(town.clock[0])})
    assert confirmed.headers["location"] == "/desk/second-factor?done=second_factor"
    assert town.browser().sign_in("officer").status_code == 422
    assert town.browser().sign_in("officer", code=device.at(town.clock[0])).status_code == 422
    town.wait(seconds=30)
    assert town.browser().sign_in("officer", code=device.at(town.clock[0])).status_code == 303
    assert town.browser().sign_in("officer", code=device.at(town.clock[0])).status_code == 422


@pytest.mark.parametrize(("name", "asked"), [("officer", True), ("admin", True), ("auditor", False)])
def test_who_decides_sets_a_second_factor_up_before_anything_else(
    town: Town, name: str, *, asked: bool
) -> None:
    built().state.edge = replace(
        built().state.edge, settings=town.settings.model_copy(update={"second_factor": True})
    )
    browser = town.at_desk(name)
    browser.open("/desk/sessions", 303 if asked else 200)
    if not asked:
        return
    assert browser.last is not None
    assert browser.last.headers["location"] == "/desk/second-factor"
    browser.open("/desk/second-factor")
    browser.send("/desk/second-factor")
    page = browser.open("/desk/second-factor")
    (secret,) = [one.words for one in page.all("p") if one.attributes.get("class") == "code"]
    browser.send("/desk/second-factor/confirm", {"code": pyotp.TOTP(secret).at(town.clock[0])})
    browser.open("/desk/sessions")


def test_an_answer_of_the_desk_is_kept_nowhere(town: Town) -> None:
    browser = town.at_desk("officer")
    for path in ("/desk", f"https://{HOST}//desk", "/desk/", "/desk/sign-in", "/desk/nowhere"):
        answer = browser.client.get(path, follow_redirects=False)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive", path
        assert "etag" not in answer.headers
    stranger = town.browser()
    for path in ("/desk", f"https://{HOST}//desk", "/desk/"):
        assert "officer" not in stranger.client.get(path, follow_redirects=False).text


def test_a_form_says_where_it_comes_from_in_the_browser(town: Town) -> None:
    browser = town.at_desk("officer")
    browser.open("/desk")
    assert browser.last is not None
    assert browser.last.headers["referrer-policy"] == "same-origin"


def test_the_key_of_a_form_lets_it_act_once(town: Town) -> None:
    browser = town.at_desk("officer")
    browser.open("/desk/second-factor")
    first, again = browser.send("/desk/second-factor"), browser.send("/desk/second-factor")
    assert (first.status_code, first.headers["location"]) == (again.status_code, again.headers["location"])
    with reading(town.engine) as session:
        acts = list(session.exec(select(AuditEntry.act)).all())
    assert acts.count("second_factor.begun") == 1


def test_an_account_that_is_disabled_is_out_on_its_next_request(town: Town) -> None:
    browser = town.at_desk("officer")
    browser.open("/desk")
    with writing(town.engine) as session:
        account = session.get_one(Account, "officer")
        account.disabled_at = given.NOW
        session.add(account)
    browser.open("/desk", 303)
    assert town.browser().sign_in("officer").status_code == 422


def test_what_is_not_a_form_is_refused_unread(town: Town) -> None:
    browser = town.at_desk("officer")
    for media in ("application/json", "text/plain", "application/x-www-form"):
        headers = {**OURS, "Content-Type": media}
        answer = browser.client.post("/desk/second-factor", content=b"{}", headers=headers)
        assert answer.status_code == 415, media


def test_no_transaction_waits_for_the_hash_of_a_password(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(town.engine) as session:
        code = invite(given.work(session, "admin"), "national-approver")
    open_then: list[int] = []
    pool = town.engine.pool
    assert isinstance(pool, QueuePool)

    def watched(name: str) -> None:
        inner = getattr(Argon2Hasher, name)

        def outer(self: Argon2Hasher, *given: Any, **more: Any) -> Any:
            open_then.append(pool.checkedout())
            return inner(self, *given, **more)

        monkeypatch.setattr(Argon2Hasher, name, outer)

    watched("hash")
    watched("verify")
    before = pool.checkedout()  # the eye on the database holds its own
    browser = town.browser()
    accepted = browser.send("/desk/invitation", {"code": code, "new_password": NEW, "repeated": NEW})
    assert accepted.status_code == 303
    officer = town.at_desk("officer")
    officer.open("/desk/password")
    changed = {"password": PASSWORD, "new_password": NEW, "repeated": NEW}
    assert officer.send("/desk/password", changed).status_code == 303
    assert open_then == [before] * 4
