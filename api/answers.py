"""What the API answers to an act: what became of it, and what the registry warns of."""

from typing import Any, Literal

from litestar import Request
from pydantic import BaseModel, ConfigDict, Field

from api.problems import language_of
from registry.commands import Outcome
from registry.texts import Language, say


class Warned(BaseModel):
    """Something that did not stop the act but that a person should look at."""

    model_config = ConfigDict(frozen=True)

    code: str
    field: str | None
    detail: str


class PaperIssued(BaseModel):
    """The official paper that an act issued; its file is the document."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    document_id: str
    number: str
    code: str = Field(description="Verification code, as it is printed on the paper.")


class Recorded(BaseModel):
    """What became of one act."""

    model_config = ConfigDict(frozen=True)

    what: Literal["created", "changed", "unchanged"]
    id: str
    warnings: tuple[Warned, ...] = ()
    paper: PaperIssued | None = Field(default=None, description="The official paper that the act issued.")


def recorded(outcome: Outcome, request: Request[Any, Any, Any]) -> Recorded:
    """Return the answer to an outcome, in the reader's language."""
    language: Language = language_of(request)
    return Recorded.model_validate(
        {
            "what": outcome.what,
            "id": outcome.id,
            "warnings": [
                {"code": warning.code, "field": warning.field, "detail": say(warning, language)}
                for warning in outcome.warnings
            ],
            "paper": outcome.paper,
        }
    )
