"""A crash between audit log and reports: an entry without an act may stay, a reading without one never."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from registry.audit.work import Work
from registry.reports import handling, reading
from registry.reports.handling import Noted, Write
from registry.reports.vault import Vault
from registry.reports.witness import Sides, carry_out
from tests.reports.office import Office
from tests.reports.test_handling import NOTED, one, said, state

KILLS = 25
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


def test_who_is_killed_while_reading_has_read_nothing_that_the_audit_log_lacks(office: Office) -> None:
    report_id, _ = one(office)
    office.registry.dispose()
    office.site.engine.dispose()
    rng, readings = random.Random(14), 0
    for _ in range(KILLS):
        receiving, sending = os.pipe()
        child = os.fork()
        if child == 0:
            read_for_ever(office, report_id, sending)
        os.close(sending)
        with os.fdopen(receiving, "rb") as stream:
            assert stream.read(1) == READ  # it is at its work
            time.sleep(rng.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            readings += 1 + len(stream.read())
    assert KILLS <= readings <= len(office.audit("report.read"))


def read_for_ever(office: Office, report_id: str, sending: int) -> None:
    """Read a report again and again, and tell of each reading, until the process is killed."""
    li = office.by("li")
    try:
        while True:
            with office.site.vault() as vault:
                report = office.report(vault, report_id)
            proof = office.witnessed("li", report)
            with office.site.vault() as vault:
                reading.content(vault, proof, report, li)
            os.write(sending, READ)
    finally:
        os._exit(1)


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
