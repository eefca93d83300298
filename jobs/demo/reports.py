"""The desk of reports of the demonstration: two handlers, two custodians, their passphrases shown.

Nothing sealed here is secret: whoever fills the folder reads the passphrases, and the recovery shares are
forgotten once they were tried.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from jobs.demo.people import Shown, enter_report_people
from jobs.demo.stage import Stage
from registry.accounts.commands import actor_by_account
from registry.audit.work import Actor
from registry.calendar import legal_day
from registry.reports import lifecycle, recovering
from registry.reports.readiness import Purpose, current_epoch
from registry.reports.store import Reports
from registry.reports.vault import Vault
from registry.reports.witness import Sides, Told, carry_out
from registry.store.engine import reading

OFFICE, REGION = "AMR-411502", "411502"
HOLDERS: dict[Purpose, tuple[str, str]] = {
    "intake": ("handler1", "handler2"),
    "custody": ("custodian1", "custodian2"),
}
DAYS_BEFORE = 2

Verb = Callable[[Vault, Actor], Told]


def open_desk(stage: Stage, reports: Reports) -> dict[str, Shown]:
    """Give an office people and keys, so that it takes reports; return what lets a reader in, by account."""
    with stage.acting("admin", DAYS_BEFORE, 8) as work:
        people = enter_report_people(work, OFFICE, REGION)
    shown = {
        name: replace(one, passphrase=f"demonstration only {secrets.token_hex(8)}")
        for name, one in people.items()
    }
    does = partial(_does, stage, reports)
    shares = list[str]()

    def make_recovery(vault: Vault, actor: Actor) -> Told:
        told, words = recovering.make(vault, actor)
        shares.extend(words)
        return told

    does("custodian1", make_recovery)
    does("custodian2", lambda vault, actor: recovering.drill(vault, actor, shares[:2]))
    for name, one in shown.items():
        does(name, partial(_make, phrase=one.passphrase))
    for purpose, names in HOLDERS.items():
        keys = [_fingerprint(stage, reports, name) for name in names]
        does(names[0], partial(_begin, purpose=purpose, keys=keys))
        does(names[1], partial(_confirm, purpose=purpose))
    for name, one in shown.items():
        does(name, partial(_prove, phrase=one.passphrase))
    return shown


def _make(vault: Vault, actor: Actor, *, phrase: str) -> Told:
    return lifecycle.make_key(vault, actor, phrase)


def _begin(vault: Vault, actor: Actor, *, purpose: Purpose, keys: list[str]) -> Told:
    return lifecycle.open_epoch(vault, actor, purpose, keys)


def _confirm(vault: Vault, actor: Actor, *, purpose: Purpose) -> Told:
    epoch = current_epoch(vault, OFFICE, purpose)
    return lifecycle.confirm_epoch(vault, actor, epoch.fingerprint if epoch is not None else "")


def _prove(vault: Vault, actor: Actor, *, phrase: str) -> Told:
    told, _ = lifecycle.prove(vault, actor, phrase)
    return told


def _fingerprint(stage: Stage, reports: Reports, name: str) -> str:
    with reading(stage.engine) as session, reports.reading(stage.as_of) as vault:
        return lifecycle.own_key(vault, actor_by_account(session, name)).fingerprint


def _does(stage: Stage, reports: Reports, name: str, verb: Verb) -> None:
    """Let somebody act on the reports, by the clock of the stage."""
    with reading(stage.engine) as session:
        actor = actor_by_account(session, name)
    day = legal_day(stage.instant(DAYS_BEFORE))
    sides = Sides(
        actor,
        partial(stage.acting, name, DAYS_BEFORE),
        partial(reports.writing, day),
        partial(reports.reading, day),
    )
    carry_out(sides, secrets.token_hex(8), lambda vault: verb(vault, actor))
