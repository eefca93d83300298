"""Names are compared by what remains without width, case, script and punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.names import _ONE_EACH, fold, origins_of, words
from search_index.pinyin import readings, segmentations, spelling, syllables


@given(st.text(), st.text())
def test_a_part_of_a_name_folds_to_a_part_of_the_folded_name(before: str, after: str) -> None:
    assert fold(before + after) == fold(before) + fold(after)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_fold_has_no_space_and_no_anchor_and_can_be_encoded(text: str) -> None:
    folded = fold(text)
    assert folded.encode("utf-8").decode("utf-8") == folded
    assert not any(each.isspace() or each in "^$" for each in folded)


@given(st.text())
def test_every_character_of_a_fold_comes_from_a_place_in_the_text(text: str) -> None:
    origins = origins_of(text)
    assert "".join(fold(text[place]) for place in dict.fromkeys(origins)) == fold(text)
    assert list(origins) == sorted(origins)


def test_a_name_of_plain_letters_and_ideographs_folds_place_by_place() -> None:
    """Where it is taken for granted that each folds to one character, each does."""
    plain = [chr(point) for point in range(0xA000) if _ONE_EACH.fullmatch(chr(point))]
    assert len(plain) > 20_000
    assert all(len(fold(one)) == 1 for one in plain)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("乾隆優選（臺灣）", "干隆优选台湾"),
        ("ＡＢｃ１２", "abc12"),
        ("é㎏①", "ekg1"),
        ("老王·水产 店", "老王水产店"),
        ("Straße", "strasse"),
        ("二○二六", "二〇二六"),
        ("吉\U00020bb7", "吉\U00020bb7"),
        ("\ue000号", "\ue000号"),
        ("×××", ""),
    ],
)
def test_forms_of_writing_that_mean_the_same_fold_alike(written: str, same: str) -> None:
    assert fold(written) == same


def test_words_are_parted_by_spaces_and_commas_of_either_width() -> None:
    assert words(" 浉河　水产,，老王；；A-1 ！ ") == ("浉河", "水产", "老王", "a1")


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        pytest.param("行", {"xing", "hang", "heng"}, id="several in phrases"),
        pytest.param("市", {"shi"}, id="a reading that no phrase has is left out"),
        pytest.param("单", {"dan", "shan", "chan"}, id="a surname's reading"),
        pytest.param("翟", {"zhai"}, id="a surname that no phrase has"),
        pytest.param("王", {"wang"}, id="one"),
        pytest.param("a", set(), id="no Chinese character"),
    ],
)
def test_a_character_has_the_readings_that_are_in_use(character: str, expected: set[str]) -> None:
    assert set(readings(character)) == expected


@given(st.lists(st.sampled_from(sorted(syllables())), min_size=1, max_size=4), st.data())
def test_letters_are_read_as_the_syllables_they_were_made_of(said: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(said[-1])))
    assert (*said[:-1], said[-1][:cut]) in segmentations("".join(said[:-1]) + said[-1][:cut])


@given(st.text("aeinogxlzhu", max_size=200))
def test_readings_of_letters_are_few_and_spell_the_letters(letters: str) -> None:
    ways = segmentations(letters)
    assert len(ways) <= 32
    assert all("".join(way) == letters for way in ways)
    assert all(syllable in syllables() for way in ways for syllable in way[:-1])


def test_every_syllable_of_a_name_is_one_that_letters_may_be_read_as() -> None:
    every = {typed for point in range(0x4E00, 0xA000) for typed in spelling(chr(point))[0]}
    assert every <= syllables()
