"""Contrast (WCAG 2.2, 1.4.3 and 1.4.11), computed from the colours of the style sheet."""

import re

import pytest

from public_site.assets import FOLDER

SHEET = (FOLDER / "site.css").read_text(encoding="utf-8")
TEXT, PART = 4.5, 3.0
GROUNDS = ("paper", "card")
WASHES = ("red-wash", "black-wash", "board-wash", "good-wash")

READ = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "link", "deep") for ground in GROUNDS),
    *(("soft", wash, TEXT) for wash in WASHES),
    *((ink, f"{ink}-wash", TEXT) for ink in ("red", "black", "board", "good")),
    *((ink, ground, TEXT) for ink in ("red", "black", "board", "good") for ground in GROUNDS),
    ("card", "deep", TEXT),
    ("card", "deeper", TEXT),
    ("brass", "deep", PART),  # marks and the focus on the masthead
    ("link", "paper", PART),  # the focus
    ("link", "card", PART),
]
WRITTEN = [  # colours that stand in a rule by themselves, on the ground where they are used
    ("#dfe8ee", "deep", TEXT),
    ("#dfe8ee", "deeper", TEXT),
    ("#c9d5dd", "deeper", TEXT),
    ("#d5e1e8", "deep", TEXT),
    ("#2b1f00", "brass", TEXT),
    ("#231900", "brass", TEXT),
    ("#33424f", "paper", TEXT),
    ("#1c6042", "paper", TEXT),
    ("#8a6a26", "paper", PART),  # drawings beside headings
    ("#7d8a95", "card", PART),  # the edge of a field
    ("#1f3f54", "#e7edf1", TEXT),
    ("ink", "#fbe7b2", TEXT),  # what matched
    ("link", "#fbe7b2", TEXT),
    ("link", "#e8eff3", TEXT),
    ("soft", "#e8eff3", TEXT),
    ("soft", "#f6f7f7", TEXT),
    ("ink", "#edf0f1", TEXT),
]


def colours() -> dict[str, str]:
    """Return the colours of the style sheet by name."""
    root = SHEET[SHEET.index(":root") : SHEET.index("}")]
    short = {name: "".join(2 * letter for letter in value) for name, value in _named(root, 3).items()}
    return _named(root, 6) | short


def _named(root: str, digits: int) -> dict[str, str]:
    return dict(re.findall(rf"--([a-z-]+): #([0-9a-f]{{{digits}}});", root))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours given as six hexadecimal digits."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ink", "ground", "least"), [*READ, *WRITTEN])
def test_what_is_read_stands_out_from_its_ground(ink: str, ground: str, least: float) -> None:
    known = colours()
    found = [known[one] if not one.startswith("#") else one[1:] for one in (ink, ground)]
    for one in (ink, ground):
        assert not one.startswith("#") or one in SHEET, f"{one} is in no rule any more"
    assert contrast(*found) >= least


def test_every_colour_of_text_is_looked_at() -> None:
    looked_at = {one for ink, ground, _ in [*READ, *WRITTEN] for one in (ink, ground)}
    screen = SHEET[: SHEET.index("@media print")]
    used = set(re.findall(r"(?<![-a-z])color: (?:var\(--([a-z-]+)\)|(#[0-9a-f]{6}))", screen))
    assert {name or value for name, value in used} - looked_at == set()
