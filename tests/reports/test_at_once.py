"""What two do to one report in the same moment: both succeed, and nothing of either is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from registry.reports import opening, thread, visits
from registry.reports.told import LISTING, Copies, Listing, sealable
from tests.reports.office import Office
from tests.reports.test_handling import one

TOGETHER = 2


def at_once(do: Callable[[int, Barrier], object]) -> None:
    """Do something by two threads that wait for each other where they say so."""
    barrier = Barrier(TOGETHER, timeout=60)
    with ThreadPoolExecutor(TOGETHER) as pool:
        for done in [pool.submit(do, number, barrier) for number in range(TOGETHER)]:
            done.result()


def test_files_that_are_added_in_the_same_moment_are_all_kept(office: Office) -> None:
    report_id, reporter = one(office)

    def add(number: int, barrier: Barrier) -> None:
        with office.site.vault() as vault:
            addition, incoming = visits.begin_addition(vault, thread.visit(vault, reporter)[0])
        incoming.keep(visits.added(addition), LISTING, [sealable(Listing())])
        incoming.keep(visits.added(addition), 1, [f"file {number}".encode()])
        incoming.keep(visits.copied(addition), LISTING, [sealable(Copies(files=()))])
        barrier.wait()  # both have begun, neither is kept
        with office.site.vault() as vault:
            report, key = thread.visit(vault, reporter)
            visits.receive_addition(vault, report, addition, incoming)
            thread.write(vault, report, key, "reporter", f"note {number}")
        incoming.close()

    at_once(add)
    zhao = office.by("zhao")
    with office.site.vault() as vault:
        report = office.report(vault, report_id)
        parts = visits.additions(vault, report)
        keys = [opening.key_for(vault, report, part, zhao.holder, zhao.secret) for part in parts]
        files = {
            b"".join(thread.item(vault, report, part, 1, key)) for part, key in zip(parts, keys, strict=True)
        }
        notes = {said.text for said in thread.messages(vault, report, thread.visit(vault, reporter)[1])}
    assert files == {b"file 0", b"file 1"}
    assert {"note 0", "note 1"} <= notes


def test_messages_that_both_sides_write_in_the_same_moment_are_all_kept(office: Office) -> None:
    _, reporter = one(office)
    many = 10

    def write(number: int, barrier: Barrier) -> None:
        barrier.wait()
        for turn in range(many):
            with office.site.vault() as vault:
                report, key = thread.visit(vault, reporter)
                thread.write(vault, report, key, ("reporter", "office")[number], f"{number} {turn}")

    at_once(write)
    with office.site.vault() as vault:
        report, key = thread.visit(vault, reporter)
        said = [(one.number, one.text) for one in thread.messages(vault, report, key)]
    assert len({number for number, _ in said}) == len(said)
    assert {f"{number} {turn}" for number in range(TOGETHER) for turn in range(many)} <= {
        text for _, text in said
    }
