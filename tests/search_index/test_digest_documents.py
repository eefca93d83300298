"""A document's digest tells whether the index holds what the database shows."""

import dataclasses

import pytest
import rfc8785
from hypothesis import given
from msgspec.structs import asdict

from registry.publication.answers import IndexSource
from search_index.documents import SearchDocument, digest_of, from_source
from tests.search_index.given import document, documents


@given(documents)
def test_the_canonical_form_is_that_of_rfc_8785(held: list[SearchDocument]) -> None:
    for one in held:
        assert one.canonical() == rfc8785.dumps(asdict(one))
        assert SearchDocument.read(one.canonical()) == one
        assert digest_of(one.canonical()) == one.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"name": "x"},
        {"former_names": ("x",)},
        {"aliases": ("x",)},
        {"market": "x"},
        {"stall": "x"},
        {"address": "x"},
        {"uscc": "x"},
        {"region": "320512"},
        {"sector": "x"},
        {"lists": ("x",)},
        {"designated": True},
        {"pledged": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_change_changes_the_digest(change: dict[str, object]) -> None:
    assert document(**change).digest() != document().digest()


def test_a_document_carries_all_that_the_public_view_gives_but_the_status() -> None:
    source = IndexSource(
        business_id="b1",
        version=7,
        name="老王",
        former_names=("旧",),
        aliases=("别",),
        market="市场",
        stall="1",
        address="路",
        uscc="91",
        region="411502",
        sector="market",
        status="active",
        lists=("red",),
        designated=True,
        pledged=True,
    )
    given_fields = dataclasses.asdict(source)
    del given_fields["status"]
    assert asdict(from_source(source)) == given_fields
