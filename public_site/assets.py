"""Style sheet, pictures and modules: an allow-list read once, under addresses that carry a content hash.

An address names one content for ever, so it may be kept for a year; no address is ever turned
into a path, so none can climb out of the folder.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

from registry.errors import Broken

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
A_YEAR = "public, max-age=31536000, immutable"
MEDIA = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    address: str
    content: bytes
    media_type: str


def _asset(path: Path, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{PREFIX}/{path.stem}.{digest}{path.suffix}", content, MEDIA[path.suffix])


@cache
def assets() -> dict[str, Asset]:
    """Return every served file by its name; style sheets name pictures by their hashed address."""
    pictures = {path.name: _asset(path, path.read_bytes()) for path in sorted(FOLDER.glob("*.svg"))}
    scripts = {path.name: _asset(path, path.read_bytes()) for path in sorted(FOLDER.glob("*.js"))}
    sheets = {}
    for path in sorted(FOLDER.glob("*.css")):
        text = path.read_text(encoding="utf-8")
        for name, picture in pictures.items():
            text = text.replace(f'url("{name}")', f'url("{picture.address}")')
        sheets[path.name] = _asset(path, text.encode())
    return pictures | scripts | sheets


def address_of(name: str) -> str:
    """Return the address of a file.

    Raises:
        Broken: No such file is served.
    """
    asset = assets().get(name)
    if asset is None:
        raise Broken(f"no file {name} is served")
    return asset.address


@cache
def icon(name: str) -> Markup:
    """Return a drawing to stand inside a line of text; it says nothing that the text does not.

    Raises:
        Broken: There is no such drawing.
    """
    path = FOLDER / "icons" / f"{name}.svg"
    if not path.is_file():
        raise Broken(f"there is no icon {name}")
    return Markup(path.read_text(encoding="utf-8").strip())  # noqa: S704  # our own file


@get(PREFIX + "/{name:str}", sync_to_thread=False, include_in_schema=False)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """Serve a file of the allow-list."""
    found = next((a for a in assets().values() if a.address == f"{PREFIX}/{name}"), None)
    if found is None:
        raise NotFoundException
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": A_YEAR})
