"""Reading bodies: JSON exactly as it was sent, nothing coerced, nothing guessed.

What two readers of JSON may understand differently is refused here, before any rule sees it: a name
given twice, a number with a fraction or beyond what every reader holds exactly, text that is no
Unicode. So is what no database of ours stores: the character NUL. What the path names is read from
the path and from nowhere else.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, NoReturn

from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.types import Empty
from pydantic import BaseModel, ValidationError

from api.faults import MOST, Fault, Misread, of_shape, pointer
from registry.errors import Malformed

DEEPEST = 32
LARGEST_WHOLE = 2**53 - 1  # RFC 7493: beyond it readers disagree


class _Fraction:
    """A number that was written with a fraction or an exponent."""


class _Beyond:
    """A whole number that not every reader holds exactly."""


class Members(dict[str, Any]):
    """An object, and the names that it gives twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = (name for name, _ in pairs)
        self.repeated = sorted(name for name, times in Counter(names).items() if times > 1)


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body is read strictly, into what its handler takes."""

    async def body(self) -> bytes:
        """Return the whole body.

        Raises:
            Misread: The client went away before its end; that is no fault of ours.
        """
        try:
            return await super().body()
        except InternalServerException as gone:
            raise Misread([Fault("", Malformed("body.missing"))]) from gone

    async def json(self) -> Any:
        """Return the body as the handler's command.

        Raises:
            Misread: It is none.
        """
        field = self.route_handler.parsed_data_field
        if self._json is Empty and field is not None:
            self._json = read_body(field.annotation, self.headers, await self.body(), self.path_params)
        return self._json


def named_by(model: type[BaseModel], path: Iterable[str]) -> frozenset[str]:
    """Return the fields of a command that its path names, so that a body has no room to disagree."""
    return frozenset(path) & frozenset(model.model_fields)


def read_body(
    model: type[BaseModel], headers: Mapping[str, str], body: bytes, path: Mapping[str, Any]
) -> BaseModel:
    """Return the command that a path and a body state.

    Raises:
        Misread: The body is not JSON in UTF-8, not of this shape, or names what the path names.
    """
    _refuse_other_media(headers)
    try:
        read = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=Members,
            parse_float=lambda _: _Fraction(),
            parse_int=_whole,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as broken:
        raise Misread([Fault("", Malformed("body.not_json"))]) from broken
    if faults := list(islice(_faults(read, ()), MOST)):
        raise Misread(faults)
    named = {name: path[name] for name in named_by(model, path)}
    if isinstance(read, dict) and named:
        if repeated := sorted(named.keys() & read.keys()):
            raise Misread(Fault(pointer([name]), Malformed("field.in_path")) for name in repeated)
        read |= named
        body = json.dumps(read).encode()
    try:
        command = model.model_validate_json(body, strict=True)
    except ValidationError as invalid:
        raise Misread(
            _placed(of_shape(dict(found)), named) for found in invalid.errors(include_input=False)
        ) from invalid
    if faults := list(_other_days(command, read, ())):
        raise Misread(faults)
    return command


def _placed(fault: Fault, named: Iterable[str]) -> Fault:
    """Return a fault with the part of the request that it stands in."""
    return replace(fault, where="path") if fault.pointer in map(pointer, zip(named)) else fault


def _refuse_other_media(headers: Mapping[str, str]) -> None:
    media, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2] or "utf-8"
    coded = headers.get("content-encoding", "identity").strip().lower() != "identity"
    if media.strip().lower() != "application/json" or charset != "utf-8" or coded:
        raise Misread([Fault("/Content-Type", Malformed("body.media"), "header")], status=415)


def _whole(digits: str) -> int | _Beyond:
    if len(digits) > len(str(-LARGEST_WHOLE)) or abs(int(digits)) > LARGEST_WHOLE:
        return _Beyond()
    return int(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _faults(value: Any, at: tuple[object, ...]) -> Iterator[Fault]:
    """Yield what makes a value unfit, however it is meant."""
    if len(at) > DEEPEST:
        yield Fault(pointer(at), Malformed("body.too_deep", deepest=DEEPEST))
    elif isinstance(value, str):
        yield from _text_faults(value, at)
    elif isinstance(value, _Fraction):
        yield Fault(pointer(at), Malformed("field.fraction"))
    elif isinstance(value, _Beyond):
        yield Fault(pointer(at), Malformed("field.too_large", most=LARGEST_WHOLE))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, (*at, number))
    elif isinstance(value, Members):
        yield from (Fault(_shown((*at, name)), Malformed("field.repeated")) for name in value.repeated)
        for name, item in value.items():
            yield from _text_faults(name, (*at, name))
            yield from _faults(item, (*at, name))


def _other_days(command: Any, said: Any, at: tuple[object, ...]) -> Iterator[Fault]:
    """Yield each day that was not written as one: a count of seconds is taken for a day by the parser."""
    if isinstance(command, date) and said != command.isoformat():
        yield Fault(pointer(at), Malformed("field.not_day"))
    elif isinstance(command, BaseModel):
        for name in command.model_fields_set:
            yield from _other_days(getattr(command, name), said[name], (*at, name))


def _text_faults(text: str, at: tuple[object, ...]) -> Iterator[Fault]:
    if "\0" in text:
        yield Fault(_shown(at), Malformed("field.nul"))
    elif not text.isascii() and not _is_unicode(text):
        yield Fault(_shown(at), Malformed("field.no_unicode"))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _shown(at: tuple[object, ...]) -> str:
    """Return a pointer that can be sent, whatever stood in the names."""
    return pointer(at).encode("utf-8", "replace").decode()
