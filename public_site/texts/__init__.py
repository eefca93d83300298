"""Every word that a person reads on a page, Chinese and English, one catalogue a language.

Each desk has a file of its own beside the public pages': `desk_people.zh.toml`, `desk_people.en.toml`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from registry.errors import Broken
from registry.texts import Language, terms


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            flat[prefix + key] = value
        else:
            raise Broken(f"page text {prefix}{key} is not a text")
    return flat


class Words:
    """The catalogue of one language: `words("home.title")` is what stands on the page."""

    def __init__(self, language: Language) -> None:
        self.language = language
        own: dict[str, str] = {}
        for path in sorted(Path(__file__).parent.glob(f"*{language}.toml")):
            read = _flat(tomllib.loads(path.read_text(encoding="utf-8")))
            if twice := own.keys() & read.keys():
                raise Broken(f"page texts stand twice: {sorted(twice)}")
            own |= read
        self.texts: Mapping[str, str] = {**terms(language), **own}

    def __call__(self, key: str, **params: object) -> str:
        """Return a text with its parameters filled in.

        Raises:
            Broken: The catalogue has no such key.
        """
        text = self.texts.get(key)
        if text is None:
            raise Broken(f"page text {key} is missing in {self.language}")
        return text.format(**params) if params else text

    def term(self, family: str, code: str) -> str:
        """Return the word for a code of an open vocabulary; a source's own word is shown as it is."""
        return self.texts.get(f"{family}.{code}", code)

    def path(self, family: str, path: str) -> str:
        """Return the words for a path of codes, e.g. `inspected.超市` or `sectors[0]`, outermost first."""
        said = []
        for part in path.split("."):
            code, _, place = part.partition("[")
            number = int(place.rstrip("]")) + 1 if place.rstrip("]").isdigit() else None
            said.append(self.term(family, code) + (f" {number}" if number else ""))
        return " · ".join(said)

    def family(self, name: str) -> tuple[str, ...]:
        """Return the codes of an open vocabulary that have a word."""
        return tuple(key.removeprefix(name + ".") for key in self.texts if key.startswith(name + "."))


@cache
def words(language: Language) -> Words:
    """Return the catalogue of a language."""
    return Words(language)
