"""What every command and every answer of a batch has in common."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from registry.errors import Refusal

Progress = Callable[[str, int], None]
"""What long work calls now and then with the name of a step and how many things of it are done."""


def silent(_step: str, _done: int) -> None:
    """Show nothing."""


# control characters but tab and line ends, zero-width ones, direction overrides, halves of pairs
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def _hides(text: str) -> bool:
    # printable text hides nothing, and most is: imports ask millions of times
    return not text.isprintable() and _HIDDEN.search(text) is not None


class Command(BaseModel):
    """What a person asks the registry to do: frozen, and nothing but what it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="after")
    def _refuse_hidden(self) -> Self:
        """Refuse characters that nobody sees: they make a name read as another, or break a database."""
        for name, value in self.__dict__.items():
            if isinstance(value, str):
                hidden = _hides(value)
            else:
                hidden = isinstance(value, tuple) and any(
                    isinstance(one, str) and _hides(one) for one in value
                )
            if hidden:
                raise PydanticCustomError("text.hidden", "{field} holds a hidden character", {"field": name})
        return self


@dataclass(frozen=True)
class IssuedPaper:
    """The official paper that an act issued: its document, its number, the code that verifies it."""

    document_id: str
    number: str
    code: str


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch: written, already so, or refused with a reason."""

    what: Literal["created", "changed", "unchanged", "refused"]
    id: str | None = None
    refusal: Refusal | None = None
    warnings: tuple[Refusal, ...] = ()
    paper: IssuedPaper | None = None

    def raised(self) -> "Outcome":
        """Return the outcome of a single command, or raise its refusal.

        Raises:
            Refusal: The one that the row met.
        """
        if self.refusal is not None:
            raise self.refusal
        return self
