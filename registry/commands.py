"""What every command and every answer of a batch has in common."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from registry.errors import Refusal


class Command(BaseModel):
    """What a person asks the registry to do: frozen, and nothing but what it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch: written, already so, or refused with a reason."""

    what: Literal["created", "changed", "unchanged", "refused"]
    id: str | None = None
    refusal: Refusal | None = None
    warnings: tuple[Refusal, ...] = ()

    def raised(self) -> "Outcome":
        """Return the outcome of a single command, or raise its refusal.

        Raises:
            Refusal: The one that the row met.
        """
        if self.refusal is not None:
            raise self.refusal
        return self
