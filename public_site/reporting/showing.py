"""How a reporter's page is shown: padded to whole blocks, and with nothing that leads elsewhere by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response

from api.intake.reception import Reception
from public_site.reader import Reader, in_english, reader_of
from public_site.render import link, page
from registry.errors import Refusal
from registry.texts import say

BLOCK = 65_536  # bytes: every page is a whole number of them, whatever it says
FRAME = len(b"<!---->\n")

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Entered:
    """What was entered in a form, and what is wrong with it; empty for one that is shown first.

    Attributes:
        said: Field and words, in order; an empty field is the whole form.
        fields: What was sent, by field.
    """

    said: tuple[tuple[str, str], ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return what is wrong with a field, empty where nothing is."""
        return next((words for at, words in self.said if at == name), "")

    def described(self, name: str, hint: str) -> str:
        """Return the identifiers of what is said about a field."""
        told = ((hint, f"{name}-hint"), (self.of(name), f"{name}-fault"))
        return " ".join(identifier for words, identifier in told if words)

    def value(self, name: str, otherwise: object = "") -> str:
        """Return what was entered in a field, or what stands there before anything was."""
        return next(iter(self.fields.get(name, (str(otherwise),))), "")

    def ticked(self, name: str, value: str) -> bool:
        """Say whether a box or choice of a field was taken."""
        return value in self.fields.get(name, ())


NOTHING = Entered()


def refused(refusal: Refusal, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Return what is wrong, for a form to say."""
    return ((refusal.field or "", say(refusal, reader.language)),)


def shown(
    reception: Reception,
    request: Asked,
    template: str,
    *,
    status: int = 200,
    entered: Entered = NOTHING,
    languages: bool = False,
    **context: object,
) -> Response[str]:
    """Render a page for a reporter.

    Args:
        reception: Of this process.
        request: It tells the language.
        template: File in `templates/reporting`.
        status: HTTP status.
        entered: What was entered in its form.
        languages: Offer the other language; a page that answers a form has no address to lead to.
        context: What the template shows.
    """
    reader = reader_of(request, reception.edge.settings)
    context |= {"faults": entered, "way": lambda path: way(reader, path), "demo_note": None}
    if languages:
        answer = reader.page(f"reporting/{template}", status=status, **context)
    else:
        settings = reception.edge.settings
        answer = page(settings, f"reporting/{template}", status=status, language=reader.language, **context)
        answer.content = in_english(answer.content) if reader.language == "en" else answer.content
    answer.content = padded(answer.content)
    return answer


def way(reader: Reader, path: str) -> str:
    """Return where a form of a page is sent, in the reader's language."""
    return link(path, lang="en" if reader.language == "en" else None)


def padded(html: str) -> str:
    """Return a page in a whole number of blocks."""
    fill = -(len(html.encode()) + FRAME) % BLOCK
    return f"{html}<!--{' ' * fill}-->\n"
