"""What a file is, told by its own first bytes; what its sender calls it says nothing."""

from registry.errors import Malformed

_MARKS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def media_type_of(content: bytes, field: str) -> str:
    """Return the media type of a paper: a PDF, or a picture of it.

    Args:
        content: Of the file.
        field: The input that holds it.

    Raises:
        Malformed: It is neither.
    """
    for mark, media_type in _MARKS:
        if content.startswith(mark):
            return media_type
    raise Malformed("document.not_a_paper", field=field)
