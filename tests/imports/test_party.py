"""Whom a published name names: the rule that decides who can be held to a record."""

import json

import pytest

from registry.imports.commands import builtin
from registry.imports.party import classify, names_a_party


@pytest.mark.parametrize(
    "published",
    [
        None,
        "",
        "  ",
        "一家超市",
        "一商户",
        "一名水果摊贩",
        "1家开发商",
        "域内一家加油站",
        "西华黄泛区一加油站",
        "息县农贸市场一家卖鸡的店",
        "一家逾期未改的供水站",
        "生鲜超市",
        "便民市场内商户",
    ],
)
def test_a_party_that_nobody_could_find_is_unidentified(published: str | None) -> None:
    party = classify(published, "enterprise")
    assert (party.standing, party.name) == ("unidentified", None)


@pytest.mark.parametrize(
    "published",
    [
        "周家红水产经营部等15家经营者",
        "陆某某、郑某某",
        "7家经销商",
        "三家电子秤经销（维修）商",
        "2家销售海味商行",
    ],
)
def test_several_parties_are_nobody_in_particular_even_where_one_is_named(published: str) -> None:
    assert classify(published, "sole_trader").standing == "unidentified"


def test_a_station_of_a_named_company_is_not_the_company() -> None:
    assert classify("宁夏宝塔油气销售有限公司的一个加油站", "enterprise").standing == "unidentified"


@pytest.mark.parametrize(
    "published", ["某加油站", "柳州市某加油站", "周铁镇某水产摊", "张*超市", "李XX水果店"]
)
def test_a_masked_name_is_kept_as_published(published: str) -> None:
    party = classify(published, "enterprise")
    assert (party.standing, party.name) == ("masked", published)


@pytest.mark.parametrize(
    "published",
    [
        "达拉特旗召南石油制品有限公司",
        "大众液化气供应站",
        "腾云旅社",
        "沙河口区兆轩海鲜店",
        "老码头胖雷海鲜摊床",
        "万家福超市",
        "百家超市",
        "一品香饭店",
        "第一家具城有限公司",
        "一家亲火锅店",
    ],
)
def test_a_name_of_its_own_is_named(published: str) -> None:
    assert classify(published, "enterprise").standing == "named"


@pytest.mark.parametrize(
    ("published", "kind"),
    [
        ("南山白樱花市场水产品业户王某", "sole_trader"),
        ("李某", "sole_trader"),
        ("陈某某", None),
        ("王小明", "sole_trader"),
        ("陈某", "natural_person"),
    ],
)
def test_a_sole_trader_without_a_trade_name_is_a_natural_person(published: str, kind: str | None) -> None:
    assert classify(published, kind).kind == "natural_person"


def test_a_sole_trader_with_a_trade_name_is_not_a_natural_person() -> None:
    assert classify("龙记水产品店", "sole_trader").kind == "sole_trader"


def test_words_of_trade_name_no_party_and_names_do() -> None:
    assert not names_a_party("农贸市场")
    assert not names_a_party("商场（超市）")
    assert not names_a_party("当场销毁")
    assert names_a_party("兴城市沙后所加油站")
    assert names_a_party("某某食品厂")


def test_the_decided_cases_name_19_parties_mask_21_and_leave_20_unidentified() -> None:
    lines = builtin("cases").read_text(encoding="utf-8").splitlines()
    decided = [case for case in map(json.loads, lines) if case["case_status"] == "decided"]
    standings = [classify(c["party_published_name"], c["party_kind"]).standing for c in decided]
    counted = {standing: standings.count(standing) for standing in sorted(set(standings))}
    assert counted == {"masked": 21, "named": 19, "unidentified": 20}
