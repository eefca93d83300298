"""Bodies and files as they are kept: an encrypted stream (XChaCha20-Poly1305) in padded sizes.

A body is sealed chunk by chunk while it arrives, so that nothing plain is ever stored. Its stored
length tells one of a few sizes and nothing else. A missing end shows: the last chunk says that it is
the last one.

    version (1 byte) · header (24) · chunks of 65,536 + 17 bytes, the last one shorter or equal

What is sealed in the chunks is the body, the byte 0x80, and zeros up to the padded size.
"""

from collections.abc import Iterable, Iterator

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from registry.reports.sealing import Unopened

HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
OVERHEAD = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
State = sodium.crypto_secretstream_xchacha20poly1305_state
init_push = sodium.crypto_secretstream_xchacha20poly1305_init_push
init_pull = sodium.crypto_secretstream_xchacha20poly1305_init_pull
push = sodium.crypto_secretstream_xchacha20poly1305_push
pull = sodium.crypto_secretstream_xchacha20poly1305_pull

VERSION = b"\x01"
CHUNK = 65_536
BUCKETS = tuple(kib * 1024 for kib in (4, 16, 64, 256, 1024))
MARK = b"\x80"  # ISO/IEC 7816-4: the body ends before the last such byte that only zeros follow


def padded_size(length: int) -> int:
    """Return the size to which a body of so many bytes is filled up.

    Up to a mebibyte one of five sizes; above it, Padmé: at most 12 % more, and few sizes.
    """
    needed = length + 1
    for bucket in BUCKETS:
        if needed <= bucket:
            return bucket
    exponent = needed.bit_length() - 1
    free = exponent - exponent.bit_length()
    return (needed + (1 << free) - 1) >> free << free


def stored_size(length: int) -> int:
    """Return the bytes that a body of so many bytes takes when it is kept."""
    size = padded_size(length)
    return len(VERSION) + HEADER + size + -(-size // CHUNK) * OVERHEAD


class Sealing:
    """One body on its way into its stream.

    Args:
        key: 32 random bytes, for this body alone.
        about: What the body is; it opens as nothing else.
    """

    def __init__(self, key: bytes, about: bytes) -> None:
        self._state, self._about = State(), about
        self._head = VERSION + init_push(self._state, key)
        self._waiting = bytearray()
        self.length = 0

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the body, and return what can be kept of it by now."""
        self.length += len(data)
        self._waiting += data
        return self._taken(len(self._waiting) - 1)

    def finish(self) -> bytes:
        """Pad the body to its size, and return the rest of the stream."""
        fill = padded_size(self.length) - self.length - len(MARK)
        self._waiting += MARK
        out = bytearray(self._taken(len(self._waiting) - 1))
        while fill:
            step = min(fill, CHUNK)
            self._waiting += bytes(step)
            fill -= step
            out += self._taken(len(self._waiting) - 1)
        return bytes(out) + self._begun() + push(self._state, bytes(self._waiting), self._about, FINAL)

    def _taken(self, available: int) -> bytes:
        """Seal whole chunks, but never all that waits: the last chunk must be told that it is the last."""
        out = bytearray()
        for _ in range(available // CHUNK):
            out += self._begun() + push(self._state, bytes(self._waiting[:CHUNK]), self._about, MESSAGE)
            del self._waiting[:CHUNK]
        return bytes(out)

    def _begun(self) -> bytes:
        head, self._head = self._head, b""
        return head


def sealed_body(key: bytes, about: bytes, body: bytes) -> bytes:
    """Return a body as it is kept, in one piece."""
    sealing = Sealing(key, about)
    return sealing.feed(body) + sealing.finish()


def opened(key: bytes, about: bytes, kept: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the body of a kept stream, without its padding.

    Args:
        key: As it was sealed under.
        about: As it was sealed for.
        kept: The stream in pieces of any size.

    Raises:
        Unopened: Another key, another body, an altered or a cut stream.
    """
    marked, zeros = False, 0  # what may be padding: a mark, and zeros after it
    for plain in _chunks(key, about, kept):
        core = plain.rstrip(b"\0")
        if not core:
            zeros += len(plain)
            continue
        yield from _none_of_it_padding(marked, zeros)
        marked, zeros = core.endswith(MARK), len(plain) - len(core)
        yield core.removesuffix(MARK)
    if not marked:
        raise Unopened


def _none_of_it_padding(marked: bool, zeros: int) -> Iterator[bytes]:
    if marked:
        yield MARK
    for start in range(0, zeros, CHUNK):
        yield bytes(min(CHUNK, zeros - start))


def _chunks(key: bytes, about: bytes, kept: Iterable[bytes]) -> Iterator[bytes]:
    waiting, state, tag = bytearray(), State(), MESSAGE
    pieces = iter(kept)
    _fill(waiting, pieces, len(VERSION) + HEADER)
    if bytes(waiting[:1]) != VERSION or len(waiting) < len(VERSION) + HEADER:
        raise Unopened
    init_pull(state, bytes(waiting[1 : 1 + HEADER]), key)
    del waiting[: 1 + HEADER]
    while tag != FINAL:
        _fill(waiting, pieces, CHUNK + OVERHEAD)
        if len(waiting) <= OVERHEAD:
            raise Unopened
        try:
            plain, tag = pull(state, bytes(waiting[: CHUNK + OVERHEAD]), about)
        except CryptoError as failed:
            raise Unopened from failed
        del waiting[: CHUNK + OVERHEAD]
        yield plain
    if waiting or next(pieces, b""):
        raise Unopened


def _fill(waiting: bytearray, pieces: Iterator[bytes], wanted: int) -> None:
    while len(waiting) < wanted:
        piece = next(pieces, None)
        if piece is None:
            return
        waiting += piece
