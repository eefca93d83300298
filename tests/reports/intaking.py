"""An intake before a client, over an office that can take reports; what is on the disk can be hunted."""

import gzip
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient
from sqlmodel import select

from api.intake.reception import Reception
from registry.reports.opening import key_for
from registry.reports.tables import Report
from registry.reports.thread import item
from tests.reports.site import OFFICE, Site

HOST = "http://intake.example"
FORM = {"office_code": OFFICE, "merchant": "浉河区李记水产店", "story": "电子秤少给半两，每天都是这样。"}
Files = Sequence[tuple[str, bytes]]


@dataclass
class Desk:
    """The intake, its clock, and the office behind it with its keys."""

    client: TestClient[Any]
    reception: Reception
    site: Site
    clock: list[datetime]
    folder: Path

    def drawn(self) -> dict[str, str]:
        """Return a fresh code and its proof."""
        drawn = self.reception.draw()
        return {"code": drawn.code, "proof": drawn.proof}

    def send(
        self, drawn: Mapping[str, str], files: Files = (), path: str = "/api/v1/reports", **fields: Any
    ) -> httpx.Response:
        """Send a report with its files."""
        said = {**drawn, **FORM, **fields}
        return self.client.post(path, **multipart(said, files))

    def reported(self, files: Files = (), **fields: Any) -> str:
        """Send a report that must be taken, and return its code."""
        drawn = self.drawn()
        answer = self.send(drawn, files, **fields)
        assert answer.status_code == 200, answer.text
        return drawn["code"]

    def back(self, code: str) -> dict[str, Any]:
        """Come back with a code that must be found."""
        answer = self.client.post("/api/v1/reports/return", json={"code": code})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["found"]
        return found

    def only_report(self) -> Report:
        """Return the one report that there is."""
        with self.site.vault() as vault:
            return vault.session.exec(select(Report)).one()

    def opened_by(self, name: str, compartment: Any, number: int = 0) -> bytes:
        """Return what a holder reads in the one report."""
        report = self.only_report()
        with self.site.vault() as vault:
            key = key_for(vault, report, compartment, self.site.rows[name], self.site.secrets[name])
            return b"".join(item(vault, report, compartment, number, key))


def multipart(fields: Mapping[str, Any], files: Files = ()) -> dict[str, Any]:
    """Return a body as a browser sends it: texts first, then files."""
    bound = "----hunted"
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, tuple) else (value,):
            head = f'--{bound}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            parts.append(head.encode() + str(one).encode() + b"\r\n")
    for name, content in files:
        head = f'--{bound}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n")
    return {
        "content": b"".join(parts) + f"--{bound}--\r\n".encode(),
        "headers": {"Content-Type": f"multipart/form-data; boundary={bound}"},
    }


def forms_of(secret: str) -> set[bytes]:
    """Return the bytes by which a text could stand on a disk."""
    found = set()
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        raw = secret.encode(encoding)
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        # the middle of base64, whatever stands before it
        found |= {b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)}
    escaped = secret.encode("unicode_escape")
    percent = "".join(f"%{byte:02X}" for byte in secret.encode()).encode()
    return found | {escaped, percent, percent.lower()}


def hits(folders: Sequence[Path], secrets: Sequence[str]) -> list[str]:
    """Return the files below folders in which one of the secrets stands, plainly or compressed."""
    patterns = [form for secret in secrets for form in forms_of(secret)]
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if any(form in text for text in (content, *_inflated(content)) for form in patterns):
            found.append(path.name)
    return found


def _inflated(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            yield zlib.decompressobj().decompress(content[match.start() :], 1 << 20)
        except zlib.error:
            continue
