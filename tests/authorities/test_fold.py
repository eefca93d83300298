"""One office is one authority however its name is spelled, and two offices are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.authorities import authority_key
from registry.regions import ancestors, region

PLACES = ["410000", "411500", "411502", "220200", "532900", "331127", "110105", "210381", "152221", "450000"]
OFFICES = {
    "市场监督管理局": ["市场监督管理局", "市场监管局", "市监局", "市场监督管理部门"],
    "质量技术监督局": ["质量技术监督局", "质监局"],
    "市场监督管理局高新分局": ["市场监督管理局高新分局", "市场监管局高新分局"],
}
PLATES = ["", "（知识产权局）", "(本地知识产权局)", "（食品安全委员会办公室）"]


def _full(code: str) -> str:
    found = region(code)
    assert found is not None
    return found.name


@some.composite
def spelled(draw: some.DrawFn) -> tuple[str, str, str]:
    """Draw a place, an office, and a way to write its name."""
    place, office = draw(some.sampled_from(PLACES)), draw(some.sampled_from(sorted(OFFICES)))
    above = [_full(code.ljust(6, "0")) for code in ancestors(place)[1:-1]]
    named = [name for name in above if name != "市辖区" and draw(some.booleans())]
    own = _full(place)
    # 信阳市监局 names its place without the last word of it
    short = own.removesuffix("市") if own.endswith("市") and draw(some.booleans()) else own
    kind, plate = draw(some.sampled_from(OFFICES[office])), draw(some.sampled_from(PLATES))
    written = "".join([*named, short, kind, plate])
    blank = draw(some.sampled_from(["", " ", "\u3000"]))
    cut = draw(some.integers(0, len(written)))
    return place, office, written[:cut] + blank + written[cut:]


@given(spelled(), spelled())
def test_two_names_are_folded_alike_exactly_when_they_name_one_office(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    (place, office, written), (other_place, other_office, other_written) = one, other
    alike = authority_key(written, place) == authority_key(other_written, other_place)
    assert alike is ((place, office) == (other_place, other_office))


@given(some.text(max_size=30), some.sampled_from(PLACES))
def test_any_text_is_folded_and_what_is_no_office_stays_apart_from_every_office(
    text: str, place: str
) -> None:
    key = authority_key(text, place)
    assert key == authority_key(f" {text} ", place)
    assert key != authority_key(text + "甲", place)


def test_a_city_is_the_same_when_the_row_states_the_district_of_the_business() -> None:
    assert authority_key("信阳市监局", "411502") == authority_key("信阳市市场监督管理局", "411500")
    assert authority_key("信阳市市监局", "411502") != authority_key("浉河区市监局", "411502")


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        pytest.param("上海市监狱管理局", "上海市市场监督管理局", "310000", id="prisons"),
        pytest.param("信阳市工商局", "信阳市市监局", "411500", id="an office before the reform"),
        pytest.param("吉林省市监局", "吉林市监局", "220200", id="province and city of one name"),
        pytest.param("市监局高新分局", "市监局", "411500", id="a branch"),
        pytest.param("信阳市市场监督管理局（上天梯）", "信阳市市场监督管理局", "411500", id="no plate"),
    ],
)
def test_what_only_looks_alike_is_kept_apart(one: str, other: str, place: str) -> None:
    assert authority_key(one, place) != authority_key(other, place)


@pytest.mark.parametrize(
    ("written", "place", "key"),
    [
        ("国家市场监管总局", "000000", "000000:市场监督管理总局"),
        ("天津市市场监管委", "120000", "120000:市场监督管理委员会"),
        ("大理州市监局", "532900", "532900:市场监督管理局"),
        ("景宁县市场监管局", "331127", "331127:市场监督管理局"),
        ("锦州经济技术开发区市场监管局", "210700", "210700:经济技术开发区市场监督管理局"),
    ],
)
def test_names_are_read_as_place_and_office(written: str, place: str, key: str) -> None:
    assert authority_key(written, place) == key
