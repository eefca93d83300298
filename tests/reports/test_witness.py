"""A crash between audit log and reports: an entry without an act may stay, a reading without one never."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest
from sqlmodel import select

from registry.audit.work import Work
from registry.log.tables import LogLeaf
from registry.reports import disclosure, handling, reading
from registry.reports.disclosed import disclosures
from registry.reports.handling import Noted, Write
from registry.reports.vault import Vault
from registry.reports.witness import Seen, Sides, carry_out
from registry.store.engine import reading as begun
from tests.reports.office import Office
from tests.reports.sending import NAME
from tests.reports.test_disclosure import disclosure_of
from tests.reports.test_handling import NOTED, assigned, one, said, state

KILLS = 25
KILLED = pytest.mark.parametrize("kills", [KILLS, pytest.param(200, marks=pytest.mark.long)])
READ = b"r"


class PowerCut(BaseException):
    """The process ends here."""


def cut_after_entry(sides: Sides) -> Sides:
    """Let the power fail once the entry is committed, before the reports are."""

    @contextmanager
    def working() -> Iterator[Work]:
        with sides.working() as work:
            yield work
        raise PowerCut

    return replace(sides, working=working)


def cut_before_entry(sides: Sides) -> Sides:
    """Let the power fail before the entry is committed."""

    @contextmanager
    def working() -> Iterator[Work]:
        with sides.working() as work:
            yield work
            raise PowerCut

    return replace(sides, working=working)


@pytest.mark.parametrize(("cut", "entries"), [(cut_after_entry, 1), (cut_before_entry, 0)])
def test_a_crash_leaves_no_effect_without_its_entry_and_the_form_again_takes_effect_once(
    office: Office, cut: Callable[[Sides], Sides], entries: int
) -> None:
    report_id, reporter = one(office)
    li, actor = office.by("li"), office.actor("li")

    def do(vault: Vault) -> handling.Told:
        return handling.ask(vault, actor, report_id, li, Write(version=1, text="哪一天？"))

    with pytest.raises(PowerCut):
        carry_out(cut(office.sides("li")), "form", do)
    assert said(office, reporter) == []
    assert len(office.audit("report.answered")) == entries
    for _ in range(2):
        carry_out(office.sides("li"), "form", do)
    assert said(office, reporter) == [("office", "哪一天？")]
    assert len(office.audit("report.answered")) == entries + 1


@KILLED
def test_who_is_killed_while_reading_has_read_nothing_that_the_audit_log_lacks(
    office: Office, kills: int
) -> None:
    report_id, _ = one(office)
    readings = sum(read_until_killed(office, report_id, reads, kills))
    assert kills <= readings <= len(office.audit("report.read"))


def test_a_build_that_reads_before_its_entry_is_found_out(office: Office) -> None:
    report_id, _ = one(office)
    readings = sum(read_until_killed(office, report_id, reads_first, KILLS))
    assert readings > len(office.audit("report.read"))


def read_until_killed(
    office: Office, report_id: str, read: Callable[[Office, str, Callable[[], None]], None], kills: int
) -> Iterator[int]:
    """Let processes read a report until each is killed, and yield how often each had it in hand."""
    office.registry.dispose()
    office.site.engine.dispose()
    rng = random.Random(14)
    for _ in range(kills):
        receiving, sending = os.pipe()
        child = os.fork()
        if child == 0:
            for_ever(partial(read, office, report_id, partial(tell, sending)))
        os.close(sending)
        with os.fdopen(receiving, "rb") as stream:
            assert stream.read(1) == READ  # it is at its work
            time.sleep(rng.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            yield 1 + len(stream.read())


def for_ever(act: Callable[[], None]) -> None:
    """Do something again and again, in a process that ends here."""
    try:
        while True:
            act()
    finally:
        os._exit(1)


def tell(sending: int) -> None:
    """Say that something was read."""
    os.write(sending, READ)


def reads(office: Office, report_id: str, tell: Callable[[], None]) -> None:
    """Read a report as the desk does."""
    li = office.by("li")
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
    proof = office.witnessed("li", report)
    with office.site.vault() as vault:
        reading.content(vault, proof, report, li)
    tell()


def reads_first(office: Office, report_id: str, tell: Callable[[], None]) -> None:
    """Read a report with a proof of one's own making, and write the entry afterwards."""
    li = office.by("li")
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        reading.content(vault, Seen(report_id, "content", li.holder.person_id), report, li)
    tell()
    office.witnessed("li", report)


def opened_at_once(office: Office) -> str:
    """Let the identity of a report be disclosed to wang."""
    report_id, _ = assigned(office, "wang", "newcomer")
    disclosure_of(office, report_id)
    return report_id


def openings(office: Office, report_id: str) -> tuple[int, int, int]:
    """Return how many leaves, entries, and rows for the reporter there are of openings."""
    with begun(office.registry) as session:
        leaves = session.exec(select(LogLeaf).where(LogLeaf.act == "report.opened")).all()
    with office.site.vault() as vault:
        rows = disclosures(vault, report_id)
    return len(leaves), len(office.audit("report.disclosed")), len(rows)


@pytest.mark.parametrize(("cut", "kept"), [(cut_after_entry, 1), (cut_before_entry, 0)])
def test_an_opening_that_is_cut_gives_no_proof_to_read_with(
    office: Office, cut: Callable[[Sides], Sides], kept: int
) -> None:
    report_id = opened_at_once(office)
    with pytest.raises(PowerCut):
        disclosure.opened(cut(office.sides("wang")), report_id, "identity", office.by("wang"))
    assert openings(office, report_id) == (kept, kept, 0)
    (proof,) = disclosure.opened(office.sides("wang"), report_id, "identity", office.by("wang"))
    assert openings(office, report_id) == (kept + 1, kept + 1, 1)
    with office.site.vault() as vault:
        found = reading.identity(vault, proof, office.report(vault, report_id), office.by("wang"))
    assert found.name == NAME


def killed_after_entry(sides: Sides) -> Sides:
    """Let the process be killed once leaf and entry are committed, before the reports are."""

    @contextmanager
    def working() -> Iterator[Work]:
        with sides.working() as work:
            yield work
        os.kill(os.getpid(), signal.SIGKILL)

    return replace(sides, working=working)


@KILLED
def test_who_is_killed_between_the_leaf_and_the_reading_has_read_no_identity(
    office: Office, kills: int
) -> None:
    report_id = opened_at_once(office)
    assert identities_read(office, report_id, killed_after_entry) == 0
    assert openings(office, report_id) == (1, 1, 0)
    rng, read = random.Random(15), 0
    for _ in range(kills):
        read += identities_read(office, report_id, lambda sides: sides, rng.uniform(0, 0.05))
    leaves, entries, told = openings(office, report_id)
    assert kills <= read <= told <= leaves == entries


def identities_read(
    office: Office, report_id: str, cut: Callable[[Sides], Sides], seconds: float | None = None
) -> int:
    """Let a process read an identity until it is killed, and return how often it had it in hand.

    Args:
        office: Of the report.
        report_id: Of the report.
        cut: What is done to both databases as the process has them.
        seconds: After the first reading, when it is killed; None: it kills itself.
    """
    office.registry.dispose()
    office.site.engine.dispose()
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        for_ever(partial(opens, office, report_id, cut(office.sides("wang")), partial(tell, sending)))
    os.close(sending)
    with os.fdopen(receiving, "rb") as stream:
        found = stream.read(1)
        if seconds is not None:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return len(found + stream.read())


def opens(office: Office, report_id: str, sides: Sides, tell: Callable[[], None]) -> None:
    """Open an identity as the desk does."""
    wang = office.by("wang")
    (proof,) = disclosure.opened(sides, report_id, "identity", wang)
    with office.site.vault() as vault:
        reading.identity(vault, proof, office.report(vault, report_id), wang)
    tell()


def test_a_triage_that_was_cut_leaves_the_report_as_it_was(office: Office) -> None:
    report_id, _ = one(office)
    li, actor = office.by("li"), office.actor("li")
    with pytest.raises(PowerCut):
        carry_out(
            cut_after_entry(office.sides("li")),
            "form",
            lambda vault: handling.triage(vault, actor, report_id, li, Noted(version=1, note=NOTED)),
        )
    assert state(office, report_id) == "received"
