"""Work: one person's act in one transaction. Every command receives it and reports to it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session

from registry.audit.tables import AuditEntry
from registry.calendar import legal_day
from registry.errors import Forbidden
from registry.log import leaves
from registry.log.canonical import canonical
from registry.log.leaves import Effect
from registry.rulebook import Rulebook
from registry.store import outbox
from registry.store.bulk import insert_rows


@dataclass(frozen=True)
class Grant:
    """A role held on a region: a prefix of its GB/T 2260 code, empty for the whole country.

    Attributes:
        market_id: Where set, the role is held on this market alone.
        business_id: Where set, the role is held on this business alone.
    """

    role: str
    region: str
    market_id: str = ""
    business_id: str = ""

    @property
    def on_region(self) -> bool:
        """Say whether it reaches the whole region."""
        return not (self.market_id or self.business_id)


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, by an account, for an office, within grants."""

    person_id: str
    account_name: str
    office_code: str
    grants: tuple[Grant, ...]

    def may(self, role: str, region: str) -> bool:
        """Say whether the actor holds the role on a region code."""
        return any(
            grant.role == role and grant.on_region and region.startswith(grant.region)
            for grant in self.grants
        )

    def may_of(self, role: str, *, market_id: str = "", business_id: str = "") -> bool:
        """Say whether the actor holds the role on this very market or business.

        Args:
            role: Code of the role.
            market_id: The market, or
            business_id: the business; never both.
        """
        of = (market_id, business_id)
        return any(of) and any(
            grant.role == role and (grant.market_id, grant.business_id) == of for grant in self.grants
        )

    def is_party(self, business_id: str, region: str) -> bool:
        """Say whether the actor speaks for a business itself: its merchant, and no officer over it.

        Args:
            business_id: The business.
            region: In which it is on record.
        """
        speaks = self.may_of("merchant", business_id=business_id)
        return speaks and not (self.may("officer", region) or self.may("approver", region))

    def holds(self, *roles: str) -> bool:
        """Say whether the actor holds one of the roles on anything at all."""
        return any(grant.role in roles for grant in self.grants)


@dataclass(frozen=True)
class Subject:
    """What an act is about: a kind and an own identifier."""

    kind: str
    id: str


@dataclass(frozen=True)
class Work:
    """One act: the open transaction, who acts, the instant, and the law in force.

    Attributes:
        session: The transaction; the edge commits it, no command does.
        actor: Who acts.
        now: Aware UTC instant of the act; the clock is an argument.
        rulebook: The effective rulebook, package and overrides.
    """

    session: Session
    actor: Actor
    now: datetime
    rulebook: Rulebook

    @cached_property
    def today(self) -> date:
        """Return the legal day of the act in Asia/Shanghai."""
        return legal_day(self.now)

    def require(self, role: str, region: str, field: str | None = None) -> None:
        """Refuse unless the actor holds the role on the region.

        Args:
            role: Code of the role.
            region: GB/T 2260, whole or a prefix.
            field: Input that gave the region, or the thing whose region it is; None: no field of a
                body did, but the address of the thing, or the whole country is asked for.

        Raises:
            Forbidden: No grant covers it.
        """
        if not self.actor.may(role, region):
            raise Forbidden("grant.missing", field=field, role=role, region=region or "000000")

    def require_or_party(self, role: str, region: str, business_id: str, field: str | None = None) -> None:
        """Refuse unless the actor holds the role on the region, or speaks for the business itself.

        Raises:
            Forbidden: Neither.
        """
        if not self.actor.is_party(business_id, region):
            self.require(role, region, field)

    def record(
        self,
        act: str,
        subject: Subject,
        *,
        concerns: Iterable[str] = (),
        effects: Sequence[Effect] = (),
        **detail: Any,
    ) -> None:
        """Write audit entry, outbox rows and log leaves of one act, in its own transaction.

        Args:
            act: What was done, `subject.verb` in the past tense.
            subject: What it was done to; for a batch, the batch.
            concerns: Identifiers of the businesses that consumers must read again.
            effects: The acts with legal effect, one leaf each.
            detail: What an auditor must see, in JSON's types.
        """
        self.session.flush()
        entry = {
            "at": self.now,
            "person_id": self.actor.person_id,
            "account_name": self.actor.account_name,
            "office_code": self.actor.office_code,
            "act": act,
            "subject_kind": subject.kind,
            "subject_id": subject.id,
            "detail": detail,
            "rulebook_hash": self.rulebook.hash,
        }
        insert_rows(self.session, AuditEntry, [entry])
        outbox.enqueue(self.session, act, list(concerns), self.now)
        leaves.append(self.session, effects, on=self.today, office_code=self.actor.office_code, now=self.now)


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of a batch's rows as canonical JSON lines (RFC 8785), hex.

    Args:
        rows: Without fractions, see `canonical`.
    """
    total = hashlib.sha256()
    for row in rows:
        total.update(canonical(row) + b"\n")
    return total.hexdigest()
