"""Splitting a complaint: the part that is a report goes sealed to the reports, the rest stays a complaint.

Both are one form. The report is prepared in a transaction of the reports, the step is committed inside it,
then the report is: where a crash comes between, the same form sent again finds the step done and brings the
report.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from litestar import Request, Response

from api.complaints import ComplaintFile, complaint_file
from api.edge import Edge
from public_site.desk import forms
from public_site.desk.form import Form
from public_site.desk.forms import faults_of
from registry.errors import Refusal
from registry.reports import handed
from registry.reports.told import Identity, Matter

FIELD = "reported"
TAKEN = 303
LONGEST = 300  # of what goes on beside the story

Asked = Request[Any, Any, Any]
Take = Callable[..., Response[Any]]


class _NotTakenError(Exception):
    """The step was refused: nothing of the report stays."""

    def __init__(self, answer: Response[Any]) -> None:
        super().__init__()
        self.answer = answer


def split(edge: Edge, request: Asked, form: Form, complaint_id: str, take: Take) -> Response[Any]:
    """Split a complaint by its form, and seal the part that is a report.

    Args:
        edge: The installation.
        request: A POST, and
        form: its fields; what is reported among them.
        complaint_id: Of the complaint.
        take: Takes the step by a form, or shows the form again with `faults`.
    """
    forms.checked(edge, request, form)
    found = forms.consult(edge, request, lambda work: complaint_file(work, complaint_id))
    story = form.one(FIELD).strip()
    stays = replace(form, fields=tuple(one for one in form.fields if one[0] != FIELD))
    try:
        handed.refuse_length(story, FIELD)
        with edge.reports.writing(edge.today()) as vault:
            mark = f"{complaint_id} {forms.key_of(form)}"
            handed.take_in(vault, found.office_code, mark, _matter(found, story), _identity(found))
            answer = take(stays)
            if answer.status_code != TAKEN:
                raise _NotTakenError(answer)
    except _NotTakenError as refused:
        return refused.answer
    except Refusal as refused:
        return take(form, faults_of(refused, request, form))
    return answer


def _matter(found: ComplaintFile, story: str) -> Matter:
    return Matter(
        business_id=found.business_id or "",
        merchant=(found.respondent or "")[:LONGEST],
        place=(found.place or "")[:LONGEST],
        happened_on=found.happened_on.isoformat() if found.happened_on else "",
        story=story,
        handed=True,
    )


def _identity(found: ComplaintFile) -> Identity:
    written = found.content
    if written is None:
        return Identity()
    contact = " ".join(one for one in (written.phone, written.address) if one)
    return Identity(name=(written.complainant or "")[:LONGEST], contact=contact[:LONGEST])
