"""Differences of law as an answer for programs, and as lines that an official reads."""

from typing import Any

from registry.rulebook.differences import Difference, Standpoint, differences
from registry.rulebook.wording import Wording


def compared(one: Standpoint, other: Standpoint, words: Wording) -> dict[str, Any]:
    """Return what differs between two standpoints: rows by table and code, values in words with units."""
    return {
        "from": _standpoint(one, words),
        "to": _standpoint(other, words),
        "differences": [_difference(found, words) for found in differences(one, other)],
    }


def in_words(said: dict[str, Any], words: Wording) -> str:
    """Return such an answer for a person, one rule below the other, and how many there are."""
    first = words.say("compared", one=said["from"]["said"], other=said["to"]["said"])
    return "\n".join([first, *_rules_in_words(said, words)])


def impact_in_words(said: dict[str, Any], words: Wording) -> str:
    """Return what new rules would change for a person: rules, grades, businesses and entries."""
    figures = (said["businesses"], said["points_changed"], said["grades_changed"])
    lines = [
        words.say("impact", where=said["said"]),
        words.say("impact_waiting"),
        "",
        words.say("impact_rules"),
        *_rules_in_words(said["rules"], words),
        "",
        words.say("impact_grades", **dict(zip(("businesses", "points", "grades"), figures, strict=True))),
    ]
    lines += [f"  {_move(move, words, count=move['businesses'])}" for move in said["moves"]]
    lines += ["", *(f"  {_business(one, words)}" for one in said["grades"])] if said["grades"] else []
    lines += ["", words.say("impact_entries", count=len(said["entries"]))]
    lines += [
        f"  {words.say('impact_entry', name=_named(one), regime=one['regime_name'], reason=one['reason'])}"
        for one in said["entries"]
    ]
    return "\n".join(lines)


def _rules_in_words(said: dict[str, Any], words: Wording) -> list[str]:
    lines: list[str] = []
    for found in said["differences"]:
        lines += ["", found["title"], f"  {found['said']}"]
        for value in found["fields"]:
            told = [one for one in (value["before"], value["after"]) if one is not None]
            lines.append(f"    {value['field']}{words.say('colon')}{' → '.join(told)}")
    kinds = [found["kind"] for found in said["differences"]]
    counts = {kind: kinds.count(kind) for kind in ("added", "ended", "changed")}
    return [*lines, "", words.say("counts", **counts) if kinds else words.say("same")]


def _move(said: dict[str, Any], words: Wording, **more: object) -> str:
    old, new = (said[name] or words.say("ungraded") for name in ("old_grade", "new_grade"))
    return words.say("impact_move", old=old, new=new, **more)


def _business(said: dict[str, Any], words: Wording) -> str:
    old, new = (said[name] or words.say("ungraded") for name in ("old_grade", "new_grade"))
    points = {name: words.points(said[name]) for name in ("old_points", "new_points")}
    return words.say("impact_business", name=_named(said), region=said["place"], old=old, new=new, **points)


def _named(said: dict[str, Any]) -> str:
    return str(said["name"] or said["business_id"])


def _standpoint(at: Standpoint, words: Wording) -> dict[str, str]:
    return {
        "region": at.region,
        "on": at.on.isoformat(),
        "rulebook": at.rulebook.hash,
        "said": words.where(at),
    }


def _difference(found: Difference, words: Wording) -> dict[str, Any]:
    row = found.row
    return {
        "kind": found.kind,
        "table": row.table,
        "code": row.code,
        "jurisdiction": row.jurisdiction,
        "from_on": found.from_on.isoformat() if found.from_on is not None else None,
        "title": words.title(row),
        "said": words.since(found),
        "fields": [
            {"field": field, "before": before, "after": after} for field, before, after in words.lines(found)
        ],
    }
