"""Tell webhooks of public events: in order, signed, tried again, given up after the last attempt.

No transaction is open while a message is under way. An address is resolved once and the connection
goes to what was checked, so that no name can lead into a network that was not opened to webhooks.
Each webhook is served beside the others and has a limit to each message and to each run, so that a
partner that is slow, or never ends its answer, keeps nobody else waiting.
"""

import asyncio
import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

from jobs.running import Plant
from registry.errors import Gone
from registry.log.tables import PublicEvent
from registry.publication.events import events_after, forgotten_through, last_number
from registry.publication.tables import DeadLetter, Webhook
from registry.publication.webhooks import delivered, due_webhooks, failed, signature
from registry.settings import Settings
from registry.store.engine import reading, writing

IN_MESSAGE = 100
AT_ONCE = 16  # webhooks that are told side by side
IN_RUN = 50  # messages that one webhook is sent in a run; the others have their turn before the next
LIMITS = httpx.Timeout(10.0, connect=5.0)
WHOLE_SECONDS = 15.0  # until an answer has begun, whatever trickles in meanwhile
WORLD6 = ip_network("2000::/3")  # all that is unicast in the public network today
# ways on to addresses of IPv4, which may be inner ones, and what is for documents: RFC 3056, RFC 9637
WAYS_ON = (ip_network("2002::/16"), ip_network("3fff::/20"))


@dataclass(frozen=True)
class Message:
    """What one webhook is told at once.

    Attributes:
        before: The cursor that it starts from.
        through: Number of its last event.
        body: Canonical JSON; empty where there is nothing to tell but the cursor moves.
        lost: True where events before it were forgotten untold.
    """

    webhook: Webhook
    before: int
    through: int
    body: bytes = b""
    lost: bool = False


def run(plant: Plant) -> str:
    """Send what is due and return what was done, in words for the log."""
    due = _due(plant)
    if not due:
        return "messages=0"
    with ThreadPoolExecutor(min(AT_ONCE, len(due)), "webhook") as side_by_side:
        sent = sum(side_by_side.map(lambda webhook: _tell(plant, webhook), due))
    return f"messages={sent}"


def _tell(plant: Plant, webhook: Webhook | None) -> int:
    """Send one webhook what it must be told, as far as its turn goes; return how many messages."""
    for sent in range(IN_RUN):
        message = _next(plant, webhook) if webhook is not None else None
        if message is None or webhook is None or not _send(plant, message):
            return sent
        webhook = _unmoved(plant, webhook.id, message.through)
    return IN_RUN


def _unmoved(plant: Plant, webhook_id: str, cursor: int) -> Webhook | None:
    """Return a webhook as it is now, or None where it was ended or set back meanwhile."""
    with reading(plant.engine) as session:
        found = session.get_one(Webhook, webhook_id)
        session.expunge_all()
    return found if found.ended_on is None and found.cursor == cursor else None


def _due(plant: Plant) -> Sequence[Webhook]:
    with reading(plant.engine) as session:
        found = list(due_webhooks(session, plant.now()))
        session.expunge_all()
    return found


def _next(plant: Plant, webhook: Webhook) -> Message | None:
    """Return what a webhook must be told next, or None."""
    with reading(plant.engine) as session:
        newest = last_number(session)
        try:
            found = events_after(
                session, webhook.cursor, IN_MESSAGE, regime=webhook.regime, region=webhook.region
            )
        except Gone:
            return Message(webhook, webhook.cursor, forgotten_through(session), lost=True)
        if found:
            return Message(webhook, webhook.cursor, found[-1].seq, _body(webhook, found))
        return Message(webhook, webhook.cursor, newest) if newest > webhook.cursor else None


def _body(webhook: Webhook, events: Sequence[PublicEvent]) -> bytes:
    told = [event.model_dump(mode="json", exclude_none=True) for event in events]
    message = {"webhook": webhook.id, "after": webhook.cursor, "events": told}
    return json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _send(plant: Plant, message: Message) -> bool:
    """Send a message and note what became of it; say whether to go on."""
    reason = "forgotten" if message.lost else _post(plant, message) if message.body else None
    with writing(plant.engine) as session:
        if reason is None:
            delivered(session, message.webhook.id, message.before, message.through)
            return True
        letter = DeadLetter(
            webhook_id=message.webhook.id,
            from_seq=message.before + 1,
            through_seq=message.through,
            reason=reason,
            given_up_at=plant.now(),
        )
        if message.lost:
            session.merge(letter)
            delivered(session, message.webhook.id, message.before, message.through)
        else:
            failed(session, message.webhook.id, message.before, letter)
        return message.lost


def _post(plant: Plant, message: Message) -> str | None:
    """Post a message; return None when it was taken, or why not."""
    parts = urlsplit(message.webhook.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    address = _allowed_address(plant.settings, host, parts.port or (443 if secure else 80), secure=secure)
    if address is None:
        return "forbidden_address"
    at = int(plant.now().timestamp())
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "HM-Event": str(message.through),
        "HM-Timestamp": str(at),
        "HM-Signature": signature(message.webhook.secret, at, message.body),
    }
    shown = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    netloc = f"{shown}:{parts.port}" if parts.port else shown
    target = parts._replace(netloc=netloc).geturl()
    request = httpx.Request(
        "POST",
        target,
        content=message.body,
        headers=headers,
        extensions={"sni_hostname": host, "timeout": LIMITS.as_dict()},
    )
    try:
        status = asyncio.run(_answered(request))
    except (httpx.HTTPError, TimeoutError):
        return "unreachable"
    return None if httpx.codes.is_success(status) else "status"


async def _answered(request: httpx.Request) -> int:
    """Return the status of an answer; its body is nobody's business.

    Raises:
        TimeoutError: It did not begin in time, however it kept the line busy.
    """
    async with (
        asyncio.timeout(WHOLE_SECONDS),
        httpx.AsyncClient(timeout=LIMITS, trust_env=False, follow_redirects=False) as client,
    ):
        answer = await client.send(request, stream=True)
        await answer.aclose()
        return answer.status_code


def _allowed_address(
    settings: Settings, host: str, port: int, *, secure: bool
) -> IPv4Address | IPv6Address | None:
    """Return where a host may be reached: the public network by https, or a network opened by setting.

    None where any of its addresses lies elsewhere: a name that has both is a trap.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    addresses = [ip_address(str(one[4][0]).split("%")[0]) for one in found]
    for address in addresses:
        opened = any(address in network for network in settings.webhook_networks)
        if not (opened or (secure and _is_public(address))):
            return None
    return addresses[0] if addresses else None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is one of the public network, and leads to no other one behind it."""
    if isinstance(address, IPv6Address):
        leads_on = any(address in way for way in WAYS_ON)
        return address.is_global and address in WORLD6 and not leads_on
    return address.is_global and not address.is_multicast
