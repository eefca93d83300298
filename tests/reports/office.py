"""An office whose people act on reports through both databases: the registry's audit log, and the reports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.accounts.tables import Person
from registry.audit.tables import AuditEntry
from registry.audit.work import Actor, Work
from registry.errors import Refusal
from registry.reports import opening, thread
from registry.reports.envelope import Compartment
from registry.reports.opening import Unlocked
from registry.reports.sealing import Unopened
from registry.reports.tables import Report
from registry.reports.vault import Vault
from registry.reports.witness import Seen, Sides, Told, carry_out, seen
from registry.store.engine import reading, writing
from tests import given
from tests.reports.site import OFFICE, TODAY, Site

ROLES = {
    "li": "report_handler",
    "wang": "report_handler",
    "newcomer": "report_handler",
    "zhao": "custodian",
    "qian": "custodian",
}


def enter_people(engine: Engine) -> None:
    """Found a registry, and give those who hold keys their accounts and roles in the office."""
    given.registry(engine)
    with writing(engine) as session:
        for name, role in ROLES.items():
            enter_person(session, name, role)


def enter_person(session: Session, name: str, role: str) -> None:
    """Give somebody an account and a role in the office."""
    session.add(Person(id=name, name=name, recorded_at=given.NOW))
    session.flush()
    grant = GrantRole(role=role, region=given.TOWN)  # type: ignore[arg-type]
    accounts.add_account(
        given.work(session, "admin"),
        AddAccount(name=name, person_name=name, person_id=name, office_code=OFFICE, grants=(grant,)),
    )


@dataclass
class Office:
    """The registry and the reports of a town, and the people who work with them."""

    registry: Engine
    site: Site
    today: date = TODAY
    keys: Iterator[int] = field(default_factory=count)

    def sides(self, name: str, today: date | None = None) -> Sides:
        """Return both databases for a person."""
        on = today or self.today
        instant = datetime.combine(on, time(4), UTC)

        @contextmanager
        def working() -> Iterator[Work]:
            with writing(self.registry) as session:
                yield given.work(session, name, instant)

        def vault() -> Any:
            return self.site.vault(on)

        return Sides(self.actor(name), working, vault, vault)

    def actor(self, name: str) -> Actor:
        """Return who an account acts as."""
        with reading(self.registry) as session:
            return given.actor(session, name)

    def by(self, name: str) -> Unlocked:
        """Return somebody's unlocked key."""
        return Unlocked(self.site.rows[name], self.site.secrets[name])

    def does(
        self,
        name: str,
        verb: Callable[..., Told],
        *said: Any,
        key: str = "",
        today: date | None = None,
    ) -> Told | None:
        """Let somebody do an act, as a form of its own unless a key is said."""
        actor = self.actor(name)
        form = key or f"form-{next(self.keys)}"
        return carry_out(self.sides(name, today), form, lambda vault: verb(vault, actor, *said))

    def witnessed(self, name: str, report: Report, compartment: Compartment = "content") -> Seen:
        """Write into the audit log that somebody reads."""
        return seen(self.sides(name), report, compartment)

    def opens(self, name: str, report_id: str, compartment: Compartment, today: date | None = None) -> bool:
        """Say whether somebody's key opens every item of a compartment."""
        with self.site.vault(today) as vault:
            report = vault.session.get_one(Report, report_id)
            by = self.by(name)
            try:
                key = opening.key_for(vault, report, compartment, by.holder, by.secret)
                for number in thread.items(vault, report, compartment):
                    b"".join(thread.item(vault, report, compartment, number, key))
            except (Refusal, Unopened):
                return False
            return True

    def report(self, vault: Vault, report_id: str) -> Report:
        """Return a report as it stands."""
        return vault.session.get_one(Report, report_id)

    def audit(self, *acts: str) -> list[AuditEntry]:
        """Return the entries of the audit log of these acts, in order."""
        with reading(self.registry) as session:
            query = select(AuditEntry).where(col(AuditEntry.act).in_(acts)).order_by(col(AuditEntry.seq))
            return list(session.exec(query))
