"""Files as reporters have them, each with words where it tells of its origin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.reports import office_samples, pdf_samples, picture_samples

SEEN = "电子秤少给一两"


@dataclass(frozen=True)
class Sample:
    """A file.

    Attributes:
        name: For people who read that a test failed.
        kind: What its content shows it to be.
        content: Its bytes.
        told: Codes of what it tells; at least these are taken out.
        seen: What its reader sees of it must be in the copy.
    """

    name: str
    kind: str
    content: bytes
    told: frozenset[str]
    seen: str = ""


Built = Callable[[], Iterator[tuple[str, bytes, set[str]]]]


def samples() -> list[Sample]:
    """Return the files that have clean copies."""
    found = []
    for kind, built in picture_samples.KINDS.items():
        found += [
            Sample(f"{kind}: {name}", kind, content, frozenset(told)) for name, content, told in built()
        ]
    for name, content, told in pdf_samples.built(SEEN):
        found.append(Sample(f"pdf: {name}", "pdf", content, frozenset(told), SEEN))
    for kind, name, content, told in office_samples.built(SEEN):
        found.append(Sample(f"{kind}: {name}", kind, content, frozenset(told), SEEN))
    return found
