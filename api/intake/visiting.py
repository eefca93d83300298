"""A reporter who came back: his thread as he sees it, and what he does in it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from litestar.concurrency import sync_to_thread

from api.edge import Edge
from api.intake.arriving import Sent, Sink
from api.intake.reception import Reception
from registry.errors import Malformed, NotFound, Refusal, RuleRefused
from registry.offices.queries import current_name
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.reports import thread, visits
from registry.reports.codes import Derived, derive, read_code
from registry.reports.deadlines import Handling, dues
from registry.reports.disclosed import disclosures
from registry.reports.envelope import Compartment
from registry.reports.intake import Incoming
from registry.reports.policy import MOST_MESSAGES
from registry.reports.tables import Report
from registry.reports.thread import Said
from registry.reports.told import LISTING, LONGEST_MESSAGE, Listing, sealable
from registry.reports.vault import Vault
from registry.store.engine import reading

VERIFY = "report.verify"
Act = Callable[[Vault, Report, bytes], object]
"""What is done to a report, under the key of its thread."""


@dataclass(frozen=True, repr=False)
class Thread:
    """A report as its reporter sees it.

    Attributes:
        ticket: Of the visit.
        due_on: Statutory day by which the office verifies it; None where no rule gives one.
        shown_last: The words that the last visit showed, by their numbers.
        words: Those to note for the next one.
        additions: How many times files were added.
        opened_on: Days on which identity or original files were opened, the latest first.
    """

    ticket: str
    office: str
    state: str
    received_on: date
    closed_on: date | None
    due_on: date | None
    messages: tuple[Said, ...]
    shown_last: str | None
    words: str
    claimed_on: date | None
    additions: int
    opened_on: tuple[date, ...]


async def come_back(reception: Reception, typed: str) -> Thread | None:
    """Begin a visit; None: the code finds no report, be it wrong, expired or never shown.

    Raises:
        Malformed: It is no code; its check digits say so to anybody.
        Crowded: Too many wait.
    """
    code = read_code(typed)
    async with reception.turns.turn("returning"):
        return await sync_to_thread(_come_back, reception, code)


def _come_back(reception: Reception, code: str) -> Thread | None:
    edge = reception.edge
    reporter = derive(code, edge.reports.pepper)
    try:
        with edge.reports.writing(edge.today()) as vault:
            report, key, shown_last = visits.come_back(vault, reporter)
            ticket = reception.visits.begin(reporter, edge.now().timestamp())
            return _shown(edge, vault, report, key, ticket, shown_last)
    except NotFound:
        return None


def look(reception: Reception, ticket: str) -> Thread:
    """Show the thread again.

    Raises:
        Unauthenticated: The visit is over.
    """
    edge = reception.edge
    with edge.reports.reading(edge.today()) as vault:
        report, key = thread.visit(vault, _reporter(reception, ticket))
        return _shown(edge, vault, report, key, ticket, None)


def say(reception: Reception, ticket: str, act: str, text: str) -> Thread:
    """Write a message to the office; the same act again changes nothing.

    Raises:
        Unauthenticated: The visit is over.
        Malformed: It is empty, or too long.
        RuleRefused: There are as many as there may be.
    """
    said = text.strip()
    if not said or len(said) > LONGEST_MESSAGE:
        raise Malformed("report.message_length", field="text", most=LONGEST_MESSAGE)

    def write(vault: Vault, report: Report, key: bytes) -> None:
        if len(thread.items(vault, report, "thread")) >= MOST_MESSAGES:
            raise RuleRefused("report.messages_many", field="text", most=MOST_MESSAGES)
        thread.write(vault, report, key, "reporter", said)

    return _once(reception, ticket, act, write)


def delete_answers(reception: Reception, ticket: str, act: str, through: int) -> Thread:
    """Delete the office's messages that were read, up to a number.

    Raises:
        Unauthenticated: The visit is over.
    """
    return _once(
        reception, ticket, act, lambda vault, report, _: visits.delete_answers(vault, report, through)
    )


def claim_reward(reception: Reception, ticket: str, act: str, text: str) -> Thread:
    """Claim a reward, and tell the office how to know the reporter again.

    Raises:
        Unauthenticated: The visit is over.
    """

    def claim(vault: Vault, report: Report, key: bytes) -> None:
        if report.reward_claimed_on is None:
            visits.claim_reward(vault, report, key, text)

    return _once(reception, ticket, act, claim)


class Adding:
    """Where files go that a reporter adds; the ticket stands before them in the form."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._begun: tuple[Compartment, Incoming] | None = None

    async def open(self, sent: Sent, number: int) -> Sink:
        """Give the sink of a file.

        Raises:
            Unauthenticated: The visit is over.
        """
        if self._begun is None:
            self._begun = await sync_to_thread(self._begin, sent.one("ticket"))
        compartment, incoming = self._begun
        return incoming.begin(compartment, number)

    def _begin(self, ticket: str) -> tuple[Compartment, Incoming]:
        edge = self._reception.edge
        with edge.reports.reading(edge.today()) as vault:
            report, _ = thread.visit(vault, _reporter(self._reception, ticket))
            return visits.begin_addition(vault, report)

    def keep(self, sent: Sent, note: str) -> Thread:
        """Write the files down, and a note of them for the office.

        Raises:
            Malformed: There were none.
        """
        if self._begun is None:
            raise Malformed("report.no_files", field="files")
        compartment, incoming = self._begun
        incoming.keep(compartment, LISTING, [sealable(Listing(files=tuple(sent.files)))])

        def add(vault: Vault, report: Report, key: bytes) -> None:
            visits.receive_addition(vault, report, compartment, incoming)
            thread.write(vault, report, key, "reporter", note)

        return _once(self._reception, sent.one("ticket"), sent.one("act"), add)

    def close(self) -> None:
        """Let go of the sealed streams."""
        if self._begun is not None:
            self._begun[1].close()


async def add_files(
    reception: Reception, chunks: AsyncIterator[bytes], content_type: str, note: Callable[[int], str]
) -> Thread:
    """Take more files for a report.

    Args:
        reception: Of this process.
        chunks: The body.
        content_type: As the request names it.
        note: Says to the office how many files came.

    Raises:
        Crowded: Too many are arriving.
        Malformed: It is not what the form asks for, or larger than is taken.
        Unauthenticated: The visit is over.
    """
    adding = Adding(reception)
    try:
        sent = await reception.arrive(chunks, content_type, adding.open, Sent())
        return await sync_to_thread(adding.keep, sent, note(len(sent.files)))
    finally:
        adding.close()


def _reporter(reception: Reception, ticket: str) -> Derived:
    return reception.visits.reporter(ticket, reception.edge.now().timestamp())


def _once(reception: Reception, ticket: str, act: str, do: Act) -> Thread:
    edge, visits_now = reception.edge, reception.edge.now().timestamp()
    reporter = _reporter(reception, ticket)
    if not reception.visits.first_time(ticket, act, visits_now):
        return look(reception, ticket)
    try:
        with edge.reports.writing(edge.today()) as vault:
            report, key = thread.visit(vault, reporter)
            do(vault, report, key)
            return _shown(edge, vault, report, key, ticket, None)
    except Refusal:
        reception.visits.undone(ticket, act, visits_now)
        raise


def _shown(
    edge: Edge, vault: Vault, report: Report, key: bytes, ticket: str, shown_last: str | None
) -> Thread:
    name, due_on = _office_and_day(edge, report)
    return Thread(
        ticket=ticket,
        office=name,
        state=report.state,
        received_on=report.received_on,
        closed_on=report.closed_on,
        due_on=due_on,
        messages=tuple(thread.messages(vault, report, key)),
        shown_last=shown_last,
        words=report.visit_word or "",
        claimed_on=report.reward_claimed_on,
        additions=len(visits.additions(vault, report)),
        opened_on=tuple(one.opened_on for one in disclosures(vault, report.id)),
    )


def _office_and_day(edge: Edge, report: Report) -> tuple[str, date | None]:
    with reading(edge.engine) as session:
        office, named = session.get(Office, report.office_code), current_name(session, report.office_code)
        name = named.name if named is not None else report.office_code
        if office is None:
            return name, None
        handling = Handling(office.region, report.received_on)
        owed = dues(edge.rulebook(), handling, calendar_overrides(session))
        return name, next((one.due_on for one in owed if one.rule == VERIFY), None)
