"""Webhooks: every public event arrives once, in order, signed; nothing is lost without being told."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from sqlmodel import select

from jobs import send_webhooks
from registry.audit.tables import AuditEntry
from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.publication.events import BEGINNING, forget_events
from registry.publication.tables import Webhook
from registry.publication.webhooks import (
    ATTEMPTS,
    LONGEST_WAIT,
    EndWebhook,
    Registered,
    RegisterWebhook,
    ReplayWebhook,
    dead_letters,
    end_webhook,
    register_webhook,
    replay_webhook,
)
from registry.store.engine import reading, writing
from tests import given
from tests.jobs.conftest import Works
from tests.publication.test_events import kept_for, withdraw


@dataclass
class Receiver:
    """A partner department: what it was sent, and how it answers."""

    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[int]:
        """Return the numbers of all events that arrived."""
        return [event["seq"] for _, body in self.got for event in json.loads(body)["events"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback."""
    partner = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            partner.got.append((dict(self.headers.items()), body))
            self.send_response(partner.status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    partner.url = f"http://127.0.0.1:{server.server_port}/hook?from=registry"
    yield partner
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(works: Works) -> Works:
    """An installation that may reach loopback."""
    settings = works.plant.settings.model_copy(update={"webhook_networks": (ip_network("127.0.0.0/8"),)})
    works.plant = replace(works.plant, settings=settings)
    return works


def registered(works: Works, url: str, account: str = "officer", **more: Any) -> Registered:
    with writing(works.plant.engine) as session:
        command = RegisterWebhook(**{"url": url, "region": given.TOWN, **more})
        return register_webhook(works.case.work(session, account), command)


def state(works: Works, webhook_id: str) -> Webhook:
    with reading(works.plant.engine) as session:
        webhook = session.get_one(Webhook, webhook_id)
        session.expunge_all()
        return webhook


def test_every_event_arrives_once_and_in_order(opened: Works, receiver: Receiver) -> None:
    registered(opened, receiver.url)
    withdraw(opened.case, opened.case.blacklisted())
    send_webhooks.run(opened.plant)
    opened.case.redlisted()
    for _ in range(3):
        send_webhooks.run(opened.plant)
    assert len(receiver.events()) == 3
    assert receiver.events() == sorted(set(receiver.events()))


def test_a_message_is_signed_so_that_the_receiver_can_check_it(opened: Works, receiver: Receiver) -> None:
    secret = registered(opened, receiver.url).secret
    opened.case.blacklisted()
    send_webhooks.run(opened.plant)
    ((headers, body),) = receiver.got
    said = f"{headers['HM-Timestamp']}.".encode() + body
    assert headers["HM-Signature"] == hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    assert "李记".encode() not in body
    assert secret.encode() not in body


def test_the_audit_log_holds_neither_the_secret_nor_what_the_address_asks_with(
    works: Works,
) -> None:
    made = registered(works, "https://a.example/hook?key=ours")
    with reading(works.plant.engine) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "webhook.registered")).one()
    told = entry.model_dump_json()
    assert "https://a.example/hook" in told
    assert not any(one in told for one in ("ours", made.secret))


def test_a_webhook_of_another_region_or_list_is_not_told(opened: Works, receiver: Receiver) -> None:
    elsewhere = registered(opened, receiver.url, "national", region="110000").id
    registered(opened, receiver.url, regime="henan_red")
    opened.case.blacklisted()
    send_webhooks.run(opened.plant)
    assert receiver.got == []
    assert state(opened, elsewhere).cursor > BEGINNING  # it is not behind either


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_refused_message_is_tried_again_later_and_nothing_overtakes_it(
    opened: Works, receiver: Receiver, status: int
) -> None:
    webhook_id = registered(opened, receiver.url).id
    receiver.status = status
    opened.case.blacklisted()
    send_webhooks.run(opened.plant)
    send_webhooks.run(opened.plant)
    assert len(receiver.got) == 1  # it waits before it tries again
    opened.case.redlisted()
    receiver.status = 200
    opened.pass_days(1)
    send_webhooks.run(opened.plant)
    assert receiver.events()[1:] == sorted(receiver.events()[1:])
    assert len(set(receiver.events())) == 2
    assert state(opened, webhook_id).failures == 0


def test_after_the_last_attempt_the_events_are_dead_letters_and_later_ones_arrive(
    opened: Works, receiver: Receiver
) -> None:
    webhook_id = registered(opened, receiver.url).id
    receiver.status = 503
    opened.case.blacklisted()
    for _ in range(ATTEMPTS):
        send_webhooks.run(opened.plant)
        opened.case.now += LONGEST_WAIT
    with reading(opened.plant.engine) as session:
        (letter,) = dead_letters(session, webhook_id)
    assert (letter.reason, letter.through_seq) == ("status", receiver.events()[0])
    receiver.status, receiver.got = 200, []
    opened.case.redlisted()
    send_webhooks.run(opened.plant)
    assert len(receiver.events()) == 1


def test_replay_sends_again_what_was_given_up(opened: Works, receiver: Receiver) -> None:
    webhook_id = registered(opened, receiver.url).id
    receiver.status = 503
    opened.case.blacklisted()
    for _ in range(ATTEMPTS):
        send_webhooks.run(opened.plant)
        opened.case.now += LONGEST_WAIT
    receiver.status, receiver.got = 200, []
    with writing(opened.plant.engine) as session:
        command = ReplayWebhook(webhook_id=webhook_id, expected_version=1, after=BEGINNING)
        replay_webhook(opened.case.work(session, "officer"), command)
    send_webhooks.run(opened.plant)
    assert len(receiver.events()) == 1
    with reading(opened.plant.engine) as session:
        assert dead_letters(session, webhook_id) == []


def test_an_address_in_a_network_that_was_not_opened_is_never_reached(
    works: Works, receiver: Receiver
) -> None:
    webhook_id = registered(works, receiver.url).id
    works.case.blacklisted()
    send_webhooks.run(works.plant)
    assert receiver.got == []
    assert state(works, webhook_id).failures == 1


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1", "127.1", "2130706433", "0x7f.1", "169.254.169.254", "192.168.1.1", "[::1]",
        "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]", "0.0.0.0", "224.0.0.1", "100.64.0.1",  # noqa: S104  # refused, not bound to
        "localhost", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[::ffff:0:7f00:1]",
        "[fec0::1]",
    ],
)  # fmt: skip
def test_no_spelling_of_an_inner_address_is_reached(works: Works, receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    registered(works, f"https://{host}:{port}/")
    works.case.blacklisted()
    send_webhooks.run(works.plant)
    assert receiver.got == []


def test_events_forgotten_before_they_were_delivered_are_told_as_lost(
    opened: Works, receiver: Receiver
) -> None:
    webhook_id = registered(opened, receiver.url).id
    receiver.status = 503
    opened.case.blacklisted()
    send_webhooks.run(opened.plant)
    opened.pass_days(60)
    with writing(opened.plant.engine) as session:
        assert forget_events(session, kept_for(1), opened.case.now) == 1
    receiver.status, receiver.got = 200, []
    send_webhooks.run(opened.plant)
    with reading(opened.plant.engine) as session:
        assert [letter.reason for letter in dead_letters(session, webhook_id)] == ["forgotten"]
    assert receiver.got == []


def test_an_ended_webhook_is_told_nothing_and_its_secret_is_gone(opened: Works, receiver: Receiver) -> None:
    webhook_id = registered(opened, receiver.url).id
    with writing(opened.plant.engine) as session:
        end_webhook(
            opened.case.work(session, "officer"), EndWebhook(webhook_id=webhook_id, expected_version=1)
        )
    opened.case.blacklisted()
    send_webhooks.run(opened.plant)
    assert (receiver.got, state(opened, webhook_id).secret) == ([], "")
    with writing(opened.plant.engine) as session, pytest.raises(Conflict):
        replay_webhook(
            opened.case.work(session, "officer"),
            ReplayWebhook(webhook_id=webhook_id, expected_version=2, after=BEGINNING),
        )


def test_a_message_that_two_workers_send_moves_the_cursor_once(opened: Works, receiver: Receiver) -> None:
    webhook_id = registered(opened, receiver.url).id
    opened.case.blacklisted()
    stale = state(opened, webhook_id)
    send_webhooks.run(opened.plant)
    after = state(opened, webhook_id)
    message = send_webhooks._next(opened.plant, stale)  # what a second worker holds
    assert message is not None
    send_webhooks._send(opened.plant, message)
    assert state(opened, webhook_id).cursor == after.cursor


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example/#x", "https://例.example/",
     "https://a.example:99999/", "https://a.example:0/", "javascript:alert(1)", "https://a.ex ample/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(works: Works, url: str) -> None:
    with pytest.raises(Malformed):
        registered(works, url)


def test_only_an_officer_of_the_region_registers_and_replays(works: Works) -> None:
    with pytest.raises(Forbidden):
        registered(works, "https://a.example/", region="110000")
    webhook_id = registered(works, "https://a.example/", "national", region="110000").id
    with writing(works.plant.engine) as session, pytest.raises(NotFound):
        replay_webhook(
            works.case.work(session, "officer"),
            ReplayWebhook(webhook_id=webhook_id, expected_version=1, after=BEGINNING),
        )


@pytest.mark.parametrize("after", [5, 10**9, 2**53])
def test_nobody_is_told_only_of_what_comes_after_the_future(works: Works, after: int) -> None:
    with pytest.raises(Malformed, match=r"webhook\.cursor"):
        registered(works, "https://a.example/", after=after)


@pytest.mark.parametrize("after", [5, 10**9])
def test_replay_cannot_begin_in_the_future(works: Works, after: int) -> None:
    webhook_id = registered(works, "https://a.example/").id
    with writing(works.plant.engine) as session, pytest.raises(Malformed):
        replay_webhook(
            works.case.work(session, "officer"),
            ReplayWebhook(webhook_id=webhook_id, expected_version=1, after=after),
        )


def test_a_late_event_waits_no_longer_than_the_longest_wait(opened: Works, receiver: Receiver) -> None:
    webhook_id = registered(opened, receiver.url).id
    receiver.status = 503
    opened.case.blacklisted()
    for _ in range(ATTEMPTS - 1):
        send_webhooks.run(opened.plant)
        due = state(opened, webhook_id).next_try_at
        assert due is not None
        assert timedelta(0) < due - opened.case.now <= LONGEST_WAIT
        opened.case.now = due
