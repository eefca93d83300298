"""Downloading an edition, so that it can be checked like any folder."""

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from registry.errors import Broken

TIMEOUT = 60
PLACE = re.compile(r"(?:/api/v1)?(/lists/[\w.-]+/editions/[\w.-]+)/?", re.ASCII)
NAME = re.compile(r"[a-z][a-z.-]*", re.ASCII)  # never a path out of the folder


def is_address(place: str) -> bool:
    """Say whether a place is an address and no path."""
    return place.startswith(("http://", "https://"))


def download_edition(client: httpx.Client, address: str, folder: Path) -> Path:
    """Download the files of an edition, and of the delta that leads to it, into a new folder.

    Args:
        client: Asks; it follows no redirection by itself.
        address: Of an edition's page, or of the edition in the interface, with its region.
        folder: Where the new folder goes.

    Raises:
        Broken: The address is of no edition, or the server does not answer with its files.
    """
    asked = urlsplit(address)
    place = PLACE.fullmatch(asked.path)
    if place is None:
        raise Broken(f"{address} is no address of an edition: …/lists/LIST/editions/VERSION?region=CODE")
    edition = urljoin(address, f"/api/v1{place[1]}?{asked.query}")
    into = folder / place[1].rsplit("/", 1)[1]
    into.mkdir()
    try:
        told = client.get(edition, timeout=TIMEOUT)
        told.raise_for_status()
        files = [*told.json()["files"], *told.json()["delta"]]
        if not files:
            raise Broken("the files of the edition are being made; try again shortly")
        for file in files:
            _save(client, urljoin(edition, file), into)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as failed:
        raise Broken(f"{edition} could not be downloaded: {failed}") from failed
    return into


def _save(client: httpx.Client, address: str, folder: Path) -> None:
    name = urlsplit(address).path.rsplit("/", 1)[1]
    if NAME.fullmatch(name) is None:
        raise Broken(f"the server names a file that is none of an edition: {name!r}")
    with client.stream("GET", address, timeout=TIMEOUT) as answer, (folder / name).open("wb") as file:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            file.write(part)
