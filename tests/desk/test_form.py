"""A form with a file is read as it comes, and nothing that is not a form is taken for one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.faults import Misread
from public_site.desk.form import LARGEST_FILE, PLAIN, Form, read_form, stated
from registry.accounts.commands import AddAccount

BOUNDARY = "measured-with-care"


@dataclass
class Sent:
    """A request as the reader of forms sees it."""

    content: bytes
    media: str = f"multipart/form-data; boundary={BOUNDARY}"
    step: int = 1000

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        return {"content-type": self.media}

    async def body(self) -> bytes:
        """Return it whole."""
        return self.content

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield it in pieces."""
        for at in range(0, len(self.content), self.step):
            yield self.content[at : at + self.step]


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """Return a part of a form."""
    named = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: application/pdf'
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def read(sent: Sent) -> Form:
    """Read a form."""
    return asyncio.run(read_form(cast(Any, sent)))


END = f"--{BOUNDARY}--\r\n".encode()


@settings(max_examples=40)
@given(content=st.binary(max_size=4000), step=st.integers(1, 500))
def test_a_file_comes_whole_in_whatever_pieces(content: bytes, step: int) -> None:
    body = (
        part("csrf", b"00")
        + part("paper", b"\r\n" + content, "告知书.pdf")
        + part("note", "说明".encode())
        + END
    )
    form = read(Sent(body, step=step))
    assert form.fields == (("csrf", "00"), ("note", "说明"))
    assert form.files["paper"].content == b"\r\n" + content
    assert form.files["paper"].name == "告知书.pdf"


def test_a_file_that_was_not_chosen_is_not_there() -> None:
    assert read(Sent(part("paper", b"", "") + END)).files == {}


@pytest.mark.parametrize(
    "sent",
    [
        Sent(part("note", b"cut")),
        Sent(part("note", b"\xff\xfe") + END),
        Sent(part("note", b"a\0b") + END),
        Sent(b"no form at all"),
        Sent(part("note", b"x") + END, "multipart/form-data"),
        Sent(part("paper", bytes(LARGEST_FILE + 1), "large.bin") + END, step=1 << 20),
        Sent(b"{}", "application/json"),
        Sent(b"note=%ff", "application/x-www-form-urlencoded"),
    ],
    ids=["cut", "not UTF-8", "NUL", "no parts", "no boundary", "too large", "JSON", "plain and not UTF-8"],
)
def test_what_is_no_form_is_refused(sent: Sent) -> None:
    with pytest.raises(Misread):
        read(sent)


@pytest.mark.parametrize("name", [".".join("a" * 5000), "grants." + "1" * 5000])
def test_a_field_that_leads_deeper_than_any_form_is_refused(name: str) -> None:
    with pytest.raises(Misread):
        stated(read(Sent(f"{name}=x".encode(), media=PLAIN)), AddAccount, {})
