"""Remind those who handle reports to look at the desk: the same message at the same two times of every day.

It says nothing of what arrived, goes out when nothing did, and is as long as ever: whoever reads a mailbox or
counts what passes on the network learns nothing. This job reads neither database. One that is late for its
time is left out: the next one says the same.
"""

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from jobs.running import Plant
from registry.calendar import SHANGHAI, legal_day
from registry.identifiers import new_id
from registry.settings import Settings
from registry.texts import word

log = logging.getLogger("honest_metrology.jobs")

MORNING, AFTERNOON = time(9, 0), time(15, 0)  # when offices are at work
LATEST = timedelta(minutes=10)  # after its time; a later one would tell that the service was away
SECONDS = 20.0  # for each answer of the mail server
PORTS = {"smtp": 25, "smtps": 465}


def run(plant: Plant) -> str:
    """Send each address its notice, and say how many were sent."""
    settings, now = plant.settings, plant.now()
    due_at = last_due(now)
    if settings.notice_server is None or settings.notice_from is None:
        return "no server is set"
    if now - due_at > LATEST:
        return "sent=0 late"
    try:
        with _server(settings) as server:
            for address in settings.notice_to:
                server.send_message(notice(settings.notice_from, address, due_at))
    except (OSError, smtplib.SMTPException) as away:  # the next one says the same
        log.error("the mail server took no notice: %s", type(away).__name__)
        return "sent=0 server away"
    return f"sent={len(settings.notice_to)}"


def last_due(now: datetime) -> datetime:
    """Return the latest instant at which a notice was due."""
    today = legal_day(now)
    days = (today, today - timedelta(days=1))
    return max(
        due
        for day in days
        for at in (MORNING, AFTERNOON)
        if (due := datetime.combine(day, at, SHANGHAI)) <= now
    )


def notice(sender: str, address: str, due_at: datetime) -> EmailMessage:
    """Return the notice: two of one address differ in date and number alone, which are as long."""
    message = EmailMessage(SMTP)
    message["From"], message["To"] = sender, address
    message["Subject"] = " / ".join(word("notice", "subject", language) for language in ("zh", "en"))
    message["Date"] = format_datetime(due_at)
    message["Message-ID"] = f"<{new_id()}@{sender.rpartition('@')[2]}>"
    text = "\n\n".join(word("notice", "text", language) for language in ("zh", "en"))
    message.set_content(text, cte="base64")
    return message


@contextmanager
def _server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Open the mail server of the installation, and sign in where a password is set."""
    parts = urlsplit(settings.notice_server or "")
    at = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*at, timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(*at, timeout=SECONDS)
    with server:
        if settings.notice_login is not None:
            name, _, password = settings.notice_login.read_text(encoding="utf-8").strip().partition(":")
            server.login(name, password)
        yield server
