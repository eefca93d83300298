"""Adding and renaming offices; the only writer of their rows."""

from datetime import date
from typing import Literal

from pydantic import Field

from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, Malformed, NotFound
from registry.offices.queries import current_name
from registry.offices.tables import Office, OfficeName
from registry.regions import region_or_refuse


class AddOffice(Command):
    """Enter an office with its name, region, level and superior."""

    code: str = Field(pattern=r"^[A-Z0-9-]{2,32}$")
    name: str = Field(min_length=2, max_length=100)
    mark: str | None = Field(
        default=None, min_length=1, max_length=12, description="机关代字, for its papers."
    )
    region: str = Field(description="GB/T 2260, six digits; 000000 is the nation.")
    level: Literal["nation", "province", "city", "county"]
    superior_code: str | None = None
    held_from_on: date


def add_office(work: Work, command: AddOffice) -> str:
    """Enter an office and return its code.

    Raises:
        Forbidden: The actor is no administrator.
        Conflict: The code is taken.
        NotFound: There is no such superior.
        Malformed: The region is none.
    """
    work.require("administrator", "")
    if work.session.get(Office, command.code) is not None:
        raise Conflict("office.taken", field="code", code=command.code)
    if command.superior_code is not None and work.session.get(Office, command.superior_code) is None:
        raise NotFound("office.unknown", field="superior_code", code=command.superior_code)
    if command.region != "000000":
        region_or_refuse(command.region, "region")
    work.session.add(
        Office(
            code=command.code,
            region=command.region,
            level=command.level,
            superior_code=command.superior_code,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    work.session.add(
        OfficeName(
            office_code=command.code,
            held_from_on=command.held_from_on,
            name=command.name,
            mark=command.mark,
        )
    )
    work.record("office.added", Subject("office", command.code), name=command.name, region=command.region)
    return command.code


def rename_office(work: Work, code: str, name: str, held_from_on: date, mark: str | None = None) -> None:
    """Give an office a new name, and the mark of its papers, from a legal day.

    Decisions before it keep the old ones.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such office.
        Malformed: The day is not after the start of the present name.
    """
    work.require("administrator", "")
    present = current_name(work.session, code)
    if present is None:
        raise NotFound("office.unknown", field="code", code=code)
    if held_from_on <= present.held_from_on:
        raise Malformed("office.name_day", field="held_from_on", day=present.held_from_on.isoformat())
    present.held_to_on = held_from_on
    work.session.add(present)
    work.session.add(OfficeName(office_code=code, held_from_on=held_from_on, name=name, mark=mark))
    work.record("office.renamed", Subject("office", code), former=present.name, name=name)
