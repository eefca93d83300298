"""Carrying out an act whose form may bring files: they are filed in the act's own transaction.

A form of the desk states a command of the registry; where a document belongs into it, the page asks
for the file instead, and the document's identifier is put in its place.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from litestar import Request, Response
from pydantic import BaseModel, Field, ValidationError, create_model

from api.edge import Edge
from api.faults import Misread, of_shape
from public_site.desk import forms
from public_site.desk.asking import Asked, Attached, Filing, Group, Sent, file_attached, folded, names_asked
from public_site.desk.form import Form
from public_site.desk.forms import Faults
from registry.audit.work import Work
from registry.commands import Command
from registry.errors import Malformed
from registry.settings import Settings


@dataclass(frozen=True)
class Act:
    """An act that a form of the desk states.

    Attributes:
        command: What the registry takes.
        do: The verb.
        files: Fields of documents, each with the kind of document that its file is unless the form says.
        needed: Those of them without which there is no act.
        lines: Fields of which each line is a value.
        rows: Lists of rows, see `asking.folded`.
    """

    command: type[Command]
    do: Callable[[Work, Settings, Any], object]
    files: Mapping[str, str] = field(default_factory=dict)
    needed: Collection[str] = ()
    lines: Collection[str] = ()
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)


def carry_out(
    edge: Edge,
    request: Request[Any, Any, Any],
    form: Form,
    act: Act,
    filing: Filing,
    then: Callable[[str], str],
    again: Callable[[Faults, Sent], Response[Any]],
    **given: object,
) -> Response[Any]:
    """Carry out an act once and lead to the page that shows what became of it.

    Args:
        edge: The installation.
        request: A POST.
        form: As it was sent.
        act: What its form states.
        filing: Where its files are filed.
        then: Address of the next page, by the identifier that the act answered.
        again: Shows the form again with what is wrong with it.
        given: What the address says of the command.
    """
    sent = folded(form, lines=act.lines, rows=act.rows, files=act.files)

    return forms.act(
        edge,
        request,
        sent.form,
        at_desk(act.command, tuple(sorted(act.files))),
        lambda work, asked: _done(work, edge.settings, act, filing, asked),
        then,
        lambda faults: again(faults, sent),
        given={**given, "attached": sent.attached},
    )


def _done(work: Work, settings: Settings, act: Act, filing: Filing, asked: Any) -> str:
    """File what came with a form, do the act, and return the identifier that it answers.

    Raises:
        Malformed: A file without which there is no act did not come, and
        Misread: or one of several.
        Refusal: As the act does.
    """
    said = asked.model_dump(exclude={"attached"}, exclude_unset=True)
    filed = file_attached(work, settings, asked.attached, filing)
    for name in act.needed:
        if name not in filed:
            raise Malformed("field.missing", field=name)
    for name, document_id in filed.items():
        _put(said, name, document_id)
    outcome = act.do(work, settings, _whole(act.command, said))
    return str(getattr(outcome, "id", outcome))


def _whole(command: type[Command], said: Mapping[str, Any]) -> Command:
    """Return the command with its documents in place.

    Raises:
        Misread: A file without which it says nothing did not come.
    """
    try:
        return command.model_validate(said)
    except ValidationError as invalid:
        raise Misread(of_shape(dict(found)) for found in invalid.errors(include_input=False)) from invalid


def placed(faults: Faults, sent: Sent | None, fields: Sequence[Asked | Group]) -> Faults:
    """Return faults beside the fields of a page; there are none where nothing was sent."""
    return faults if sent is None else sent.placed(faults, names_asked(fields))


@cache
def at_desk(command: type[Command], files: tuple[str, ...]) -> type[BaseModel]:
    """Return a command as a form states it: with its files, and without what they will be."""
    absent: dict[str, Any] = {
        name: (Any, None)
        for name in {one.partition(".")[0] for one in files}
        if command.model_fields[name].is_required()
    }
    attached: dict[str, Any] = {"attached": (Mapping[str, Attached], Field(default_factory=dict))}
    return create_model(f"{command.__name__}AtDesk", __base__=command, **absent, **attached)


def _put(said: dict[str, Any], name: str, document_id: str) -> None:
    """Put a document where it belongs: into a field, into a mapping, or onto the end of a list."""
    head, _, key = name.partition(".")
    if not key:
        said[head] = document_id
    elif key.isdecimal():
        said[head] = (*(said.get(head) or ()), document_id)
    else:
        said[head] = {**(said.get(head) or {}), key: document_id}
