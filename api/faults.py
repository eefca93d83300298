"""What is wrong with the shape of a request, field by field, in words that catalogues hold."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from registry.errors import Malformed
from registry.shapes import misfit

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
    return Fault(pointer(where), misfit(str(found["type"]), more))


def of_parameter(name: str, said: str) -> Fault:
    """Return what the framework found in a part of the address, in our words."""
    return Fault(pointer([name]), _parameter(said), "query")


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
