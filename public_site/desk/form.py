"""A form as it was sent: its fields in order, and the command that they state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from pydantic import BaseModel, ValidationError

from api.faults import Fault, Misread, of_shape, pointer
from registry.errors import Malformed

MOST_FIELDS = 2000  # a page of rows to tick; a longer list comes as a file
LONGEST_NAME = 100  # of a field; a longer one would lead deeper than any form does
OWN = ("csrf", "key")  # what every form carries beside its fields
LARGEST_FILE = 10_485_760  # as large as a document may be; reports have a way of their own
LARGEST_UPLOAD = LARGEST_FILE + 1_048_576  # the file, its form and their frame
PLAIN = "application/x-www-form-urlencoded"
WITH_FILES = "multipart/form-data"

Given = TypeVar("Given", bound=BaseModel)


@dataclass(frozen=True)
class File:
    """A file that was sent with a form: the name that the browser gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """The fields of a form; one that was left empty is as if it were not there."""

    fields: tuple[tuple[str, str], ...]
    files: Mapping[str, File] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the last value of a field, empty where there is none."""
        return next((value for field, value in reversed(self.fields) if field == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """Return every value of a field: boxes of one name that were ticked."""
        return tuple(value for field, value in self.fields if field == name)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Read the body as a form, with the files that it carries.

    Raises:
        Misread: It is of another media type, not UTF-8, too long, or holds the character NUL
            or a field whose name is no form's.
    """
    media, options = parse_options_header(request.headers.get("content-type", ""))
    if media not in (PLAIN, WITH_FILES):
        raise Misread([Fault("/Content-Type", Malformed("body.media_form"), "header")], status=415)
    try:
        if media == PLAIN:
            text = (await request.body()).decode("utf-8")
            form = Form(tuple(parse_qsl(text, errors="strict", max_num_fields=MOST_FIELDS)))
        else:
            form = await _with_files(request, options.get("boundary", ""))
    except (ValueError, MultipartError) as broken:
        raise Misread([Fault("", Malformed("body.not_form", most=MOST_FIELDS))]) from broken
    if any("\0" in name or "\0" in value for name, value in form.fields):
        raise Misread([Fault("", Malformed("field.nul"))])
    if any(len(name) > LONGEST_NAME for name, _ in form.fields):
        raise Misread([Fault("", Malformed("body.not_form", most=MOST_FIELDS))])
    return form


async def _with_files(request: Request[Any, Any, Any], boundary: str) -> Form:
    """Read a form part by part as it comes; a field without a file's name is a field of text.

    Raises:
        MultipartError: It is not what its boundary says, cut short, or larger than a form may be.
        ValueError: A field is not UTF-8.
    """
    fields: list[tuple[str, str]] = []
    files: dict[str, File] = {}
    # its strict mode would refuse the line's end that browsers send last, where it comes by itself
    with PushMultipartParser(
        boundary, max_segment_size=LARGEST_FILE, max_segment_count=MOST_FIELDS
    ) as parser:
        part, content = None, bytearray()
        async for chunk in request.stream():
            for event in parser.parse(chunk) if chunk else ():
                if isinstance(event, MultipartSegment):
                    part, content = event, bytearray()
                elif event is not None:
                    content += event
                elif part is not None and part.filename is None:
                    fields.append((part.name, content.decode("utf-8")))
                elif part is not None and part.filename:  # no file was chosen where the name is empty
                    files[part.name] = File(part.filename, bytes(content))
    return Form(tuple(fields), files)


def stated(form: Form, command: type[Given], given: Mapping[str, object]) -> Given:
    """Return the command that a form states.

    A name may lead inside: `grants.0.role` is the role of the first grant.

    Args:
        form: As it was sent.
        command: What it is read into.
        given: What the address says, and no field may.

    Raises:
        Misread: A field is missing, unknown or of the wrong shape; each is named.
    """
    said = _nested(form, command)
    if repeated := sorted(given.keys() & said.keys()):
        raise Misread(Fault(pointer([name]), Malformed("field.in_path")) for name in repeated)
    try:
        made = command.model_validate({**said, **given})
    except ValidationError as invalid:
        raise Misread(of_shape(dict(found)) for found in invalid.errors(include_input=False)) from invalid
    if faults := [
        Fault(pointer([name]), Malformed("field.not_day"))
        for name in made.model_fields_set & said.keys()
        if _another_day(getattr(made, name), said[name])
    ]:
        raise Misread(faults)
    return made


def _another_day(value: object, said: object) -> bool:
    """Say whether a day was not written as one: a count of seconds is taken for a day by the parser."""
    return isinstance(value, date) and not isinstance(value, datetime) and value.isoformat() != said


def _nested(form: Form, command: type[BaseModel]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in form.fields:
        if name in OWN or not value:
            continue
        *path, last = name.split(".")
        at = tree
        for part in path:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise Misread([Fault(pointer([name]), Malformed("field.repeated"))])
        values = at.setdefault(last, [])
        if not isinstance(values, list):
            raise Misread([Fault(pointer([name]), Malformed("field.repeated"))])
        values.append(value)
    return {name: _plain(value, many=_takes_many(command, name)) for name, value in tree.items()}


def _plain(value: Any, *, many: bool = False) -> Any:
    """Return a value as a command takes it: numbered members as a list, a single value as itself."""
    if isinstance(value, list):
        return tuple(value) if many or len(value) > 1 else value[0]
    inner = {name: _plain(part) for name, part in value.items()}
    if all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _takes_many(command: type[BaseModel], name: str) -> bool:
    field = command.model_fields.get(name)
    return field is not None and any(kind in str(field.annotation) for kind in ("tuple[", "list[", "set["))


def names_of(faults: Iterable[Fault]) -> tuple[str, ...]:
    """Return the fields that faults speak of, as a form names them."""
    return tuple(fault.pointer.removeprefix("/").replace("/", ".") for fault in faults)
