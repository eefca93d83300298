"""The desk of reports of the demonstration: two handlers, two custodians, their passphrases shown.

Nothing sealed here is secret: whoever fills the folder reads the passphrases, and the recovery shares are
forgotten once they were tried.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from jobs.demo.people import Shown, enter_report_people
from jobs.demo.stage import Stage
from registry.accounts.commands import actor_by_account
from registry.audit.work import Actor
from registry.reports import lifecycle, recovering
from registry.reports.opening import Unlocked
from registry.reports.readiness import Purpose, current_epoch
from registry.reports.sealing import SecretKey
from registry.reports.store import Reports
from registry.reports.vault import Vault
from registry.reports.witness import Sides, Told, carry_out, report_of, seen
from registry.store.engine import reading

OFFICE, REGION = "AMR-411502", "411502"
HOLDERS: dict[Purpose, tuple[str, str]] = {
    "intake": ("handler1", "handler2"),
    "custody": ("custodian1", "custodian2"),
}
FOUNDED, TRIED = 60, 2  # days before the chosen day: the keys were made, and last tried

Verb = Callable[[Vault, Actor], Told]
VerbOfHolder = Callable[[Vault, Actor, Unlocked], Told]


@dataclass(frozen=True, repr=False)
class Desk:
    """An office that takes reports, and the keys of its people.

    Attributes:
        stage: Where it plays.
        secrets: By account; who fills the folder knows every passphrase.
    """

    stage: Stage
    reports: Reports
    secrets: Mapping[str, SecretKey]

    def day(self, days_before: int) -> date:
        """Return the legal day so many days before the chosen one."""
        return self.stage.as_of - timedelta(days=days_before)

    def sides(self, name: str, days_before: int) -> Sides:
        """Return both databases for an account, by the clock of the stage."""
        with reading(self.stage.engine) as session:
            actor = actor_by_account(session, name)
        day = self.day(days_before)
        return Sides(
            actor,
            partial(self.stage.acting, name, days_before),
            partial(self.reports.writing, day),
            partial(self.reports.reading, day),
        )

    def does(self, name: str, days_before: int, verb: Verb) -> None:
        """Let somebody act on the reports."""
        sides = self.sides(name, days_before)
        carry_out(sides, secrets.token_hex(8), lambda vault: verb(vault, sides.actor))

    def opens(self, name: str, days_before: int, verb: VerbOfHolder) -> None:
        """Let somebody act whose key is unlocked."""
        self.does(name, days_before, lambda vault, actor: verb(vault, actor, self.by(vault, actor, name)))

    def reads(self, name: str, days_before: int, report_id: str) -> None:
        """Write into the audit log that somebody read a report."""
        sides = self.sides(name, days_before)
        with sides.reading() as vault:
            report = report_of(vault, sides.actor, report_id)
        seen(sides, report, "content")

    def by(self, vault: Vault, actor: Actor, name: str) -> Unlocked:
        """Return somebody's unlocked key."""
        return Unlocked(lifecycle.own_key(vault, actor), self.secrets[name])

    def fingerprint(self, name: str) -> str:
        """Return the fingerprint of somebody's key."""
        with reading(self.stage.engine) as session, self.reports.reading(self.stage.as_of) as vault:
            return lifecycle.own_key(vault, actor_by_account(session, name)).fingerprint


def open_desk(stage: Stage, reports: Reports) -> tuple[Desk, dict[str, Shown]]:
    """Give an office people and keys, so that it takes reports; return what lets a reader in, by account."""
    with stage.acting("admin", FOUNDED, 8) as work:
        people = enter_report_people(work, OFFICE, REGION)
    shown = {
        name: replace(one, passphrase=f"demonstration only {secrets.token_hex(8)}")
        for name, one in people.items()
    }
    locked = Desk(stage, reports, {})
    _recoverable(locked)
    for name, one in shown.items():
        locked.does(name, FOUNDED, partial(_make, phrase=one.passphrase))
    for purpose, names in HOLDERS.items():
        keys = [locked.fingerprint(name) for name in names]
        locked.does(names[0], FOUNDED, partial(_begin, purpose=purpose, keys=keys))
        locked.does(names[1], FOUNDED, partial(_confirm, purpose=purpose))
    return replace(locked, secrets=_tried(locked, shown, FOUNDED)), shown


def try_keys(desk: Desk, people: Mapping[str, Shown]) -> None:
    """Let everybody try their passphrase once more: the office takes reports for a quarter from then on."""
    _tried(desk, people, TRIED)


def _recoverable(desk: Desk) -> None:
    shares = list[str]()

    def make(vault: Vault, actor: Actor) -> Told:
        told, words = recovering.make(vault, actor)
        shares.extend(words)
        return told

    desk.does("custodian1", FOUNDED, make)
    desk.does("custodian2", FOUNDED, lambda vault, actor: recovering.drill(vault, actor, shares[:2]))


def _tried(desk: Desk, people: Mapping[str, Shown], days_before: int) -> dict[str, SecretKey]:
    """Let everybody unlock their key, and return what that opened."""
    found: dict[str, SecretKey] = {}

    def prove(vault: Vault, actor: Actor, *, name: str, phrase: str) -> Told:
        told, found[name] = lifecycle.prove(vault, actor, phrase)
        return told

    for name, one in people.items():
        desk.does(name, days_before, partial(prove, name=name, phrase=one.passphrase))
    return found


def _make(vault: Vault, actor: Actor, *, phrase: str) -> Told:
    return lifecycle.make_key(vault, actor, phrase)


def _begin(vault: Vault, actor: Actor, *, purpose: Purpose, keys: list[str]) -> Told:
    return lifecycle.open_epoch(vault, actor, purpose, keys)


def _confirm(vault: Vault, actor: Actor, *, purpose: Purpose) -> Told:
    epoch = current_epoch(vault, OFFICE, purpose)
    return lifecycle.confirm_epoch(vault, actor, epoch.fingerprint if epoch is not None else "")
