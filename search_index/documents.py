"""What the index holds of a business: its searchable words and the marks that filters ask for."""

import hashlib
import json
from typing import Self

import msgspec

from registry.publication.answers import IndexSource


class SearchDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A business as the index knows it; nothing in it is hidden from the public.

    Some are read for every search, so it is of the kind that is read soonest.

    Attributes:
        version: Grows with every change of the source, below 2^53.
        region: Six digits of GB/T 2260.
        lists: Codes of the regimes that list the business now.
    """

    business_id: str
    version: int
    name: str
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    market: str | None = None
    stall: str | None = None
    address: str | None = None
    uscc: str | None = None
    region: str
    sector: str | None = None
    lists: tuple[str, ...] = ()
    designated: bool = False
    pledged: bool = False

    @classmethod
    def read(cls, canonical: bytes | str) -> Self:
        """Return the document of which this is the canonical form."""
        return msgspec.json.decode(canonical, type=cls)

    def canonical(self) -> bytes:
        """Return the document as canonical JSON (RFC 8785), UTF-8."""
        return json.dumps(
            msgspec.structs.asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hexadecimal: equal digests, equal documents."""
        return digest_of(self.canonical())


def digest_of(canonical: bytes) -> str:
    """Return the digest of a document that is already in its canonical form."""
    return hashlib.sha256(canonical).hexdigest()


def from_source(source: IndexSource) -> SearchDocument:
    """Return the document of a business that the public view shows."""
    return SearchDocument(
        business_id=source.business_id,
        version=source.version,
        name=source.name,
        former_names=source.former_names,
        aliases=source.aliases,
        market=source.market,
        stall=source.stall,
        address=source.address,
        uscc=source.uscc,
        region=source.region,
        sector=source.sector,
        lists=source.lists,
        designated=source.designated,
        pledged=source.pledged,
    )
