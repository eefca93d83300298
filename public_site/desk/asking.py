"""What a form asks for: fields as data, so that no step needs a template of its own; and its files.

What a browser sends flat is folded here: points one to a line, rows of which some were left blank.
What is wrong is put beside the field that the page shows.
"""

import base64
import mimetypes
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import Base64Bytes, Field

from public_site.desk.form import Form
from public_site.desk.forms import Faults
from registry.audit.work import Work
from registry.commands import Command
from registry.documents.commands import FileDocument, Kind, file_document
from registry.settings import Settings

Sort = Literal["line", "text", "lines", "date", "choice", "boxes", "file", "hidden"]
Choices = tuple[tuple[str, str], ...]
LONGEST_TITLE = 200
KIND = "_kind"  # ends the name of the field that says what a file is


@dataclass(frozen=True)
class Asked:
    """One field of a form.

    Attributes:
        name: As the command names it; a dot leads inside.
        sort: How it is asked for.
        label: Its words.
        choices: Code and words, of `choice` and `boxes`.
        value: What stands there before anything was entered.
    """

    name: str
    sort: Sort
    label: str
    hint: str = ""
    required: bool = True
    choices: Choices = ()
    value: str = ""


@dataclass(frozen=True)
class Group:
    """Fields that belong together under a heading; `name` is the field of the command as a whole."""

    name: str
    label: str
    fields: tuple[Asked, ...]


class Filing(NamedTuple):
    """Where the files of a form are filed: in a region, by its office or by a business itself."""

    region: str
    business_id: str | None = None


class Attached(Command):
    """A file that came with a form, to be filed as a document in the same act."""

    kind: Kind
    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    media_type: str = Field(max_length=100)
    content: Base64Bytes


@dataclass(frozen=True)
class Sent:
    """A form as a command takes it.

    Attributes:
        attached: Files by the field that the document's identifier belongs in.
        rows: By list, the numbers that its rows bear on the page; blank ones are left out.
    """

    form: Form
    attached: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, Sequence[str]]

    def placed(self, faults: Faults, names: Collection[str]) -> Faults:
        """Return faults beside the fields that the page shows; what fits none is about the whole."""
        return replace(faults, said=tuple((self._place(name, names), words) for name, words in faults.said))

    def _place(self, name: str, names: Collection[str]) -> str:
        parts = name.removeprefix("attached.").split(".")
        if len(parts) > 1 and parts[0] in self.rows and parts[1].isdecimal():
            parts[1] = self.rows[parts[0]][int(parts[1])]
        if f"{name}.0" in names:  # of a list as a whole
            return f"{name}.0"
        while parts and ".".join(parts) not in names:
            parts.pop()
        return ".".join(parts)


def folded(
    form: Form,
    *,
    lines: Collection[str] = (),
    rows: Mapping[str, Sequence[str]] | None = None,
    files: Mapping[str, str] | None = None,
) -> Sent:
    """Fold what a browser sent flat.

    Args:
        form: As it was sent.
        lines: Fields of which each line that is not blank is a value.
        rows: By name of a list of rows, the members without any of which a row counts as left blank.
        files: By field, what kind of document its file is unless the form says.
    """
    kept: list[tuple[str, str]] = []
    numbers: dict[str, list[str]] = {name: [] for name in rows or {}}
    for name, value in form.fields:
        head, _, rest = name.partition(".")
        number = rest.partition(".")[0]
        if name in lines:
            kept += [(name, line.strip()) for line in value.splitlines() if line.strip()]
        elif name.endswith(KIND) and name.removesuffix(KIND) in (files or {}):
            continue
        elif rows is None or head not in rows:
            kept.append((name, value))
        elif any(form.one(f"{head}.{number}.{member}").strip() for member in rows[head]):
            kept.append((name, value))
            if number not in numbers[head]:
                numbers[head].append(number)
    return Sent(replace(form, fields=tuple(kept)), _attached(form, files or {}), numbers)


def _attached(form: Form, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "kind": form.one(name + KIND) or kinds[name],
            "title": file.name[-LONGEST_TITLE:],
            "media_type": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            "content": base64.b64encode(file.content),
        }
        for name, file in form.files.items()
        if name in kinds
    }


def names_asked(fields: Sequence[Asked | Group]) -> frozenset[str]:
    """Return the names that a page has a place for."""
    names = {field.name for field in fields}
    return frozenset(
        names | {one.name for group in fields if isinstance(group, Group) for one in group.fields}
    )


def file_attached(
    work: Work, settings: Settings, attached: Mapping[str, Attached], filing: Filing
) -> dict[str, str]:
    """File what came with a form and return the documents by the fields that they belong in.

    Raises:
        Forbidden: The person is no officer of the region, or does not speak for the business.
    """
    return {
        name: file_document(work, settings.data_dir, FileDocument(**dict(one), **filing._asdict()))
        for name, one in attached.items()
    }
