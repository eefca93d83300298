"""One file on its two ways: the original to the custodians, a clean copy to those who work on the report."""

from registry.reports.cleaning.copies import Cleaning
from registry.reports.envelope import Compartment
from registry.reports.intake import Incoming
from registry.reports.told import CopiedFile


class Copying:
    """The sink of a file: sealed as it is, and cleaned by the way in a process that can do nothing else.

    Args:
        incoming: Keeps both.
        number: Of the file.
        original: Compartment of the files as they are sent, and
        copy: that of what is read of them.
    """

    def __init__(
        self,
        incoming: Incoming,
        number: int,
        original: Compartment = "originals",
        copy: Compartment = "content",
    ) -> None:
        self._incoming, self._number, self._copy = incoming, number, copy
        self._original = incoming.begin(original, number)
        self._cleaning = Cleaning()
        self.copied = CopiedFile(number=number, refused="limits")

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        self._original.feed(piece)
        self._cleaning.feed(piece)

    def finish(self) -> tuple[int, str]:
        """End; return length and SHA-256 of the original."""
        outcome = self._cleaning.finish()
        if outcome.refused is None:
            copy = self._incoming.begin(self._copy, self._number)
            for piece in self._cleaning.pieces():
                copy.feed(piece)
            copy.finish()
        self.copied = CopiedFile(
            number=self._number,
            media_type=outcome.media_type or "",
            length=outcome.length,
            refused=outcome.refused or "",
            removed=tuple(sorted(outcome.removed)),
        )
        self.close()
        return self._original.finish()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._cleaning.close()
