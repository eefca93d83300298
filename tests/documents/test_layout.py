"""How a paper lies on its pages: what is signed stands below words, with its day and its code."""

import re
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from registry.documents.typeset import pdf
from tests import given

SENTENCE = "收到本告知书的次日起五个工作日内，可以以书面或者口头方式向本机关提出陈述、申辩。"
INTRODUCES = "对提出的意见逐项复核如下："
POINTS = {"shape": "answers", "head": ["意见", "答复"], "of": [[SENTENCE, SENTENCE]]}
LENGTHS = range(1, 24)  # sentences: from half a page to two pages and a half
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")


def paper(*blocks: dict[str, Any]) -> dict[str, Any]:
    """Return a sealed paper of some parts."""
    foot = {"seal": "（印章）", "verify": "扫描二维码可核验", "code_label": "核验码：", "code": "abcd efgh"}
    head = {"office": "浉河区市场监督管理局", "title": "告知书", "number": "信浉市监信告〔2026〕1号"}
    last = {"shape": "paragraph", "text": SENTENCE}
    said = {"addressee": "浉河区李记水产店", "blocks": [*blocks, last], "day": "2026年11月22日"}
    return {**head, **said, **foot, "sealed": True, "address": "http://127.0.0.1/verify/abcd"}


def pages(said: dict[str, Any]) -> list[str]:
    """Return the words of each page of a paper."""
    with pikepdf.open(BytesIO(pdf(said, given.TODAY))) as read:
        return [_words(page) for page in read.pages]


def _words(page: pikepdf.Page) -> str:
    fonts = {name: _letters(font.ToUnicode.read_bytes()) for name, font in page.Resources.Font.items()}
    words, letters = [], dict[bytes, str]()
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            letters = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            shown = operands[0] if str(operator) == "TJ" else operands
            glyphs = b"".join(bytes(one) for one in shown if isinstance(one, pikepdf.String))
            words += [letters.get(glyphs[at : at + 2], "?") for at in range(0, len(glyphs), 2)]
    return "".join(words)


def _letters(table: bytes) -> dict[bytes, str]:
    """Return the letters that the glyphs of a font stand for."""
    pairs = ((bytes.fromhex(g.decode()), bytes.fromhex(u.decode())) for g, u in _PAIR.findall(table))
    return {glyph: letters.decode("utf-16-be") for glyph, letters in pairs if len(glyph) == 2}


@pytest.mark.parametrize("between", [(), (POINTS,)], ids=["words", "answers"])
def test_what_is_signed_stands_below_words_with_its_day_and_its_code(between: tuple[Any, ...]) -> None:
    for length in LENGTHS:
        said = [{"shape": "paragraph", "text": SENTENCE}] * length
        introduced = [{"shape": "paragraph", "text": INTRODUCES}, *between] if between else []
        *_, last = read = pages(paper(*said, *introduced))
        assert "陈述、申辩" in last, (length, last)
        assert "2026年11月22日" in last, (length, last)
        assert "核验码" in last, (length, last)
        assert not [page for page in read if page.partition("—")[0].endswith(INTRODUCES)], (length, read)
