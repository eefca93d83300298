"""Matching lists of names and codes with what is on record, for everybody: as JSON or as a sheet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from litestar import Controller, Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import read_body
from api.businesses import find
from api.describing import JSON, WORKBOOK, public, read_as
from api.edge import Edge
from api.exports import in_form
from api.fallback import ANSWERED_BY, AnsweredBy, answered_by
from api.imports import RowFault, refuse_other_media
from api.limits import count_names
from api.problems import language_of
from registry.imports.asked import Line, lines_of_file
from registry.publication.matching import (
    Because,
    Candidate,
    Matched,
    Wanted,
    WantedOnes,
    bearers,
    candidate,
    is_code,
    told,
)
from registry.regions import prefix
from registry.store.engine import reading
from registry.texts import Language
from search_index.protocol import Query

NAMED = ("name", "former_name", "alias")
LIKE = 5  # what is like a name, at most
SPELLED = ("exact", "prefix", "substring")  # how a name is spelled; not how it sounds
LARGEST_LIST = 2_097_152  # bytes; a thousand rows of an office take a tenth of it
SHEETS = {WORKBOOK: "xlsx", "text/csv": "csv"}
ASKED = ("place", "text", "state")
FOUND = ("id", "name", "uscc", "region", "region_name", "market", "stall", "because", "matched")
State = Literal["same", "maybe", "none", "unread"]


class MatchedOnes(BaseModel):
    """What was found for each name or code, in the order in which they were asked."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Matched, ...]
    answered_by: AnsweredBy = Field(description=ANSWERED_BY)


class MatchedLine(BaseModel):
    """What was found for one name or code of a list."""

    model_config = ConfigDict(frozen=True)

    place: str = Field(description="Sheet and row, or the cell that was not read; of JSON its number from 1.")
    text: str = Field(description="As it was asked: a code, a name, or both.")
    state: State = Field(
        description="`same`: exactly one bears it; `maybe`: several do, or something is like it, or somebody "
        "bears the name beside a code of nobody; `none`: nothing is like it; `unread`: the cell was not read."
    )
    candidates: tuple[Candidate, ...]
    fault: RowFault | None = Field(default=None, description="Why it was not read.")


class MatchedLines(BaseModel):
    """What was found for each line of a list, in its order."""

    model_config = ConfigDict(frozen=True)

    items: tuple[MatchedLine, ...]
    answered_by: AnsweredBy = Field(description=ANSWERED_BY)


@dataclass(frozen=True)
class Answered:
    """A line of a list with what was found; None where it could not be read."""

    line: Line
    found: Matched | None

    @property
    def text(self) -> str:
        """Return what was asked, or the cell that could not be read."""
        if self.line.fault is not None:
            return self.line.fault.value or ""
        return " ".join(way.text for way in self.line.ways)

    @property
    def state(self) -> State:
        """Return `same`, `maybe`, `none`, or `unread`."""
        return self.found.state if self.found else "unread"

    @property
    def by_name(self) -> bool:
        """Whether a code was asked that nobody bears, and its name instead."""
        return self.found is not None and self.found.text != self.line.ways[0].text


class Matching(Controller):
    """Who is meant by the names and codes of a list."""

    path = "/api/v1/businesses"
    tags = ("businesses",)

    @post(
        "/match",
        **public(413, 415, 422, waits=True),
        **read_as(WantedOnes, tuple(SHEETS), answers=tuple(SHEETS)),
        status_code=200,
        request_max_body_size=LARGEST_LIST,
        summary="Match up to 1,000 names or codes",
    )
    async def match(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge]
    ) -> Response[MatchedLines]:
        """Return for each name or code who bears it, or what is like it, and why.

        A list is JSON, or a sheet with a column of names or codes; `Accept` says what comes back.
        """
        content = await request.body()
        return await sync_to_thread(_matched, edge, request, content)


def _matched(edge: Edge, request: Request[Any, Any, Any], content: bytes) -> Response[Any]:
    lines = _lines(request, content)
    count_names(request, len(lines))
    answered, by = match_list(edge, lines)
    language = language_of(request)
    wanted = request.accept.best_match([JSON, *SHEETS])
    if wanted in SHEETS:
        rows = _rows(answered, by, language)
        answer: Response[Any] = in_form(
            "match", SHEETS[wanted], (*ASKED, *FOUND, "fault", "answered_by"), rows
        )
    else:
        items = tuple(_line(one, language) for one in answered)
        answer = Response(MatchedLines(items=items, answered_by=by))
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer


def _lines(request: Request[Any, Any, Any], content: bytes) -> tuple[Line, ...]:
    """Return the lines of a list as it was sent.

    Raises:
        Misread: It is neither JSON of this shape nor a sheet.
        Malformed: The sheet is refused by its content.
    """
    media = refuse_other_media(request, (JSON, *SHEETS))
    if media in SHEETS:
        return lines_of_file(content, f"match.{SHEETS[media]}")
    asked = WantedOnes.model_validate(read_body(WantedOnes, request.headers, content, {}))
    return tuple(Line(str(number), (one,)) for number, one in enumerate(asked.items, start=1))


def _line(one: Answered, language: Language) -> MatchedLine:
    return MatchedLine(
        place=one.line.place,
        text=one.text,
        state=one.state,
        candidates=one.found.candidates if one.found else (),
        fault=RowFault.of(one.line.fault, language) if one.line.fault else None,
    )


def _rows(answered: Iterable[Answered], by: AnsweredBy, language: Language) -> Iterator[list[str]]:
    """Yield a row for each candidate, and one for each line that has none."""
    for one in answered:
        asked = [one.line.place, one.text, one.state]
        candidates = one.found.candidates if one.found else ()
        for found in candidates:
            yield [*asked, *(str(getattr(found, name) or "") for name in FOUND), "", by]
        if not candidates:
            fault = one.line.fault.reason(language) if one.line.fault else ""
            yield [*asked, *("" for _ in FOUND), fault, by]


def match_list(edge: Edge, lines: Sequence[Line]) -> tuple[list[Answered], AnsweredBy]:
    """Return each line of a list with what was found for it, in their order, and what answered."""
    asked = [line for line in lines if line.fault is None]
    if not asked:
        return [Answered(line, None) for line in lines], answered_by(database=False)
    matched = match_lines(edge, asked)
    found = iter(matched.items)
    return [Answered(line, None if line.fault else next(found)) for line in lines], matched.answered_by


def match_all(edge: Edge, wanted: Sequence[Wanted]) -> MatchedOnes:
    """Return what was found for each name or code, in their order.

    Who bears it exactly is read from the database and complete; what is like it, from the index.
    """
    silent = False

    def like(one: Wanted) -> tuple[Candidate, ...]:
        nonlocal silent
        found, by_database = _like(edge, one)
        silent |= by_database
        return found

    today = edge.today()
    with reading(edge.engine) as session:
        exact = bearers(session, wanted, lambda ids: edge.cards.shown(ids, today))
    items = tuple(
        told(one, found, () if found else like(one)) for one, found in zip(wanted, exact, strict=True)
    )
    return MatchedOnes(items=items, answered_by=answered_by(database=silent))


def match_lines(edge: Edge, lines: Sequence[Line]) -> MatchedOnes:
    """Return what was found for each line of a list that could be read, in their order.

    Where nobody bears the code of a line, its name is asked, and who bears that is `maybe`: the code differs.
    """
    first = match_all(edge, [line.ways[0] for line in lines])
    items, by_database = list(first.items), first.answered_by == "database"
    again = [
        number
        for number, (line, found) in enumerate(zip(lines, items, strict=True))
        if found.state == "none" and len(line.ways) > 1
    ]
    if again:
        named = match_all(edge, [lines[number].ways[1] for number in again])
        by_database |= named.answered_by == "database"
        for number, found in zip(again, named.items, strict=True):
            items[number] = found.model_copy(update={"state": "maybe" if found.candidates else "none"})
    return MatchedOnes(items=tuple(items), answered_by=answered_by(database=by_database))


def _like(edge: Edge, one: Wanted) -> tuple[tuple[Candidate, ...], bool]:
    """Return the businesses whose name is spelled like what was asked, and whether the database told.

    There are none of a code.
    """
    text = one.text.strip()
    if is_code(text):
        return (), False
    region = prefix(one.region.ljust(6, "0")) if one.region else None
    because: Because = "like"
    found = find(edge, Query(text=text, region_prefix=region or None, limit=LIKE))
    alike = tuple(
        candidate(card.answer, because, hit.reasons[0].matched)
        for hit, card in found.items
        if hit.reasons and all(one.kind in SPELLED and one.field in NAMED for one in hit.reasons)
    )
    return alike, found.by_database
