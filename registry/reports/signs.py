"""Signs in a reporter's own words that tell who he is: looked for before anything is sealed.

A phone number, a name or a word of one's own stall leads to the writer, even where he left the box
for his identity empty. What is found is shown to him, who alone decides; nothing is changed.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from registry.reports.codes import BETWEEN_GROUPS

_GAP = r"[ -]?"
PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "id_number": re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
        "phone": re.compile(
            rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)|(?<!\d)0\d{{2,3}}{_GAP}\d{{7,8}}(?!\d)"
        ),
        "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
        "account": re.compile(
            r"(?:微信|薇信|QQ|wechat)\s*(?:号|id)?\s*[:是为]?\s*[A-Za-z0-9_-]{5,}", re.IGNORECASE
        ),
        "name": re.compile(
            r"(?:我叫|本人叫|我的名字|我名叫|本人姓名|本人姓|我姓)|\b(?:my name is|i am called)\b",
            re.IGNORECASE,
        ),
        "own_place": re.compile(
            r"(?:我|我们|咱|俺|本人)(?:家|的|自己)?(?:的)?(?:摊位|摊|店铺|店|铺子|档口|隔壁|对面|小区|单位|公司|厂)"
            r"|\b(?:my|our) (?:own )?(?:stall|shop|store|street|house|company|neighbou?r)",
            re.IGNORECASE,
        ),
        "work": re.compile(
            r"(?:我|本人)(?:在|是)[^，。；！？\n]{0,12}(?:上班|工作|员工|职工|店员|收银|老板娘|工人)"
            r"|\bi (?:work|worked|am employed) (?:here|there|at|for|in)\b",
            re.IGNORECASE,
        ),
    }
)
"""Kinds of sign by code, most telling first; each code has its words in the catalogues."""


@dataclass(frozen=True)
class Sign:
    """A place in a text that tells of its writer.

    Attributes:
        kind: Code of `PATTERNS`.
        words: As they stand in the text.
    """

    kind: str
    words: str


def signs_of_writer(*texts: str) -> tuple[Sign, ...]:
    """Return what in the texts may tell who wrote them, each once, in the order of the kinds."""
    plain = [unicodedata.normalize("NFKC", text) for text in texts]
    found: dict[Sign, None] = {}
    taken: set[str] = set()
    for kind, pattern in PATTERNS.items():
        for match in (one for text in plain for one in pattern.finditer(text)):
            words = match[0].strip()
            if not any(words in other for other in taken):  # a phone number inside an ID number is none
                found[Sign(kind, words)] = None
                taken.add(words)
    return tuple(found)


def holds_code(code: str, *texts: str) -> bool:
    """Say whether a text gives away the return code itself.

    Args:
        code: 24 digits.
        texts: What would be sealed.
    """
    return any(code in unicodedata.normalize("NFKC", text).translate(BETWEEN_GROUPS) for text in texts)
