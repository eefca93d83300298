"""The state root depends on the set of leaves alone, and pages give it however the set came about."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlmodel import Session

from registry.publication import leaves, state, verify
from registry.publication.leaves import NOTHING, node
from registry.publication.state import LEAF, Change, holding, slot
from registry.publication.tables import StatePage
from registry.store.engine import reading, writing

LEAVES = [hashlib.sha256(bytes([n])).digest() for n in range(200)]
CLOSE = [bytes(31) + bytes([n]) for n in range(1, 60)]  # alike in all but the last bits
SETS = st.sets(st.sampled_from(LEAVES + CLOSE))


def naive(members: Sequence[bytes]) -> bytes:
    """The definition, word for word."""
    if not members:
        return hashlib.sha256(b"").digest()
    if len(members) == 1:
        return members[0]
    bits = {one: f"{int.from_bytes(one):0256b}" for one in members}
    at = next(n for n in range(256) if len({word[n] for word in bits.values()}) == 2)
    left, right = ([one for one in members if bits[one][at] == side] for side in "01")
    return node(naive(left), naive(right))


@drawn(SETS)
def test_both_ways_of_computing_a_state_root_give_what_its_definition_says(members: set[bytes]) -> None:
    ordered = sorted(members)
    assert leaves.state_root(ordered) == verify.state_root(ordered) == naive(ordered)


@pytest.mark.parametrize("wrong", [[LEAVES[0], LEAVES[0]], sorted(LEAVES[:2], reverse=True)])
def test_a_state_root_is_of_leaves_in_order_without_doubles(wrong: list[bytes]) -> None:
    for root_of in (leaves.state_root, verify.state_root):
        with pytest.raises(ValueError, match="ascend"):
            root_of(wrong)


def test_the_published_example_of_a_state_root_holds() -> None:
    # docs/editions.md shows this figure to those who write their own
    three = sorted(hashlib.sha256(word).digest() for word in (b"a", b"b", b"c"))
    assert leaves.state_root(three).hex() == (
        "535ad6d3811dc338ec7f974ee523fcc19a0fb7d68204c21818a93b0d572c4a21"
    )


def change(engine: Engine, root: bytes, removed: set[bytes], added: set[bytes]) -> Change:
    numbers = {leaf: n for n, leaf in enumerate(LEAVES + CLOSE)}

    @contextmanager
    def write() -> Iterator[Session]:
        with writing(engine) as session:
            yield session

    with reading(engine) as session:
        made = Change(session, root, removed=removed, added=[slot(leaf, numbers[leaf]) for leaf in added])
    made.write(write)
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(st.lists(SETS, min_size=1, max_size=6))
def test_pages_changed_from_set_to_set_give_the_root_and_the_leaves_of_the_last(
    sqlite_engine: Engine, history: list[set[bytes]]
) -> None:
    root, before = NOTHING, set[bytes]()
    for members in history:
        root = change(sqlite_engine, root, before - members, members - before).root
        assert root == leaves.state_root(sorted(members))
        with reading(sqlite_engine) as session:
            assert [one[:LEAF] for one in state.slots(session, root)] == sorted(members)
        before = members


def test_states_that_hold_a_leaf_are_found_among_many(engine: Engine) -> None:
    roots = {}
    for number in range(20):
        members = set(LEAVES[number : number + 100])
        roots[change(engine, NOTHING, set(), members).root] = members
    with reading(engine) as session:
        for asked in ([LEAVES[0]], [LEAVES[5], LEAVES[110]], [CLOSE[0]], []):
            expected = {root for root, members in roots.items() if members & set(asked)}
            assert holding(session, [*roots, NOTHING], asked) == expected


def test_a_changed_leaf_costs_pages_by_depth_and_not_by_size(sqlite_engine: Engine) -> None:
    many = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(5000)]
    with reading(sqlite_engine) as session:
        first = Change(session, NOTHING, removed=(), added=[slot(leaf, 1) for leaf in many])
    first.write(lambda: writing(sqlite_engine))
    with reading(sqlite_engine) as session:
        assert session.execute(select(func.count()).select_from(StatePage)).scalar_one() == len(first.pages)
        assert len(first.pages) > 250
        second = Change(session, first.root, removed=[many[0]], added=[slot(LEAVES[0][::-1], 2)])
    assert second.root == leaves.state_root(sorted([*many[1:], LEAVES[0][::-1]]))
    assert len(second.pages) <= 2 * 3  # two paths of three pages
