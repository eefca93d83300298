"""The file of a copy: a tar stream inside an age file; nothing of it is ever on the disk unencrypted.

Its first part says what it is, its last one the SHA-256 of every part: a copy that was cut off has no end.
"""

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pyrage import DecryptError, RecipientError, decrypt_io, encrypt_io
from pyrage.x25519 import Identity, Recipient

from registry.commands import Progress, silent
from registry.errors import Broken

DIGESTS, MANIFEST = "digests.json", "manifest.json"
PIECE = 1 << 20


class Parts:
    """The parts of a copy while it is being made."""

    def __init__(self, tar: tarfile.TarFile, progress: Progress) -> None:
        self._tar = tar
        self._passed = _Passed(progress)
        self._digests: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        """Add a part."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, stream: IO[bytes], length: int) -> None:
        """Add a part of a known length."""
        entry, hashing = tarfile.TarInfo(name), _Hashing(stream, self._passed)
        entry.size, entry.mode = length, 0o600
        self._tar.addfile(entry, hashing)
        self._digests[name] = hashing.total.hexdigest()

    def end(self) -> None:
        """Write the digests of all parts."""
        self.add(DIGESTS, json.dumps(self._digests).encode())


class _Passed:
    """How many bytes of all parts were read so far, told by the mebibyte."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._bytes = progress, 0

    def add(self, number: int) -> None:
        """Count more."""
        before, self._bytes = self._bytes, self._bytes + number
        if self._bytes // PIECE != before // PIECE:
            self._progress("MiB", self._bytes // PIECE)


class _Hashing:
    """A stream whose digest is known once it was read."""

    def __init__(self, stream: IO[bytes], passed: _Passed) -> None:
        self._stream, self._passed, self.total = stream, passed, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self._stream.read(size)
        self.total.update(piece)
        self._passed.add(len(piece))
        return piece


def recipients_of(words: Sequence[str]) -> list[Recipient]:
    """Return the keys to which copies are encrypted.

    Raises:
        Broken: One of them is no age recipient.
    """
    try:
        return [Recipient.from_str(word) for word in words]
    except RecipientError as malformed:
        raise Broken("a recipient begins with age1; `honest-metrology backup-key` makes one") from malformed


@contextmanager
def writing_to(target: Path, recipients: Sequence[Recipient], progress: Progress = silent) -> Iterator[Parts]:
    """Open a new file for parts; it gets its name only when it is whole and on the disk."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        with (
            _piped(lambda source: encrypt_io(source, out, list(recipients))) as sink,
            tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            parts = Parts(tar, progress)
            yield parts
            parts.end()
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(target)


@contextmanager
def _piped(consume: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Give a stream that another thread reads to its end; what breaks there breaks here."""
    read_end, write_end = os.pipe()
    failed: list[OSError] = []

    def run() -> None:
        with os.fdopen(read_end, "rb") as source:
            try:
                consume(source)
            except OSError as broken:
                failed.append(broken)

    thread = threading.Thread(target=run, name="backup")
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as sink:
            yield sink
    finally:
        thread.join()
    if failed:
        raise failed[0]


def read_parts(
    source: Path, identity: str, take: Callable[[str, IO[bytes]], None], progress: Progress = silent
) -> None:
    """Hand every part of a copy to `take`, in order, and check it against its digest.

    Args:
        source: The file.
        identity: The secret key, beginning with AGE-SECRET-KEY-1.
        take: Gets name and stream, and reads it to its end.
        progress: Called with the mebibytes that were taken.

    Raises:
        Broken: The key is not one of its recipients', or the copy is damaged or was cut off.
    """
    failed: list[Exception] = []
    found, stated, passed = dict[str, str](), dict[str, str](), _Passed(progress)

    def run(stream: IO[bytes]) -> None:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                if content is None:
                    continue
                if entry.name == DIGESTS:
                    stated.update(json.loads(content.read()))
                    continue
                hashing = _Hashing(content, passed)
                take(entry.name, hashing)  # type: ignore[arg-type]  # it reads and nothing else
                found[entry.name] = hashing.total.hexdigest()

    try:
        with source.open("rb") as file, _read_by(run, failed) as sink:
            decrypt_io(file, sink, [_identity(identity)])
    except (DecryptError, OSError) as damaged:
        failed.insert(0, damaged)
    for told in failed:
        if isinstance(told, Broken):
            raise told
    if failed:
        raise Broken(f"{source} cannot be opened: another key, or it is damaged") from failed[0]
    if not stated or found != stated:
        raise Broken(f"{source} was cut off or altered: its parts are not those that it states")


@contextmanager
def _read_by(run: Callable[[IO[bytes]], None], failed: list[Exception]) -> Iterator[IO[bytes]]:
    """Give a stream whose content another thread takes apart; what it met is told in `failed`."""
    read_end, write_end = os.pipe()

    def read() -> None:
        with os.fdopen(read_end, "rb") as stream:
            try:
                run(stream)
            except (tarfile.TarError, OSError, ValueError, Broken) as broken:
                failed.append(broken)
            while stream.read(PIECE):  # the rest is checked by the decryption
                continue

    thread = threading.Thread(target=read, name="restore")
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as sink:
            yield sink
    finally:
        thread.join()


def _identity(word: str) -> Identity:
    try:
        return Identity.from_str(word.strip())
    except ValueError as malformed:
        raise Broken("the identity is no age secret key (AGE-SECRET-KEY-1…)") from malformed
