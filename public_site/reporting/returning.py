"""Coming back with a code: what became of the report, and a thread in which both sides write."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency

from api.intake import proving, visiting
from api.intake.arriving import Sent, Sink
from api.intake.proving import Proofs
from api.intake.reception import Reception
from api.intake.routes import added_note, claim_note, stream_of
from api.intake.sending import entered
from api.intake.visiting import Adding, Back, Thread
from public_site.reader import reader_of
from public_site.reporting.showing import NOTHING, Asked, Entered, refused, shown
from registry.errors import Malformed, Refusal, Unauthenticated
from registry.identifiers import new_id
from registry.reports.statement import statement
from registry.reports.thread import Said
from registry.reports.told import LONGEST_MESSAGE

ROOM = 30_000  # bytes of messages on a page, so that every page of a thread is one block
SHORTEST_WORD, LONGEST_WORD, LONGEST_CONTACT = 4, 100, 300


@get("/report/return", sync_to_thread=True, include_in_schema=False)
def ask(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Ask for the code."""
    return shown(reception, request, "return.html", languages=True, over=False)


@post("/report/return", include_in_schema=False)
async def come_back(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Show the thread of a code; a wrong code and an expired one are answered alike, and as late."""
    sent = await reception.arrive(
        stream_of(request), request.headers.get("content-type", ""), no_files, Sent()
    )
    reader = reader_of(request, reception.edge.settings)
    try:
        back = await visiting.come_back(reception, sent.one("code"))
    except Malformed as slip:
        fault = Entered(refused(slip, reader), entered(sent))
        return await sync_to_thread(
            shown, reception, request, "return.html", status=422, entered=fault, over=False
        )
    answer = await sync_to_thread(answer_to, reception, request, back)
    await reception.on_beat(back.since)
    return answer


def answer_to(reception: Reception, request: Asked, back: Back) -> Response[str]:
    """Return the page that answers a code; those of both outcomes are made for every code."""
    there = show(reception, request, back.thread, first=True)
    nothing = shown(reception, request, "not_found.html")
    return there if back.found else nothing


@post("/report/thread", include_in_schema=False, request_max_body_size=None)
async def act(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Carry out one form of the thread, and show the thread again."""
    adding, sent = Adding(reception), Sent()
    try:
        kind = request.headers.get("content-type", "")
        await reception.arrive(stream_of(request), kind, adding.open, sent)
        return await sync_to_thread(_acted, request, reception, adding, sent)
    except Refusal as refusal:
        return await sync_to_thread(_again, request, reception, sent, refusal)
    finally:
        adding.close()


def _acted(request: Asked, reception: Reception, adding: Adding, sent: Sent) -> Response[str]:
    step, ticket = sent.one("step"), sent.one("ticket")
    if step == "end":
        reception.visits.end(ticket, reception.edge.now().timestamp())
        return shown(reception, request, "ended.html")
    if step == "prove":
        return _proofs(reception, request, proving.prove(reception, ticket, sent.one("after")))
    thread = STEPS.get(step, _look)(reception, sent, adding)
    done = step if step in STEPS else ""
    return show(reception, request, thread, before=_number(sent.one("before")), done=done)


def _proofs(reception: Reception, request: Asked, proofs: Proofs) -> Response[str]:
    """Show what the reporter can prove, and how somebody to whom it is shown checks it."""
    language, receipt = reader_of(request, reception.edge.settings).language, proofs.receipt
    words = statement(receipt.opening, proofs.office, proofs.owed, language) if receipt else []
    return shown(reception, request, "proofs.html", proofs=proofs, words=words, act=new_id())


def _look(reception: Reception, sent: Sent, _adding: Adding) -> Thread:
    return visiting.look(reception, sent.one("ticket"))


def _say(reception: Reception, sent: Sent, _adding: Adding) -> Thread:
    return visiting.say(reception, sent.one("ticket"), sent.one("act"), sent.one("text"))


def _delete(reception: Reception, sent: Sent, _adding: Adding) -> Thread:
    through = _number(sent.one("through")) or 0
    return visiting.delete_answers(reception, sent.one("ticket"), sent.one("act"), through)


def _claim(reception: Reception, sent: Sent, _adding: Adding) -> Thread:
    word, contact = sent.one("word").strip(), sent.one("contact").strip()
    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD or len(contact) > LONGEST_CONTACT:
        raise Malformed("report.word_length", field="word", least=SHORTEST_WORD, most=LONGEST_WORD)
    return visiting.claim_reward(reception, sent.one("ticket"), sent.one("act"), claim_note(word, contact))


def _add(_reception: Reception, sent: Sent, adding: Adding) -> Thread:
    return adding.keep(sent, added_note(len(sent.files)))


STEPS: dict[str, Callable[[Reception, Sent, Adding], Thread]] = {
    "say": _say,
    "delete": _delete,
    "claim": _claim,
    "add": _add,
}


def _again(request: Asked, reception: Reception, sent: Sent, refusal: Refusal) -> Response[str]:
    """Show the thread again with what is wrong; a visit that is over begins with the code."""
    reader = reader_of(request, reception.edge.settings)
    if isinstance(refusal, Unauthenticated):
        return shown(reception, request, "return.html", status=403, over=True)
    try:
        thread = visiting.look(reception, sent.one("ticket"))
    except Refusal:
        return shown(reception, request, "return.html", status=403, over=True)
    fields = {name: one for name, one in entered(sent).items() if name in ("text", "word", "contact")}
    return show(reception, request, thread, given=Entered(refused(refusal, reader), fields))


@dataclass(frozen=True)
class _Page:
    """The part of a thread that one page has room for, and where the part before it ends."""

    messages: tuple[Said, ...]
    before: int | None

    @property
    def through(self) -> int:
        """Number of the office's last message on the page; 0: there is none."""
        return max((one.number for one in self.messages if one.written_by == "office"), default=0)


def show(
    reception: Reception,
    request: Asked,
    thread: Thread,
    *,
    first: bool = False,
    before: int | None = None,
    done: str = "",
    given: Entered = NOTHING,
) -> Response[str]:
    """Show a thread.

    Args:
        reception: Of this process.
        request: It tells the language.
        thread: As the reporter sees it.
        first: The page that follows the code; it shows the words of the last visit.
        before: Number of the message that this page ends before; None: the end.
        done: What was just done.
        given: What was wrong with what was entered.
    """
    settings = reception.edge.settings
    t, part = reader_of(request, settings).t, _part(thread.messages, before)
    return shown(
        reception,
        request,
        "thread.html",
        status=422 if given.said else 200,
        entered=given,
        thread=thread,
        state=t(f"reporting.state.{thread.state}"),
        page=part,
        act=new_id(),
        words=_said(t, thread.words),
        shown_last=_said(t, thread.shown_last or ""),
        first=first,
        done=done,
        longest=LONGEST_MESSAGE,
        most_files=settings.reports_files,
        most_megabytes=settings.reports_largest >> 20,
    )


def _part(messages: tuple[Said, ...], before: int | None) -> _Page:
    earlier = [one for one in messages if before is None or one.number < before]
    shown_now: list[Said] = []
    room = ROOM
    while earlier:
        room -= len(escape(earlier[-1].text).encode())
        if room < 0 and shown_now:
            break
        shown_now.insert(0, earlier.pop())
    return _Page(tuple(shown_now), shown_now[0].number if earlier and shown_now else None)


def _said(t: Callable[[str], str], numbers: str) -> str:
    """Return a pair of words by their numbers; empty where there is none."""
    return " ".join(t(f"reporting.word.{number}") for number in numbers.split("-") if number)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None


async def no_files(_sent: Sent, _number: int) -> Sink:
    """Refuse a file where a form takes none."""
    raise Malformed("report.no_files_here", field="files")
