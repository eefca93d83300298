"""What a batch of registrations means row by row, gathered and then written at once.

A row says again what it names and keeps silent about the rest: what it leaves unsaid stays as known.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel
from sqlalchemy import bindparam, update
from sqlmodel import col

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.queries import Described, Held, KnownBusinesses
from registry.businesses.rules import is_company, name_key, same_holder
from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.errors import Conflict
from registry.identifiers import new_id
from registry.store.bulk import insert_rows

_CLOSE = (
    update(BusinessVersion)
    .where(col(BusinessVersion.business_id) == bindparam("was_id"))
    .where(col(BusinessVersion.version) == bindparam("was_version"))
    .values(superseded_at=bindparam("now"))
)


class Batch:
    """What a batch will write: businesses, versions and aliases; `at_most` so many new ones."""

    def __init__(self, work: Work, described: Sequence[Described], at_most: int = 0) -> None:
        self.work = work
        self.known = KnownBusinesses(work.session, described)
        self.businesses: list[dict[str, object]] = []
        self.versions: list[Held] = []
        self.aliases: list[dict[str, object]] = []
        self.superseded: list[dict[str, object]] = []
        self.made: dict[str, Held] = {}
        self.concerned: list[str] = []
        self._at_most = at_most
        self._ids: list[str] = []

    def same_business(self, command: Described, uscc: str | None) -> Held | None:
        """Return the business that a row speaks of, or None where it is a new one.

        Raises:
            Conflict: Its stall is held by another, or its name by several.
        """
        if uscc is not None:
            return self.known.by_uscc.get(uscc) or self._completed(command)
        if command.market and command.stall:
            market_id = self.known.market_id(command.market, command.region, self.work.now)
            holder = self.known.by_stall.get((market_id, command.stall))
            if holder is not None and not same_holder(holder["name"], command.name):
                raise Conflict("stall.taken", field="stall", stall=command.stall, market=command.market)
            return holder or self._coded_there(command, market_id)
        namesakes = self.known.by_name.get((name_key(command.name), command.region), [])
        if len(namesakes) > 1:
            raise Conflict("name.ambiguous", field="name", name=command.name, count=len(namesakes))
        return namesakes[0] if namesakes else None

    def _coded_there(self, command: Described, market_id: str | None) -> Held | None:
        """Return the business with a code that holds the stall of a row without one, under its name."""
        holders = self.known.coded_at.get((market_id, command.stall), [])
        same = [held for held in holders if same_holder(held["name"], command.name)]
        return same[0] if len(same) == 1 else None

    def _completed(self, command: Described) -> Held | None:
        """Return the record without a code that a row with a new one completes, or None where it is new.

        The stall under the same name says so, and a company's name, which no other one of the region
        bears; of anybody else a namesake may be meant, and a penalty would go to the wrong one.

        Raises:
            Conflict: A record of that name and region may be the same, and nothing tells.
        """
        market_id = self.known.market_id(command.market, command.region, self.work.now)
        holder = self.known.by_stall.get((market_id, command.stall)) if command.stall else None
        if holder is not None and same_holder(holder["name"], command.name):
            return holder
        namesakes = self.known.by_name.get((name_key(command.name), command.region), [])
        alike = [held for held in namesakes if held["uscc"] is None and not _apart(held, command, market_id)]
        if len(namesakes) == len(alike) == 1 and is_company(command.name):
            return alike[0]
        if alike:
            raise Conflict(
                "business.may_be_known", field="uscc", name=command.name, id=alike[0]["business_id"]
            )
        return None

    def create(self, standing: str, said: Held) -> str:
        """Gather a new business and its first version."""
        business_id = self._next_id()
        now = self.work.now
        self.businesses.append(
            {"id": business_id, "standing": standing, "merged_into_id": None, "recorded_at": now}
        )
        self._gather(business_id, 1, None, said, findable=standing == "named")
        return business_id

    def _next_id(self) -> str:
        """Return a new identifier: random, but in order within the batch, as indexes are best written."""
        if not self._ids:
            self._ids = sorted((new_id() for _ in range(self._at_most)), reverse=True)
        return self._ids.pop()

    def change(self, current: Held, said: Held, held_from_on: date) -> None:
        """Gather the next version of a business; its former name and code stay as aliases.

        Raises:
            Conflict: Its code or stall is another's.
        """
        self._refuse_taken(current["business_id"], said)
        self._supersede(current)
        if current["name"] is not None and current["name_key"] != said["name_key"]:
            self.alias(current["business_id"], "former_name", current["name"], held_from_on)
        if current["uscc"] is not None and current["uscc"] != said["uscc"]:
            self.alias(current["business_id"], "former_code", current["uscc"], held_from_on)
        self._gather(current["business_id"], current["version"] + 1, held_from_on, said)

    def _refuse_taken(self, business_id: str, said: Held) -> None:
        holder = self.known.by_uscc.get(said["uscc"]) if said["uscc"] is not None else None
        if holder is not None and holder["business_id"] != business_id:
            raise Conflict("uscc.taken", field="uscc", uscc=said["uscc"])
        if said["uscc"] is None and said["stall"] is not None:
            holder = self.known.by_stall.get((said["market_id"], said["stall"]))
            if holder is not None and holder["business_id"] != business_id:
                raise Conflict("stall.taken", field="stall", stall=said["stall"], market=said["market_id"])

    def _supersede(self, current: Held) -> None:
        self.known.forget(current)
        made = self.made.get(current["business_id"])
        if made is not None:
            made["superseded_at"] = self.work.now  # written and replaced within this batch
            return
        self.superseded.append({"was_id": current["business_id"], "was_version": current["version"]})

    def _gather(
        self, business_id: str, version: int, held_from_on: date | None, said: Held, *, findable: bool = True
    ) -> None:
        held = {
            "business_id": business_id,
            "version": version,
            "held_from_on": held_from_on,
            "held_to_on": None,
            "recorded_at": self.work.now,
            "superseded_at": None,
            **said,
        }
        self.versions.append(held)
        self.made[business_id] = held
        if findable:
            self.known.add(held)
        self.concerned.append(business_id)

    def alias(self, business_id: str, kind: str, value: str, held_to_on: date | None = None) -> None:
        """Gather another name or code of a business, unless it is known."""
        key = (business_id, kind, name_key(value))
        if key in self.known.aliases:
            return
        self.known.aliases.add(key)
        self.aliases.append(
            {
                "id": new_id(),
                "business_id": business_id,
                "kind": kind,
                "value": value,
                "value_key": key[2],
                "held_to_on": held_to_on,
                "recorded_at": self.work.now,
            }
        )
        self.concerned.append(business_id)

    def write(self, act: str, commands: Sequence[BaseModel]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.concerned:
            return
        # A market that only refused rows named is not written.
        used = {held["market_id"] for held in self.versions}
        session = self.work.session
        insert_rows(session, Market, [market for market in self.known.new_markets if market["id"] in used])
        insert_rows(session, Business, self.businesses)
        if self.superseded:
            session.connection().execute(_CLOSE, [{**key, "now": self.work.now} for key in self.superseded])
        insert_rows(session, BusinessVersion, self.versions)
        insert_rows(session, Alias, self.aliases)
        concerned = list(dict.fromkeys(self.concerned))
        self.work.record(
            act,
            Subject("batch" if len(concerned) > 1 else "business", concerned[0]),
            concerns=concerned,
            rows=len(commands),
            written=len(self.versions),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )


def _apart(held: Held, command: Described, market_id: str | None) -> bool:
    """Say whether a record and a row state two places: market, stall or address."""
    pairs = (
        (held["market_id"], market_id),
        (held["stall"], command.stall),
        (held["address"], command.address),
    )
    return any(one is not None and other is not None and one != other for one, other in pairs)
