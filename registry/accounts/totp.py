"""The second factor: a code that a device makes of a shared secret and the time (RFC 6238)."""

from datetime import datetime
from hmac import compare_digest

import pyotp
from pydantic import Field
from sqlmodel import Session, col, select

from registry.accounts import policy
from registry.accounts.devices import Devices
from registry.accounts.tables import Account, TotpSecret
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import NotFound, RuleRefused

DIGITS = 6


class ConfirmSecondFactor(Command):
    """Show a code of the device that was set up, so that it is asked for from now on."""

    code: str = Field(max_length=20)


def second_factor(session: Session, account_name: str) -> TotpSecret | None:
    """Return the second factor of an account, confirmed or not yet."""
    return session.get(TotpSecret, account_name)


def has_second_factor(session: Session, account_name: str) -> bool:
    """Say whether a code is asked for when the account signs in."""
    row = second_factor(session, account_name)
    return row is not None and row.confirmed_at is not None


def use_code(session: Session, devices: Devices, account_name: str, code: str, now: datetime) -> bool:
    """Say whether a code is the device's and was not used before; from now on it is used."""
    held = select(TotpSecret).where(col(TotpSecret.account_name) == account_name).with_for_update()
    row = session.exec(held).one_or_none()
    if row is None or row.confirmed_at is None:
        return False
    return _use(session, devices, row, code, now)


def begin_second_factor(work: Work, devices: Devices) -> str:
    """Draw a secret for the actor's device and return it, Base32; one never confirmed is replaced.

    Raises:
        RuleRefused: The account has a second factor; it is given up by recovery only.
    """
    row = second_factor(work.session, work.actor.account_name)
    if row is not None and row.confirmed_at is not None:
        raise RuleRefused("second_factor.held")
    secret = pyotp.random_base32()
    row = row or TotpSecret(account_name=work.actor.account_name, sealed="")
    row.sealed = devices.seal(work.session.get_one(Account, row.account_name), secret)
    work.session.add(row)
    work.record("second_factor.begun", Subject("account", work.actor.account_name))
    return secret


def secret_begun(session: Session, devices: Devices, account_name: str) -> str:
    """Return the secret of a device that was not confirmed yet, to be shown to its person; empty: none."""
    row = second_factor(session, account_name)
    if row is None or row.confirmed_at is not None:
        return ""
    return devices.open(session.get_one(Account, account_name), row.sealed) or ""


def confirm_second_factor(work: Work, devices: Devices, command: ConfirmSecondFactor) -> None:
    """Ask for codes of the device from now on.

    Raises:
        NotFound: No device was set up.
        RuleRefused: The code is not the device's, or one is asked for already.
    """
    row = second_factor(work.session, work.actor.account_name)
    if row is None:
        raise NotFound("second_factor.none")
    if row.confirmed_at is not None:
        raise RuleRefused("second_factor.held")
    if not _use(work.session, devices, row, command.code, work.now):
        raise RuleRefused("second_factor.wrong", field="code")
    row.confirmed_at = work.now
    work.session.add(row)
    work.record("second_factor.confirmed", Subject("account", work.actor.account_name))


def address_of(account_name: str, secret: str) -> str:
    """Return the address that a device reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name="honest-metrology")


def _use(session: Session, devices: Devices, row: TotpSecret, code: str, now: datetime) -> bool:
    secret = devices.open(session.get_one(Account, row.account_name), row.sealed)
    if secret is None:
        return False
    totp = pyotp.TOTP(secret, digits=DIGITS)
    given = "".join(code.split())
    step = int(now.timestamp()) // totp.interval
    for near in range(step - policy.CODE_DRIFT, step + policy.CODE_DRIFT + 1):
        if near > row.last_step and compare_digest(totp.generate_otp(near).encode(), given.encode()):
            row.last_step = near
            session.add(row)
            return True
    return False
