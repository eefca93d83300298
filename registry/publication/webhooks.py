"""Webhooks: who is told of public events, from which one on, and what could not be delivered.

The rows live here and nothing is sent from here: `jobs` sends by HTTP, outside every transaction,
and reports back. A report names the cursor that it started from, so that two senders never skip.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import Field
from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.errors import Conflict, Malformed, NotFound
from registry.identifiers import new_id
from registry.publication.events import BEGINNING, forgotten_through, last_number
from registry.publication.tables import DeadLetter, Webhook
from registry.regions import prefix, region_or_refuse

SECRET_BYTES = 32
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
ATTEMPTS = 16  # with the waits between them: about two and a half days, longer than a weekend's outage


class RegisterWebhook(Command):
    """Register an address that is told of public events.

    Attributes:
        url: `https://…`, without user, password or fragment; `http` only into networks of one's own.
        region: Events of this region and below it.
        regime: Only events of this list.
        after: Begin after this event; None: with what happens from now on.
    """

    url: str = Field(min_length=1, max_length=2000)
    region: str
    regime: str | None = Field(default=None, max_length=64)
    after: int | None = Field(default=None, ge=BEGINNING)


class ReplayWebhook(Command):
    """Send again what came after an event."""

    webhook_id: str
    expected_version: int
    after: int = Field(ge=BEGINNING)


class EndWebhook(Command):
    """Tell an address no more."""

    webhook_id: str
    expected_version: int


@dataclass(frozen=True)
class Registered:
    """A webhook as registered; the secret is shown this once."""

    id: str
    secret: str


def register_webhook(work: Work, command: RegisterWebhook) -> Registered:
    """Register an address; its messages are signed with the secret that is returned.

    Raises:
        Forbidden: The office does not supervise the region.
        Malformed: The region or the address is none, or the event to begin after lies ahead.
    """
    region_or_refuse(command.region, "region")
    work.require("officer", command.region, "region")
    refuse_unfit_address(command.url)
    newest = last_number(work.session)
    if command.after is not None and command.after > newest:
        raise Malformed(
            "webhook.cursor", field="after", oldest=forgotten_through(work.session), newest=newest
        )
    webhook = Webhook(
        id=new_id(),
        version=1,
        url=command.url,
        secret=secrets.token_urlsafe(SECRET_BYTES),
        regime=command.regime,
        region=command.region,
        office_code=work.actor.office_code,
        registered_by=work.actor.person_id,
        cursor=newest if command.after is None else command.after,
        failures=0,
        recorded_at=work.now,
    )
    work.session.add(webhook)
    told = webhook.url.partition("?")[0]  # what a partner wants to be asked with may be a secret of theirs
    work.record("webhook.registered", Subject("webhook", webhook.id), url=told, region=webhook.region)
    return Registered(webhook.id, webhook.secret)


def replay_webhook(work: Work, command: ReplayWebhook) -> Outcome:
    """Set a webhook back to an event, so that all after it is sent again.

    Raises:
        NotFound: There is no such webhook.
        Conflict: It has moved on, or was ended.
        Forbidden: The office does not supervise its region.
        Malformed: The event lies ahead, or before what is kept.
    """
    webhook = _own(work, command.webhook_id, command.expected_version)
    oldest, newest = forgotten_through(work.session), last_number(work.session)
    if not oldest <= command.after <= newest:
        raise Malformed("webhook.cursor", field="after", oldest=oldest, newest=newest)
    webhook.cursor, webhook.failures, webhook.next_try_at = command.after, 0, None
    webhook.version += 1
    for letter in dead_letters(work.session, webhook.id):
        if letter.from_seq > command.after:
            work.session.delete(letter)
    work.session.add(webhook)
    work.record("webhook.replayed", Subject("webhook", webhook.id), after=command.after)
    return Outcome("changed", webhook.id)


def end_webhook(work: Work, command: EndWebhook) -> Outcome:
    """End a webhook; its rows stay for the audit, its secret goes.

    Raises:
        NotFound: There is no such webhook.
        Conflict: It has moved on, or was ended before.
        Forbidden: The office does not supervise its region.
    """
    webhook = _own(work, command.webhook_id, command.expected_version)
    webhook.ended_on, webhook.secret = work.today, ""
    webhook.version += 1
    work.session.add(webhook)
    work.record("webhook.ended", Subject("webhook", webhook.id))
    return Outcome("changed", webhook.id)


def webhooks_within(session: Session, regions: Sequence[str]) -> Sequence[Webhook]:
    """Return the webhooks of regions, given as prefixes, and of those below them."""
    inside = [col(Webhook.region).between(own.ljust(6, "0"), own.ljust(6, "9")) for own in regions]
    return session.execute(select(Webhook).where(or_(*inside)).order_by(col(Webhook.id))).scalars().all()


def dead_letters(session: Session, webhook_id: str) -> Sequence[DeadLetter]:
    """Return what was given up for a webhook, the oldest first."""
    query = select(DeadLetter).where(col(DeadLetter.webhook_id) == webhook_id)
    return session.execute(query.order_by(col(DeadLetter.from_seq))).scalars().all()


def due_webhooks(session: Session, now: datetime) -> Sequence[Webhook]:
    """Return the webhooks that may be tried now."""
    query = select(Webhook).where(col(Webhook.ended_on).is_(None))
    query = query.where(or_(col(Webhook.next_try_at).is_(None), col(Webhook.next_try_at) <= now))
    return session.execute(query.order_by(col(Webhook.id))).scalars().all()


def delivered(session: Session, webhook_id: str, before: int, through: int) -> None:
    """Move a webhook on after a delivery, unless somebody else moved it meanwhile."""
    session.connection().execute(
        update(Webhook)
        .where(col(Webhook.id) == webhook_id, col(Webhook.cursor) == before)
        .values(cursor=through, failures=0, next_try_at=None)
    )


def failed(session: Session, webhook_id: str, before: int, letter: DeadLetter) -> None:
    """Note a failed attempt: wait longer each time, and give the events up after the last.

    Args:
        session: A writing one.
        webhook_id: Which webhook.
        before: The cursor that the attempt started from.
        letter: What is kept of the events when they are given up.
    """
    webhook = session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None or webhook.cursor != before:
        return
    webhook.failures += 1
    if webhook.failures >= ATTEMPTS:
        session.merge(letter)
        webhook.cursor, webhook.failures, webhook.next_try_at = letter.through_seq, 0, None
    else:
        wait: timedelta = min(FIRST_WAIT * 2 ** (webhook.failures - 1), LONGEST_WAIT)
        webhook.next_try_at = letter.given_up_at + wait
    session.add(webhook)
    session.flush()


def signature(secret: str, at: int, body: bytes) -> str:
    """Return what a message is signed with: HMAC-SHA-256 over seconds, full stop and body, hex.

    The receiver computes it again and refuses what is older than it can wait for.
    """
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def refuse_unfit_address(url: str) -> None:
    """Refuse what is no address of a receiver; whether its host may be reached is seen when sending.

    Raises:
        Malformed: It is not of the form `http[s]://host[:port][/path][?query]`.
    """
    try:
        parts = urlsplit(url)
        unfit = parts.scheme not in ("https", "http") or not parts.hostname or parts.port == 0
    except ValueError:
        raise Malformed("webhook.address", field="url") from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if unfit or parts.username is not None or parts.fragment or not plain:
        raise Malformed("webhook.address", field="url")


def _own(work: Work, webhook_id: str, expected_version: int) -> Webhook:
    webhook = work.session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None or not work.actor.may("officer", prefix(webhook.region)):
        raise NotFound("webhook.unknown", field="webhook_id", webhook_id=webhook_id)
    if webhook.version != expected_version:
        raise Conflict("version.stale", field="expected_version", current=webhook.version)
    if webhook.ended_on is not None:
        raise Conflict("webhook.ended", field="webhook_id", webhook_id=webhook_id)
    return webhook
