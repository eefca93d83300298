"""Cells are folded where people write one thing in several ways, and refused where they do not mean one."""

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from registry.errors import Malformed
from registry.imports import values
from registry.imports.columns import SECTORS, _choice
from registry.texts import say


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123450),
        ("1234.5", 123450),
        ("１，２３４．５０", 123450),
        ("¥400", 40000),
        ("400元", 40000),
        ("0", 0),
        ("0.01", 1),
        ("85449.8", 8544980),
        ("1766.110", 176611),
    ],
)
def test_an_amount_of_yuan_is_exact_in_fen(text: str, fen: int) -> None:
    assert values.fen(text, "fine_yuan") == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.001", "import.below_a_fen"),
        ("-5", "import.amount"),
        ("12,34", "import.amount"),
        ("一千元", "import.amount"),
        ("1e3", "import.amount"),
        ("NaN", "import.amount"),
        ("9" * 40, "import.amount"),
        ("", "import.amount"),
    ],
)
def test_what_is_no_amount_of_whole_fen_is_refused(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        values.fen(text, "fine_yuan")
    assert refused.value.code == code


@for_all(st.integers(min_value=0, max_value=10**14))
def test_every_amount_of_fen_survives_being_written_in_yuan(fen: int) -> None:
    assert values.fen(f"{fen // 100:,}.{fen % 100:02d}", "fine_yuan") == fen


@pytest.mark.parametrize("text", ["411502", "４１１５０２", "河南省信阳市浉河区"])
def test_a_region_is_read_by_code_or_full_name(text: str) -> None:
    assert values.region_code(text, "region") == "411502"


@pytest.mark.parametrize("text", ["999999", "浉河区", "河南省信阳市无此区", "中国"])
def test_a_region_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"region\.unknown"):
        values.region_code(text, "region")


def test_a_choice_is_read_by_code_or_chinese_word_in_any_width_and_case() -> None:
    read = values.one_of(_choice(SECTORS))
    assert [read(text, "sector") for text in ("fuel_station", "ＦＵＥＬ_STATION", "加油站")] == [
        "fuel_station"
    ] * 3
    with pytest.raises(Malformed, match=r"import\.not_one_of") as refused:
        read("火箭", "sector")
    assert "可选：集贸市场、商店超市、加油站" in say(refused.value, "zh")
    assert "_" not in say(refused.value, "zh")


def test_a_whole_date_is_refused_where_only_the_month_is_known() -> None:
    assert values.whole_date("２０２７年５月１９日", "valid_through") == date(2027, 5, 19)
    with pytest.raises(Malformed, match=r"date\.malformed"):
        values.whole_date("2027-05", "valid_through")


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x00", "\x07", "\ud800", "\ufeff"])
def test_a_character_that_nobody_sees_is_refused_within_a_text(hidden: str) -> None:
    with pytest.raises(Malformed, match=r"import\.unseen_character"):
        values.clean(f"李记{hidden}水产", "name")


def test_blanks_around_a_cell_do_not_count() -> None:
    assert values.clean("\u3000 李记水产\u200b\t", "name") == "李记水产"
