"""A partner that is slow, or that an address disguises, costs nobody else anything."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Event, Thread

import pytest

from jobs import send_webhooks
from registry.publication.webhooks import EndWebhook, end_webhook
from registry.store.engine import writing
from tests.jobs.conftest import Works
from tests.jobs.test_webhooks import Receiver, opened, receiver, registered, state

__all__ = ["opened", "receiver"]  # fixtures


@contextmanager
def trickling() -> Iterator[str]:
    """A partner that begins an answer and never ends its head: one byte as often as it likes."""
    over = Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.02):
                try:
                    line.sendall(b"a")
                except OSError:
                    return

    thread = Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    over.set()
    thread.join()
    listener.close()


def test_a_partner_that_trickles_is_given_up_in_time_and_the_others_are_told(
    opened: Works, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_webhooks, "WHOLE_SECONDS", 5.0)  # each byte comes well within any other limit
    with trickling() as url:
        slow = registered(opened, url).id
        for _ in range(2):
            registered(opened, receiver.url)
        opened.case.blacklisted()
        send_webhooks.run(opened.plant)
    assert state(opened, slow).failures == 1
    assert len(receiver.events()) == 2


def test_one_that_is_far_behind_takes_no_more_than_its_turn(
    opened: Works, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_webhooks, "IN_MESSAGE", 1)
    monkeypatch.setattr(send_webhooks, "IN_RUN", 2)
    registered(opened, receiver.url)
    opened.case.blacklisted()
    opened.case.blacklisted("浉河区王记肉铺", "信浉市监处罚〔2026〕13号")
    opened.case.redlisted()
    send_webhooks.run(opened.plant)
    assert len(receiver.events()) == 2
    send_webhooks.run(opened.plant)
    assert len(receiver.events()) == len(set(receiver.events())) == 3


def test_who_is_ended_while_a_message_is_under_way_is_told_nothing_more(
    opened: Works, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_webhooks, "IN_MESSAGE", 1)
    webhook_id = registered(opened, receiver.url).id
    opened.case.blacklisted()
    opened.case.redlisted()
    post = send_webhooks._post

    def ended_meanwhile(*stated: object) -> str | None:
        with writing(opened.plant.engine) as session:
            command = EndWebhook(webhook_id=webhook_id, expected_version=1)
            end_webhook(opened.case.work(session, "officer"), command)
        return post(*stated)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(send_webhooks, "_post", ended_meanwhile)
    send_webhooks.run(opened.plant)
    assert len(receiver.events()) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::7f00:1", False),  # NAT64 of 127.0.0.1
        ("2002:a00:1::1", False),  # 6to4 of 10.0.0.1
        ("2001:0:1::1", False),  # Teredo
        ("::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("ff0e::1", False),
        ("224.0.0.1", False),
        ("198.18.0.1", False),
    ],
)
def test_no_address_that_leads_on_to_an_inner_one_is_public(address: str, public: bool) -> None:
    assert send_webhooks._is_public(ip_address(address)) is public
