"""A reporter who came back: his thread as he sees it, and what he does in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from litestar.concurrency import sync_to_thread
from sqlmodel import Session

from api.edge import Edge
from api.intake.arriving import Sent, Sink
from api.intake.copying import Copying
from api.intake.reception import Reception
from registry.errors import Malformed, RuleRefused
from registry.offices.queries import current_name
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.reports import thread, visits
from registry.reports.codes import Derived, derive, read_code
from registry.reports.deadlines import Handling, dues
from registry.reports.disclosed import disclosures
from registry.reports.intake import Incoming
from registry.reports.policy import MOST_MESSAGES
from registry.reports.progress import Owed, as_owed, handling_of
from registry.reports.tables import Report
from registry.reports.thread import Said
from registry.reports.told import LISTING, LONGEST_MESSAGE, Copies, Listing, sealable
from registry.reports.vault import Vault, sheet_key
from registry.reports.visits import Return
from registry.rewards.queries import reward, share_of
from registry.rewards.sheets import sheet_of
from registry.store.engine import reading

Act = Callable[[Vault, Report, bytes], object]
"""What is done to a report, under the key of its thread."""


@dataclass(frozen=True)
class Rewarded:
    """What a report is rewarded with.

    Attributes:
        state: told, claimed, paid or waived.
        amount_fen: In fen.
    """

    state: str
    amount_fen: int


@dataclass(frozen=True, repr=False)
class Thread:
    """A report as its reporter sees it.

    Attributes:
        ticket: Of the visit.
        owed: What the office owes the reporter, by which day, and how that stands.
        shown_last: The words that the last visit showed, by their numbers.
        words: Those to note for the next one.
        reward: What became of the reward; None before the office told of one.
        additions: How many times files were added.
        opened: Each time that identity or original files were opened: which, and the day, the latest first.
    """

    ticket: str
    office: str
    state: str
    received_on: date
    closed_on: date | None
    owed: tuple[Owed, ...]
    messages: tuple[Said, ...]
    shown_last: str | None
    words: str
    claimed_on: date | None
    reward: Rewarded | None
    additions: int
    opened: tuple[tuple[str, date], ...]


@dataclass(frozen=True, repr=False)
class Back:
    """What a code led to.

    Attributes:
        found: Whether that is a report; else the code is wrong, expired or was never shown.
        thread: Of the report, or of the decoy, which nobody may be shown.
        since: When the code was stretched, which takes as long for every code; seconds of the loop's clock.
    """

    found: bool
    thread: Thread
    since: float


async def come_back(reception: Reception, typed: str) -> Back:
    """Begin a visit, if the code finds a report.

    Raises:
        Malformed: It is no code; its check digits say so to anybody.
        Crowded: Too many wait.
    """
    code = read_code(typed)
    async with reception.turns.turn("returning"):
        reporter = await sync_to_thread(derive, code, reception.edge.reports.pepper)
        since = asyncio.get_running_loop().time()
        return Back(*await sync_to_thread(looked_up, reception, reporter), since)


def looked_up(reception: Reception, reporter: Derived) -> tuple[bool, Thread]:
    """Return whether a code finds a report, and its thread; the same is done where it finds none."""
    edge = reception.edge
    with edge.reports.writing(edge.today()) as vault:
        back = visits.come_back(vault, reporter, reception.decoy)
        ticket = reception.visits.begin(reporter, edge.now().timestamp(), found=back.found)
        return back.found, _shown(edge, vault, back, ticket)


def look(reception: Reception, ticket: str) -> Thread:
    """Show the thread again.

    Raises:
        Unauthenticated: The visit is over.
    """
    edge = reception.edge
    with edge.reports.reading(edge.today()) as vault:
        return _shown(edge, vault, visits.come_again(vault, reporter_in(reception, ticket)), ticket)


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
        self._begun: tuple[str, Incoming] | None = None
        self._copying: list[Copying] = []

    async def open(self, sent: Sent, number: int) -> Sink:
        """Give the sink of a file.

        Raises:
            Unauthenticated: The visit is over.
        """
        if self._begun is None:
            self._begun = await sync_to_thread(self._begin, sent.one("ticket"))
        addition, incoming = self._begun
        copying = await sync_to_thread(
            Copying, incoming, number, visits.added(addition), visits.copied(addition)
        )
        self._copying.append(copying)
        return copying

    def _begin(self, ticket: str) -> tuple[str, Incoming]:
        edge = self._reception.edge
        with edge.reports.reading(edge.today()) as vault:
            report, _ = thread.visit(vault, reporter_in(self._reception, ticket))
            return visits.begin_addition(vault, report)

    def keep(self, sent: Sent, note: str) -> Thread:
        """Write the files down, and a note of them for the office.

        Raises:
            Malformed: There were none.
        """
        if self._begun is None:
            raise Malformed("report.no_files", field="files")
        addition, incoming = self._begun
        listing, copies = Listing(files=tuple(sent.files)), tuple(one.copied for one in self._copying)
        incoming.keep(visits.added(addition), LISTING, [sealable(listing)])
        incoming.keep(visits.copied(addition), LISTING, [sealable(Copies(files=copies))])

        def add(vault: Vault, report: Report, key: bytes) -> None:
            visits.receive_addition(vault, report, addition, incoming)
            thread.write(vault, report, key, "reporter", note)

        return _once(self._reception, sent.one("ticket"), sent.one("act"), add)

    def close(self) -> None:
        """Let go of the sealed streams and of what made copies."""
        for one in self._copying:
            one.close()
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


def reporter_in(reception: Reception, ticket: str) -> Derived:
    """Return who comes back in a visit.

    Raises:
        Unauthenticated: The visit is over.
    """
    return reception.visits.reporter(ticket, reception.edge.now().timestamp())


def _once(reception: Reception, ticket: str, act: str, do: Act) -> Thread:
    edge, visits_now = reception.edge, reception.edge.now().timestamp()
    reporter = reporter_in(reception, ticket)
    if not reception.visits.first_time(ticket, act, visits_now):
        return look(reception, ticket)
    try:
        with edge.reports.writing(edge.today()) as vault:
            visit = visits.come_again(vault, reporter)
            do(vault, visit.report, visit.key)
            return _shown(edge, vault, visit, ticket)
    except BaseException:  # whatever it was, nothing was kept: who sends the form again writes it
        reception.visits.undone(ticket, act, visits_now)
        raise


def _shown(edge: Edge, vault: Vault, visit: Return, ticket: str) -> Thread:
    report = visit.report
    owed = owed_by(edge, vault, report)
    with reading(edge.engine) as session:
        name, rewarded = office_of(session, report.office_code)[0], _rewarded(session, vault, report.id)
    return Thread(
        ticket=ticket,
        office=name,
        state=report.state,
        received_on=report.received_on,
        closed_on=report.closed_on,
        owed=owed,
        messages=tuple(thread.messages(vault, report, visit.key)),
        shown_last=visit.shown_last,
        words=visit.words,
        claimed_on=report.reward_claimed_on,
        reward=rewarded,
        additions=len(visits.additions(vault, report)),
        opened=tuple((one.compartment, one.opened_on) for one in disclosures(vault, report.id)),
    )


def _rewarded(session: Session, vault: Vault, report_id: str) -> Rewarded | None:
    """Return what the office told of a reward; None before it did."""
    share = share_of(session, report_id)
    row = reward(session, share.reward_id) if share is not None and share.told_on is not None else None
    if share is None or row is None:
        return None
    return Rewarded(share.state, sheet_of(sheet_key(vault.pepper), row).amounts_fen[report_id])


def owed_by(edge: Edge, vault: Vault, report: Report) -> tuple[Owed, ...]:
    """Return what the office owes the reporter of a report, and how that stands today."""
    with reading(edge.engine) as session:
        region = office_of(session, report.office_code)[1]
    return () if region is None else owed_in(edge, handling_of(vault, report, region))


def owed_in(edge: Edge, handling: Handling) -> tuple[Owed, ...]:
    """Return what is owed in a report of which these days are known."""
    with reading(edge.engine) as session:
        found = dues(edge.rulebook(), handling, calendar_overrides(session))
    return as_owed(found, edge.today())


def office_of(session: Session, code: str) -> tuple[str, str | None]:
    """Return name and region of an office: the code, and None, where it is not on record."""
    office, named = session.get(Office, code), current_name(session, code)
    return (named.name if named is not None else code), (None if office is None else office.region)
