"""Who may open what of a report: every person and every compartment, tried with real keys."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.errors import Conflict, Forbidden, Malformed, NotFound, Refusal, RuleRefused
from registry.reports import (
    codes,
    epochs,
    holders,
    intake,
    opening,
    readiness,
    recovery,
    resealing,
    thread,
    visits,
)
from registry.reports.envelope import COMPARTMENTS, Compartment
from registry.reports.sealing import Unopened
from registry.reports.store import REPORTS
from registry.reports.tables import BodyPiece, CompartmentKey, EpochShare, LeftBehind, Report
from registry.reports.told import LISTING, CopiedFile, Copies, sealable
from registry.reports.vault import Vault
from registry.store.migrate import differences, downgrade, upgrade
from tests.reports.conftest import OFFICE, PEPPER, PHRASE, TODAY, Site
from tests.reports.sending import NAME, PHOTO, STORY, sent

OPENS = {
    "li": {"content", "thread"},
    "wang": {"content", "thread"},
    "zhao": {"identity", "originals"},
    "qian": {"identity", "originals"},
    "newcomer": set(),
}


def opens(site: Site, vault: Vault, report: Report, name: str, compartment: Compartment) -> bool:
    """Say whether a person finds the key of a compartment and with it an item."""
    try:
        key = opening.key_for(vault, report, compartment, site.rows[name], site.secrets[name])
    except Forbidden:
        return False
    for number in thread.items(vault, report, compartment):
        b"".join(thread.item(vault, report, compartment, number, key))
    return True


def test_models_and_migrations_of_the_reports_are_equal(reports_engine: Engine) -> None:
    assert differences(reports_engine, schema=REPORTS) == []
    downgrade(reports_engine, "base", schema=REPORTS)
    upgrade(reports_engine, schema=REPORTS)
    assert differences(reports_engine, schema=REPORTS) == []


def test_each_person_opens_just_what_they_were_given(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        found = {
            name: {one for one in COMPARTMENTS if opens(site, vault, report, name, one)} for name in OPENS
        }
    assert found == OPENS


def test_what_was_sent_comes_back_to_who_may_read_it(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        content = opening.key_for(vault, report, "content", site.rows["li"], site.secrets["li"])
        identity = opening.key_for(vault, report, "identity", site.rows["qian"], site.secrets["qian"])
        assert STORY.encode() in b"".join(thread.item(vault, report, "content", 0, content))
        assert b"".join(thread.item(vault, report, "content", 1, content)) == PHOTO
        assert NAME.encode() in b"".join(thread.item(vault, report, "identity", 0, identity))


def test_after_assignment_only_the_team_opens_the_content(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        opening.assign(vault, report, site.rows["li"], site.secrets["li"], [site.rows["newcomer"]])
        assert opens(site, vault, report, "newcomer", "content")
        assert not opens(site, vault, report, "li", "content")
        assert not opens(site, vault, report, "wang", "thread")
        assert not opens(site, vault, report, "newcomer", "identity")


def added(vault: Vault, report: Report, copy: bytes) -> Compartment:
    """Let the reporter add a file, and return the compartment of its clean copy."""
    addition, incoming = visits.begin_addition(vault, report)
    told = CopiedFile(number=1, media_type="application/pdf", length=len(copy))
    incoming.keep(visits.added(addition), 1, [b"as it was sent"])
    incoming.keep(visits.copied(addition), LISTING, [sealable(Copies(files=(told,)))])
    incoming.keep(visits.copied(addition), 1, [copy])
    visits.receive_addition(vault, report, addition, incoming)
    incoming.close()
    return visits.copied(addition)


def test_copies_of_added_files_open_for_who_reads_the_report_and_originals_for_custodians(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        parts = [added(vault, report, b"first")]
        for name, mine in OPENS.items():
            assert opens(site, vault, report, name, parts[0]) == ("content" in mine)
            assert opens(site, vault, report, name, visits.additions(vault, report)[0]) == (
                "originals" in mine
            )
        opening.assign(vault, report, site.rows["li"], site.secrets["li"], [site.rows["newcomer"]])
        parts.append(added(vault, report, b"second"))
        for part in parts:
            found = {name for name in OPENS if opens(site, vault, report, name, part)}
            assert found == {"newcomer"}, part
        vault.session.add(LeftBehind(report_id=report.id, purpose="intake"))
        vault.session.flush()
        resealing.reseal(
            vault, [report.id], "intake", opening.Unlocked(site.rows["newcomer"], site.secrets["newcomer"])
        )
        for part, copy in zip(parts, (b"first", b"second"), strict=True):
            key = opening.key_for(vault, report, part, site.rows["newcomer"], site.secrets["newcomer"])
            assert b"".join(thread.item(vault, report, part, 1, key)) == copy


def test_a_key_that_was_moved_to_another_report_opens_nothing(site: Site) -> None:
    with site.vault() as vault:
        first, _ = sent(vault)
        second, _ = sent(vault)
        epoch = first.intake_epoch
        theirs = vault.session.get_one(CompartmentKey, (second.id, "content", epoch))
        vault.session.get_one(CompartmentKey, (first.id, "content", epoch)).sealed_key = theirs.sealed_key
        vault.session.flush()
        with pytest.raises(Unopened):
            opening.key_for(vault, first, "content", site.rows["li"], site.secrets["li"])


def test_a_body_that_was_moved_to_another_item_opens_nothing(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        key = opening.key_for(vault, report, "content", site.rows["li"], site.secrets["li"])
        vault.session.get_one(BodyPiece, (report.id, "content", 0, 0)).item = 7
        vault.session.flush()
        with pytest.raises(Unopened):
            list(thread.item(vault, report, "content", 7, key))


def test_the_same_code_sends_one_report(site: Site) -> None:
    code = codes.draw()
    with site.vault() as vault:
        first, _ = sent(vault, code)
    with site.vault() as vault:
        again, _ = sent(vault, code)
        assert again.id == first.id
        assert len(vault.session.exec(select(Report)).all()) == 1


def test_a_code_that_we_did_not_show_is_not_taken(site: Site) -> None:
    code = codes.draw()
    with site.vault() as vault, pytest.raises(Malformed, match="code_stale"):
        intake.reporter_of(vault, code, codes.issued(code, TODAY - timedelta(days=2), PEPPER))


def test_both_sides_read_the_thread_and_nobody_else_does(site: Site) -> None:
    with site.vault() as vault:
        report, reporter = sent(vault)
        key = opening.key_for(vault, report, "thread", site.rows["li"], site.secrets["li"])
        thread.write(vault, report, key, "office", "请问是哪一天？")
        found, own = thread.visit(vault, reporter)
        thread.write(vault, found, own, "reporter", "昨天早上。")
        said = [(one.written_by, one.text) for one in thread.messages(vault, report, key)]
        assert said == [("office", "请问是哪一天？"), ("reporter", "昨天早上。")]
        assert thread.messages(vault, report, own) == thread.messages(vault, report, key)
        with pytest.raises(Forbidden):
            opening.key_for(vault, report, "thread", site.rows["zhao"], site.secrets["zhao"])


def test_a_message_that_the_reporter_deletes_is_gone(site: Site) -> None:
    with site.vault() as vault:
        report, reporter = sent(vault)
        _, own = thread.visit(vault, reporter)
        number = thread.write(vault, report, own, "reporter", "请删").number
        thread.delete_message(vault, report, number)
        assert thread.messages(vault, report, own) == []
        assert number not in thread.items(vault, report, "thread")


def test_a_wrong_code_finds_nothing(site: Site) -> None:
    with site.vault() as vault:
        sent(vault)
        with pytest.raises(NotFound):
            thread.visit(vault, codes.derive(codes.draw(), PEPPER))


def test_an_office_takes_reports_only_while_two_of_each_purpose_could_read_them(site: Site) -> None:
    with site.vault() as vault:
        assert readiness.obstacles(vault, OFFICE) == []
        epochs.end_key(vault, site.rows["wang"])
        assert readiness.obstacles(vault, OFFICE) == ["intake"]
        with pytest.raises(RuleRefused, match=r"report\.closed"):
            intake.begin(vault, OFFICE)


@pytest.mark.parametrize(
    ("later", "expected"), [(91, []), (92, ["intake", "custody"]), (183, ["recovery", "intake", "custody"])]
)
def test_keys_that_nobody_tried_for_long_close_the_intake(
    site: Site, later: int, expected: list[str]
) -> None:
    with site.vault(TODAY + timedelta(days=later)) as vault:
        assert readiness.obstacles(vault, OFFICE) == expected


def test_an_epoch_opens_nothing_until_another_person_confirms_it(site: Site) -> None:
    with site.vault() as vault:
        epoch = epochs.open_epoch(vault, OFFICE, "intake", [site.rows["li"], site.rows["wang"]], "li")
        assert readiness.obstacles(vault, OFFICE) == ["intake"]
        with pytest.raises(Forbidden):
            epochs.epoch_secret(vault, epoch, site.rows["li"], site.secrets["li"])
        with pytest.raises(RuleRefused, match="share_same_person"):
            epochs.confirm_epoch(vault, epoch, "li")
        epochs.confirm_epoch(vault, epoch, "zhao")
        assert (
            epochs.epoch_secret(vault, epoch, site.rows["li"], site.secrets["li"]).public.fingerprint
            == epoch.fingerprint
        )


def test_one_holder_makes_no_epoch(site: Site) -> None:
    with site.vault() as vault, pytest.raises(RuleRefused, match="holders_few"):
        epochs.open_epoch(vault, OFFICE, "intake", [site.rows["li"], site.rows["li"]], "li")


def test_a_newcomer_reads_what_a_holder_gives_and_a_third_person_confirms(site: Site) -> None:
    with site.vault() as vault:
        report, _ = sent(vault)
        epoch = readiness.current_epoch(vault, OFFICE, "intake")
        assert epoch is not None
        newcomer = site.rows["newcomer"]
        epochs.give_share(vault, epoch, site.rows["li"], site.secrets["li"], newcomer)
        assert not opens(site, vault, report, "newcomer", "content")
        for nobody in ("li", "newcomer"):
            with pytest.raises(RuleRefused):
                epochs.confirm_share(vault, epoch, newcomer, nobody)
        epochs.confirm_share(vault, epoch, newcomer, "zhao")
        assert opens(site, vault, report, "newcomer", "content")
        assert not opens(site, vault, report, "newcomer", "identity")
        with pytest.raises(Conflict):
            epochs.give_share(vault, epoch, site.rows["li"], site.secrets["li"], newcomer)


def test_who_holds_no_share_gives_none(site: Site) -> None:
    with site.vault() as vault:
        epoch = readiness.current_epoch(vault, OFFICE, "custody")
        assert epoch is not None
        with pytest.raises(Forbidden):
            epochs.give_share(vault, epoch, site.rows["li"], site.secrets["li"], site.rows["newcomer"])


def test_who_left_opens_nothing_any_more(site: Site) -> None:
    with site.vault() as vault:
        before, _ = sent(vault)
        epochs.end_key(vault, site.rows["li"])
        remaining = [site.rows["wang"], site.rows["newcomer"]]
        epochs.confirm_epoch(vault, epochs.open_epoch(vault, OFFICE, "intake", remaining, "wang"), "zhao")
        after, _ = sent(vault)
        assert not opens(site, vault, before, "li", "content")
        assert not opens(site, vault, after, "li", "content")
        assert opens(site, vault, before, "wang", "content")
        assert opens(site, vault, after, "wang", "content")
        assert (
            vault.session.exec(
                select(EpochShare).where(EpochShare.holder == site.rows["li"].fingerprint)
            ).all()
            == []
        )


def test_two_recovery_shares_open_what_all_passphrases_lost_and_one_does_not(site: Site) -> None:
    with site.vault() as vault:
        for pair in ((0, 1), (0, 2), (1, 2)):
            secret = recovery.prove_recovery(vault, [site.shares[one] for one in pair])
        epoch = readiness.current_epoch(vault, OFFICE, "intake")
        assert epoch is not None
        found = recovery.recovered(vault, epoch, secret)
        assert found.public.fingerprint == epoch.fingerprint
        for wrong in ([site.shares[0]], [site.shares[0], site.shares[0]], ["academic acid"] * 2):
            with pytest.raises(Malformed):
                recovery.prove_recovery(vault, wrong)


@pytest.mark.parametrize("weak", ["short", "a" * 40, "one two three", "abcabcabcabcabcabc"])
def test_a_passphrase_that_could_be_guessed_is_refused(site: Site, weak: str) -> None:
    with site.vault() as vault, pytest.raises(Malformed, match="passphrase_weak"):
        holders.make_key(vault, "somebody", OFFICE, weak)


def test_a_passphrase_opens_its_own_key_alone_and_can_be_changed(site: Site) -> None:
    row = site.rows["li"]
    with site.vault() as vault:
        for wrong, pepper in ((PHRASE.format("wang"), PEPPER), (PHRASE.format("li"), PEPPER[::-1])):
            with pytest.raises(Forbidden):
                holders.unlocked(row, wrong, pepper)
        holders.change_passphrase(vault, row, PHRASE.format("li"), "an entirely new long phrase")
        assert holders.unlocked(row, "an entirely new long phrase", PEPPER).seed == site.secrets["li"].seed
        with pytest.raises(Refusal):
            holders.unlocked(row, PHRASE.format("li"), PEPPER)


def test_no_row_of_a_report_is_finer_than_a_day(reports_engine: Engine) -> None:
    columns = [column for table in REPORTS.metadata.tables.values() for column in table.columns]
    moments = [str(column) for column in columns if "TIME" in str(column.type)]
    assert moments == []
    assert any(column.type.python_type is date for column in columns)
