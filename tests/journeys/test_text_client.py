"""A whistle-blower's whole journey in a text client: no cookie, no other server, no address that tells."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.journeys.text_client import Asked, TextClient, asked, text_client
from tests.reports.intaking import hits
from tests.reports.taking import founded, taking

pytestmark = pytest.mark.browser

MERCHANT = "Grain shop nowhere on record"
STORY = "My name is Zhang, the scale is short by half a liang every day."
ADDED = "It was on Saturday."
OPEN = {
    "GET /report", "GET /report/new", "POST /report/new", "POST /report/send",
    "GET /report/return", "POST /report/return", "POST /report/thread",
}  # fmt: skip


def telling(found: Asked, url: str, words: tuple[str, ...]) -> list[str]:
    """Return what a client gave away: to other servers, in cookies, or in addresses."""
    port = url.rpartition(":")[2]
    elsewhere = [one for one in found.connections if f"htons({port})" not in one or "127.0.0.1" not in one]
    cookies = [head for head in found.heads if re.search(r"^cookie:", head, re.MULTILINE | re.IGNORECASE)]
    named = [
        head for head in found.heads if any(word in head or word.replace(" ", "+") in head for word in words)
    ]
    return [*elsewhere, *cookies, *named]


def sent(client: TextClient, photograph: Path) -> str:
    """Write a report, look it over, send it with a file, and return its code."""
    page = client.follow("Begin a report")
    (code,) = re.findall(r"(?:\d{4} ){5}\d{4}", page)
    assert "浉河区局" in page, "the only office is chosen already"
    client.fill("Name of the merchant", MERCHANT)
    client.fill("What happened\n", STORY)
    page = client.follow("review) Next: look again\n")
    assert "This may tell who you are" in page
    client.fill("Photographs, films, receipts", str(photograph), page)
    client.go("I have written the return code")
    client.press("\r")
    page = client.follow("BUTTON) I have looked again")
    assert code in page
    return str(code)


def come_back(client: TextClient, code: str) -> None:
    """Come back with a code, write to the office, and end the visit."""
    page = client.follow("Come back with a return code")
    client.fill("Return code", code, page)
    page = client.follow("BUTTON) Look")
    assert "waiting to be verified" in page
    client.fill("Write to the office\n", ADDED, page)
    page = client.follow("BUTTON) Encrypt and send\n")
    assert ADDED in page.partition("Write to the office")[0]
    assert "The visit is over" in client.follow("BUTTON) End the visit")


def test_a_whistle_blower_reports_and_comes_back_in_a_text_client(tmp_path: Path) -> None:
    folder = founded(tmp_path / "data")
    photograph = tmp_path / "photograph.txt"
    photograph.write_text("short weight 113 g", encoding="ascii")
    with taking(folder) as (url, _):
        with text_client(tmp_path / "first", f"{url}/report?lang=en") as client:
            code = sent(client, photograph)
        with text_client(tmp_path / "second", f"{url}/report?lang=en") as client:
            come_back(client, code)
    for name in ("first", "second"):
        found = asked(tmp_path / name)
        assert {one.partition("?")[0] for one in found.addresses} <= OPEN
        assert telling(found, url, (MERCHANT, STORY, ADDED, code, code.replace(" ", ""))) == []
        assert not (tmp_path / name / "cookies").exists()
    assert hits([folder], (MERCHANT, ADDED, code.replace(" ", ""))) == []


@contextmanager
def giving_away() -> Iterator[str]:
    """Serve a page that gives its reader away: by a cookie, an address and another server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Set-Cookie", "visit=1; Max-Age=9999")
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            other = f"http://127.0.0.2:{server.server_port}/"
            self.wfile.write(
                f'<a href="{other}">Elsewhere</a><form><label>Story<input name="story"></label>'
                '<button name="b" value="1">Send</button></form>'.encode()
            )

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104 - the other server is this one by another address
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_site_that_gives_its_reader_away_is_seen(tmp_path: Path) -> None:
    with giving_away() as url, text_client(tmp_path / "client", url) as client:
        client.fill("Story", STORY)
        client.follow("1) Send")
        client.follow("Elsewhere")
    found = asked(tmp_path / "client")
    given = telling(found, url, (STORY,))
    assert any("127.0.0.2" in one for one in given)
    assert any("visit=1" in one for one in given)
    assert any("story=" in one for one in found.addresses)
    assert (tmp_path / "client" / "cookies").exists()
