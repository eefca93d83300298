"""The forms of official papers (文书格式): of which texts, in which order, each kind consists. Pure.

The texts stand in `registry/texts/papers.toml`; what they name in braces is a field of the paper.
`{office}`, `{number}` and `{day}` are given to every paper by whoever issues it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

from registry.errors import Malformed
from registry.texts import Language, catalogue

Kind = Literal[
    "proposal",
    "notice",
    "hearing_notice",
    "hearing_record",
    "silence",
    "review",
    "consent",
    "decision",
    "card",
    "confirmation",
    "publication",
    "publicity",
    "objection_answer",
    "check",
    "red_decision",
    "no_listing",
    "suspension",
    "renewal",
    "removal",
    "removal_refusal",
    "pointer_removal",
    "objection_receipt",
    "objection_declined",
    "objection_decision",
    "repair_guide",
    "repair_receipt",
    "repair_declined",
    "repair_completion",
    "repair_decision",
    "repair_refusal",
    "repair_revocation",
    "service_proof",
    "pledge",
]
Fields = Mapping[str, str | Sequence[str] | Sequence[Sequence[str]]]
NUMERALS = "一二三四五六七八九十"
GIVEN = frozenset({"office", "number", "day"})


@dataclass(frozen=True)
class Part:
    """One part of a paper.

    Attributes:
        shape: `heading` and `paragraph` say a text; `items` numbers the texts of a field;
            `answers` sets each point of a field beside its answer; `line` is a row of a form,
            labelled by a text, with the field's value or room to write.
        text: Code in the catalogue; None for `items` and `answers`.
        of: The field that is shown, for `items`, `answers` and `line`; for the others, the field that
            they speak of.
        optional: Left out where a field that it names or speaks of is not given.
    """

    shape: Literal["heading", "paragraph", "items", "answers", "line"]
    text: str | None = None
    of: str | None = None
    optional: bool = False

    def needs(self) -> tuple[str, ...]:
        """Return the fields that the part shows."""
        text = catalogue()[self.text]["zh"] if self.text else ""
        named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        return tuple(name for name in (*named, *([self.of] if self.of else [])) if name not in GIVEN)


@dataclass(frozen=True)
class Form:
    """The form of a kind of paper.

    Attributes:
        title: Code of its title.
        filed_as: Kind of the document that a step may rest on.
        access: Class of access of the file; no paper is public, for it may name a natural person.
        addressed: True where it begins with the name of the party, field `party`.
    """

    title: str
    filed_as: Literal["evidence", "notice", "review", "decision", "publicity", "form", "pledge", "other"]
    parts: tuple[Part, ...]
    access: Literal["parties", "officers"] = "parties"
    addressed: bool = True

    @property
    def sealed(self) -> bool:
        """True where the office itself signs and seals it; what others sign has their lines instead."""
        return self.filed_as not in ("form", "pledge")

    def fields(self) -> tuple[str, ...]:
        """Return the fields that must be given, in order; optional ones are left out."""
        wanted = ["party"] if self.addressed else []
        for part in self.parts:
            if not part.optional and part.shape != "line":
                wanted += part.needs()
        return tuple(dict.fromkeys(wanted))


def heading(text: str, *, of: str | None = None) -> Part:
    """Return a heading; with `of` only where that field is given. Headings are numbered in order."""
    return Part("heading", text, of, optional=of is not None)


def said(text: str, *, of: str | None = None, optional: bool = False) -> Part:
    """Return a paragraph; with `of` only where that field is given."""
    return Part("paragraph", text, of, optional=optional or of is not None)


def items(field: str, *, optional: bool = False) -> Part:
    """Return the numbered texts of a field."""
    return Part("items", of=field, optional=optional)


def answers(field: str) -> Part:
    """Return the points of a field, each beside its answer; nothing where none was made."""
    return Part("answers", of=field, optional=True)


def line(text: str, field: str | None = None) -> Part:
    """Return a row of a form; without a field it is written by hand."""
    return Part("line", text, field)


# parts that the forms of several kinds share
REMEDIES = (said("paper.remedies"), said("paper.where", optional=True))
FACTS = (heading("paper.facts"), items("facts"), said("paper.ground"))
ANSWERS = (said("paper.answers_intro", of="answers"), answers("answers"))
BASIS = (heading("paper.basis"), items("basis"))


def words(code: str, /, **params: object) -> str:
    """Return a text of the catalogue in Chinese, the language of papers, with its parameters."""
    return catalogue()[code]["zh"].format(**params)


def title(form: Form, language: Language) -> str:
    """Return the title of a form's papers."""
    return catalogue()[form.title][language]


def blocks(form: Form, fields: Fields) -> list[dict[str, Any]]:
    """Return the parts of a paper with their fields filled in, as the template sets them.

    Raises:
        Malformed: `paper.field_missing`: a field that the form needs is not given.
    """
    made: list[dict[str, Any]] = []
    numerals = iter(NUMERALS)
    for part in form.parts:
        missing = [name for name in part.needs() if not fields.get(name)]
        if missing and part.shape != "line":
            if part.optional:
                continue
            raise Malformed("paper.field_missing", field=missing[0], name=missing[0])
        made += _block(part, fields, numerals)
    return made


def _block(part: Part, fields: Fields, numerals: Iterator[str]) -> Iterator[dict[str, Any]]:
    shown = fields.get(part.of or "")
    if part.shape == "items":
        yield {"shape": "items", "of": [_ended(one) for one in shown or () if isinstance(one, str)]}
        return
    if part.shape == "answers":
        head = [words("paper.point"), words("paper.answer")]
        yield {"shape": "answers", "head": head, "of": shown}
        return
    text = words(part.text or "", **fields)
    if part.shape == "heading":
        yield {"shape": "heading", "text": f"{next(numerals)}、{text}"}
        return
    if part.shape == "line":
        yield {"shape": "line", "text": text, "value": shown or ""}
        return
    for paragraph in text.splitlines():
        if paragraph.strip():
            yield {"shape": "paragraph", "text": _ended(paragraph.strip())}


def _ended(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith(tuple("。：；！？")) else f"{text}。"
