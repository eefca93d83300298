"""Drills of the life of keys: who joins reads, who leaves reads nothing new, what is lost is given anew."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from registry.errors import Conflict, Malformed, NotFound, Refusal, RuleRefused
from registry.log.tables import LogSalt
from registry.reports import holders, lifecycle, readiness, recovering, resealing, thread
from registry.reports.envelope import COMPARTMENTS
from registry.reports.opening import Unlocked, key_for
from registry.reports.readiness import Purpose
from registry.reports.recovering import Recover
from registry.reports.sealing import Unopened
from registry.reports.staff import Working, staff
from registry.reports.tables import BodyPiece, CompartmentKey, EpochKey, HolderKey, LeftBehind, Report
from registry.store.engine import reading
from tests.reports.office import Office
from tests.reports.sending import NAME, PHOTO, STORY
from tests.reports.site import OFFICE, PEPPER, PHRASE, TODAY
from tests.reports.test_handling import assigned, one, taken_up

HANDLERS, CUSTODIANS = ("content", "thread"), ("identity", "originals")


def fingerprint(office: Office, name: str) -> str:
    return office.site.rows[name].fingerprint


def current(office: Office, purpose: Purpose) -> str:
    with office.site.vault() as vault:
        epoch = readiness.current_epoch(vault, OFFICE, purpose)
        assert epoch is not None
        return epoch.fingerprint


def resealed(office: Office, name: str, purpose: Purpose) -> int:
    """Seal anew what somebody left behind, and return how many reports waited."""
    return sum(resealing.resealed(office.sides(name), f"again {next(office.keys)}", purpose, office.by(name)))


def working(office: Office) -> Working:
    with reading(office.registry) as session:
        return staff(session, OFFICE)


def ended(office: Office, by: str, key: str) -> None:
    office.does(by, lifecycle.end_key, key, working(office))


def granted(office: Office, report_id: str) -> dict[str, set[str]]:
    """Return what each person opens, with real keys."""
    return {
        name: {part for part in COMPARTMENTS if office.opens(name, report_id, part)}
        for name in office.site.rows
    }


def test_who_joins_reads_what_is_there_once_a_third_person_confirmed(office: Office) -> None:
    report_id, _ = one(office)
    newcomer = fingerprint(office, "newcomer")
    office.does("li", lifecycle.give_shares, office.site.secrets["li"], "intake", newcomer)
    assert not office.opens("newcomer", report_id, "content")
    for nobody in ("li", "newcomer"):
        with pytest.raises(RuleRefused):
            office.does(nobody, lifecycle.confirm_shares, newcomer)
    office.does("qian", lifecycle.confirm_shares, newcomer)
    assert granted(office, report_id)["newcomer"] == set(HANDLERS)
    with pytest.raises(RuleRefused, match="nothing_to_give"):
        office.does("li", lifecycle.give_shares, office.site.secrets["li"], "intake", newcomer)
    assert [
        entry.act for entry in office.audit("report_key.shares_given", "report_key.shares_confirmed")
    ] == [
        "report_key.shares_given",
        "report_key.shares_confirmed",
    ]


def test_a_key_is_given_only_to_who_has_the_role(office: Office) -> None:
    zhao = fingerprint(office, "zhao")
    with pytest.raises(RuleRefused, match="without_role"):
        office.does("li", lifecycle.give_shares, office.site.secrets["li"], "intake", zhao)
    with pytest.raises(RuleRefused, match="without_role"):
        office.does("li", lifecycle.open_epoch, "intake", (zhao, fingerprint(office, "li")))


@pytest.mark.parametrize("name", ["admin", "auditor", "officer", "superior"])
def test_nobody_else_makes_gives_confirms_or_ends_a_key(office: Office, name: str) -> None:
    newcomer = fingerprint(office, "newcomer")
    secret = office.site.secrets["li"]
    for verb, said in (
        (lifecycle.make_key, ("an entirely new long phrase",)),
        (lifecycle.give_shares, (secret, "intake", newcomer)),
        (lifecycle.confirm_shares, (newcomer,)),
        (lifecycle.confirm_epoch, (current(office, "intake"),)),
        (lifecycle.open_epoch, ("intake",)),
        (lifecycle.end_key, (newcomer, working(office))),
    ):
        with pytest.raises(Refusal):
            office.does(name, verb, *said)
    with office.site.vault() as vault:
        assert len(vault.session.exec(select(HolderKey)).all()) == len(office.site.rows)


def test_who_leaves_opens_nothing_that_is_kept_and_no_later_report(office: Office) -> None:
    before, _ = one(office)
    in_team, _ = assigned(office, "li", "wang")
    closed, _ = taken_up(office)
    with office.site.vault() as vault:
        vault.session.get_one(Report, closed).closed_on = TODAY
        copied = {
            report_id: key_for(
                vault,
                vault.session.get_one(Report, report_id),
                "content",
                office.site.rows["li"],
                office.site.secrets["li"],
            )
            for report_id in (before, in_team)
        }
    office.does(
        "wang", lifecycle.give_shares, office.site.secrets["wang"], "intake", fingerprint(office, "newcomer")
    )
    office.does("qian", lifecycle.confirm_shares, fingerprint(office, "newcomer"))
    ended(office, "wang", fingerprint(office, "li"))
    with office.site.vault() as vault:
        assert "intake" in readiness.obstacles(vault, OFFICE)  # until another person confirms the new epoch
    office.does("zhao", lifecycle.confirm_epoch, current(office, "intake"))
    assert resealed(office, "wang", "intake") == 2
    after, _ = one_with(office, "newcomer")
    for report_id in (before, in_team, closed, after):
        assert granted(office, report_id)["li"] == set(), report_id
    assert granted(office, before)["wang"] == set(HANDLERS)
    assert granted(office, in_team)["wang"] == set(HANDLERS)
    with office.site.vault() as vault:  # the keys that were copied open none of the streams that are kept
        for report_id, key in copied.items():
            report = vault.session.get_one(Report, report_id)
            with pytest.raises(Unopened):
                list(thread.item(vault, report, "content", 0, key))
        content = key_for(
            vault,
            vault.session.get_one(Report, before),
            "content",
            office.site.rows["wang"],
            office.site.secrets["wang"],
        )
        report = vault.session.get_one(Report, before)
        assert STORY.encode() in b"".join(thread.item(vault, report, "content", 0, content))
        assert b"".join(thread.item(vault, report, "content", 1, content)) == PHOTO


def one_with(office: Office, prover: str) -> tuple[str, object]:
    """Let a report arrive after a newcomer has opened the test, so that two could read it."""
    actor = office.actor(prover)
    with office.site.vault() as vault:
        lifecycle.prove(vault, actor, PHRASE.format(prover))
    return one(office)


def test_a_custodian_who_leaves_is_followed_by_a_new_epoch_of_custody(office: Office) -> None:
    report_id, _ = one(office)
    old = current(office, "custody")
    ended(office, "qian", fingerprint(office, "zhao"))
    with office.site.vault() as vault:
        assert readiness.current_epoch(vault, OFFICE, "custody") is None  # one custodian is too few
        assert readiness.obstacles(vault, OFFICE) == ["custody"]
    assert granted(office, report_id)["zhao"] == set()
    assert granted(office, report_id)["qian"] == set(CUSTODIANS)
    with office.site.vault() as vault:
        assert resealing.left_behind(vault, OFFICE, "custody") == [report_id]
        report = vault.session.get_one(Report, report_id)
        assert report.custody_epoch == old
        with pytest.raises(RuleRefused, match="no_epoch"):
            resealing.reseal(vault, [report.id], "custody", office.by("qian"))


def test_one_lost_passphrase_loses_no_report(office: Office) -> None:
    report_id, _ = one(office)
    ended(office, "wang", fingerprint(office, "li"))
    with office.site.vault() as vault:
        row = holders.make_key(vault, "li", OFFICE, "an entirely new long phrase")
        secret = holders.unlocked(row, "an entirely new long phrase", PEPPER)
    office.site.rows["li"], office.site.secrets["li"] = row, secret
    office.does("wang", lifecycle.give_shares, office.site.secrets["wang"], "intake", row.fingerprint)
    office.does("zhao", lifecycle.confirm_shares, row.fingerprint)
    assert granted(office, report_id)["li"] == set(HANDLERS)


def test_a_rotation_leaves_old_reports_readable_and_seals_new_ones_to_the_new_key(office: Office) -> None:
    before, _ = one(office)
    old = current(office, "intake")
    office.does("li", lifecycle.open_epoch, "intake")
    new = current(office, "intake")
    with pytest.raises(RuleRefused, match="share_same_person"):
        office.does("li", lifecycle.confirm_epoch, new)
    office.does("zhao", lifecycle.confirm_epoch, new)
    after, _ = one(office)
    with office.site.vault() as vault:
        assert [office.report(vault, one_id).intake_epoch for one_id in (before, after)] == [old, new]
    assert granted(office, before) == granted(office, after)
    with reading(office.registry) as session:
        leaves = session.exec(select(LogSalt).where(col(LogSalt.subject_id) == new)).all()
    assert [leaf.content is not None and new in leaf.content for leaf in leaves] == [True]


def test_the_test_is_opened_only_by_a_key_whose_shares_open(office: Office) -> None:
    later = TODAY + timedelta(days=30)
    with office.site.vault(later) as vault:
        lifecycle.prove(vault, office.actor("newcomer"), PHRASE.format("newcomer"))
        assert holders.key_of(vault, "newcomer").proved_on == TODAY  # type: ignore[union-attr]  # no share yet
        lifecycle.prove(vault, office.actor("li"), PHRASE.format("li"))
        assert holders.key_of(vault, "li").proved_on == later  # type: ignore[union-attr]
        with pytest.raises(Refusal):
            lifecycle.prove(vault, office.actor("wang"), PHRASE.format("li"))


def test_all_passphrases_lost_two_shares_before_a_witness_open_everything_again(office: Office) -> None:
    report_id, _ = one(office)
    in_team, _ = assigned(office, "li", "wang")
    words = tuple(office.site.shares[:2])
    for name in ("li", "wang"):
        ended(office, "zhao", fingerprint(office, name))
    made = {}
    with office.site.vault() as vault:
        for name in ("li", "wang"):
            row = holders.make_key(vault, name, OFFICE, PHRASE.format(f"new {name}"))
            made[name] = Unlocked(row, holders.unlocked(row, PHRASE.format(f"new {name}"), PEPPER))
    new = tuple(by.holder.fingerprint for by in made.values())
    office.does("zhao", lifecycle.open_epoch, "intake", new)
    office.does("qian", lifecycle.confirm_epoch, current(office, "intake"))
    for witness, shares, refused in (("zhao", words, RuleRefused), ("qian", (words[0],) * 2, Malformed)):
        with pytest.raises(refused):
            command = Recover(shares=shares, purpose="intake", holders=new, witness=witness)
            office.does("zhao", recovering.recover, command)
    command = Recover(shares=words, purpose="intake", holders=new, witness="qian")
    office.does("zhao", recovering.recover, command)
    for by in made.values():
        office.does("qian", lifecycle.confirm_shares, by.holder.fingerprint)
    with office.site.vault() as vault:
        for one_id in (report_id, in_team):
            report = office.report(vault, one_id)
            key = key_for(vault, report, "content", made["li"].holder, made["li"].secret)
            assert STORY.encode() in b"".join(thread.item(vault, report, "content", 0, key))


def test_a_crash_between_two_reports_leaves_each_whole(office: Office) -> None:
    ids = [one(office)[0] for _ in range(2)]
    office.does(
        "wang", lifecycle.give_shares, office.site.secrets["wang"], "intake", fingerprint(office, "newcomer")
    )
    office.does("qian", lifecycle.confirm_shares, fingerprint(office, "newcomer"))
    ended(office, "wang", fingerprint(office, "li"))
    office.does("zhao", lifecycle.confirm_epoch, current(office, "intake"))
    wang = office.by("wang")
    with pytest.raises(RuntimeError, match="power cut"), office.site.vault() as vault:
        assert resealing.reseal(vault, ids[:1], "intake", wang) == ids[:1]
        raise RuntimeError("power cut")
    assert all(office.opens("wang", one_id, "content") for one_id in ids)
    assert resealed(office, "wang", "intake") == 2
    assert all(office.opens("wang", one_id, "content") for one_id in ids)
    assert resealed(office, "wang", "intake") == 0


def test_an_ended_key_is_ended_once(office: Office) -> None:
    ended(office, "li", fingerprint(office, "newcomer"))
    with pytest.raises(NotFound):
        ended(office, "li", fingerprint(office, "newcomer"))
    with pytest.raises(Conflict):
        office.does("li", lifecycle.make_key, "an entirely new long phrase")


def test_a_share_that_was_altered_is_no_proof(office: Office) -> None:
    with office.site.vault() as vault:
        vault.session.connection().execute(
            update(EpochKey).where(col(EpochKey.purpose) == "intake").values(office_code="AMR-4115")
        )
    with office.site.vault() as vault, pytest.raises(Unopened):
        lifecycle.prove(vault, office.actor("li"), PHRASE.format("li"))


def test_nothing_of_the_old_streams_is_kept(office: Office) -> None:
    report_id, _ = one(office)
    with office.site.vault() as vault:
        before = {
            bytes(row.piece)
            for row in vault.session.exec(select(BodyPiece).where(col(BodyPiece.report_id) == report_id))
        }
        keys = {bytes(row.sealed_key) for row in vault.session.exec(select(CompartmentKey))}
        for purpose in readiness.PURPOSES:
            vault.session.add(LeftBehind(report_id=report_id, purpose=purpose))
        vault.session.flush()
        resealing.reseal(vault, [report_id], "intake", office.by("li"))
        by = office.by("qian")
        resealing.reseal(vault, [report_id], "custody", by)
        kept = {bytes(row.piece) for row in vault.session.exec(select(BodyPiece))}
        kept |= {bytes(row.sealed_key) for row in vault.session.exec(select(CompartmentKey))}
        identity = key_for(vault, office.report(vault, report_id), "identity", by.holder, by.secret)
        found = thread.item(vault, office.report(vault, report_id), "identity", 0, identity)
        assert NAME.encode() in b"".join(found)
    assert not kept & (before | keys)
