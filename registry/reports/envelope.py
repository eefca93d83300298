"""The envelope of one report: four compartments, each with a key of its own, sealed to who may open it.

`content` and `thread` go to the office's intake epoch, `identity` and `originals` to its custody
epoch; `thread` also to the reporter. Each sealed key is bound to where it stands: moved to another
report, compartment or office it opens nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from registry.reports.sealing import PublicKey, SecretKey, seal, unseal
from registry.reports.stretching import expanded

Compartment = Literal["content", "identity", "originals", "thread"]
COMPARTMENTS: tuple[Compartment, ...] = get_args(Compartment)
CUSTODY: tuple[Compartment, ...] = ("identity", "originals")
REPORTER = "reporter"
KEY_LENGTH = 32


def in_custody(compartment: str) -> bool:
    """Say whether a compartment is the custodians'; files that were added later are, as the first ones."""
    return compartment.partition("-")[0] in CUSTODY


@dataclass(frozen=True)
class Place:
    """Where a sealed thing stands.

    Attributes:
        site: Name of the installation's log: one registry's reports open in no other.
        office_code: Of the office.
        report_id: Of the report.
    """

    site: str
    office_code: str
    report_id: str

    def key_context(self, compartment: Compartment, holder: str) -> bytes:
        """Return what the key of a compartment is bound to.

        Args:
            compartment: Which one.
            holder: Fingerprint of the key that it is sealed to, or `reporter`.
        """
        return bound("compartment", self.site, self.office_code, holder, self.report_id, compartment)

    def body_context(self, compartment: Compartment, item: int) -> bytes:
        """Return what the stream of an item is bound to."""
        return bound("body", self.site, self.report_id, compartment, str(item))

    def opening_context(self, disclosed_id: str) -> bytes:
        """Return what the proof is bound to that identity or original files were opened."""
        return bound("opening", self.site, self.report_id, disclosed_id)

    def receipt_context(self) -> bytes:
        """Return what the receipt of a report is bound to."""
        return bound("receipt", self.site, self.report_id)


@dataclass(frozen=True, repr=False)
class Envelope:
    """The keys of a report while it is being written; they are forgotten with it."""

    place: Place
    keys: Mapping[Compartment, bytes] = field(
        default_factory=lambda: {one: secrets.token_bytes(KEY_LENGTH) for one in COMPARTMENTS}
    )

    def sealed_keys(
        self, intake: PublicKey, custody: PublicKey, reply: PublicKey
    ) -> list[tuple[Compartment, str, bytes]]:
        """Return compartment, holder and sealed key for each who may open something."""
        to = [(one, custody if one in CUSTODY else intake) for one in COMPARTMENTS]
        rows = [(one, key.fingerprint, self._sealed(one, key.fingerprint, key)) for one, key in to]
        return [*rows, ("thread", REPORTER, self._sealed("thread", REPORTER, reply))]

    def _sealed(self, compartment: Compartment, holder: str, to: PublicKey) -> bytes:
        return seal(to, self.keys[compartment], self.place.key_context(compartment, holder))


def compartment_key(
    key: SecretKey, holder: str, place: Place, compartment: Compartment, sealed: bytes
) -> bytes:
    """Open the key of a compartment.

    Args:
        key: Of the holder.
        holder: As it was sealed to: a fingerprint or `reporter`.
        place: Where it stands.
        compartment: Which one.
        sealed: As it is kept.

    Raises:
        Unopened: It was sealed to another, stands elsewhere, or was altered.
    """
    return unseal(key, sealed, place.key_context(compartment, holder))


def item_key(key: bytes, item: int) -> bytes:
    """Return the key of one stream of a compartment: no two streams share one."""
    return expanded(key, f"item/{item}")


def epoch_context(site: str, office_code: str, purpose: str, epoch: str, holder: str) -> bytes:
    """Return what the share of an epoch is bound to."""
    return bound("epoch", site, office_code, purpose, epoch, holder)


def disclosure_context(site: str, report_id: str, compartment: str, request_id: str) -> bytes:
    """Return what the reason of a disclosure is bound to."""
    return bound("disclosure", site, report_id, compartment, request_id)


def bound(*parts: str) -> bytes:
    """Return the context of something sealed: no other parts give the same bytes; see `inventory.py`."""
    return b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in ("v1", *parts))
