"""How a business is named in public, and which numbers are taken out of texts."""

import pytest

from registry.businesses.persons import is_natural_person, is_personal_name, masked_name
from registry.publication.rules import HIDDEN, identity_of, is_identity_number, without_numbers, words_about


@pytest.mark.parametrize("name", ["张三", "王建国", "欧阳小军", "李 四", "赵六（个体工商户）", "买买提·艾力"])
def test_a_surname_and_one_or_two_characters_read_as_a_persons_own_name(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name", ["李记", "王记鱼摊", "张三粮店", "某水产店", "ABC超市", "李四水果店", "同仁药房"]
)
def test_a_name_that_speaks_of_a_trade_is_no_persons_own(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    ("kind", "uscc", "person"),
    [
        pytest.param("natural_person", "91110000600037341L", True, id="natural-person-always"),
        pytest.param("sole_trader", None, True, id="sole-trader-without-code"),
        pytest.param("sole_trader", "92411502MA45XXXX1X", True, id="sole-trader-with-code"),
        pytest.param("unknown", None, True, id="unknown-kind-is-protected"),
        pytest.param("unknown", "91110000600037341L", False, id="code-of-an-enterprise"),
        pytest.param("enterprise", None, False, id="enterprise"),
    ],
)
def test_who_bears_a_personal_name_is_a_person_unless_kind_or_code_say_otherwise(
    kind: str, uscc: str | None, person: bool
) -> None:
    assert is_natural_person(kind, "王建国", uscc) is person


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张某"), ("欧阳小军", "欧阳某"), ("赵六（个体工商户）", "赵某")]
)
def test_a_person_is_shown_by_surname_alone(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_a_natural_person_is_shown_without_code_address_or_former_names() -> None:
    identity = identity_of(
        standing="named",
        kind="natural_person",
        name="张三",
        uscc="110101199003074514",
        uscc_check_ok=False,
        address="某小区3号楼",
        former_names=("张小三",),
    )
    assert identity is not None
    assert (identity.name, identity.uscc, identity.address, identity.former_names) == ("张某", None, None, ())


def test_a_sole_trader_is_shown_under_the_trade_name_and_not_the_operators() -> None:
    identity = identity_of(
        standing="named",
        kind="sole_trader",
        name="李四",
        uscc="92110000600037341X",
        uscc_check_ok=True,
        address="人民路1号",
        former_names=("李老四",),
        trade_names=("老李鲜鱼行",),
    )
    assert identity is not None
    assert (identity.name, identity.masked, identity.former_names) == ("老李鲜鱼行", False, ())
    assert identity.address == "人民路1号"


def test_an_unidentified_party_is_never_shown_and_a_masked_one_as_published() -> None:
    nobody = identity_of(
        standing="unidentified", kind="unknown", name=None, uscc=None, uscc_check_ok=None, address=None
    )
    masked = identity_of(
        standing="masked", kind="unknown", name="某水产摊", uscc=None, uscc_check_ok=None, address=None
    )
    assert nobody is None
    assert masked is not None
    assert (masked.name, masked.masked) == ("某水产摊", True)


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678",
        "联系138-1234-5678",
        "0376-6123456",
        "（010）62345678",
        "身份证110101199003074514",
        "证号 11010119900307451X",
        "+86 13812345678",
    ],
)
def test_telephone_and_identity_numbers_are_taken_out_of_texts(text: str) -> None:
    shown = without_numbers(text)
    assert HIDDEN in shown
    assert sum(character.isdigit() for character in shown) == 0


@pytest.mark.parametrize(
    "text",
    [
        "信浉市监处罚〔2026〕12号",
        "罚款1500元，没收2台",
        "91110000600037341L",
        "2026年11月20日",
        "编号20261120001",
        "豫A12345",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert without_numbers(text) == text


def test_an_identity_number_is_told_by_birthday_and_check_character() -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("11010519491331002X")
    assert not is_identity_number("91110000600037341L")


def test_a_persons_name_is_taken_out_of_free_texts() -> None:
    identity = identity_of(
        standing="named", kind="sole_trader", name="张三", uscc=None, uscc_check_ok=None, address=None
    )
    assert identity is not None
    assert (
        words_about("当事人张三（13812345678）使用作弊秤", ["张三"], identity)
        == f"当事人张某（{HIDDEN}）使用作弊秤"
    )


def test_a_personal_name_that_a_business_once_had_is_taken_out_of_free_texts_too() -> None:
    identity = identity_of(
        standing="named",
        kind="sole_trader",
        name="浉河区张记秤行",
        uscc=None,
        uscc_check_ok=None,
        address=None,
        former_names=("张三", "浉河区老秤行"),
    )
    assert identity is not None
    told = words_about(
        "浉河区张记秤行（原浉河区老秤行）的张三", [identity.name, "张三", "浉河区老秤行"], identity
    )
    assert told == "浉河区张记秤行（原浉河区老秤行）的张某"


def test_a_trade_name_that_is_a_persons_own_publishes_nobody() -> None:
    identity = identity_of(
        standing="named",
        kind="sole_trader",
        name="张三",
        uscc=None,
        uscc_check_ok=None,
        address="某小区3号楼",
        trade_names=("张三",),
    )
    assert identity is not None
    assert (identity.name, identity.natural_person, identity.aliases, identity.address) == (
        "张某",
        True,
        (),
        None,
    )
