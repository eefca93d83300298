"""Who leaves loses the key: closing the account or taking the role ends it, unless reports would be lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from jobs import end_keys
from jobs.running import Plant
from registry.accounts.grants import ChangeGrant, DisableAccount, disable_account, enable_account, take_grant
from registry.errors import RuleRefused
from registry.overrides.commands import ensure_archived
from registry.reports import holders, lifecycle, readiness
from registry.reports.store import name_site
from registry.reports.tables import CompartmentKey, EpochShare, HolderKey, LeftBehind
from registry.settings import read_settings
from registry.store.engine import writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.reports.office import Office, enter_person
from tests.reports.site import OFFICE, PEPPER, PHRASE
from tests.reports.test_handling import assigned, one
from tests.reports.test_lifecycle import current, fingerprint, granted, working


@pytest.fixture
def plant(office: Office, data_dir: Path) -> Iterator[Plant]:
    """The jobs of the office's installation."""
    with writing(office.site.engine) as session:
        name_site(session, "xinyang.example")
    with writing(office.registry) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    url = office.site.engine.url.render_as_string(hide_password=False)
    settings = read_settings(data_dir=data_dir, reports_url=url)
    settings.pepper_file.parent.mkdir(parents=True, exist_ok=True)
    settings.pepper_file.write_bytes(PEPPER)
    settings.pepper_file.chmod(0o600)
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    found = Plant(settings, office.registry, index, lambda: given.NOW, given.rulebook)
    yield found
    found.reports.engine.dispose()
    index.close()


def closed(office: Office, name: str) -> None:
    """Close somebody's account."""
    with writing(office.registry) as session:
        disable_account(given.work(session, "admin"), DisableAccount(account=name, reason="调离本机关"))


def ended(office: Office, name: str) -> bool:
    """Say whether somebody's key was ended."""
    with office.site.vault() as vault:
        return vault.session.get_one(HolderKey, fingerprint(office, name)).ended_on is not None


def shared(office: Office, to: str) -> None:
    """Let li give the shares of the intake, and qian confirm them."""
    office.does("li", lifecycle.give_shares, office.site.secrets["li"], "intake", fingerprint(office, to))
    office.does("qian", lifecycle.confirm_shares, fingerprint(office, to))


def test_closing_an_account_ends_its_key_and_begins_new_epochs(office: Office, plant: Plant) -> None:
    report_id, _ = one(office)
    shared(office, "newcomer")
    before = current(office, "intake")
    assert end_keys.run(plant) == "ended=0 waiting=0"
    closed(office, "wang")
    assert office.opens("wang", report_id, "content")  # what a thief of the passphrase could do until then
    assert end_keys.run(plant) == "ended=1 waiting=0"
    assert granted(office, report_id)["wang"] == set()
    assert granted(office, report_id)["li"] == {"content", "thread"}
    with office.site.vault() as vault:
        epoch = readiness.current_epoch(vault, OFFICE, "intake")
        assert vault.session.get(LeftBehind, (report_id, "intake")) is not None
    assert epoch is not None
    assert epoch.fingerprint != before
    (entry,) = office.audit("report_key.ended")
    assert (entry.account_name, entry.office_code) == ("job:end_keys", OFFICE)
    assert end_keys.run(plant) == "ended=0 waiting=0"
    with writing(office.registry) as session:
        enable_account(given.work(session, "admin"), DisableAccount(account="wang", reason="回到本机关"))
    assert granted(office, report_id)["wang"] == set()  # who comes back makes a new key


def test_taking_the_role_ends_the_key_that_served_it(office: Office, plant: Plant) -> None:
    report_id, _ = one(office)
    with writing(office.registry) as session:
        taken = ChangeGrant(account="wang", role="report_handler", region=given.TOWN)
        take_grant(given.work(session, "admin"), taken)
    assert end_keys.run(plant) == "ended=1 waiting=0"
    assert granted(office, report_id)["wang"] == set()


@pytest.mark.parametrize("in_team", [False, True])
def test_a_key_that_alone_opens_a_report_waits_until_somebody_else_opens_it(
    office: Office, plant: Plant, in_team: bool
) -> None:
    report_id, _ = assigned(office, "li", "wang") if in_team else one(office)
    for name in ("li", "wang"):
        closed(office, name)
    assert end_keys.run(plant) == "ended=0 waiting=2"
    assert not ended(office, "li")
    assert office.opens("wang", report_id, "content")
    with writing(office.registry) as session:
        enable_account(given.work(session, "admin"), DisableAccount(account="li", reason="误操作"))
    assert end_keys.run(plant) == "ended=1 waiting=0"
    assert ended(office, "wang")
    assert office.opens("li", report_id, "content")


def test_who_left_gets_no_share_of_what_begins_later_though_the_key_is_kept(
    office: Office, plant: Plant
) -> None:
    one(office)
    in_team, _ = assigned(office, "li", "wang")
    shared(office, "newcomer")
    with office.site.vault() as vault:  # a team of one is left: the key of who left is kept for it
        vault.session.exec(
            delete(CompartmentKey).where(col(CompartmentKey.holder) == fingerprint(office, "li"))
        )
    closed(office, "wang")
    assert end_keys.run(plant) == "ended=0 waiting=1"
    assert office.opens("wang", in_team, "content")
    with office.site.vault() as vault:
        epoch = readiness.current_epoch(vault, OFFICE, "intake")
        assert epoch is not None
        held = {
            row.person_id
            for row in vault.session.exec(
                select(HolderKey)
                .join(EpochShare, col(EpochShare.holder) == col(HolderKey.fingerprint))
                .where(col(EpochShare.epoch) == epoch.fingerprint)
            )
        }
    assert held == {"li", "newcomer"}
    (entry,) = office.audit("report_key.shut_out")
    assert epoch.fingerprint in str(entry.detail)
    assert end_keys.run(plant) == "ended=0 waiting=1"
    assert current(office, "intake") == epoch.fingerprint  # looked at again, it begins no other
    office.does("li", lifecycle.end_key, fingerprint(office, "newcomer"), working(office))
    with office.site.vault() as vault:
        assert (
            readiness.current_epoch(vault, OFFICE, "intake") is None
        )  # li alone is too few, wang counts not


def test_a_second_leaver_before_the_new_epoch_is_confirmed_leaves_one_to_be_confirmed(
    office: Office, plant: Plant
) -> None:
    with office.site.vault() as vault:
        fourth = holders.make_key(vault, "sun", OFFICE, PHRASE.format("sun"))
    with writing(office.registry) as session:
        enter_person(session, "sun", "report_handler")
    shared(office, "newcomer")
    office.does("li", lifecycle.give_shares, office.site.secrets["li"], "intake", fourth.fingerprint)
    office.does("qian", lifecycle.confirm_shares, fourth.fingerprint)
    for name in ("wang", "newcomer"):
        closed(office, name)
        assert end_keys.run(plant) == "ended=1 waiting=0"
    with office.site.vault() as vault:
        epoch = readiness.current_epoch(vault, OFFICE, "intake")
        assert epoch is not None
        shares = vault.session.exec(select(EpochShare).where(EpochShare.epoch == epoch.fingerprint)).all()
        assert not any(share.confirmed_by for share in shares)  # nobody opens it before a person confirms
    office.does("qian", lifecycle.confirm_epoch, epoch.fingerprint)
    with office.site.vault() as vault:
        held = {row.person_id for row in lifecycle.confirmed_holders(vault, epoch)}
    assert held == {"li", "sun"}


def test_who_was_let_in_by_one_person_alone_gets_no_share_when_another_leaves(
    office: Office, plant: Plant
) -> None:
    names = ("li", "wang", "newcomer")
    office.does("li", lifecycle.open_epoch, "intake", [fingerprint(office, name) for name in names])
    closed(office, "wang")
    assert end_keys.run(plant) == "ended=1 waiting=0"
    with office.site.vault() as vault:  # li and a newcomer whom nobody confirmed are no two
        assert readiness.current_epoch(vault, OFFICE, "intake") is None


def test_no_share_is_confirmed_for_who_has_not_the_role_any_more(office: Office) -> None:
    office.does(
        "li", lifecycle.give_shares, office.site.secrets["li"], "intake", fingerprint(office, "newcomer")
    )
    closed(office, "newcomer")
    with pytest.raises(RuleRefused, match="without_role"):
        office.does("qian", lifecycle.confirm_shares, fingerprint(office, "newcomer"))
    office.does("li", lifecycle.open_epoch, "intake")
    closed(office, "wang")
    with pytest.raises(RuleRefused, match="without_role"):
        office.does("zhao", lifecycle.confirm_epoch, current(office, "intake"))
    with office.site.vault() as vault:
        assert "intake" in readiness.obstacles(vault, OFFICE)  # a refusal leaves nothing confirmed
