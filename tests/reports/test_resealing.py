"""Sealing anew by lots: a kill leaves each report whole, who asks again goes on, and two do not collide."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context

import pytest
from sqlmodel import select

from registry.audit.work import Work
from registry.reports import lifecycle, rekeying, resealing, thread
from registry.reports.opening import key_for
from registry.reports.sealing import Unopened
from registry.reports.tables import BodyPiece, LeftBehind, Report
from registry.reports.witness import history
from registry.store.engine import open_engine
from tests.reports.office import Office
from tests.reports.sending import STORY, sent
from tests.reports.site import OFFICE
from tests.reports.test_at_once import at_once
from tests.reports.test_handling import one
from tests.reports.test_lifecycle import current, ended, fingerprint

MANY, LOT = 5, 2


def left_to(office: Office) -> tuple[list[str], dict[str, bytes]]:
    """Let li leave, wang and the newcomer stay; return the reports, and their keys as li copied them."""
    ids = [one(office)[0] for _ in range(MANY)]
    li = office.by("li")
    with office.site.vault() as vault:
        copied = {
            one_id: key_for(vault, office.report(vault, one_id), "content", li.holder, li.secret)
            for one_id in ids
        }
    newcomer = fingerprint(office, "newcomer")
    office.does("wang", lifecycle.give_shares, office.site.secrets["wang"], "intake", newcomer)
    office.does("qian", lifecycle.confirm_shares, newcomer)
    ended(office, "wang", fingerprint(office, "li"))
    office.does("zhao", lifecycle.confirm_epoch, current(office, "intake"))
    return ids, copied


def left_behind(office: Office) -> Sequence[str]:
    with office.site.vault() as vault:
        return resealing.left_behind(vault, OFFICE, "intake")


def opened_by_copies(office: Office, copied: dict[str, bytes]) -> set[str]:
    """Return the reports whose kept stream a copied key still opens."""
    found = set()
    with office.site.vault() as vault:
        for report_id, key in copied.items():
            try:
                b"".join(thread.item(vault, office.report(vault, report_id), "content", 0, key))
                found.add(report_id)
            except Unopened:
                continue
    return found


def killed_while_resealing(office: Office, at: str) -> None:
    """Seal anew in a process that ends, as by a power cut, in the second lot."""

    def work() -> None:
        registry = open_engine(office.registry.url.render_as_string(hide_password=False))
        reports = open_engine(
            office.site.engine.url.render_as_string(hide_password=False), holds_what_is_shown=False
        )
        here = replace(office, registry=registry, site=replace(office.site, engine=reports))
        sides, lots = here.sides("wang"), iter(range(1, MANY))
        number = 0

        @contextmanager
        def working() -> Iterator[Work]:
            nonlocal number
            number = next(lots)
            if number == LOT and at == "rows prepared":
                os.kill(os.getpid(), signal.SIGKILL)
            with sides.working() as acting:
                yield acting
            if number == LOT and at == "entry committed":
                os.kill(os.getpid(), signal.SIGKILL)

        resealing.AT_ONCE = LOT
        for _ in resealing.resealed(replace(sides, working=working), "cut", "intake", here.by("wang")):
            if number == LOT and at == "rows committed":
                os.kill(os.getpid(), signal.SIGKILL)

    child = get_context("fork").Process(target=work)
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("at", "done"), [("rows prepared", 2), ("entry committed", 2), ("rows committed", 4)]
)
def test_a_kill_between_two_steps_leaves_each_report_whole_and_who_asks_again_goes_on(
    office: Office, at: str, done: int
) -> None:
    ids, copied = left_to(office)
    killed_while_resealing(office, at)
    assert len(left_behind(office)) == MANY - done
    assert opened_by_copies(office, copied) == set(left_behind(office))
    for who in ("wang", "newcomer"):
        assert all(office.opens(who, one_id, part) for one_id in ids for part in ("content", "thread"))  # type: ignore[arg-type]
    list(resealing.resealed(office.sides("wang"), "cut", "intake", office.by("wang")))
    assert left_behind(office) == []
    assert opened_by_copies(office, copied) == set()
    for who in ("wang", "newcomer"):
        assert all(office.opens(who, one_id, "content") for one_id in ids)
    told = [one_id for entry in office.audit("report.resealed") for one_id in entry.detail["reports"]]
    assert set(told) == set(ids)
    with office.site.vault() as vault:
        kept = [
            [row.person_id for row in history(vault, one_id) if row.act == "report.resealed"]
            for one_id in ids
        ]
    assert kept == [["wang"]] * MANY


def test_two_who_seal_anew_in_the_same_moment_do_each_report_once(office: Office) -> None:
    ids, copied = left_to(office)

    def seal(number: int, barrier: object) -> None:
        who = ("wang", "newcomer")[number]
        barrier.wait()  # type: ignore[attr-defined]
        list(resealing.resealed(office.sides(who), "together", "intake", office.by(who)))

    at_once(seal)
    told = [one_id for entry in office.audit("report.resealed") for one_id in entry.detail["reports"]]
    assert sorted(told) == sorted(ids)
    assert opened_by_copies(office, copied) == set()
    assert all(office.opens(who, one_id, "content") for who in ("wang", "newcomer") for one_id in ids)


def test_large_files_are_sealed_anew_beside_small_ones(office: Office) -> None:
    photos = [os.urandom(size) for size in (rekeying.TOGETHER + 5, 5_500_000, 5_500_000, 5_500_000)]
    with office.site.vault() as vault:
        ids = [sent(vault, photo=photo)[0].id for photo in photos]
        for report_id in ids:
            vault.session.add(LeftBehind(report_id=report_id, purpose="intake"))
    with office.site.vault() as vault:
        before = {
            row.piece
            for row in vault.session.exec(select(BodyPiece).where(BodyPiece.compartment == "content"))
        }
        assert sorted(resealing.reseal(vault, ids, "intake", office.by("li"))) == sorted(ids)
        after = {
            row.piece
            for row in vault.session.exec(select(BodyPiece).where(BodyPiece.compartment == "content"))
        }
    assert not before & after
    wang = office.by("wang")
    with office.site.vault() as vault:
        for report_id, photo in zip(ids, photos, strict=True):
            report = vault.session.get_one(Report, report_id)
            key = key_for(vault, report, "content", wang.holder, wang.secret)
            assert b"".join(thread.item(vault, report, "content", 1, key)) == photo
            assert STORY.encode() in b"".join(thread.item(vault, report, "content", 0, key))
