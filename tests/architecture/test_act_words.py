"""Every act that the audit log can hold is told in words, Chinese and English, and what it was done to."""

import pytest

from registry.texts import Language, terms
from tests.architecture.acts import Acts, Unfollowed
from tests.architecture.sources import Source, product_sources

AROUND = "def do(work, act='', many=False):\n"


def named(family: str, language: Language) -> set[str]:
    """Return the codes of a family that have a word."""
    return {key.removeprefix(f"{family}.") for key in terms(language) if key.startswith(f"{family}.")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_act_that_can_be_written_has_words_and_every_word_its_act(language: Language) -> None:
    acts = Acts(product_sources())
    assert named("act", language) == acts.written()
    assert named("act_subject", language) == acts.subjects()


def test_no_two_acts_are_told_in_the_same_words() -> None:
    for language in ("zh", "en"):
        said = [words for key, words in terms(language).items() if key.startswith("act.")]
        assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize(
    ("body", "acts"),
    [
        ("    work.record('a.done', Subject('a', '1'))", {"a.done"}),
        ("    work.record('a.many' if many else 'a.one', Subject('a', '1'))", {"a.many", "a.one"}),
        (
            "    said = f'a.{\"on\" if many else \"off\"}'\n    work.record(said, Subject('a', '1'))",
            {"a.on", "a.off"},
        ),
        ("    work.record(act, Subject('a', '1'))\ndef other(work):\n    do(work, 'a.handed')", {"a.handed"}),
        ("    work.record(TOLD[act], Subject('a', '1'))\nTOLD = {'x': 'a.table'}", {"a.table"}),
    ],
)
def test_an_act_is_followed_to_where_its_words_stand(body: str, acts: set[str]) -> None:
    assert Acts(iter([Source("registry/planted.py", AROUND + body)])).written() == acts


def test_an_act_that_cannot_be_followed_is_reported() -> None:
    planted = Source("registry/planted.py", AROUND + "    work.record(act.upper(), Subject('a', '1'))")
    with pytest.raises(Unfollowed):
        Acts(iter([planted])).written()
