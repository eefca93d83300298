"""Where a person may go at the desk: one line a page, with the roles that have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.rights import READERS
from registry.audit.work import Actor


@dataclass(frozen=True)
class Place:
    """A page of the side navigation.

    Attributes:
        name: Its words are `desk.nav.<name>`.
        roles: Who has it; everybody where empty.
    """

    name: str
    address: str
    roles: tuple[str, ...] = ()


HOME = "/desk"
PLACES = (
    Place("home", HOME),
    Place("cases", "/desk/cases", READERS),
    Place("entries", "/desk/entries", READERS),
    Place("objections", "/desk/objections", READERS),
    Place("repairs", "/desk/repairs", READERS),
    Place("complaints", "/desk/complaints", READERS),
    Place("businesses", "/desk/businesses", READERS),
    Place("incomplete", "/desk/incomplete", READERS),
    Place("plan", "/desk/plan", READERS),
    Place("reports", "/desk/reports", ("report_handler", "custodian")),
    Place("report_keys", "/desk/reports/keys", ("report_handler", "custodian")),
    Place("rewards", "/desk/reports/rewards", ("report_handler", "approver", "custodian")),
    Place("accounts", "/desk/accounts", ("administrator",)),
    Place("recoveries", "/desk/recoveries", ("administrator",)),
    Place("sign_ups", "/desk/sign-ups", ("officer",)),
    Place("markets", "/desk/markets", ("operator",)),
    Place("verifying", "/desk/verifying", ("verifier",)),
    Place("watch", "/desk/watch", ("assistant",)),
    Place("audit", "/desk/audit", ("auditor",)),
    Place("own", "/desk/own", ("merchant",)),
    Place("own_sessions", "/desk/sessions"),
    Place("second_factor", "/desk/second-factor"),
    Place("password", "/desk/password"),
)


def place_of(path: str, places: Sequence[Place]) -> str:
    """Return the address of the place that a page belongs to, the nearest above it; empty where none is.

    A page that is a place itself belongs to no other.
    """
    if any(one.address == path for one in places):
        return ""
    above = [one.address for one in places if one.address != HOME and path.startswith(f"{one.address}/")]
    return max(above, key=len, default="")


def places_of(actor: Actor) -> tuple[Place, ...]:
    """Return the pages that the roles of an actor lead to."""
    return tuple(place for place in PLACES if not place.roles or actor.holds(*place.roles))
