"""The words of every refusal, Chinese and English, one catalogue file a slice."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from registry.errors import Broken, Refusal

Language = Literal["zh", "en"]


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


def say(refusal: Refusal, language: Language) -> str:
    """Return what a person reads of a refusal.

    Raises:
        Broken: The code has no text; a test holds that this cannot happen.
    """
    words = catalogue().get(refusal.code)
    if words is None:
        raise Broken(f"refusal {refusal.code} has no text")
    return words[language].format(**refusal.params)
