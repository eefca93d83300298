"""Whatever is sent, the answer is never a fault of ours, and without a valid key nothing changes.

Requests are broken byte by byte, or bent from the document of the interface, whose well-formed ones
`test_conformance` sends. Each has a number, which a failure names as its seed; the long run draws others
than the ordinary one.
"""

import random
import string
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from registry.store.engine import writing
from tests import given as builders
from tests.api.conftest import Town
from tests.api.digesting import digest
from tests.api.drawing import NASTY, Known, drawn, malformed
from tests.api.driving import Answer, Sent, drive, sound
from tests.api.realm import Realm

GARBAGE: tuple[Callable[[random.Random, str], str], ...] = (
    lambda draw, _key: "",
    lambda draw, _key: "Bearer",
    lambda draw, _key: "Basic YTpi",
    lambda draw, _key: "Bearer " + "".join(draw.choices(string.ascii_letters + "_", k=60)),
    lambda draw, key: f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}",
    lambda draw, key: key.upper(),
    lambda draw, key: key.replace("Bearer", "Basic"),
    lambda draw, key: "Bearer hm_\0_key",
)
PIECE = 10_000
MALFORMED = [pytest.param(first, id=f"ordinary {first}") for first in range(0, 50_000, PIECE)] + [
    pytest.param(first, id=f"many {first}", marks=pytest.mark.long)
    for first in range(10**6, 10**6 + 300_000, PIECE)
]


@pytest.fixture
def known(town: Town) -> Known:
    """Identifiers of facts on record, so that requests reach beyond the first look."""
    with writing(town.plant.engine) as session:
        work = builders.work(session)
        shop = builders.business(work)
        return {
            "business_id": shop,
            "pledge_id": builders.pledge(work, shop),
            "designation_id": builders.designation(work, shop),
            "violation_id": builders.violation(work, shop),
        }


def held_to(seen: Counter[int]) -> Callable[[Sent, Answer], None]:
    """Hold every answer to what it must be, and count its status."""

    def heed(sent: Sent, answer: Answer) -> None:
        sound(sent, answer)
        seen[answer.status] += 1

    return heed


def test_no_request_meets_a_fault_of_ours_on_either_database(town: Town, known: Known) -> None:
    key = f"Bearer {town.keys['national']}"
    seen: Counter[int] = Counter()
    draws = (random.Random(seed) for seed in range(1_000))
    drive((drawn(draw, known, ("get", "post"), key) for draw in draws), held_to(seen))
    assert set(seen) > {200, 201, 400, 404, 422}


@pytest.mark.parametrize("first", MALFORMED)
def test_no_malformed_request_meets_a_fault_of_ours(realm: Realm, first: int) -> None:
    realm.renew()
    key = next(one.authorization for one in realm.people if one.name == "officer-nation")
    seen: Counter[int] = Counter()
    seeds = range(first, first + PIECE)
    drive((malformed(random.Random(seed), realm.ids, key) for seed in seeds), held_to(seen))
    assert seen.total() == PIECE
    assert set(seen) > {200, 400, 401, 404, 405, 422}


def test_without_a_valid_key_no_request_changes_anything(town: Town, known: Known) -> None:
    before = digest(town.plant.engine)
    key = f"Bearer {town.keys['national']}"

    def requests() -> Iterator[Sent]:
        for seed in range(1_500):
            draw = random.Random(seed)
            token = draw.choice((None, draw.choice(GARBAGE)(draw, key), f"Bearer {town.keys['auditor']}"))
            sent = drawn(draw, known, ("post",), token)
            foreign = ((b"Origin", b"https://example.org"), (b"Cookie", b"__Host-hm_session=" + key.encode()))
            yield sent._replace(headers=(*sent.headers, *(foreign if draw.random() < 0.5 else ())))

    def refused(sent: Sent, answer: Answer) -> None:
        sound(sent, answer)
        assert answer.status in (400, 401, 403, 404, 405) or (
            b"/lists/check" in sent.target or b"/businesses/match" in sent.target
        ), (sent, answer)

    drive(requests(), refused)
    assert digest(town.plant.engine) == before


PAGES = ("/", "/search", "/lists/red", "/businesses/{}", "/boards", "/statistics", "/verify/{}", "/rules")
NAMES = ("q", "region", "sector", "list", "cursor", "limit", "kind", "lang", "on")


def test_no_page_meets_a_fault_of_ours(town: Town, known: Known) -> None:
    def requests() -> Iterator[Sent]:
        for seed in range(600):
            draw = random.Random(seed)
            said = [
                f"{name}={draw.choice((*known.values(), *NASTY))}" for name in NAMES if draw.random() < 0.4
            ]
            page = draw.choice(PAGES).format(draw.choice((*known.values(), "%00", "..", "%F0%9F")))
            query = "&".join(said).encode("utf-8", "surrogatepass").replace(b"\0", b"%00")
            yield Sent("GET", page.encode() + b"?" + query)

    drive(requests(), sound)
