"""Founding an installation: the log begins, the first office and administrator are entered."""

from datetime import datetime
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from registry.accounts.tables import Account, AccountGrant, Person
from registry.audit.work import Actor, Grant, Subject, Work
from registry.calendar import legal_day
from registry.commands import Command
from registry.errors import Conflict
from registry.identifiers import new_id
from registry.log import leaves
from registry.offices.tables import Office, OfficeName
from registry.regions import region_or_refuse
from registry.rulebook import Rulebook

SYSTEM = "system"
JOB_ROLES = ("officer", "auditor")


class Found(Command):
    """The office that runs the installation, and its first administrator."""

    office_code: str = Field(pattern=r"^[A-Z0-9-]{2,32}$")
    office_name: str = Field(min_length=2, max_length=100)
    region: str
    level: Literal["nation", "province", "city", "county"]
    administrator: str = Field(pattern=r"^[a-z0-9._-]{2,64}$")
    administrator_name: str = Field(min_length=1, max_length=100)


def found(session: Session, command: Found, now: datetime, rulebook: Rulebook) -> None:
    """Found the installation in an empty database.

    Raises:
        Conflict: It was founded before.
        Malformed: The region is none.
    """
    if session.get(Person, SYSTEM) is not None:
        raise Conflict("registry.founded")
    region_or_refuse(command.region, "region")
    leaves.begin(session)
    person_id = new_id()
    session.add(Person(id=SYSTEM, name=SYSTEM, recorded_at=now))
    session.add(Person(id=person_id, name=command.administrator_name, recorded_at=now))
    session.add(Office(code=command.office_code, region=command.region, level=command.level, recorded_at=now))
    session.flush()
    session.add(
        OfficeName(office_code=command.office_code, held_from_on=legal_day(now), name=command.office_name)
    )
    session.add(
        Account(
            name=command.administrator, person_id=person_id, office_code=command.office_code, recorded_at=now
        )
    )
    session.flush()
    session.add(AccountGrant(account_name=command.administrator, role="administrator", region=""))
    founder = Actor(person_id, command.administrator, command.office_code, (Grant("administrator", ""),))
    Work(session, founder, now, rulebook).record(
        "registry.founded", Subject("office", command.office_code), administrator=command.administrator
    )


def founded(session: Session) -> bool:
    """Say whether the installation was founded."""
    return session.get(Person, SYSTEM) is not None


def job_actor(job: str) -> Actor:
    """Return the actor of a job: the system itself, in the open, never a person."""
    return Actor(SYSTEM, f"job:{job}", SYSTEM, tuple(Grant(role, "") for role in JOB_ROLES))
