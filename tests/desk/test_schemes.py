"""What the public sees of the scheme by which a place scores, and of the grade that it gives."""

from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Town


def elsewhere(town: Town, name: str, region: str, **more: object) -> str:
    """Register a business of another place; the town's pages show it at once."""
    with writing(town.engine) as session:
        by = given.work(session, "national")
        business_id = given.business(by, name, region=region, **more)
        given.violation(
            by, business_id, conduct_code="short_weight", decided_on="2025-11-20", decision_no=name
        )
    return business_id


def test_where_a_place_cannot_grade_the_page_of_a_business_says_why(town: Town) -> None:
    words = (
        town.browser().open(f"/businesses/{elsewhere(town, '石家庄长安李记超市有限公司', '130102')}").words
    )
    assert "河北省服务业计量信用风险分级" in words
    assert "分数越高，风险越大" in words
    assert "不定等级：本地方案由几个部分加权相加，权重未查明" in words
    assert "不对外公示" in words


def test_a_grade_is_shown_only_where_it_is_public_and_of_no_person(town: Town) -> None:
    """Of Xiangshan only grade D is known, so this stall has none; its scale is shown all the same."""
    shop = town.browser().open(f"/businesses/{elsewhere(town, '象山丹城李记水产有限公司', '330225')}").words
    assert "起评 12 分；最低 0 分；总分不封顶；分数越高越好" in shop
    assert "按已经查明的分数线，不能确定等级" in shop
    person = (
        town.browser().open(f"/businesses/{elsewhere(town, '王小明', '330225', kind='natural_person')}").words
    )
    assert "自然人的等级不公示" in person
    assert "按已经查明的分数线" not in person


def test_the_rules_of_a_place_tell_how_it_scores_and_what_is_not_known_of_it(town: Town) -> None:
    xiangshan = town.browser().open("/rules?where=330225").words
    for said in ("象山县菜市场信用监管（十二分制）", "0 分至 3 分", "分数线未查明", "分值未查明"):
        assert said in xiangshan
    assert "2026年5月1日至2027年4月30日" in xiangshan
    assert "权重未查明" in town.browser().open("/rules?where=130000").words
    assert "计量信用计分（建议方案）" in town.browser().open("/rules?where=410000").words
    assert "最高 80 分" in town.browser().open("/rules?where=150200").words
