"""What is wrong with the shape of an input, field by field, in words that catalogues hold.

The libraries that check shapes speak English and of their own insides; their findings are said
again here as refusals of ours.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from registry.errors import Malformed

MOST = 20  # more faults than a person would read

_AT_LEAST = re.compile(r"Expected `int` >= (-?\d+)")
_AT_MOST = re.compile(r"Expected `int` <= (-?\d+)")


@dataclass(frozen=True)
class Fault:
    """One fault of an input: where it stands and what is wrong with it."""

    pointer: str
    refusal: Malformed
    where: Literal["body", "query", "path", "header"] = "body"


class Misread(Exception):
    """An input whose shape is not what the route reads; nothing was done.

    Attributes:
        faults: At least one.
        status: 400, or 415 where the media type is at fault.
    """

    def __init__(self, faults: Iterable[Fault], status: int = 400) -> None:
        super().__init__()
        self.faults = tuple(faults)[:MOST]
        self.status = status


def pointer(parts: Iterable[object]) -> str:
    """Return the JSON pointer (RFC 6901) to a value; the empty one is the whole."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def of_shape(found: Mapping[str, Any]) -> Fault:
    """Return what pydantic found, in our words."""
    more = found.get("ctx", {})
    where = (*found["loc"], more["field"]) if found["type"] == "text.hidden" else found["loc"]
    return Fault(pointer(where), _shape(str(found["type"]), more))


def of_parameter(name: str, said: str) -> Fault:
    """Return what the framework found in a part of the address, in our words."""
    return Fault(pointer([name]), _parameter(said), "query")


def _shape(kind: str, more: Mapping[str, Any]) -> Malformed:  # noqa: PLR0911  # a table
    match kind:
        case "missing":
            return Malformed("field.missing")
        case "extra_forbidden":
            return Malformed("field.unknown")
        case "string_type":
            return Malformed("field.not_text")
        case "int_type" | "int_from_float" | "int_parsing_size":
            return Malformed("field.not_whole")
        case "tuple_type" | "list_type":
            return Malformed("field.not_list")
        case "model_type" | "dict_type" | "model_attributes_type":
            return Malformed("field.not_object")
        case "literal_error" | "enum":
            return Malformed("field.choice", choices=more["expected"].replace(" or ", ", "))
        case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return Malformed("field.not_day")
        case "text.hidden":
            return Malformed("field.hidden")
        case "date.malformed":
            return Malformed("field.not_date")
        case "base64_decode" | "bytes_type":
            return Malformed("field.not_base64")
        case _:
            return _bounds(kind, more)


def _bounds(kind: str, more: Mapping[str, Any]) -> Malformed:
    match kind:
        case "string_too_short" | "too_short":
            return Malformed("field.too_short", least=more["min_length"])
        case "string_too_long" | "too_long" | "bytes_too_long":
            return Malformed("field.too_long", most=more["max_length"])
        case "greater_than_equal":
            return Malformed("field.too_small", least=more["ge"])
        case "less_than_equal":
            return Malformed("field.too_large", most=more["le"])
        case _:
            return Malformed("field.invalid")


def _parameter(said: str) -> Malformed:
    if least := _AT_LEAST.search(said):
        return Malformed("field.too_small", least=int(least[1]))
    if most := _AT_MOST.search(said):
        return Malformed("field.too_large", most=int(most[1]))
    if said.startswith("Expected `int"):
        return Malformed("field.not_whole")
    if said.startswith("Expected `bool"):
        return Malformed("field.choice", choices="true, false")
    if "RFC3339" in said:
        return Malformed("field.not_instant") if "datetime" in said else Malformed("field.not_day")
    return Malformed("field.invalid")
