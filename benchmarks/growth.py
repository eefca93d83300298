"""How a registry grows: what `million` measured at several sizes, as a table and a picture.

Run: `python -m benchmarks.growth PICTURE.svg FOLDER...`, the folders of `million`, the smallest first. The
table goes to the output; a step that was not measured at a size stays empty.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from public_site.charts import bars

DRAWN = {
    "home page": "home",
    "business page": "business",
    "API entries of a list": "entries",
    "API entry": "entry",
    "API events": "events",
    "search, brand": "brand",
    "search, code": "code",
    "search, pinyin": "pinyin",
}
SPEEDS = ("rows_per_second", "documents_per_second")
SECONDS = ("seconds", "first_seconds")
Measured = Mapping[str, Any]


def main() -> None:
    """Print the table and draw the picture."""
    picture, *folders = sys.argv[1:]
    sizes = [json.loads((Path(one) / "measured.json").read_text(encoding="utf-8")) for one in folders]
    print("\n".join(table(sizes)))
    Path(picture).write_text(drawn(sizes), encoding="utf-8")


def table(sizes: Sequence[Measured]) -> Iterator[str]:
    """Yield the lines of the table: a row for each step, and the p50 of each kind of page."""
    yield "| " + " | ".join(["businesses", *(f"{one['businesses']:,}" for one in sizes), "growth"]) + " |"
    yield "| --- " * (len(sizes) + 2) + "|"
    for name in dict.fromkeys(name for one in sizes for name in one if isinstance(one[name], dict)):
        yield from _row(name, [_figure(one.get(name, {})) for one in sizes])
    kinds = [one.get("pages", {}).get("milliseconds", {}) for one in sizes]
    for name in dict.fromkeys(name for one in kinds for name in one):
        yield from _row(f"{name}, p50 ms", [one.get(name, {}).get("p50") for one in kinds])


def drawn(sizes: Sequence[Measured]) -> str:
    """Return an SVG of p50 in milliseconds, rounded up, by kind of page and size."""
    kinds = [one.get("pages", {}).get("milliseconds", {}) for one in sizes]
    series = {
        f"{one['businesses']:,}": [-int(-of.get(name, {}).get("p50", 0) // 1) for name in DRAWN]
        for one, of in zip(sizes, kinds, strict=True)
    }
    return bars(list(DRAWN.values()), series)


def _row(name: str, figures: Sequence[float | None]) -> Iterator[str]:
    known = [one for one in figures if one is not None]
    if known:
        growth = f"{known[-1] / known[0]:.2f}x" if len(known) > 1 and known[0] else ""
        told = ["" if one is None else f"{one:,}" for one in figures]
        yield "| " + " | ".join([name, *told, growth]) + " |"


def _figure(step: Mapping[str, Any]) -> float | None:
    """Return what tells most of a step: its speed, else its seconds."""
    found: float | None = next((step[name] for name in (*SPEEDS, *SECONDS) if name in step), None)
    return found


if __name__ == "__main__":
    main()
