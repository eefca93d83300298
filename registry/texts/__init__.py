"""The words of every refusal, Chinese and English, one catalogue file a slice; and of the codes in them."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from registry.errors import Broken, Refusal
from registry.regions import region

Language = Literal["zh", "en"]
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_RULEBOOK = Path(__file__).parent.parent / "rulebook"

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "colour": ("list_colour",),
        "complaint_part": ("complaint_part",),
        "complaint_state": ("complaint_state",),
        "complaint_step": ("complaint_step",),
        "detail": ("detail",),
        "exclusion": ("exclusion",),
        "factors": ("factor",),
        "ground": ("withdrawal", "state"),
        "kind": ("document",),
        "kinds": ("document",),
        "lacking": ("repair_paper",),
        "levels": ("level",),
        "line": ("reward_line",),
        "measure": ("measure",),
        "need": ("need",),
        "obstacle": ("obstacle",),
        "origin": ("step",),
        "paper": ("paper",),
        "papers": ("paper",),
        "penalty": ("penalty",),
        "report_act": ("report_act",),
        "report_state": ("report_state",),
        "regime": ("regime",),
        "remedies": ("remedy",),
        "reward_state": ("reward_state",),
        "role": ("role",),
        "rule": ("rule", "tag"),
        "scope": ("scope",),
        "sector": ("sector",),
        "source": ("tag",),
        "standing": ("standing",),
        "state": ("state", "withdrawal"),
        "step": ("step", "paper"),
        "subject": ("subject",),
        "unmet": ("need", "repair_paper"),
    }
)
"""By the name of a parameter: the families of `terms`, first to last, in which its code has a word."""
NAMED: Mapping[str, str] = MappingProxyType({"regime": "list_regimes", "measure": "measures"})
"""Families whose words are the names that rows of the rulebook bear, by the file of these rows."""


@cache
def terms(language: Language) -> Mapping[str, str]:
    """Return the word for each known code, by `family.code`."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "terms").glob("*.toml")):
        for family, codes in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found |= {f"{family}.{code}": said[language] for code, said in codes.items()}
    for family, table in NAMED.items():
        rows = tomllib.loads((_RULEBOOK / f"{table}.toml").read_text(encoding="utf-8"))[table]
        found |= {f"{family}.{row['code']}": row[f"name_{language}"] for row in rows}
    return found


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every refusal text by code.

    Raises:
        Broken: A code stands in two files, or lacks one of the two languages.
    """
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for code, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if code in texts or set(words) != {"zh", "en"}:
                raise Broken(f"refusal text {code} in {path.name} is repeated or lacks zh or en")
            texts[code] = words
    return texts


def word(family: str, code: str, language: Language) -> str:
    """Return the word for a code, or the code itself where it has none: a source's own word."""
    return terms(language).get(f"{family}.{code}", code)


def say(refusal: Refusal, language: Language) -> str:
    """Return what a person reads of a refusal: its words, and those of the codes in it.

    Raises:
        Broken: The code has no text; a test holds that this cannot happen.
    """
    words = catalogue().get(refusal.code)
    if words is None:
        raise Broken(f"refusal {refusal.code} has no text")
    said = {name: _said(name, value, language) for name, value in refusal.params.items()}
    return words[language].format(**said)


def _said(name: str, value: object, language: Language) -> object:
    """Return a parameter as it is read; a code without a word is a source's own word."""
    if isinstance(value, tuple):
        return ("、" if language == "zh" else ", ").join(str(_said(name, one, language)) for one in value)
    if name == "region" and language == "zh" and (found := region(str(value))) is not None:
        return f"{found.full_name}（{value}）"
    if language == "zh" and _DAY.fullmatch(str(value)):
        year, month, day = str(value).split("-")
        return f"{year}年{int(month)}月{int(day)}日"
    known = terms(language)
    keys = (f"{family}.{value}" for family in FAMILIES.get(name, ()))
    return next((known[key] for key in keys if key in known), value)
