"""What an administrator does at the desk, how fast it holds, and what he cannot do alone."""

import pytest
from sqlmodel import select

from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.audit.tables import AuditEntry
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import PASSWORD, Browser, Town, give_passwords
from tests.desk.test_listed import sheet

NEW = "ein anderes Gewicht, geprueft"


@pytest.fixture
def second(town: Town) -> Browser:
    """The browser of a second administrator."""
    with writing(town.engine) as session:
        grant = GrantRole(role="administrator", region="000000")
        command = AddAccount(name="second", person_name="second", office_code="SAMR", grants=(grant,))
        add_account(given.work(session, "admin"), command)
    give_passwords(town.engine, "second")
    return town.at_desk("second")


def code_on(page: str) -> str:
    """Return the code that a page shows once."""
    return page.partition('<strong class="code">')[2].partition("<")[0]


def test_a_person_is_added_invited_and_sets_the_password(town: Town) -> None:
    admin, person = town.at_desk("admin"), town.browser()
    admin.open("/desk/new-account")
    fields = {"name": "li.ming", "person_name": "李明", "office_code": "AMR-411502"}
    shown = admin.send("/desk/new-account", fields)
    code = code_on(shown.text)
    assert len(code) == 29
    again = admin.send("/desk/new-account", fields)
    assert (again.status_code, again.headers["location"]) == (303, "/desk/accounts/li.ming")
    accepted = {"code": code.lower().replace("-", " "), "new_password": NEW, "repeated": NEW}
    assert person.send("/desk/invitation", accepted).headers["location"] == "/desk/sign-in?done=invited"
    assert person.send("/desk/invitation", accepted).status_code == 422
    assert person.sign_in("li.ming", NEW).status_code == 303
    assert "李明，您好" in person.open("/desk").words


def test_all_accounts_come_as_a_sheet_with_their_grants_and_no_name_is_a_formula(town: Town) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/new-account")
    admin.send("/desk/new-account", {"name": "li.ming", "person_name": "=1+1", "office_code": "AMR-411502"})
    rows = {row["账号"]: row for row in sheet(admin, "/desk/accounts/export/accounts.csv")}
    assert set(rows) >= {"admin", "officer", "li.ming"}
    assert rows["officer"]["权限"] == "经办人员 · 河南省信阳市浉河区"
    assert rows["li.ming"]["姓名"] == "'=1+1"
    (found,) = sheet(admin, "/desk/accounts/export/accounts.csv?q=li.m")
    assert found == rows["li.ming"]
    links = {one.attributes["href"] for one in admin.open("/desk/accounts").all("a")}
    assert "/desk/accounts/export/accounts.xlsx" in links


def test_a_grant_given_and_taken_is_seen_on_the_very_next_request(town: Town) -> None:
    admin, officer = town.at_desk("admin"), town.at_desk("officer")
    grant = {"role": "auditor", "region": "411502"}
    officer.open("/desk")
    admin.open("/desk/accounts/officer")
    admin.send("/desk/accounts/officer/grants", grant)
    assert "审计人员" in officer.open("/desk").words
    admin.open("/desk/accounts/officer")
    admin.send("/desk/accounts/officer/grants/end", grant)
    assert "审计人员" not in officer.open("/desk").words


def test_a_disabled_account_is_out_at_once_and_back_when_enabled(town: Town) -> None:
    admin, officer = town.at_desk("admin"), town.at_desk("officer")
    admin.open("/desk/accounts/officer")
    admin.send("/desk/accounts/officer/disabling", {"reason": "调离"})
    officer.open("/desk", 303)
    assert officer.sign_in("officer").status_code == 422
    admin.open("/desk/accounts/officer")
    admin.send("/desk/accounts/officer/enabling", {"reason": "调回"})
    assert officer.sign_in("officer").status_code == 303


def test_an_administrator_ends_a_session_of_anybody(town: Town) -> None:
    admin, officer = town.at_desk("admin"), town.at_desk("officer")
    page = admin.open("/desk/accounts/officer")
    (end,) = [
        form.attributes["action"]
        for form in page.all("form")
        if "sessions" in form.attributes.get("action", "")
    ]
    admin.send(end)
    officer.open("/desk", 303)


def test_recovery_takes_two_administrators(town: Town, second: Browser) -> None:
    first, officer = town.at_desk("admin"), town.at_desk("officer")
    first.open("/desk/accounts/officer")
    first.send("/desk/accounts/officer/recovery", {"reason": "当面核对工作证"})
    page = first.open("/desk/recoveries")
    assert not [one for one in page.all("form") if one.attributes["action"].endswith("/grant")]
    page = second.open("/desk/recoveries")
    (grant,) = [
        one.attributes["action"] for one in page.all("form") if one.attributes["action"].endswith("/grant")
    ]
    first.open("/desk/recoveries")
    refused = first.send(grant)
    assert refused.status_code == 422
    assert officer.open("/desk")
    second.open("/desk/recoveries")
    code = code_on(second.send(grant).text)
    officer.open("/desk", 303)
    assert officer.sign_in("officer").status_code == 422
    officer.send("/desk/invitation", {"code": code, "new_password": NEW, "repeated": NEW})
    assert officer.sign_in("officer", NEW).status_code == 303


def test_nobody_changes_his_own_grants_nor_keeps_accounts_beside_cases(town: Town, second: Browser) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/accounts/second")
    for path, fields in (
        ("/desk/accounts/admin/grants", {"role": "auditor", "region": "000000"}),
        ("/desk/accounts/second/grants", {"role": "officer", "region": "000000"}),
        ("/desk/accounts/officer/grants", {"role": "administrator", "region": "000000"}),
        ("/desk/accounts/officer/grants", {"role": "operator", "region": "411502"}),
        ("/desk/accounts/officer/grants", {"role": "merchant", "region": "411502"}),
        ("/desk/accounts/officer/grants", {"role": "officer", "region": "411502", "business_id": "x"}),
    ):
        answer = admin.send(path, {**fields, "key": f"key-{path}-{fields['role']}-{len(fields)}"})
        assert answer.status_code == 422, (path, fields, answer.text)


@pytest.mark.parametrize("name", ["officer", "approver", "auditor"])
def test_only_an_administrator_sees_accounts(town: Town, name: str) -> None:
    browser = town.at_desk(name)
    for path in ("/desk/accounts", "/desk/accounts/admin", "/desk/new-account", "/desk/recoveries"):
        browser.open(path, 403)


def test_an_account_that_does_not_exist_is_answered_as_any_page_that_does_not(town: Town) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/accounts/nobody", 404)
    unknown = admin.last
    admin.open("/desk/nothing", 404)
    assert unknown is not None
    assert admin.last is not None
    # the way to the other language names the address that was asked for
    assert unknown.text.replace("/desk/accounts/nobody", "/desk/nothing") == admin.last.text


def test_everything_an_administrator_does_is_in_the_audit_log(town: Town) -> None:
    admin = town.at_desk("admin")
    for path, fields in (
        ("grants", {"role": "auditor", "region": "411502"}),
        ("grants/end", {"role": "auditor", "region": "411502"}),
        ("recovery", {"reason": "核对身份"}),
        ("disabling", {"reason": "调离"}),
        ("enabling", {"reason": "调回"}),
    ):
        admin.open("/desk/accounts/officer")
        assert admin.send(f"/desk/accounts/officer/{path}", fields).status_code == 303
    with reading(town.engine) as session:
        acts = list(session.exec(select(AuditEntry.act).where(AuditEntry.subject_id == "officer")).all())
    for act in ("grant.given", "grant.taken", "recovery.asked", "account.disabled", "account.enabled"):
        assert acts.count(act) == 1


def test_no_administrator_makes_a_second_person_of_himself(town: Town, second: Browser) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/new-account")
    added = {"name": "invented", "person_name": "nobody", "office_code": "SAMR"}
    assert code_on(admin.send("/desk/new-account", added).text)
    role = {"role": "approver", "region": "000000"}
    for browser, status in ((admin, 422), (second, 303)):
        browser.open("/desk/accounts/invented")
        assert browser.send("/desk/accounts/invented/grants", role).status_code == status
    second.open("/desk/accounts/invented")
    refused = second.send("/desk/accounts/invented/invitation")
    assert refused.status_code == 422
    assert not code_on(refused.text)


def test_a_single_administrator_gives_the_role_and_the_code(town: Town) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/new-account")
    admin.send("/desk/new-account", {"name": "first", "person_name": "first", "office_code": "SAMR"})
    admin.open("/desk/accounts/first")
    given_role = admin.send("/desk/accounts/first/grants", {"role": "approver", "region": "000000"})
    assert given_role.status_code == 303


def test_whose_password_must_change_does_nothing_else_first(town: Town) -> None:
    admin, officer = town.at_desk("admin"), town.at_desk("officer")
    admin.open("/desk/accounts/officer")
    required = admin.send("/desk/accounts/officer/password-change", {"reason": "密码可能泄露"})
    assert required.headers["location"] == "/desk/accounts/officer?done=account"
    officer.open("/desk", 303)
    assert officer.sign_in("officer").status_code == 303
    for path in ("/desk", "/desk/sessions", "/desk/cases", "/desk/second-factor"):
        officer.open(path, 303)
        assert officer.last is not None
        assert officer.last.headers["location"] == "/desk/password"
    officer.open("/desk/password")
    assert officer.send("/desk/second-factor").headers["location"] == "/desk/password"
    officer.open("/desk/password")
    same = {"password": PASSWORD, "new_password": PASSWORD, "repeated": PASSWORD}
    assert officer.send("/desk/password", same).status_code == 422
    officer.open("/desk", 303)
    officer.open("/desk/password")
    officer.send("/desk/password", {"password": PASSWORD, "new_password": NEW, "repeated": NEW})
    officer.open("/desk/cases")


def test_an_administrator_requires_no_password_of_himself_nor_of_who_has_none(town: Town) -> None:
    admin = town.at_desk("admin")
    admin.open("/desk/accounts/admin")
    for name in ("admin", "national-approver"):
        path = f"/desk/accounts/{name}/password-change"
        assert admin.send(path, {"reason": "密码可能泄露", "key": name}).status_code == 422
