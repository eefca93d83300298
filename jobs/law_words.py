"""Differences of law as an answer for programs, and as lines that an official reads."""

from typing import Any

from registry.rulebook.differences import Difference, Standpoint, differences
from registry.rulebook.wording import Wording
from registry.texts import Language, terms


def compared(one: Standpoint, other: Standpoint, words: Wording) -> dict[str, Any]:
    """Return what differs between two standpoints: rows by table and code, values in words with units."""
    return {
        "from": _standpoint(one, words),
        "to": _standpoint(other, words),
        "differences": [_difference(found, words) for found in differences(one, other)],
    }


def in_words(said: dict[str, Any], language: Language) -> str:
    """Return such an answer for a person, one rule below the other, and how many there are."""
    known = terms(language)
    arrow, colon = " → ", known["rule_said.colon"]
    ends = {name: said[name]["said"] for name in ("from", "to")}
    lines = [known["rule_said.compared"].format(one=ends["from"], other=ends["to"])]
    for found in said["differences"]:
        lines += ["", found["title"], f"  {found['said']}"]
        for value in found["fields"]:
            told = [one for one in (value["before"], value["after"]) if one is not None]
            lines.append(f"    {value['field']}{colon}{arrow.join(told)}")
    kinds = [found["kind"] for found in said["differences"]]
    counts = {kind: kinds.count(kind) for kind in ("added", "ended", "changed")}
    return "\n".join([*lines, "", known["rule_said.counts" if kinds else "rule_said.same"].format(**counts)])


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
