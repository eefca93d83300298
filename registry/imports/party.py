"""Who a published record speaks of: one named party, a masked one, or nobody in particular.

The press writes of "a supermarket" and of "fifteen traders, among them …". Such a party is kept with
its case and with nothing else: no later record may be held against whoever it might have been. The
order of the tests below is part of the rule: doubt always falls towards naming nobody.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from registry.businesses.persons import is_personal_name

Standing = Literal["named", "masked", "unidentified"]

_NUMBER = r"[0-9０-９一二三四五六七八九十百千两几数多]+"
_COLLECTIVE = re.compile(
    rf"等\s*{_NUMBER}?\s*余?多?(?:家|户|名|人|个)|等(?:人|商户|业户|经营者|企业|单位)?$"
    r"|^(?![1１](?:家|名|户|个|处))(?:[0-9０-９]+|[二三四五六七八九十两几多数]+)余?多?(?:家|户|名|个|处)"
    r"|[、；;]|和另|及其他"
)
_SOME_ONE = re.compile(r"(?:(?<!第)一|(?<![0-9０-９])[1１])(?:家(?!人|亲|春|和|福)|个|名|户|处|位|间|所)")
_MASKED = re.compile(r"某|[*＊×●○]|[xX]{2,}|ＸＸ")
_BEARER = r"(?:业户|商户|摊主|摊贩|经营户|个体户|店主|业主|经营者|当事人|老板|司机|店家)"
_INSIDE = re.compile(rf"(?:内|里|中)(?:的)?(?:{_BEARER}|摊位|商家|店铺)$")
_PERSON_AT_END = re.compile(rf"{_BEARER}[\u4e00-\u9fff](?:某{{1,3}}|[*＊×]{{1,3}})$")
_MASKED_PERSON = re.compile(r"^[\u4e00-\u9fff]{1,2}(?:某{1,3}|[*＊×]{1,3})$")

# Words of trade and place that name nobody, alone or in a row
_GENERIC = (Path(__file__).parent / "data" / "generic_words.txt").read_text(encoding="utf-8").split()
_ONLY_GENERIC = re.compile("(?:" + "|".join(sorted(map(re.escape, _GENERIC), key=len, reverse=True)) + ")+")
_PLACE_THEN_ONE = re.compile(r"^(?:.*[省市区县旗镇乡村街路域])?一(?P<rest>[^家个名户处位间所].*)$")

_ORGANISATION = re.compile(
    r"(?:公司|加油站|加气站|供应站|检测站|商行|商店|超市|市场|酒楼|饭店|酒店|医院|诊所|药店|眼镜店|分店|分厂|工厂|"
    r"厂|店|馆|部|中心|铺|摊|摊位|摊床|行|站|社|所|院|点|户|商)$"
)
_COMPANY = re.compile(r"公司(?:.{0,20}(?:分公司|分店|店|部|站|厂))?$")


@dataclass(frozen=True)
class Party:
    """Who the record speaks of.

    Attributes:
        name: As published; None where nobody in particular is named.
    """

    standing: Standing
    name: str | None
    kind: str


def classify(published: str | None, kind: str | None) -> Party:
    """Say whom a published name names.

    Args:
        published: The name as published, if any.
        kind: `enterprise`, `sole_trader`, `natural_person` …, None where unsaid.
    """
    name = " ".join((published or "").split())
    if not name or _COLLECTIVE.search(name) or _names_nobody(name):
        return Party("unidentified", None, kind or "unknown")
    return Party("masked" if hides_part(name) else "named", name, _kind_of(name, kind))


def hides_part(name: str) -> bool:
    """Say whether a name was masked before it was published."""
    return _MASKED.search(name) is not None


def names_a_party(text: str) -> bool:
    """Say whether a text of a record names an organisation, so that no figure may carry it."""
    return _ORGANISATION.search(text) is not None and classify(text, None).standing != "unidentified"


def _names_nobody(name: str) -> bool:
    if _SOME_ONE.search(name) or _INSIDE.search(name) or _ONLY_GENERIC.fullmatch(name):
        return True
    one = _PLACE_THEN_ONE.match(name)
    return one is not None and _ONLY_GENERIC.fullmatch(one["rest"]) is not None


def _kind_of(name: str, kind: str | None) -> str:
    if _PERSON_AT_END.search(name) or _MASKED_PERSON.match(name):
        return "natural_person"
    if kind == "sole_trader" and is_personal_name(name):
        return "natural_person"  # a sole trader without a trade name is a natural person
    if kind is None and _COMPANY.search(name):
        return "enterprise"
    return kind or "unknown"
