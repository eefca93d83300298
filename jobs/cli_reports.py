"""`reports …`: the life of the keys of sealed reports. Words and passphrases are no arguments."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import click

from jobs.acting import Desk, desk
from jobs.process import clock
from registry.accounts.commands import actor_by_account
from registry.audit.work import Actor
from registry.calendar import legal_day
from registry.errors import NotFound
from registry.reports import lifecycle, recovering, resealing
from registry.reports.holders import keys_of_office, unlocked
from registry.reports.opening import Unlocked
from registry.reports.policy import SHARES_NEEDED
from registry.reports.readiness import PURPOSES, Purpose, current_epoch, obstacles, recovery_key
from registry.reports.recovering import Recover
from registry.reports.staff import staff
from registry.reports.store import Reports, open_reports
from registry.reports.vault import Vault
from registry.reports.witness import Sides, Told, carry_out
from registry.settings import read_settings
from registry.store.engine import reading

BY = click.option("--as", "account", required=True, help="Account that acts: a handler or custodian.")
PURPOSE = click.argument("purpose", type=click.Choice(PURPOSES))
HOLDER = click.argument("holder", metavar="FINGERPRINT")


@dataclass(frozen=True)
class Keeper:
    """An account that acts on the reports of its office."""

    desk: Desk
    reports: Reports
    actor: Actor

    def sides(self) -> Sides:
        """Return both databases."""
        day = legal_day(clock())
        return Sides(
            self.actor, self.desk.work, partial(self.reports.writing, day), partial(self.reports.reading, day)
        )

    def does(self, verb: Callable[[Vault, Actor], Told]) -> None:
        """Do an act: rows and audit log, in order."""
        carry_out(self.sides(), secrets.token_hex(16), lambda vault: verb(vault, self.actor))


@contextmanager
def keeper(account: str) -> Iterator[Keeper]:
    """Open both databases for an account.

    Raises:
        Unauthenticated: There is no such account, or it is disabled.
        Broken: Settings, database or pepper are not usable.
    """
    settings = read_settings()
    with desk(account, settings) as place:
        reports = open_reports(settings)
        try:
            reports.check()
            with reading(place.engine) as session:
                actor = actor_by_account(session, account)
            yield Keeper(place, reports, actor)
        finally:
            reports.engine.dispose()


@click.group()
def reports() -> None:
    """Keys of sealed reports (举报密钥): made, given, confirmed, tried, ended, renewed, recovered."""


@reports.command()
@BY
def status(account: str) -> None:
    """Tell whether the office takes reports, and if not why; exit 1 where it does not."""
    with keeper(account) as one, one.sides().reading() as vault:
        office = one.actor.office_code
        found = obstacles(vault, office)
        recovery = recovery_key(vault)
        click.echo(f"{office}: {'takes reports' if not found else 'closed: ' + ', '.join(found)}")
        click.echo(f"recovery {recovery.fingerprint if recovery else 'none'}")
        if recovery:
            click.echo(f"  tried {recovery.proved_on or 'never'}")
        for purpose in PURPOSES:
            epoch = current_epoch(vault, office, purpose)
            waiting = resealing.left_behind(vault, office, purpose)
            click.echo(
                f"{purpose} {epoch.fingerprint if epoch else 'none'}  to be sealed anew {len(waiting)}"
            )
        for row in keys_of_office(vault, office):
            given = len(lifecycle.unconfirmed(vault, row))
            click.echo(f"key {row.fingerprint}  tried {row.proved_on or 'never'}  unconfirmed shares {given}")
    if found:
        raise SystemExit(1)


@reports.group()
def recovery() -> None:
    """The recovery key: three shares on paper, two of which open."""


@recovery.command("make")
@BY
def recovery_make(account: str) -> None:
    """Make a recovery key and print its shares, once; open new epochs afterwards, which it will open."""
    words: list[str] = []

    def made(vault: Vault, actor: Actor) -> Told:
        told, shares = recovering.make(vault, actor)
        words.extend(shares)
        return told

    with keeper(account) as one:
        one.does(made)
    for number, share in enumerate(words, 1):
        click.echo(f"{number}: {share}")


@recovery.command("confirm")
@BY
def recovery_confirm(account: str) -> None:
    """Try two shares of a key that was just made: it counts from now on."""
    _tried(account)


@recovery.command("drill")
@BY
def recovery_drill(account: str) -> None:
    """Try two shares again, twice a year: the paper is still there."""
    _tried(account)


def _tried(account: str) -> None:
    shares = _shares()
    with keeper(account) as one:
        one.does(lambda vault, actor: recovering.drill(vault, actor, shares))


@reports.group()
def key() -> None:
    """One's own key."""


@key.command("make")
@BY
def key_make(account: str) -> None:
    """Make the account's key under a passphrase, and print its fingerprint to be read out."""
    phrase = click.prompt("passphrase", hide_input=True, confirmation_prompt=True)
    with keeper(account) as one:
        one.does(lambda vault, actor: lifecycle.make_key(vault, actor, phrase))
        with one.sides().reading() as vault:
            click.echo(lifecycle.own_key(vault, one.actor).fingerprint)


@key.command("try")
@BY
def key_try(account: str) -> None:
    """Open the test: the passphrase opens the key, and the key its shares."""
    phrase = click.prompt("passphrase", hide_input=True)
    with keeper(account) as one:
        one.does(lambda vault, actor: lifecycle.prove(vault, actor, phrase)[0])


@reports.group()
def epoch() -> None:
    """What reports are sealed to: one key for handling, one for custody."""


@epoch.command("open")
@PURPOSE
@click.argument("holders", nargs=-1, required=True, metavar="FINGERPRINT…")
@BY
def epoch_open(purpose: Purpose, holders: tuple[str, ...], account: str) -> None:
    """Begin an epoch for the holders of these keys; another person confirms it."""
    with keeper(account) as one:
        one.does(lambda vault, actor: lifecycle.open_epoch(vault, actor, purpose, holders))


@epoch.command("rotate")
@PURPOSE
@BY
def epoch_rotate(purpose: Purpose, account: str) -> None:
    """Follow the epoch in use by a new one for the same holders; another person confirms it."""
    with keeper(account) as one:
        one.does(lambda vault, actor: lifecycle.open_epoch(vault, actor, purpose))


@epoch.command("confirm")
@PURPOSE
@BY
def epoch_confirm(purpose: Purpose, account: str) -> None:
    """Confirm the epoch in use, as another person than who opened it."""

    def confirmed(vault: Vault, actor: Actor) -> Told:
        found = current_epoch(vault, actor.office_code, purpose)
        if found is None:
            raise NotFound("report.epoch_unknown", field="epoch")
        return lifecycle.confirm_epoch(vault, actor, found.fingerprint)

    with keeper(account) as one:
        one.does(confirmed)


@reports.group()
def holder() -> None:
    """Who holds keys."""


@holder.command("end")
@HOLDER
@BY
def holder_end(holder: str, account: str) -> None:
    """End a key: somebody left, or lost the passphrase; new epochs follow at once."""
    with keeper(account) as one:
        with reading(one.desk.engine) as session:
            working = staff(session, one.actor.office_code)
        one.does(lambda vault, actor: lifecycle.end_key(vault, actor, holder, working))


@reports.group()
def share() -> None:
    """Shares of epochs."""


@share.command("list")
@BY
def share_list(account: str) -> None:
    """List who holds a share of which epoch in use, and which are not confirmed."""
    with keeper(account) as one, one.sides().reading() as vault:
        for row in keys_of_office(vault, one.actor.office_code):
            held = {epoch.fingerprint for epoch in lifecycle.epochs_held(vault, row)}
            for epoch in lifecycle.epochs_held(vault, row, confirmed=False):
                said = "confirmed" if epoch.fingerprint in held else "unconfirmed"
                click.echo(f"{row.fingerprint} {epoch.purpose} {epoch.fingerprint} {said}")


@share.command("give")
@PURPOSE
@HOLDER
@BY
def share_give(purpose: Purpose, holder: str, account: str) -> None:
    """Give a newcomer, whose fingerprint was read out, every epoch of a purpose that the account holds."""
    phrase = click.prompt("passphrase", hide_input=True)
    with keeper(account) as one:
        by = _unlocked(one, phrase)
        one.does(lambda vault, actor: lifecycle.give_shares(vault, actor, by.secret, purpose, holder))


@share.command("confirm")
@HOLDER
@BY
def share_confirm(holder: str, account: str) -> None:
    """Confirm, as a third person, what somebody was given."""
    with keeper(account) as one:
        one.does(lambda vault, actor: lifecycle.confirm_shares(vault, actor, holder))


@reports.command()
@PURPOSE
@BY
def reseal(purpose: Purpose, account: str) -> None:
    """Encrypt under fresh keys what somebody who left could open."""
    phrase = click.prompt("passphrase", hide_input=True)
    with keeper(account) as one:
        by = _unlocked(one, phrase)
        with one.sides().reading() as vault:
            waiting = resealing.left_behind(vault, one.actor.office_code, purpose)
        with click.progressbar(length=len(waiting), label="reports") as shown:
            for looked_at in resealing.resealed(one.sides(), secrets.token_hex(16), purpose, by):
                shown.update(looked_at)


@reports.command()
@PURPOSE
@click.argument("holders", nargs=-1, required=True, metavar="FINGERPRINT…")
@click.option("--witness", required=True, help="Account of the person who stands by.")
@BY
def recover(purpose: Purpose, holders: tuple[str, ...], witness: str, account: str) -> None:
    """Give all epochs of a purpose to new keys by two recovery shares; then confirm, rotate and reseal."""
    shares = _shares()
    with keeper(account) as one:
        with reading(one.desk.engine) as session:
            person = actor_by_account(session, witness).person_id
        command = Recover(shares=shares, purpose=purpose, holders=holders, witness=person)
        one.does(lambda vault, actor: recovering.recover(vault, actor, command))


def _shares() -> tuple[str, ...]:
    return tuple(click.prompt(f"share {number}", hide_input=True) for number in range(1, SHARES_NEEDED + 1))


def _unlocked(one: Keeper, phrase: str) -> Unlocked:
    with one.sides().reading() as vault:
        row = lifecycle.own_key(vault, one.actor)
        return Unlocked(row, unlocked(row, phrase, vault.pepper))


COMMANDS = (reports,)
