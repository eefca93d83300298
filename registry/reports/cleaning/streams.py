"""Pictures inside other files are kept as they were coded, without the segments that tell of their origin."""

from collections.abc import Iterator

from registry.reports.cleaning.outcome import Uncleaned

START, SCAN, END, LOOKS = 0xD8, 0xDA, 0xD9, 0xEE  # LOOKS: Adobe's APP14 says how colours are coded
RESTARTS = range(0xD0, 0xD8)
APPLICATION = range(0xE1, 0xF0)
COMMENT = 0xFE
TOLD_BOXES = (b"uuid", b"xml ", b"jp2i", b"free")


def bare_jpeg(content: bytes) -> bytes:
    """Return a JPEG without comments and application segments, the picture coded as it was.

    Raises:
        Uncleaned: It is damaged.
    """
    return b"".join(_segments(content))


def _segments(content: bytes) -> Iterator[bytes]:
    if content[:2] != b"\xff\xd8":
        raise Uncleaned("damaged")
    yield content[:2]
    at = 2
    while at + 4 <= len(content):
        marker = content[at + 1]
        if content[at] != 0xFF:
            raise Uncleaned("damaged")
        if marker == END:
            break
        length = int.from_bytes(content[at + 2 : at + 4])
        told = (marker in APPLICATION and marker != LOOKS) or marker == COMMENT
        end = at + 2 + length
        if marker == SCAN:
            end = _end_of_scan(content, end)
        if not told:
            yield content[at:end]
        at = end
    yield bytes((0xFF, END))


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the coded picture stops and the next segment begins."""
    while (at := content.find(b"\xff", at)) != -1:
        if at + 1 >= len(content):
            return len(content)
        following = content[at + 1]
        if following and following not in RESTARTS and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2
    return len(content)


def bare_jpeg2000(content: bytes) -> bytes:
    """Return a JPEG 2000 file without the boxes that hold words; a bare code stream stays as it is.

    Raises:
        Uncleaned: It is damaged.
    """
    if content[4:8] != b"jP  ":
        return content
    out, at = bytearray(), 0
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16])
        elif length == 0:
            length = len(content) - at
        if length < 8:
            raise Uncleaned("damaged")
        if kind not in TOLD_BOXES:
            out += content[at : at + length]
        at += length
    return bytes(out)
