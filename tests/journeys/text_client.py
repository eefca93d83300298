"""Lynx, a browser of text alone, driven by its keys as a person does, and what it asked of whom."""

import codecs
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.serving import PATIENCE, eventually

READING = "0 0x0 "  # the call in which a process waits for its keyboard, as the kernel names it
SCREEN = struct.pack("HHHH", 60, 160, 0, 0)
CONNECTED = re.compile(r"connect\([^{]*\{sa_family=AF_INET6?, (.*?)\}")
SENT = re.compile(r'(?:write|sendto)\(\d+<(?:socket|TCP)[^"]*"((?:[^"\\]|\\.)*)"')
SETTINGS = """DEFAULT_KEYPAD_MODE:LINKS_AND_FIELDS_ARE_NUMBERED
CHARACTER_SET:utf-8
ACCEPT_ALL_COOKIES:TRUE
PERSISTENT_COOKIES:TRUE
TEXTFIELDS_NEED_ACTIVATION:TRUE
"""
PASSED_ON = 0.1  # seconds in which the kernel has handed over what was typed
CLEAR, TAB = "\x15", "\t"


@dataclass
class Asked:
    """What a text client asked.

    Attributes:
        connections: Where it connected to, as the kernel was told.
        heads: First lines and fields of its requests.
    """

    connections: set[str]
    heads: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Return method and address of each request."""
        return [" ".join(head.split()[:2]) for head in self.heads]


@dataclass
class TextClient:
    """A running lynx.

    Attributes:
        folder: Of what it keeps and what is looked at.
        terminal: Both ends of its terminal.
        process: Strace, whose child it is.
    """

    folder: Path
    terminal: tuple[int, int]
    process: subprocess.Popen[bytes]
    looked: int = 0

    @property
    def cookies(self) -> Path:
        """Return where it keeps cookies; there is no file while it has none."""
        return self.folder / "cookies"

    def press(self, keys: str) -> None:
        """Press keys, and wait until it has read them and waits for another."""
        os.write(self.terminal[0], keys.encode())
        time.sleep(PASSED_ON)
        eventually(self._waits, "lynx waits for a key")

    def _waits(self) -> bool:
        """Say whether it is reading its keyboard, which is empty; take in meanwhile what it shows."""
        near, far = self.terminal
        while select.select([near], [], [], 0)[0]:
            os.read(near, 65_536)
        unread = struct.unpack("i", fcntl.ioctl(far, termios.FIONREAD, bytes(4)))[0]
        return self.process.poll() is not None or (not unread and self._reads())

    def _reads(self) -> bool:
        """Say whether it sleeps in reading its keyboard; while strace notes down a call it is stopped."""
        tracer = self.process.pid
        for child in Path(f"/proc/{tracer}/task/{tracer}/children").read_text(encoding="ascii").split():
            state = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
            return state == "S" and Path(f"/proc/{child}/syscall").read_text(encoding="ascii").startswith(
                READING
            )
        return False

    def page(self) -> str:
        """Return the page as it stands on the screen, each link and field with its number."""
        self.looked += 1
        kept = self.folder / f"page-{self.looked}"
        self.press("p")
        self.press("\r")
        self.press(f"{CLEAR}{kept}")
        self.press("\r")
        eventually(lambda: kept.exists() and kept.stat().st_size > 0, "the page is kept")
        self.press("")
        # lynx leaves halves of Chinese letters behind a list to choose from that it drew over its blanks
        return kept.read_text(encoding="utf-8", errors="replace")

    def go(self, words: str, page: str | None = None) -> None:
        """Go to the first link or field that stands with or after some words of the page."""
        page = page if page is not None else self.page()
        at = page.index(words)
        same_line = re.findall(r"\[(\d+)\]\)? ?(?:\[ \])?$", page[:at].rpartition("\n")[2].rstrip())
        number = same_line[-1] if same_line else re.findall(r"\[(\d+)\]", page[at:])[0]
        self.press(f"{number}g")
        self.press("\r")

    def follow(self, words: str) -> str:
        """Activate a link or button by its words, and return the page that it leads to."""
        self.go(words)
        self.press("\r")
        return self.page()

    def fill(self, label: str, text: str, page: str | None = None) -> None:
        """Write into the field that stands after a label."""
        self.go(label, page)
        self.press("\r")
        self.press(text)
        self.press(TAB)


@contextmanager
def text_client(folder: Path, url: str) -> Iterator[TextClient]:
    """Open an address in lynx, which takes every cookie that it is offered; it ends with the context."""
    folder.mkdir()
    (folder / "lynxrc").write_text(SETTINGS, encoding="ascii")
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, SCREEN)
    strace, lynx = shutil.which("strace"), shutil.which("lynx")
    assert strace is not None, "strace is missing; `make browser` installs it"
    assert lynx is not None, "lynx is missing; `make browser` installs it"
    watch = (strace, "-f", "-y", "-qq", "-s", "100000", "-e", "trace=connect,write,sendto", "-o")
    process = subprocess.Popen(
        [*watch, str(folder / "trace"), lynx, f"-cfg={folder / 'lynxrc'}", "-nopause",
         f"-cookie_file={folder / 'cookies'}", f"-cookie_save_file={folder / 'cookies'}", url],
        stdin=far, stdout=far, stderr=far, start_new_session=True,
        env={"TERM": "vt100", "HOME": str(folder), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]},
    )  # fmt: skip
    client = TextClient(folder, (near, far), process)
    try:
        client.press("")
        yield client
        os.write(near, b"Q")
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(near)
        os.close(far)


def asked(folder: Path) -> Asked:
    """Return what a client asked that has ended."""
    trace = (folder / "trace").read_text(encoding="ascii")
    sent = [codecs.decode(one, "unicode_escape") for one in SENT.findall(trace)]
    heads = [one.partition("\r\n\r\n")[0] for one in sent if re.match(r"(GET|POST|HEAD) ", one)]
    return Asked(set(CONNECTED.findall(trace)), heads)
