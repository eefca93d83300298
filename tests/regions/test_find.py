"""Regions of GB/T 2260 are known by code and by the names that published cases use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Malformed
from registry.regions import Region, ancestors, find_place, find_region, prefix, region, region_or_refuse


def known(code: str) -> Region:
    found = region(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "full_name", "level"),
    [
        pytest.param("000000", "全国", "nation", id="nation"),
        pytest.param("410000", "河南省", "province", id="province"),
        pytest.param("411500", "河南省信阳市", "city", id="city"),
        pytest.param("411502", "河南省信阳市浉河区", "county", id="county"),
        pytest.param("110108", "北京市海淀区", "county", id="district-of-a-municipality"),
        pytest.param("429004", "湖北省仙桃市", "county", id="county-governed-by-the-province"),
        pytest.param("442000", "广东省中山市", "city", id="city-without-counties"),
        pytest.param("330113", "浙江省杭州市临平区", "county", id="made-in-2021"),
        pytest.param("710000", "台湾省", "province", id="taiwan"),
        pytest.param("810000", "香港特别行政区", "province", id="hong-kong"),
    ],
)
def test_a_current_code_has_its_name_and_level(code: str, full_name: str, level: str) -> None:
    found = known(code)
    assert (found.full_name, found.level, found.current) == (full_name, level, True)


@pytest.mark.parametrize(
    ("code", "name", "years"),
    [
        pytest.param("330103", "下城区", ("1983", "2021"), id="hangzhou-xiacheng"),
        pytest.param("110103", "崇文区", ("2010",), id="beijing-chongwen"),
        pytest.param("370684", "蓬莱市", ("1991", "2020"), id="penglai"),
    ],
)
def test_a_historical_code_is_explained_not_refused(code: str, name: str, years: tuple[str, ...]) -> None:
    found = region_or_refuse(code, "region")
    assert (found.name, found.current) == (name, False)
    assert found.note is not None
    assert all(year in found.note for year in years)


def test_a_code_in_use_tells_its_former_name() -> None:
    found = known("130502")
    assert (found.name, found.current) == ("襄都区", True)
    assert found.note == "此代码1983年起至2019年称桥东区"


@pytest.mark.parametrize("code", ["", "41", "411599", "999999", "41150", "4115021", "４１１５０２", "abcdef"])
def test_what_never_was_a_code_is_refused_with_its_field(code: str) -> None:
    with pytest.raises(Malformed) as refused:
        region_or_refuse(code, "row.region")
    assert (refused.value.code, refused.value.field) == ("region.unknown", "row.region")


@pytest.mark.parametrize(
    ("names", "code", "unmatched"),
    [
        pytest.param(("河南省", "信阳市", "浉河区"), "411502", None, id="county"),
        pytest.param(("河南", "信阳", None), "411500", None, id="short-names"),
        pytest.param(("上海市", "上海市", "奉贤区"), "310120", None, id="municipality-named-twice"),
        pytest.param(("河南省", "信阳市", "羊山新区"), "411500", "羊山新区", id="development-zone"),
        pytest.param(("广东省", "中山市", "南朗街道"), "442000", "南朗街道", id="township"),
        pytest.param(("山东省", "烟台市", "蓬莱市"), "370684", None, id="former-county"),
        pytest.param(("福建省", "平潭综合实验区", "平潭县"), "350128", None, id="zone-above-a-county"),
        pytest.param(("广东省", "汕尾市", "城区"), "441502", None, id="name-that-many-counties-bear"),
        pytest.param(("云南省", "大理州", "云龙县"), "532929", None, id="prefecture-called-short"),
        pytest.param(("湖北省", "仙桃市", None), "429004", None, id="county-in-the-place-of-a-city"),
        pytest.param(("江苏省", "南京市", "鼓楼区"), "320106", None, id="gulou-of-nanjing"),
        pytest.param(("江苏省", "徐州市", "鼓楼区"), "320302", None, id="gulou-of-xuzhou"),
    ],
)
def test_names_of_cases_find_the_nearest_region(
    names: tuple[str, str | None, str | None], code: str, unmatched: str | None
) -> None:
    found = find_region(*names)
    assert found is not None
    assert (found.region.code, found.unmatched, found.precision) == (code, unmatched, found.region.level)


def test_an_unknown_province_finds_nothing() -> None:
    assert find_region("火星", "信阳市") is None
    assert find_place("某地") is None


@pytest.mark.parametrize(
    ("text", "code", "unmatched"),
    [
        pytest.param("甘肃省天水市", "620500", None, id="city"),
        pytest.param("江苏省连云港市东海县", "320722", None, id="county"),
        pytest.param("广东省东莞市寮步镇", "441900", "寮步镇", id="township"),
        pytest.param("北京市海淀区中关村", "110108", "中关村", id="municipality"),
        pytest.param("云南省大理州云龙县", "532929", None, id="prefecture-called-short"),
        pytest.param("全国", "000000", None, id="nation"),
    ],
)
def test_a_run_of_names_finds_the_nearest_region(text: str, code: str, unmatched: str | None) -> None:
    found = find_place(text)
    assert found is not None
    assert (found.region.code, found.unmatched) == (code, unmatched)


@pytest.mark.parametrize(
    ("code", "own", "places"),
    [
        ("411502", "411502", ("", "41", "4115", "411502")),
        ("411500", "4115", ("", "41", "4115")),
        ("410000", "41", ("", "41")),
        ("000000", "", ("",)),
        ("", "", ("",)),
        ("4115", "4115", ("", "41", "4115")),
    ],
)
def test_a_code_lies_in_the_jurisdictions_above_it(code: str, own: str, places: tuple[str, ...]) -> None:
    assert (prefix(code), ancestors(code)) == (own, places)


@given(st.text("0123456789", min_size=6, max_size=6))
def test_a_region_lies_in_every_one_of_its_ancestors(code: str) -> None:
    assert all(code.startswith(place) for place in ancestors(code))
    assert ancestors(code)[-1] == prefix(code)
