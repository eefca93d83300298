"""Who reads a page: in which language, and where it stands in the other one.

The language is part of the address (`?lang=en`), never of a cookie, so each version may be kept and
linked. On an English page every link and form of ours keeps the language.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Request, Response
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.names import Names
from public_site.render import LANG_TAGS, page
from public_site.texts import Words, words
from registry.rulebook import Rulebook
from registry.settings import Settings
from registry.texts import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
KEPT = "lang=en"
_LINK = re.compile(
    r'(hreflang="[^"]*" )?(href|src|srcset)="(/(?!static/|api/|api")[^"?#]*)(\?[^"#]*)?(#[^"]*)?"'
)
_FORM = re.compile(r'(<form [^>]*method="get"[^>]*>)')


@dataclass(frozen=True)
class Reader:
    """One reader of one page.

    Attributes:
        path: Path of the page.
        asked: The query without the language.
    """

    settings: Settings
    language: Language
    path: str
    asked: tuple[tuple[str, str], ...]

    @property
    def t(self) -> Words:
        """The catalogue of the reader's language."""
        return words(self.language)

    def names(self, rulebook: Rulebook, on: date) -> Names:
        """Return the names that hold on a day, in the reader's language."""
        return Names(rulebook, on, self.t)

    def address(self, language: Language) -> str:
        """Return where this page stands in a language."""
        query = [*self.asked, *([("lang", language)] if language != "zh" else [])]
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def page(self, template: str, *, status: int = 200, **context: object) -> Response[str]:
        """Render a page for this reader."""
        versions = [(LANG_TAGS[one], one, self.address(one)) for one in LANGUAGES]
        answer = page(
            self.settings, template, status=status, language=self.language, versions=versions, **context
        )
        if self.language == "en":
            answer.content = in_english(answer.content)
        return answer


def reader_of(request: Request[Any, Any, Any], settings: Settings) -> Reader:
    """Return who asks; whatever is no language of ours is Chinese."""
    query = parse_qsl(request.scope["query_string"].decode("latin-1"))
    asked = tuple(one for one in query if one[0] != "lang")
    language: Language = "en" if ("lang", "en") in query else "zh"
    return Reader(settings, language, request.scope["path"], asked)


def reader(request: Request[Any, Any, Any], edge: NamedDependency[Edge]) -> Reader:
    """Return the reader, for the handlers of pages."""
    return reader_of(request, edge.settings)


def in_english(html: str) -> str:
    """Let every link, form and picture of ours keep the language; a link that names its own keeps that."""
    html = _LINK.sub(_kept, html)
    return _FORM.sub(r'\1\n<input type="hidden" name="lang" value="en">', html)


def _kept(link: re.Match[str]) -> str:
    named, kind, path, query, place = link.groups(default="")
    if named:
        return link[0]
    return f'{kind}="{path}{query}{"&amp;" if query else "?"}{KEPT}{place}"'
