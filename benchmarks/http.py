"""Pages and API over HTTP on a filled demonstration folder, beside a bare Litestar route.

Run: `python -m benchmarks.http [FOLDER]`; without a folder one is filled first. Needs `wrk`.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pypinyin import lazy_pinyin
from sqlmodel import col, select

from benchmarks.merchants import SEED
from benchmarks.serving import COMMAND, compare
from registry.businesses.tables import Business, BusinessVersion
from registry.settings import read_settings
from registry.store.engine import open_engine, reading

ASKED = 200


def main() -> None:
    """Print requests a second, ratios and memory as JSON."""
    with _folder() as folder:
        shown = named(folder)
        measured = compare(folder, cases(shown), visits={"visits": visits(shown)})
        print(json.dumps(measured, ensure_ascii=False, indent=2))


def named(folder: Path) -> list[tuple[str, str]]:
    """Return the businesses of a folder with their names, in the order of identifiers."""
    engine = open_engine(read_settings(data_dir=folder).database)
    with reading(engine) as session:
        rows = session.exec(
            select(BusinessVersion.business_id, BusinessVersion.name)
            .join(Business, col(Business.id) == col(BusinessVersion.business_id))
            .where(col(BusinessVersion.superseded_at).is_(None), Business.standing == "named")
            .where(col(Business.merged_into_id).is_(None))
            .order_by(col(BusinessVersion.business_id))
        ).all()
    engine.dispose()
    return [(business_id, str(name)) for business_id, name in rows]


def visits(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return what people open: a business is searched by its brand, then by its name, then read."""
    some = random.Random(SEED).sample(list(rows), len(rows))
    asked = ["/", "/lists/red", "/lists/black"]
    for business_id, name in some:
        asked += [f"/search?q={quote(name[-6:-3])}", f"/search?q={quote(name)}", f"/businesses/{business_id}"]
    return asked


def cases(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what is asked of a folder, by name."""
    some = random.Random(SEED).sample(list(rows), min(ASKED, len(rows)))
    names = [name[-6:-3] for _, name in some]
    search = "/api/v1/businesses?q="
    return {
        "home page": ["/"],
        "business page": [f"/businesses/{business_id}" for business_id, _ in some],
        "list page": ["/lists/red"],
        "API business": [f"/api/v1/businesses/{business_id}" for business_id, _ in some],
        "API search, brand": [search + quote(name) for name in names],
        "API search, pinyin": [search + quote("".join(lazy_pinyin(name))) for name in names],
    }


@contextmanager
def _folder() -> Iterator[Path]:
    if len(sys.argv) > 1:
        yield Path(sys.argv[1]).resolve()
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        filled = [COMMAND, "demo", "--once", "--data-dir", str(folder)]
        subprocess.run(filled, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        yield folder


if __name__ == "__main__":
    main()
