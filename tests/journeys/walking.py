"""Every page that there is: found by following links from the table of rights, as each person of the town.

An address without parameters is asked for as it stands; whatever names a thing must be reached by links
that somebody is shown, so identifiers come from the filled folder. A row of the table that nobody
reaches is reported: a page that no link leads to is a page that nobody has.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import httpx
from playwright.sync_api import BrowserContext
from sqlmodel import select

from public_site.rights import RIGHTS
from registry.documents.tables import Paper
from registry.store.engine import open_engine, reading
from tests.journeys.serving import PATIENCE, Server

PUBLIC = ""
ROWS = tuple(right.path for right in RIGHTS if right.method == "GET")
OPEN = {right.path for right in RIGHTS if right.roles is None}
HOME = "/desk"
SHAPES = ("{regime}", "{step}")  # these decide what a page is made of, not whose it is
SAMPLES = 8  # addresses of one shape that are followed; the page with most on it is visited
_LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)|<loc>https?://[^/]+(/[^<]*)</loc>')
_TITLE = re.compile(r"<title>([^<]*)</title>")
_PARAMETER = re.compile(r"\{(\w+)\}")
_FOR_MACHINES = re.compile(r"<(code|datalist|script)\b.*?</\1>|<(\w+) class=\"code\".*?</\2>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"(?<!\w)[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?!\w)")


PATTERNS = {
    row: re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", row))
    for row in sorted(ROWS, key=lambda row: row.count("{"))
}


def row_of(address: str) -> str:
    """Return the row of an address, empty where the table has none."""
    path = address.partition("?")[0]
    return next((row for row, pattern in PATTERNS.items() if pattern.fullmatch(path)), "")


def shape_of(address: str, person: str) -> str:
    """Return the row of an address, and what ends it where that decides of what parts the page is made.

    It is empty where the person does not look: no page of the table, a page in English, a public page
    asked for by who is signed in.
    """
    row = row_of(address)
    last = row.rpartition("/")[2]
    if not row or "lang=" in address or (row in OPEN) != (person == PUBLIC):
        return ""
    return row.removesuffix(last) + address.partition("?")[0].rpartition("/")[2] if last in SHAPES else row


def asked_besides(server: Server) -> Iterator[str]:
    """Return what no link leads to: what a form asks for, and the code that is printed on a paper."""
    for words in ("浉河", "没有这家店"):
        yield f"/search?{urlencode({'q': words})}"
    yield from ("/search?list=metrology_board", "/desk/entries?regime=henan_black")
    engine = open_engine(f"sqlite:///{server.folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        yield f"/verify/{session.exec(select(Paper.code)).first()}"
    engine.dispose()


def codes_shown(html: str) -> set[str]:
    """Return the words of programs, such as `short_weight`, that stand among the words for people."""
    return set(_CODE.findall(unescape(_TAG.sub("\n", _FOR_MACHINES.sub("\n", html)))))


@dataclass(frozen=True)
class Visit:
    """A page worth looking at: who is shown it, what it is called, and how many elements it has."""

    person: str
    address: str
    title: str
    elements: int


@dataclass
class Walk:
    """What was found on the way.

    Attributes:
        pages: By shape, the page of that shape with most on it; the first page of a desk is everybody's own.
        reached: Rows of the table that answered somebody, with a page or with a file.
        codes: Words of programs that a page shows among its words, by the address of the page.
    """

    server: Server
    pages: dict[str, Visit] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    codes: dict[str, set[str]] = field(default_factory=dict)

    def follow(self, person: str, context: BrowserContext) -> None:
        """Follow what a person is shown, with the session of the person's browser."""
        asked: dict[str, set[str]] = {}
        todo = deque([*asked_besides(self.server), *(row for row in ROWS if "{" not in row)])
        cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in context.cookies())
        with httpx.Client(base_url=self.server.url, headers={"Cookie": cookies}, timeout=PATIENCE) as client:
            while todo:
                address = todo.popleft()
                shape = shape_of(address, person)
                known = asked.setdefault(shape, set())
                if not shape or address in known or len(known) >= SAMPLES:
                    continue
                known.add(address)
                todo += self._read(person, shape, address, client.get(address))

    def _read(self, person: str, shape: str, address: str, answer: httpx.Response) -> list[str]:
        """Note what answered, and return where it leads."""
        if answer.status_code != 200:
            return []
        self.reached.add(row_of(address))
        kind = answer.headers["content-type"]
        if kind.startswith("text/html"):
            found = Visit(person, address, _TITLE.search(answer.text)[1], answer.text.count("<"))
            if codes := codes_shown(answer.text):
                self.codes[f"{person} {address}"] = codes
            name = f"{shape} of {person}" if shape == HOME else shape
            self.pages[name] = max(self.pages.get(name, found), found, key=lambda one: one.elements)
        return [unescape(one or other) for one, other in _LINK.findall(answer.text)] if "ml" in kind else []
