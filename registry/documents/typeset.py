"""Setting a paper as a PDF: a pure function of what it says, the same bytes everywhere.

The template reads the paper as data: nothing in it is ever evaluated. The file is PDF/A-2b (ISO
19005-2) with its fonts embedded, and its time is the day of issue, not that of the run.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import segno

from registry.errors import Malformed

TEMPLATE = Path(__file__).parent / "paper.typ"
STICKER = Path(__file__).parent / "sticker.typ"
_one_at_a_time = Lock()


def pdf(paper: Mapping[str, Any], issued_on: date, template: Path = TEMPLATE) -> bytes:
    """Return the bytes of a paper.

    Args:
        paper: `office`, `title`, `number`, `addressee`, `blocks`, `day`, `address` (of the page that
            verifies it), `code` and the texts of its foot, as the template names them.
        issued_on: Day of issue, which the file carries as its time.
        template: How it is set.

    Raises:
        Malformed: `paper.unprintable`: a character stands in no font at hand.
    """
    from typst import TypstError  # noqa: PLC0415  # most processes never set a paper

    with _one_at_a_time:
        try:
            return _compiled(paper, issued_on, "pdf", ["a-2b"], template)
        except TypstError as failed:
            if "could not be displayed" not in failed.message:
                raise
            character = failed.message.split('`"')[1].split('"`')[0]
            raise Malformed("paper.unprintable", field="fields", characters=character) from failed


def _compiled(
    paper: Mapping[str, Any], issued_on: date, kind: str, standards: list[str], template: Path = TEMPLATE
) -> bytes:
    inputs = {"paper": json.dumps({**paper, "qr": _qr(paper["address"])}, ensure_ascii=False)}
    made: bytes = compiler().compile(
        template.read_bytes(),
        format=kind,
        sys_inputs={**inputs, "on": issued_on.isoformat()},
        pdf_standards=standards,
        timestamp=int(datetime.combine(issued_on, time(), UTC).timestamp()),
    )
    return made


def _qr(address: str) -> str:
    made = BytesIO()
    segno.make(address, error="m", micro=False).save(made, kind="svg", border=0, xmldecl=False)
    return made.getvalue().decode()


@cache
def compiler() -> Any:
    """Return the compiler with the fonts of the package and no others: a server's own would differ."""
    from pylopdf_fonts_zh_cn import serif_path  # noqa: PLC0415  # as above
    from typst import Compiler, Fonts  # noqa: PLC0415

    folder = str(serif_path().parent)
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return Compiler(font_paths=fonts)
