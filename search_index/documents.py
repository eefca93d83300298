"""What the index holds of a business: its searchable words and the marks that filters ask for."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field

from registry.publication.answers import IndexSource


class SearchDocument(BaseModel):
    """A business as the index knows it; nothing in it is hidden from the public.

    Attributes:
        version: Grows with every change of the source, below 2^53.
        region: Six digits of GB/T 2260.
        lists: Codes of the regimes that list the business now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_id: str = Field(min_length=1)
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

    def canonical(self) -> bytes:
        """Return the document as canonical JSON (RFC 8785), UTF-8."""
        plain = self.model_dump(mode="json")
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

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
