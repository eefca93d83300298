"""The interface for reporters' programs: a form to send, and the thread behind a return code.

Everything is a POST with what it needs in its body, so that no address holds a code or a ticket.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import JSONBody
from pydantic import Field

from api.intake import proving, visiting
from api.intake.arriving import Sent
from api.intake.proving import Proof, Proofs
from api.intake.reception import Reception
from api.intake.visiting import Back, Thread
from registry.commands import Command
from registry.errors import Malformed
from registry.reports.codes import written
from registry.reports.told import LONGEST_MESSAGE
from registry.texts import terms

PADDED = 65_536  # bytes: an answer to a code is a multiple of so many, whatever it says

Asked = Request[Any, Any, Any]


class Return(Command):
    """A return code, typed in whatever groups."""

    code: str = Field(max_length=100)


class Visit(Command):
    """A visit that goes on."""

    ticket: str = Field(max_length=100)


class Prove(Visit):
    """What can be proved, page by page."""

    after: str = Field(default="", max_length=64, description="`next` of the page before.")


class VisitAct(Visit):
    """An act in a visit; the same one again changes nothing."""

    act: str = Field(min_length=1, max_length=64)


class Say(VisitAct):
    """A message to the office."""

    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE)


class Delete(VisitAct):
    """The office's messages up to a number, to be deleted."""

    through: int = Field(ge=0)


class Claim(VisitAct):
    """A reward that is claimed: the word by which the reporter will prove himself, and how to reach him."""

    word: str = Field(min_length=4, max_length=100)
    contact: str = Field(default="", max_length=300)


class Reports(Controller):
    """Sealed reports: nobody is asked for a name, an account or an address."""

    path = "/api/v1/reports"
    tags = ("reports",)

    @get("/form", sync_to_thread=True, summary="What a report needs")
    def form(self, reception: NamedDependency[Reception]) -> Response[Any]:
        """Draw a return code, and tell where reports are taken and how much of them."""
        drawn, settings = reception.draw(), reception.edge.settings
        return Response(
            {
                "code": written(drawn.code),
                "proof": drawn.proof,
                "offices": [vars(one) for one in reception.offices()],
                "largest_bytes": settings.reports_largest,
                "most_files": settings.reports_files,
                "seconds": settings.reports_seconds,
            }
        )

    @post("/", status_code=200, request_max_body_size=None, summary="Send a report")
    async def send(self, request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
        """Take a report as multipart/form-data: code, proof, office_code, texts, then files."""
        received = await reception.receive(
            stream_of(request), request.headers.get("content-type", ""), Sent()
        )
        return Response(
            {"office_code": received.office_code, "received_on": received.received_on.isoformat()}
        )

    @post("/return", status_code=200, summary="Come back with a return code")
    async def come_back(
        self, request: Asked, reception: NamedDependency[Reception], data: JSONBody[Return]
    ) -> Response[Any]:
        """Begin a visit; a wrong code and an expired one are answered alike."""
        back = await visiting.come_back(reception, data.code)
        answer = answer_to(back)
        await reception.on_beat(back.since)
        return answer

    @post("/thread", status_code=200, sync_to_thread=True, summary="Read the thread again")
    def look(self, reception: NamedDependency[Reception], data: JSONBody[Visit]) -> Response[Any]:
        """Show the thread of a visit."""
        return padded(visiting.look(reception, data.ticket))

    @post("/proofs", status_code=200, sync_to_thread=True, summary="Prove that a report was received")
    def prove(self, reception: NamedDependency[Reception], data: JSONBody[Prove]) -> Response[Any]:
        """Return what opens the receipt's leaf, and the leaves of openings, with their certificates.

        Openings come by ten, the latest first; `next` asks for the earlier ones, empty: there are none.
        """
        return proved(proving.prove(reception, data.ticket, data.after))

    @post("/messages", status_code=200, sync_to_thread=True, summary="Write to the office")
    def say(self, reception: NamedDependency[Reception], data: JSONBody[Say]) -> Response[Any]:
        """Write a message that only the office reads."""
        return padded(visiting.say(reception, data.ticket, data.act, data.text))

    @post("/files", status_code=200, request_max_body_size=None, summary="Add files")
    async def add(self, request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
        """Take more files as multipart/form-data: ticket, act, then files."""
        kind = request.headers.get("content-type", "")
        return padded(await visiting.add_files(reception, stream_of(request), kind, added_note))

    @post("/deletions", status_code=200, sync_to_thread=True, summary="Delete what was read")
    def delete(self, reception: NamedDependency[Reception], data: JSONBody[Delete]) -> Response[Any]:
        """Delete the office's messages up to a number."""
        return padded(visiting.delete_answers(reception, data.ticket, data.act, data.through))

    @post("/claim", status_code=200, sync_to_thread=True, summary="Claim a reward")
    def claim(self, reception: NamedDependency[Reception], data: JSONBody[Claim]) -> Response[Any]:
        """Claim a reward under a word agreed upon."""
        text = claim_note(data.word, data.contact)
        return padded(visiting.claim_reward(reception, data.ticket, data.act, text))

    @post("/end", status_code=200, sync_to_thread=True, summary="End the visit")
    def end(self, reception: NamedDependency[Reception], data: JSONBody[Visit]) -> Response[Any]:
        """Forget the visit at once."""
        reception.visits.end(data.ticket, reception.edge.now().timestamp())
        return Response({"ended": True})


async def stream_of(request: Asked) -> AsyncIterator[bytes]:
    """Yield the body as it comes.

    Raises:
        Malformed: The client went away before its end.
    """
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as gone:
        raise Malformed("report.form_broken") from gone


def answer_to(back: Back) -> Response[Any]:
    """Return the answer to a code; those of both outcomes are made for every code."""
    there, nothing = padded(back.thread), padded(None)
    return there if back.found else nothing


def padded(thread: Thread | None) -> Response[Any]:
    """Return a thread in a whole number of blocks; one that was not found is as long as a short one."""
    said: dict[str, Any] = {"found": thread is not None, "padding": ""}
    if thread is not None:
        said |= {
            **vars(thread),
            "messages": [vars(one) for one in thread.messages],
            "owed": [vars(one) for one in thread.owed],
            "reward": thread.reward and vars(thread.reward),
            "opened": [{"compartment": part, "opened_on": on} for part, on in thread.opened],
        }
    return _filled(said)


def proved(proofs: Proofs) -> Response[Any]:
    """Return what a reporter can prove, in a whole number of blocks."""
    said: dict[str, Any] = {
        **vars(proofs),
        "owed": [vars(one) for one in proofs.owed],
        "receipt": proofs.receipt and _proof(proofs.receipt),
        "openings": [_proof(one) for one in proofs.openings],
        "padding": "",
    }
    return _filled(said)


def _proof(one: Proof) -> dict[str, Any]:
    return {**vars(one), "opening": vars(one.opening), "commitment": one.opening.commitment}


def _filled(said: dict[str, Any]) -> Response[Any]:
    bare = len(json.dumps(said, default=str))
    said["padding"] = " " * (-bare % PADDED)
    return Response(json.dumps(said, default=str), media_type="application/json")


def added_note(files: int) -> str:
    """Return what the office reads where files were added."""
    return terms("zh")["report_note.files_added"].format(files=files)


def claim_note(word: str, contact: str) -> str:
    """Return what the office reads where a reward is claimed."""
    return terms("zh")["report_note.reward_claimed"].format(word=word, contact=contact)


ROUTES = (Reports,)
