"""Keys of the desk of reports: one's own, those of the office, and the epochs that reports are sealed to."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from pydantic import Field, SecretStr

from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms, sealed
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, faults_of, kept_language
from registry.audit.work import Actor
from registry.commands import Command
from registry.errors import Forbidden, Malformed, Refusal
from registry.reports import lifecycle, resealing
from registry.reports.holders import key_of, keys_of_office
from registry.reports.readiness import PURPOSES, Purpose, current_epoch, obstacles, recovery_key
from registry.reports.sealing import Unopened
from registry.reports.staff import ROLE_OF, staff
from registry.reports.vault import Vault
from registry.reports.witness import Told

ADDRESS = "/desk/reports/keys"
Asked = Request[Any, Any, Any]
Given = TypeVar("Given", bound=Command)


class MakeKey(Command):
    """A passphrase, twice."""

    passphrase: SecretStr = Field(max_length=500)
    repeated: SecretStr = Field(max_length=500)


class ChangePassphrase(MakeKey):
    """A new passphrase for the same key."""

    old: SecretStr = Field(max_length=500)


class OfHolder(Command):
    """Somebody's key."""

    holder: str = Field(max_length=64, description="Fingerprint.")


class GiveShares(OfHolder):
    """What a newcomer is given, by one who compared the fingerprint with what they read out."""

    purpose: Purpose


class OpenEpoch(Command):
    """A new epoch; without holders, for those of the one before."""

    purpose: Purpose
    holders: tuple[str, ...] = Field(default=(), max_length=20)


class OfEpoch(Command):
    """An epoch."""

    epoch: str = Field(max_length=64, description="Fingerprint.")


class OfPurpose(Command):
    """What one's key serves."""

    purpose: Purpose


@get(ADDRESS, sync_to_thread=True, include_in_schema=False)
def keys(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show one's key, those of the office, and what waits for a second person."""
    return _keys(edge, request)


def _keys(edge: Edge, request: Asked, faults: Faults = NO_FAULTS) -> Response[str]:
    actor = forms.signed(edge, request).actor
    people = forms.consult(edge, request, lambda work: staff(work.session, actor.office_code))
    with edge.reports.reading(edge.today()) as vault:
        shown = {
            "own": key_of(vault, actor.person_id),
            "keys": [_key_line(vault, one, people) for one in keys_of_office(vault, actor.office_code)],
            "epochs": [_epoch_line(vault, actor, one) for one in PURPOSES],
            "recovery": recovery_key(vault),
            "obstacles": obstacles(vault, actor.office_code),
        }
    return forms.show(
        edge,
        request,
        "report_keys.html",
        faults=faults,
        unlocked=sealed.is_unlocked(edge, request),
        purposes=[one for one in PURPOSES if actor.holds(ROLE_OF[one])],
        **shown,
    )


def _key_line(vault: Vault, row: Any, people: Any) -> dict[str, object]:
    found = people.get(row.person_id)
    held = {one.fingerprint for one in lifecycle.epochs_held(vault, row)}
    current = {one: current_epoch(vault, row.office_code, one) for one in PURPOSES}
    return {
        "row": row,
        "name": found.name if found else "",
        "roles": sorted(found.roles) if found else [],
        "lacks": [
            one
            for one in PURPOSES
            if found
            and ROLE_OF[one] in found.roles
            and (epoch := current[one]) is not None
            and epoch.fingerprint not in held
        ],
        "unconfirmed": len(lifecycle.unconfirmed(vault, row)),
    }


def _epoch_line(vault: Vault, actor: Actor, purpose: Purpose) -> dict[str, object]:
    epoch = current_epoch(vault, actor.office_code, purpose)
    return {
        "purpose": purpose,
        "epoch": epoch,
        "confirmed": epoch is not None and bool(lifecycle.confirmed_holders(vault, epoch)),
        "waiting": len(resealing.left_behind(vault, actor.office_code, purpose)),
    }


def _act(
    edge: Edge,
    request: Asked,
    form: Form,
    command: type[Given],
    do: Callable[[Vault, Actor, Given], Told],
) -> Response[Any]:
    again = partial(_keys, edge, request)
    return sealed.act(edge, request, form, command, do, f"{ADDRESS}?done=report", again)


@post(ADDRESS, sync_to_thread=True, include_in_schema=False)
def make(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Make one's key."""

    def do(vault: Vault, actor: Actor, asked: MakeKey) -> Told:
        return lifecycle.make_key(vault, actor, _twice(asked))

    return _act(edge, request, form, MakeKey, do)


@post(f"{ADDRESS}/passphrase", sync_to_thread=True, include_in_schema=False)
def change(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Seal one's key under another passphrase."""

    def do(vault: Vault, actor: Actor, asked: ChangePassphrase) -> Told:
        return lifecycle.change_passphrase(vault, actor, asked.old.get_secret_value(), _twice(asked))

    return _act(edge, request, form, ChangePassphrase, do)


@post(f"{ADDRESS}/shares", sync_to_thread=True, include_in_schema=False)
def give(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Give a newcomer the epochs that one holds."""

    def do(vault: Vault, actor: Actor, asked: GiveShares) -> Told:
        by = sealed.unlocked(edge, request, vault)
        return lifecycle.give_shares(vault, actor, by.secret, asked.purpose, asked.holder)

    return _act(edge, request, form, GiveShares, do)


@post(f"{ADDRESS}/confirmation", sync_to_thread=True, include_in_schema=False)
def confirm(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Confirm, as another person, what somebody was given."""

    def do(vault: Vault, actor: Actor, asked: OfHolder) -> Told:
        return lifecycle.confirm_shares(vault, actor, asked.holder)

    return _act(edge, request, form, OfHolder, do)


@post(f"{ADDRESS}/epochs", sync_to_thread=True, include_in_schema=False)
def begin(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Begin an epoch."""
    return _act(
        edge,
        request,
        form,
        OpenEpoch,
        lambda vault, actor, asked: lifecycle.open_epoch(vault, actor, asked.purpose, asked.holders),
    )


@post(f"{ADDRESS}/epochs/confirmation", sync_to_thread=True, include_in_schema=False)
def confirm_begun(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Confirm an epoch, as another person."""

    def do(vault: Vault, actor: Actor, asked: OfEpoch) -> Told:
        return lifecycle.confirm_epoch(vault, actor, asked.epoch)

    return _act(edge, request, form, OfEpoch, do)


@post(f"{ADDRESS}/ending", sync_to_thread=True, include_in_schema=False)
def end(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """End a key; new epochs follow at once."""

    office_code = forms.signed(edge, request).actor.office_code
    working = forms.consult(edge, request, lambda work: staff(work.session, office_code))

    def do(vault: Vault, actor: Actor, asked: OfHolder) -> Told:
        return lifecycle.end_key(vault, actor, asked.holder, working)

    return _act(edge, request, form, OfHolder, do)


@post(f"{ADDRESS}/resealing", sync_to_thread=True, include_in_schema=False)
def reseal(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Seal anew what somebody left behind; what another team alone opens stays for them."""
    forms.checked(edge, request, form)
    sides, key = sealed.sides_of(edge, request), forms.key_of(form)
    try:
        asked = stated(form, OfPurpose, {})
        with sides.reading() as vault:
            by = sealed.unlocked(edge, request, vault)
        for _ in resealing.resealed(sides, key, asked.purpose, by):
            pass
    except (Misread, Refusal) as refused:
        return _keys(edge, request, faults_of(refused, request, form, OfPurpose))
    except Unopened:
        return _keys(edge, request, faults_of(Forbidden("report.damaged"), request, form, OfPurpose))
    return Redirect(kept_language(request, f"{ADDRESS}?done=report"), status_code=303)


def _twice(asked: MakeKey) -> str:
    """Return a passphrase that was entered twice.

    Raises:
        Malformed: The two differ.
    """
    said = asked.passphrase.get_secret_value()
    if said != asked.repeated.get_secret_value():
        raise Malformed("password.not_repeated", field="repeated")
    return said


ROUTES = (keys, make, change, give, confirm, begin, confirm_begun, end, reseal)
