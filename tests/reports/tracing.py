"""What a process and its children write, as the kernel is asked to: by strace, a Debian package."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.serving import eventually
from tests.reports.hunting import hunted

CARRYING = ("write", "pwrite64", "writev", "pwritev", "pwritev2")
UNSEEN = (
    "sendfile",
    "splice",
    "tee",
    "vmsplice",
    "copy_file_range",
    "io_uring_setup",
)  # move what is not shown
LONGEST = 1 << 22  # bytes of one call that are written down: more than any row or piece
CALL = re.compile(rb"^(\d+) +(\w+)\((?:(\d+)<([^>]*)>)?(.*)$")
SHOWN = re.compile(rb'"([^"]*)"(\.\.\.)?')
MAPPED = re.compile(rb"PROT_WRITE[^,]*, [^,]*MAP_SHARED[^,]*, \d+<([^>]*)>")


@dataclass
class Written:
    """What was written to files, pipes and connections apart.

    Attributes:
        to_files: Bytes.
        plain: Files to which a hunted word was written, by how it stood there.
        plain_bytes: Of the calls that did.
        shared: Files that were mapped so that writing to memory writes to them.
        unseen: Calls that move what the trace does not show.
    """

    to_files: int = 0
    plain: dict[str, set[str]] = field(default_factory=dict)
    plain_bytes: int = 0
    shared: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)


def watching(trace: Path) -> tuple[str, ...]:
    """Return the words before a command under which all that it writes is written down."""
    strace = shutil.which("strace")
    assert strace is not None, "strace is missing; `make long` installs it"
    calls = ",".join((*CARRYING, *UNSEEN, "mmap"))
    options = (
        "-D",
        "-f",
        "-y",
        "-xx",
        "-qq",
        "-s",
        str(LONGEST),
        "-e",
        f"trace={calls}",
        "-e",
        "signal=none",
    )
    return (strace, *options, "-o", str(trace))


def written(trace: Path) -> Written:
    """Read a trace that is whole."""
    found = Written()
    for call, target, rest in _calls(trace):
        if call in UNSEEN:
            found.unseen.add(call)
        elif call == "mmap":
            found.shared |= {_name(one) for one in MAPPED.findall(rest)}
        elif target.startswith("/") and not target.startswith("/dev/"):
            _weigh(found, target, rest)
    return found


def _weigh(found: Written, target: str, rest: bytes) -> None:
    shown = SHOWN.findall(rest)
    assert not any(cut for _, cut in shown), "a call was longer than what is written down of it"
    content = b"".join(_bytes(one) for one, _ in shown)
    found.to_files += len(content)
    if hits := hunted(content, depth=1):
        found.plain.setdefault(target, set()).update(hits)
        found.plain_bytes += len(content)


def _calls(trace: Path) -> Iterator[tuple[str, str, bytes]]:
    with trace.open("rb") as lines:
        for line in lines:
            if match := CALL.match(line):
                yield match[2].decode(), _name(match[4] or b""), match[5]


def _name(shown: bytes) -> str:
    return (_bytes(shown) if shown.startswith(b"\\x") else shown).decode()


def _bytes(shown: bytes) -> bytes:
    return bytes.fromhex(shown.replace(b"\\x", b"").decode("ascii"))


def whole(trace: Path) -> Path:
    """Return a trace once who writes it has let go of it."""
    said = trace.resolve()

    def let_go() -> bool:
        for held in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                if held.readlink() == said:
                    return False
            except OSError:  # it ended meanwhile
                continue
        return True

    eventually(let_go, "the trace is whole")
    return trace
