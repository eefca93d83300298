"""What a form of a report says, read into what is sealed."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from api.faults import Fault, Misread, of_shape, pointer
from api.intake.arriving import Sent
from registry.errors import Malformed, RuleRefused
from registry.reports.signs import Sign, holds_code, signs_of_writer
from registry.reports.told import Identity, Matter

SEVERAL = ("conducts",)
OURS_TO_SAY = ("files", "handed")
TICKED = ("wants_reward", "confirmed")
INSIDE = "identity"  # `identity.name` is the name in the box for who reports


class Revealing(RuleRefused):
    """The text itself seems to tell who wrote it, and the writer has not yet said that it may.

    Attributes:
        signs: What was found.
    """

    signs: tuple[Sign, ...] = ()


class ReportForm(BaseModel):
    """A report as it is sent; its files come after all texts.

    Attributes:
        code: The return code that was shown.
        proof: That we showed it.
        office_code: Of the office that is to read it.
        confirmed: The reporter has seen what in his text may tell of him, and sends it as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    proof: str
    office_code: str
    confirmed: bool = False
    matter: Matter
    identity: Identity = Identity()

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What in the texts may tell of the writer."""
        matter = self.matter
        return signs_of_writer(matter.story, matter.merchant, matter.instrument, matter.place)


def read_report(sent: Sent) -> ReportForm:
    """Return the report that a form states.

    Raises:
        Misread: A field is missing, unknown, given twice or of the wrong shape; each is named.
        Malformed: The day of the matter is none.
        RuleRefused: It names no merchant.
    """
    said: dict[str, Any] = {"matter": {}, "identity": {}}
    for name, value in sent.fields:
        _place(said, name, value)
    try:
        form = ReportForm.model_validate(said)
    except ValidationError as invalid:
        raise Misread(
            _plain(of_shape(dict(found))) for found in invalid.errors(include_input=False, include_url=False)
        ) from None
    if not form.matter.business_id and not form.matter.merchant:
        raise Malformed("report.no_merchant", field="merchant")
    return form


def refuse_telling(form: ReportForm, code: str) -> None:
    """Refuse what gives its writer away, unless he has said that it may.

    Args:
        form: The report.
        code: 24 digits, read.

    Raises:
        Malformed: A text holds the return code itself.
        Revealing: A text seems to tell who wrote it.
    """
    if holds_code(code, *(text for text in form.matter.model_dump().values() if isinstance(text, str))):
        raise Malformed("report.holds_code", field="story")
    if not form.confirmed and form.signs:
        revealing = Revealing("report.tells_of_writer", field="story")
        revealing.signs = form.signs
        raise revealing


def _place(said: dict[str, Any], name: str, value: str) -> None:
    """Put a field where the model has it; one that was left empty is as if it were not there."""
    if not value:
        return
    first, _, inner = name.partition(".")
    at: dict[str, Any] = said
    if first == INSIDE and inner:
        at, name = said[INSIDE], inner
    elif name not in ReportForm.model_fields:
        at = said["matter"]
    if name in SEVERAL:
        at[name] = (*at.get(name, ()), value)
    elif name in OURS_TO_SAY:
        raise Misread([Fault(pointer([name]), Malformed("field.unknown"))])
    elif name in at:
        raise Misread([Fault(pointer([name]), Malformed("field.repeated"))])
    else:
        at[name] = value == "true" if name in TICKED else value


def _plain(fault: Fault) -> Fault:
    """Point at the field as the form calls it."""
    return Fault(fault.pointer.replace("/matter/", "/").replace("/identity/", "/identity."), fault.refusal)


def entered(sent: Sent) -> Mapping[str, tuple[str, ...]]:
    """Return what was entered, by field, to show the form again."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in sent.fields:
        found[name] = (*found.get(name, ()), value)
    return found
