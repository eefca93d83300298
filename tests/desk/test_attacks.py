"""A form that this person did not send from a page of ours does nothing, at any address of the desks.

The addresses come from the table of rights, so a new page of a desk is attacked too.
"""

import hashlib
from collections.abc import Mapping
from itertools import count

import pytest
from sqlalchemy import Engine, select, text

from api.headers import at_desk
from public_site.rights import RIGHTS
from registry import tables
from registry.store.engine import reading
from tests.desk.conftest import HOST, OURS, PASSWORD, TOKEN, Browser, Town

POSTS = sorted(row.path for row in RIGHTS if row.method == "POST" and at_desk(row.path))
PUBLIC = sorted(row.path for row in RIGHTS if row.roles is None and not at_desk(row.path))
# being looked at is no act, nor is the count that tells the memory of answers to look again
SEEN = {("login_session", "seen_at"), ("public_changes", "changes")}

FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": f"https://{HOST}.evil.test", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {},
)


def digest(engine: Engine) -> str:
    """Return a digest of every row of the database."""
    total = hashlib.sha256()
    with reading(engine) as session:
        for table in tables.metadata.sorted_tables:
            columns = [one for one in table.columns if (table.name, one.name) not in SEEN]
            rows = session.connection().execute(select(*columns)).all()
            total.update(table.name.encode())
            total.update(repr(sorted(map(repr, rows))).encode())
    return total.hexdigest()


def attacks(victim: Browser, other: Browser) -> list[tuple[str, dict[str, str], Mapping[str, str]]]:
    """Return what is sent in the victim's browser: the name of the attack, the fields, the headers."""
    own = token_of(victim)
    found = [
        ("no token", {"csrf": ""}, OURS),
        ("garbage", {"csrf": "0" * len(own)}, OURS),
        ("the token of another", {"csrf": token_of(other)}, OURS),
    ]
    return found + [(f"from elsewhere {headers}", {"csrf": own}, headers) for headers in FOREIGN]


def token_of(browser: Browser) -> str:
    """Return the token that the forms of a browser's session carry."""
    browser.open("/desk")
    assert browser.last is not None
    found = TOKEN.search(browser.last.text)
    assert found is not None
    return found[1]


def filled(path: str) -> str:
    """Return an address with something in each of its places."""
    known = {"{number}": "1"}
    return "/".join(known.get(part, "officer") if part.startswith("{") else part for part in path.split("/"))


def test_what_another_site_sends_in_a_persons_browser_does_nothing(town: Town) -> None:
    victims = [town.at_desk(name) for name in ("admin", "officer")]
    other = town.at_desk("colleague")
    sent = {
        "name": "officer",
        "password": PASSWORD,
        "new_password": "a new one for him",
        "repeated": "a new one for him",
        "reason": "none at all",
        "role": "approver",
        "region": "000000",
    }
    keys = count()
    for name, victim in zip(("admin", "officer"), victims, strict=True):
        tried = attacks(victim, other)
        before = digest(town.engine)
        for path in POSTS:
            # to who has the role, what is not there is not there first
            unknown = any(
                (one.method, one.path, one.place) == ("POST", path, "path") and name in (one.roles or ())
                for one in RIGHTS
            )
            for attack, fields, headers in tried:
                outside = path in ("/desk/sign-in", "/desk/invitation", "/desk/sign-up")
                if outside and headers is OURS:
                    continue  # nobody is signed in there, so there is no session to bind a token to
                answer = victim.send(
                    filled(path), {**sent, **fields, "key": f"attack-{next(keys)}"}, headers=headers
                )
                assert answer.status_code == (404 if unknown else 403), (path, attack, answer.status_code)
            assert digest(town.engine) == before, path


def test_a_form_of_ours_is_not_taken_for_an_attack(town: Town) -> None:
    browser = town.at_desk("officer")
    before = digest(town.engine)
    for headers in (OURS, {"Origin": f"https://{HOST}"}, {"Sec-Fetch-Site": "same-origin"}):
        browser.open("/desk/second-factor")
        answer = browser.send("/desk/second-factor", headers=headers)
        assert answer.status_code == 303, headers
    assert digest(town.engine) != before


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_sets_no_cookie_and_reads_none(town: Town, path: str) -> None:
    with_cookie, without = town.at_desk("officer"), town.browser()
    address = filled(path)
    answers = [one.client.get(address, follow_redirects=False) for one in (with_cookie, without)]
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert answers[0].content == answers[1].content
    assert "vary" not in answers[0].headers


def test_the_digest_sees_a_single_changed_row(sqlite_engine: Engine) -> None:
    before = digest(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("INSERT INTO person (id, name, recorded_at) VALUES ('x', 'x', '2026-01-01')"))
    assert digest(sqlite_engine) != before
