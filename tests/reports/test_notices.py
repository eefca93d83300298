"""Notices tell nobody that a report arrived: one text and length, two times a day, nothing looked up."""

import email
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import event

from jobs import runner, send_notices
from jobs.running import Plant
from jobs.schedule import DAILY
from registry.calendar import SHANGHAI
from registry.errors import Broken
from registry.settings import read_settings
from tests.reports.mailbox import Mailbox, mail_server
from tests.reports.nights import Clock, Nights, nights
from tests.reports.sending import arrived
from tests.reports.site import Site

DRAWN = ("Message-ID", "Date")
OURS = [job for job in DAILY if job.run is send_notices.run]
FIRST = datetime(2026, 11, 22, 0, 0, tzinfo=SHANGHAI)


@dataclass
class Post:
    """An installation that sends notices, a clock of minutes, and where they arrive."""

    plant: Plant
    there: Nights
    box: Mailbox
    time: list[datetime]

    def at(self, time: datetime) -> str:
        """Send what is due at a time."""
        self.time[0] = time
        return send_notices.run(self.plant)


@pytest.fixture
def post(site: Site, request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Post]:
    """An installation with its reports, on both kinds of database."""
    kind = "sqlite_engine" if site.engine.dialect.name == "sqlite" else "postgres_engine"
    with nights(site, request.getfixturevalue(kind), data_dir, Clock()) as there, mail_server() as box:
        told = {
            "notice_server": box.address,
            "notice_from": "desk@amr.example",
            "notice_to": ("li@amr.example",),
        }
        time = [FIRST]
        settings = there.plant.settings.model_copy(update=told)
        plant = replace(there.plant, settings=settings, now=lambda: time[0])
        yield Post(plant, there, box, time)
        plant.reports.engine.dispose()


def bare(letter: bytes) -> bytes:
    """Return a letter without what is drawn or dated."""
    lines = letter.split(b"\r\n")
    return b"\r\n".join(
        line for line in lines if not line.startswith(tuple(f"{one}:".encode() for one in DRAWN))
    )


def alike(letters: Sequence[bytes]) -> bool:
    """Say whether letters are as long as each other and the same but for what is drawn or dated."""
    return len({len(one) for one in letters}) == 1 and len({bare(one) for one in letters}) == 1


def test_notices_say_the_same_at_the_same_length_whatever_arrived(post: Post) -> None:
    post.at(FIRST.replace(hour=9))
    for _ in range(3):
        with post.there.site.vault() as vault:
            arrived(vault)
    post.at(FIRST.replace(hour=15))
    post.at(FIRST.replace(hour=9) + timedelta(days=20))
    letters = post.box.take()
    assert len(letters) == 3
    assert alike(letters)
    said = email.message_from_bytes(letters[0], policy=default)
    assert isinstance(said, EmailMessage)
    assert "请登录工作台" in said.get_content()
    assert "Please sign in" in said.get_content()


def test_a_notice_that_tells_what_arrived_is_seen(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = send_notices.notice

    def telling(sender: str, address: str, due_at: datetime) -> EmailMessage:
        with post.there.site.vault() as vault:
            arrived(vault)
        message = silent(sender, address, due_at)
        message.set_content(f"{message.get_content()}{due_at.hour - 8}", cte="base64")
        return message

    monkeypatch.setattr(send_notices, "notice", telling)
    post.at(FIRST.replace(hour=9))
    post.at(FIRST.replace(hour=15))
    assert not alike(post.box.take())


def test_nothing_is_looked_up_for_a_notice(post: Post) -> None:
    asked: list[str] = []
    for engine in (post.plant.engine, post.plant.reports.engine):
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert post.at(FIRST.replace(hour=9)) == "sent=1"
    assert asked == []


def test_notices_go_out_at_two_times_a_day_and_at_no_other(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DAILY", OURS)
    sent = []
    for quarters in range(2 * 96):
        post.time[0] = FIRST + timedelta(minutes=15 * quarters)
        runner.run_due(post.plant)
        sent += [(post.time[0], one) for one in post.box.take()]
    assert [at.strftime("%d %H:%M") for at, _ in sent] == ["22 09:00", "22 15:00", "23 09:00", "23 15:00"]
    assert [email.message_from_bytes(one, policy=default)["Date"].datetime for _, one in sent] == [
        at for at, _ in sent
    ]


def test_a_notice_that_missed_its_time_is_left_out(post: Post) -> None:
    assert post.at(FIRST.replace(hour=9, minute=11)) == "sent=0 late"
    assert post.at(FIRST.replace(hour=23)) == "sent=0 late"
    assert post.box.take() == []


def test_a_mail_server_that_is_away_or_refuses_stops_no_job(post: Post) -> None:
    post.box.refusing = True
    assert post.at(FIRST.replace(hour=9)) == "sent=0 server away"
    gone = post.plant.settings.model_copy(update={"notice_server": "smtp://127.0.0.1:1"})
    assert send_notices.run(replace(post.plant, settings=gone)) == "sent=0 server away"


def test_without_a_server_nobody_is_told(post: Post) -> None:
    unset = post.plant.settings.model_copy(update={"notice_server": None})
    assert send_notices.run(replace(post.plant, settings=unset)) == "no server is set"
    assert post.box.take() == []


@pytest.mark.parametrize(
    "told",
    [
        {"notice_server": "smtp://mail.example"},
        {"notice_server": "smtp://mail.example", "notice_from": "a@b.example"},
        {"notice_server": "http://mail.example", "notice_from": "a@b.example", "notice_to": ("c@d.example",)},
        {"notice_to": ("c@d.example\r\nBcc: e@f.example",)},
        {"notice_login": "/run/mail"},
        {
            "notice_server": "smtp://mail.example",
            "notice_from": "a@b.example",
            "notice_to": ("c@d.example",),
            "notice_login": "/run/mail",
        },
    ],
    ids=["nobody", "to-nobody", "no-mail", "two-lines", "no-server", "plain-password"],
)
def test_settings_by_which_no_notice_could_be_sent_are_refused_by_name(
    tmp_path: Path, told: dict[str, object]
) -> None:
    with pytest.raises(Broken, match="HM_NOTICE_"):
        read_settings(data_dir=tmp_path, **told)
