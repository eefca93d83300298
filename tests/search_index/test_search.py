"""What a search finds, why, and in which order: laws of every index, whichever engine."""

import pytest

from registry.errors import Malformed
from search_index.protocol import Index, Query, Reason
from tests.search_index.given import CODE, document, fill, found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            "信阳市浉河区老王水产店", Reason("name", "exact", "信阳市浉河区老王水产店"), id="exact name"
        ),
        pytest.param("信阳", Reason("name", "prefix", "信阳"), id="beginning of the name"),
        pytest.param("王", Reason("name", "substring", "王"), id="one character"),
        pytest.param("区老王", Reason("name", "substring", "区老王"), id="run across words"),
        pytest.param("旧名號", Reason("former_name", "exact", "旧名号"), id="former name, traditional"),
        pytest.param("王記", Reason("alias", "substring", "王记"), id="alias, traditional"),
        pytest.param(CODE.lower(), Reason("uscc", "exact", CODE), id="whole code, lower case"),
        pytest.param("9141", Reason("uscc", "prefix", "9141"), id="beginning of the code"),
        pytest.param("K1X2", Reason("uscc", "substring", "K1X2"), id="run inside the code"),
        pytest.param("五馬區", Reason("market", "prefix", "五马区"), id="market"),
        pytest.param("a-12", Reason("stall", "prefix", "A-12"), id="stall"),
        pytest.param("a12", Reason("stall", "prefix", "A-12"), id="stall without the hyphen"),
        pytest.param("2号", Reason("stall", "substring", "2号"), id="inside the stall number"),
        pytest.param("人民路８８", Reason("address", "substring", "人民路88"), id="address, full width"),
        pytest.param("laowang", Reason("name", "pinyin", "老王"), id="pinyin"),
        pytest.param("lao wang shui", Reason("name", "pinyin", "老王水"), id="pinyin with spaces"),
        pytest.param("Lǎo Wáng", Reason("name", "pinyin", "老王"), id="pinyin with tones"),
        pytest.param("laowangsh", Reason("name", "pinyin", "老王水"), id="pinyin cut short"),
        pytest.param("lwsc", Reason("name", "initials", "老王水产"), id="initials"),
        pytest.param("wmqscpf", Reason("market", "initials", "五马区水产批发"), id="initials of the market"),
    ],
)
def test_every_part_of_a_business_finds_it_and_the_reason_says_which(
    index: Index, text: str, reason: Reason
) -> None:
    business = document(
        "b1",
        "信阳市浉河区老王水产店",
        former_names=("旧名号",),
        aliases=("小王记",),
        uscc=CODE,
        market="五马区水产批发市场",
        stall="A-12号",
        address="河南省人民路88号",
    )
    fill(index, business, document("b2", "别家"))
    hits = index.search(Query(text))
    assert [(hit.business_id, hit.reason) for hit in hits.items] == [("b1", reason)]
    assert hits.total == 1


def test_the_better_reason_stands_first(index: Index) -> None:
    fill(
        index,
        document("initials", "国额恶"),
        document("pinyin", "哥额"),
        document("place", "甲", stall="第gee号"),
        document("code", "乙", uscc="92411502GEE0000000"),
        document("other name", "丙", former_names=("大gee",)),
        document("inside", "大大gee大"),
        document("prefix", "gee大大大"),
        document("exact", "gee"),
    )
    order = ["exact", "prefix", "inside", "other name", "code", "place", "pinyin", "initials"]
    assert found(index, "gee") == order


def test_among_equal_reasons_the_shorter_name_stands_first(index: Index) -> None:
    fill(index, document("a", "信阳老王水产批发部"), document("b", "老王水产"), document("c", "大老王水产店"))
    assert found(index, "王水产") == ["b", "c", "a"]


def test_words_apart_must_all_be_found_in_whichever_fields(index: Index) -> None:
    fill(
        index,
        document("both", "老王水产店", address="信阳市浉河区"),
        document("one", "老李水产店", address="信阳市平桥区"),
        document("piece", "浉河水产"),
    )
    assert found(index, "浉河 水产") == ["piece", "both"]
    assert found(index, "水产　浉河，老王") == ["both"]
    reasons = index.search(Query("浉河 老王")).items[0].reasons
    assert reasons == (Reason("address", "substring", "浉河"), Reason("name", "prefix", "老王"))


def test_a_character_of_several_readings_is_found_by_each_that_is_in_use(index: Index) -> None:
    fill(index, document("b1", "重庆银行"), document("b2", "长乐女装"))
    for text in ["chongqing", "zhongqing", "yinhang", "yinxing", "cqyh", "zqyx"]:
        assert found(index, text) == ["b1"], text
    for text in ["changle", "zhangyue", "lenv", "lenü", "lenu", "clnz"]:
        assert found(index, text) == ["b2"], text


def test_letters_are_read_as_pinyin_in_every_way_they_can_be(index: Index) -> None:
    fill(index, document("b1", "西安方案"), document("b2", "仙范甘"))
    assert found(index, "xian") == ["b2", "b1"]
    assert found(index, "xianfangan") == ["b2", "b1"]
    assert found(index, "xi'an") == ["b2", "b1"]


def test_pinyin_begins_where_a_syllable_begins(index: Index) -> None:
    fill(index, document("b1", "老王"))
    assert found(index, "wan") == ["b1"]
    assert found(index, "ang") == []
    assert found(index, "aowang") == []


def test_no_run_reaches_from_one_name_into_another(index: Index) -> None:
    fill(
        index,
        document("b1", "甲乙", former_names=("丙丁", "戊"), aliases=("己庚",), market="辛壬", stall="癸1"),
    )
    for text in ["乙丙", "丁戊", "丁戊己", "戊己", "壬癸", "yibing", "dingwu", "ybd", "壬癸1"]:
        assert found(index, text) == [], text


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({"region_prefix": "41"}, {"a", "b"}, id="province"),
        pytest.param({"region_prefix": "411502"}, {"a"}, id="county"),
        pytest.param({"region_prefix": "4115021"}, set(), id="longer than a code"),
        pytest.param({"sector": "fuel"}, {"b", "c"}, id="sector"),
        pytest.param({"lists": ("red",)}, {"a"}, id="one list"),
        pytest.param({"lists": ("red", "black")}, {"a", "c"}, id="either of two lists"),
        pytest.param({"lists": ()}, set(), id="none of no lists"),
        pytest.param(
            {"lists": ("black",), "sector": "fuel", "region_prefix": "32"}, {"c"}, id="all together"
        ),
    ],
)
@pytest.mark.parametrize("text", ["老王", "", " "])
def test_filters_narrow_a_query_and_stand_alone(
    index: Index, text: str, filters: dict[str, object], expected: set[str]
) -> None:
    fill(
        index,
        document("a", "老王一店", region="411502", sector="market", lists=("red", "board")),
        document("b", "老王二店", region="411503", sector="fuel"),
        document("c", "老王三店", region="320512", sector="fuel", lists=("black",)),
    )
    assert set(found(index, text, **filters)) == expected


@pytest.mark.parametrize("text", ["！？", "...", "😀", "\ud800", "王" * 257, "\x00"])
def test_what_means_nothing_finds_nothing(index: Index, text: str) -> None:
    fill(index, document("b1", "老王"))
    assert index.search(Query(text)).total == 0


def test_only_what_was_committed_is_found(index: Index) -> None:
    fill(index, document("b1", "老王"))
    index.upsert([document("b1", "老李")])
    assert found(index, "老王") == ["b1"]
    index.commit()
    assert found(index, "老王") == []
    assert found(index, "老李") == ["b1"]
    assert index.count() == 1


def test_pages_put_together_are_all_hits_in_order_and_once(index: Index) -> None:
    fill(index, *[document(f"b{n}", "老王" + "店" * (n % 4), address=f"老王路{n}") for n in range(23)])
    for text in ["老王", "老 店", "laowang", ""]:
        whole = index.search(Query(text, limit=100))
        read, after = [], None
        while True:
            page = index.search(Query(text, limit=3, after=after))
            read += page.items
            assert page.total == whole.total
            if page.next is None:
                break
            after = page.next
        assert tuple(read) == whole.items


@pytest.mark.parametrize("cursor", ["", "x", "1", "99.1", "1.99999999999999999999", "1.2.3", "-1.2", "１.2"])
def test_a_cursor_that_no_index_made_is_refused(index: Index, cursor: str) -> None:
    with pytest.raises(Malformed) as refused:
        index.search(Query("老王", after=cursor))
    assert refused.value.code == "cursor.broken"
