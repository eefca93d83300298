"""Who may ask what, written down a second time: what the tests expect of every route, line by line.

`expected.txt` is independent of the tables that the product enforces. A line says

    METHOD ADDRESS  WHO  WHERE  ANSWERS  [name=value …] [+field=value …]

who may: `everybody`, `anyone` who is signed in, or roles; where: see `PLACES`; the status that answers
who may; what stands in the places of the address where it is not the realm's thing of that name; and
the fields of a form. `@name` is the realm's thing of that name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLACES = {
    "-": "everybody is answered alike",
    "nation": "the role must be held for the whole country",
    "own": "the answer holds only what is of one's own regions, market, business or person",
    "held": "the address names a market or business on which the role must be held; of another's: 404",
    "path": "address, query or form names things of a region; one of elsewhere is answered 404, as none is",
    "stated": "the query or body states the region; another's is refused: 403",
    "body": "the body names things of a region; one of elsewhere is answered as one that is not",
}


@dataclass(frozen=True)
class Expected:
    """What is expected of a method of an address.

    Attributes:
        query: Follows the address.
        roles: One of them is needed; none: whoever is signed in; None: everybody may.
        place: One of `PLACES`.
        answers: Status for who may; 0: the cases in `tests/api/asking.py` say it, or what nobody is answered.
        names: What stands in places of the address.
        fields: What a form says.
    """

    method: str
    path: str
    query: str
    roles: tuple[str, ...] | None
    place: str
    answers: int
    names: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def at_desk(self) -> bool:
        """Say whether a session is asked for, and no key."""
        return f"{self.path}/".startswith("/desk/")

    def __str__(self) -> str:
        """Name the line in a report."""
        return f"{self.method} {self.path}"


@cache
def expected() -> tuple[Expected, ...]:
    """Return every line."""
    text = Path(__file__).with_name("expected.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return tuple(_read(words) for words in lines if words)


def at_desks() -> tuple[Expected, ...]:
    """Return the lines of the desks that somebody must be signed in for."""
    return tuple(one for one in expected() if one.at_desk and one.roles is not None)


def by_key() -> tuple[Expected, ...]:
    """Return the lines of the interface that a key is needed for."""
    return tuple(one for one in expected() if not one.at_desk and one.roles is not None)


def _read(words: list[str]) -> Expected:
    method, address, who, place, answers, *more = words
    if place not in PLACES:
        raise ValueError(f"{address}: no place is called {place}")
    path, _, query = address.partition("?")
    public: tuple[str, ...] | None = None if who == "everybody" else ()
    return Expected(
        method,
        path,
        f"?{query}" if query else "",
        public if who in ("everybody", "anyone") else tuple(who.split(",")),
        place,
        0 if answers == "-" else int(answers),
        _pairs(one for one in more if not one.startswith("+")),
        _pairs(one[1:] for one in more if one.startswith("+")),
    )


def _pairs(said: Iterable[str]) -> Mapping[str, str]:
    return dict(one.split("=", 1) for one in said)
