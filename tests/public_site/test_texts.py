"""Every word on a page comes from the catalogue, in both languages, and every word is used."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from public_site.assets import FOLDER
from public_site.texts import words
from registry.businesses.commands import RegisterBusiness
from registry.businesses.rules import SECTORS, Kind
from registry.errors import Broken
from registry.imports.commands import builtin
from registry.texts import terms

SITE = FOLDER.parent
TEMPLATES = sorted((SITE / "templates").rglob("*.html"))
SOURCES = [*TEMPLATES, *sorted(SITE.rglob("*.py"))]
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
READ_ATTRIBUTES = re.compile(r"\b(?:alt|title|aria-label|placeholder|value)=\"([^\"]*)\"")
LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
OPEN_FAMILIES = {
    *("kind", "status", "matter", "ground", "record", "file", "measured", "counted_from"),
    *("deadline_of", "regime_of_law", "field"),
    *(key.partition(".")[0] for key in terms("zh")),  # shared with the refusals
}


def literals(template: str) -> list[str]:
    """Return what a person would read of a template that no catalogue holds."""
    plain = JINJA.sub("", template)
    spoken = [TAG.sub("\n", plain), *READ_ATTRIBUTES.findall(plain)]
    return [line.strip() for text in spoken for line in text.splitlines() if LETTER.search(line)]


def test_both_languages_have_the_same_keys() -> None:
    assert set(words("zh").texts) == set(words("en").texts)


def test_both_languages_take_the_same_parameters() -> None:
    shared = words("zh").texts.keys()
    loose = {"write.day", "write.month", "write.year", "list.daily", "list.weekly", "list.monthly"}
    for key in shared - loose:
        taken = [
            {name for _, name, _, _ in Formatter().parse(words(language).texts[key]) if name}
            for language in ("zh", "en")
        ]
        assert taken[0] == taken[1], key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_word_of_its_own(path: Path) -> None:
    assert literals(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted", ["<p>字</p>", "<p>word</p>", '<img alt="字">', '<input placeholder="word">', "{{ t('x') }} 字"]
)
def test_a_word_in_a_template_is_reported(planted: str) -> None:
    assert literals(planted)


def test_every_word_is_on_some_page() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    quoted = set(re.findall(r"\"([a-z0-9_.]+)[\"{]", text))
    begun = tuple(one for one in quoted if "." in one and one.endswith((".", "_")))
    unused = {
        key
        for key in words("zh").texts
        if key not in quoted and not key.startswith(begun) and key.split(".")[0] not in OPEN_FAMILIES
    }
    assert unused == set()


def test_every_word_that_a_template_asks_for_exists() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    asked = set(re.findall(r"\bt\(\s*\"([a-z0-9_.]+)\"\s*[,)]", text))
    assert len(asked) > 100
    assert asked <= set(words("zh").texts)


def test_every_code_of_a_business_has_a_word() -> None:
    statuses = get_args(RegisterBusiness.model_fields["status"].annotation)
    for family, codes in (("kind", get_args(Kind)), ("sector", SECTORS), ("status", statuses)):
        assert set(words("zh").family(family)) == set(codes)


def test_a_missing_word_stops_the_page() -> None:
    with pytest.raises(Broken, match=r"no\.such\.key"):
        words("zh")("no.such.key")


def test_a_parameter_is_never_read_as_a_pattern() -> None:
    assert "{0.__class__}" in words("zh")("search.none", q="{0.__class__}")


def test_every_measure_of_the_published_records_is_said_in_words() -> None:
    from_records = {
        code
        for line in builtin("records").read_text(encoding="utf-8").splitlines()
        for code in _codes(json.loads(line)["content"])
    }
    for language in ("zh", "en"):
        known = set(words(language).family("measured"))
        assert {code for code in from_records if code.isascii() and code not in PARTIES} <= known


# named units and firms are no measures: they become designations, pledges, or are left out
PARTIES = frozenset(
    {
        *("units", "name", "level", "category", "process", "provincial_award", "demonstration_pledge_units"),
        *("market", "commitments", "failed_stations", "over_3x_mpe", "failed_station", "ordered_to_rectify"),
        *("producer", "product", "lots", "serious_failures"),
    }
)


def _codes(content: object) -> Iterator[str]:
    """Yield every key of a record's content."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from _codes(value)
    elif isinstance(content, list):
        for value in content:
            yield from _codes(value)
