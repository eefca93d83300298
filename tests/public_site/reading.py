"""Reading a page as a machine may: elements, attributes and words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from litestar.testing import TestClient

Site = TestClient[Any]  # a client of the pages

VOID = {"meta", "link", "img", "input", "br", "hr", "path", "circle", "rect", "source"}


@dataclass
class Element:
    """One element with its attributes and the words within it."""

    tag: str
    attributes: dict[str, str]
    words: str = ""
    parents: tuple[str, ...] = ()


@dataclass
class Reader(HTMLParser):
    """Collects the elements of a page, in order."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin reading."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        parents = tuple(element.tag for element in self.open)
        found = Element(tag, {name: value or "" for name, value in attrs}, parents=parents)
        self.elements.append(found)
        if tag not in VOID:
            self.open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        parents = tuple(element.tag for element in self.open)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, parents=parents))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; what does not close what is open is noted."""
        if not self.open or self.open[-1].tag != tag:
            self.unbalanced.append(tag)
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Add words to every open element."""
        for element in self.open:
            element.words += data


class Page:
    """A page that was read."""

    def __init__(self, html: str) -> None:
        reader = Reader()
        reader.feed(html)
        self.elements = reader.elements
        self.unbalanced = [*reader.unbalanced, *(element.tag for element in reader.open)]

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of some tags."""
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        """Return the only element of a tag."""
        (found,) = self.all(tag)
        return found

    @property
    def words(self) -> str:
        """The words of the page, as a person reads them."""
        return " ".join(self.one("body").words.split())
