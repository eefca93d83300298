"""Asking for an account by the code of a business, and deciding on it: an officer knows whom he confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from registry.accounts import policy, throttle
from registry.accounts.commands import AddAccount, GrantRole, enter_account
from registry.accounts.invitations import issue
from registry.audit.work import Subject, Work
from registry.businesses.tables import BusinessVersion, Market
from registry.commands import Command
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id, parse_uscc
from registry.signups.tables import SignUp


class AskAccount(Command):
    """Ask for an account of one's own business, or of the market that it runs."""

    wanted: Literal["merchant", "operator"]
    uscc: str = Field(max_length=30, description="The business's code.")
    account_name: str = Field(pattern=r"^[a-z0-9._-]{2,64}$")
    person_name: str = Field(min_length=1, max_length=100)
    contact: str = Field(min_length=5, max_length=100, description="How the office reaches the person.")


class DecideSignUp(Command):
    """Confirm or refuse who asked."""

    sign_up_id: str
    decision: Literal["confirmed", "refused"]
    market_id: str = Field(default="", max_length=64, description="Market of an operator.")


@dataclass(frozen=True)
class Asked:
    """A request for an account, with the business that its code names and the markets that it runs."""

    sign_up: SignUp
    business: BusinessVersion
    markets: tuple[Market, ...]


def ask_account(session: Session, command: AskAccount, now: datetime) -> None:
    """Write down that somebody asks for an account; whether the code is known is not told.

    Raises:
        Malformed: The code is none.
        RuleRefused: The code was given too often, or more is waiting than officers can look at.
    """
    code = parse_uscc(command.uscc).value
    throttle.reserve(session, throttle.bucket_of(code, lane="sign_up"), now)
    if _waiting(session) >= policy.MOST_SIGN_UPS:
        _forget_undecidable(session)
        if _waiting(session) >= policy.MOST_SIGN_UPS:
            raise RuleRefused("sign_up.full")
    session.add(SignUp(id=new_id(), recorded_at=now, **{**command.model_dump(), "uscc": code}))
    session.flush()


def forget(session: Session, now: datetime) -> int:
    """Forget who asked long ago, decided or not, and return how many; the audit log keeps the decisions."""
    old = delete(SignUp).where(col(SignUp.recorded_at) < now - policy.SIGN_UP_KEPT)
    return int(session.connection().execute(old).rowcount)


def open_sign_ups(work: Work) -> Sequence[Asked]:
    """Return who waits for a decision in the regions of an officer, the earliest first."""
    rows = work.session.exec(
        select(SignUp, BusinessVersion)
        .join(BusinessVersion, col(BusinessVersion.uscc) == col(SignUp.uscc))
        .where(col(SignUp.decided_at).is_(None), col(BusinessVersion.superseded_at).is_(None))
        .order_by(col(SignUp.recorded_at), col(SignUp.id))
    ).all()
    return [
        Asked(one, business, _markets(work.session, business.business_id))
        for one, business in rows
        if work.actor.may("officer", business.region)
    ]


def decide_sign_up(work: Work, command: DecideSignUp) -> tuple[str, str]:
    """Confirm who asked and return the account's name and its invitation code; refused: no code.

    Raises:
        NotFound: Nobody asked, or of another region.
        Conflict: It was decided, or the name of the account is taken.
        Malformed: An operator's market is not named, or is run by another.
    """
    found = next((one for one in open_sign_ups(work) if one.sign_up.id == command.sign_up_id), None)
    if found is None:
        raise NotFound("sign_up.unknown")
    row = work.session.get_one(SignUp, found.sign_up.id, with_for_update=True, populate_existing=True)
    if row.decided_at is not None:  # by another officer, while this one waited for the row
        raise NotFound("sign_up.unknown")
    row.decided_at, row.decided_by_person = work.now, work.actor.person_id
    row.decision = command.decision
    work.session.add(row)
    work.record(f"sign_up.{command.decision}", Subject("sign_up", row.id), account=row.account_name)
    if command.decision == "refused":
        return row.account_name, ""
    enter_account(work, _account(work, found, command.market_id))
    return row.account_name, issue(work, row.account_name)


def _waiting(session: Session) -> int:
    waiting = select(func.count()).select_from(SignUp).where(col(SignUp.decided_at).is_(None))
    return session.exec(waiting).one()


def _forget_undecidable(session: Session) -> None:
    """Forget who asked by a code that no business has: no officer sees them, so they would wait for ever."""
    known = select(BusinessVersion.uscc).where(
        col(BusinessVersion.superseded_at).is_(None), col(BusinessVersion.uscc).is_not(None)
    )
    undecidable = delete(SignUp).where(col(SignUp.decided_at).is_(None), col(SignUp.uscc).not_in(known))
    session.connection().execute(undecidable)


def _account(work: Work, found: Asked, market_id: str) -> AddAccount:
    operator = found.sign_up.wanted == "operator"
    if operator and market_id not in {market.id for market in found.markets}:
        raise Conflict("sign_up.market", field="market_id")
    grant = GrantRole(
        role="operator" if operator else "merchant",
        region=found.business.region,
        market_id=market_id if operator else "",
        business_id="" if operator else found.business.business_id,
    )
    return AddAccount(
        name=found.sign_up.account_name,
        person_name=found.sign_up.person_name,
        office_code=work.actor.office_code,
        grants=(grant,),
    )


def _markets(session: Session, business_id: str) -> tuple[Market, ...]:
    run = select(Market).where(col(Market.organiser_id) == business_id).order_by(col(Market.name))
    return tuple(session.exec(run).all())
