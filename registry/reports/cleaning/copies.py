"""A clean copy of a file while it arrives: into a process of its own and back, and no file is written.

with Cleaning() as cleaning:
    incoming.keep("originals", 1, cleaning.passing(pieces))
    outcome = cleaning.finish()
    if outcome.refused is None:
        incoming.keep("content", 1, cleaning.pieces())
"""

import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import registry
from registry.reports.cleaning.caps import CAPS, Caps
from registry.reports.cleaning.kinds import MEDIA_TYPES, Kind
from registry.reports.cleaning.outcome import Refusal, Removed

PIECE = 1 << 16
LONGEST_ANSWER = 4096
GRACE = 5  # seconds in which the process may still end by its own clock
ROOT = Path(registry.__file__).parents[1]


class Answer(BaseModel):
    """What the process says of a file; it may have been broken by it, so its words are checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "other"
    refused: Refusal | None = None
    removed: tuple[Removed, ...] = ()
    length: int = Field(default=0, ge=0)


class Outcome(Answer):
    """What came of a file.

    Attributes:
        kind: As its content shows it.
        refused: Code of why there is no clean copy; None where there is one.
        removed: Codes of what the original tells and the copy does not.
        length: Bytes of the copy.
        sha256: Of the original, hex: proves later that it is the one that arrived.
    """

    sha256: str

    @property
    def media_type(self) -> str | None:
        """Return the media type of the copy; None where there is none."""
        return MEDIA_TYPES[self.kind] if self.refused is None else None


class Cleaning:
    """One file on its way through a process that can do nothing but clean it.

    Args:
        caps: What it may cost.
    """

    def __init__(self, caps: Caps = CAPS) -> None:
        self._caps, self._digest = caps, sha256()
        self._broken, self._left = False, 0
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-P", "-B", "-m", "registry.reports.cleaning.child", caps.written()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what breaks says what it broke on
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            start_new_session=True,
        )

    def __enter__(self) -> "Cleaning":
        """Return the cleaning."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, whatever it is doing."""
        self.close()

    @property
    def process_id(self) -> int:
        """Return the number of the process, for who watches what it costs."""
        return self._process.pid

    def passing(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a file as they come, and clean them by the way."""
        for piece in pieces:
            self.feed(piece)
            yield piece

    def feed(self, piece: bytes) -> None:
        """Take a piece of the file; one that is no longer wanted is counted and let go."""
        self._digest.update(piece)
        if self._broken:
            return
        try:
            _pipe(self._process.stdin).write(piece)
        except BrokenPipeError:
            self._broken = True

    def finish(self) -> Outcome:
        """Say that the file is whole, and return what came of it; never later than the caps allow."""
        try:
            _pipe(self._process.stdin).close()
        except BrokenPipeError:
            self._broken = True
        answer = self._answer()
        self._left = answer.length
        return Outcome(**answer.model_dump(), sha256=self._digest.hexdigest())

    def pieces(self) -> Iterator[bytes]:
        """Yield the clean copy, once `finish` said that there is one.

        Raises:
            EOFError: The process ended before it gave all of it.
        """
        out = _pipe(self._process.stdout)
        while self._left:
            piece = out.read(min(PIECE, self._left))
            if not piece:
                raise EOFError("the copy was cut off")
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """End the process and its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                _pipe(pipe).close()
            except BrokenPipeError:
                continue

    def _answer(self) -> Answer:
        """Return the answer of the process; one that ended without any met the limits."""
        out, asked = _pipe(self._process.stdout), select.poll()
        asked.register(out, select.POLLIN)
        line = b""
        if asked.poll((self._caps.seconds + GRACE) * 1000):
            line = out.readline(LONGEST_ANSWER)
        try:
            answer = Answer.model_validate_json(line)
        except ValidationError:
            return Answer(refused="limits")
        return answer if answer.length <= self._caps.inflated else Answer(refused="inflated")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError("the process has no such pipe")
    return pipe
