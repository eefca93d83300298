"""Small files that would take much of who opens them, and what each costs the process that does."""

import io
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf

from registry.reports.cleaning.caps import CAPS, Caps
from registry.reports.cleaning.copies import Cleaning, Outcome
from tests.reports import office_samples, picture_samples

LARGE = 1 << 28  # bytes that a bomb unpacks to
MOST = 64.0  # MiB that one may take beside what a small file of its kind does
LOOKED = 0.002  # seconds between two looks at the memory of a process


def flood(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has so many pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    data = b"IDAT" + zlib.compress(b"\0")
    return made + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def pages(number: int) -> bytes:
    """Return a PDF of blank pages."""
    out = io.BytesIO()
    pdf = pikepdf.Pdf.new()
    for _ in range(number):
        pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


def entities() -> bytes:
    """Return a document that would grow while it is read."""
    nested = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return office_samples.packed(
        {
            "[Content_Types].xml": office_samples.types("docx"),
            "_rels/.rels": office_samples.relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": nested + office_samples.document("<w:p>&b;</w:p>"),
        }
    )


def zeros(length: int) -> bytes:
    """Return so many zeros, packed."""
    packing = zlib.compressobj(9)
    return b"".join(packing.compress(bytes(1 << 20)) for _ in range(length >> 20)) + packing.flush()


def words_beside(length: int) -> bytes:
    """Return a PNG with words that unpack to so many bytes."""
    held = b"zTXt" + b"a\0\0" + zeros(length)
    chunk = struct.pack(">I", len(held) - 4) + held + struct.pack(">I", zlib.crc32(held))
    small = flood(4, 4)
    return small[:33] + chunk + small[33:]


def unpacking(length: int) -> bytes:
    """Return a document with a picture of so many zeros."""
    return office_samples.docx("", {"word/media/a.bmp": bytes(length)})


def lying(length: int) -> bytes:
    """Return the same, which says that the picture has a thousand bytes."""
    content = bytearray(unpacking(length))
    entry = content.rindex(b"word/media/a.bmp") - 46  # of the list at the end of the archive
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


def nested(depth: int) -> bytes:
    """Return archives in archives."""
    content = b"x"
    for _ in range(depth):
        content = office_samples.packed({"a.zip": content})
    return content


def deep_document(depth: int) -> bytes:
    """Return a document whose elements stand in one another, of words that do not pack well."""
    names = [f"w:p{number * 7919 % 9973}" for number in range(depth)]
    body = "".join(f"<{name}>" for name in names) + "".join(f"</{name}>" for name in reversed(names))
    return office_samples.docx(body)


def deep_pdf(depth: int) -> bytes:
    """Return a PDF with lists in lists."""
    out, pdf = io.BytesIO(), pikepdf.Pdf.new()
    pdf.add_blank_page()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue().replace(b"/MediaBox", b"/X " + b"[" * depth + b"]" * depth + b" /MediaBox", 1)


def made_of(objects: bytes, table: bytes, number: int = 5) -> bytes:
    """Return a PDF of a packed stream of objects and a packed table of where they stand."""
    content = b"%PDF-1.5\n"
    for name, said, held in (
        (3, b"/Type/ObjStm/N 2/First 9", objects),
        (4, b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R" % number, table),
    ):
        begins = len(content)
        head = b"%b/Length %d/Filter/FlateDecode" % (said, len(held))
        content += b"%d 0 obj\n<<%b>>stream\n%b\nendstream endobj\n" % (name, head, held)
    return content + b"startxref\n%d\n%%%%EOF\n" % begins


def table_of(*rows: tuple[int, int, int]) -> bytes:
    """Return the packed table: kind, place and number of each object."""
    return zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))


def growing_objects() -> bytes:
    """Return a PDF whose objects unpack to very many bytes."""
    stands = table_of((0, 0, 65535), (2, 3, 0), (2, 3, 1), (1, 9, 0), (1, 9, 0))
    return made_of(zeros(LARGE), stands)


def growing_page(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    """Return what draws a page, and unpacks to very many bytes."""
    stream = pikepdf.Stream(pdf, b"")
    stream.write(zeros(LARGE), filter=pikepdf.Name.FlateDecode)
    return stream


def drawn_by_a_bomb() -> bytes:
    """Return a PDF that harms only who looks at it."""
    out, pdf = io.BytesIO(), pikepdf.Pdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_indirect(growing_page(pdf))
    pdf.save(out, compress_streams=False)
    return out.getvalue()


LITTLE = {"png": picture_samples.saved("PNG"), "pdf": pages(1), "docx": office_samples.docx("")}
BOMBS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "picture: pixels": ("pixels", "png", lambda: flood(60_000, 60_000)),
    "picture: words": ("damaged", "png", lambda: words_beside(LARGE)),
    "document: zeros": ("inflated", "docx", lambda: unpacking(LARGE)),
    "document: zeros, and it lies": ("damaged", "docx", lambda: lying(LARGE)),
    "document: entities": ("damaged", "docx", entities),
    "document: elements in elements": ("damaged", "docx", lambda: deep_document(50_000)),
    "archive: archives in archives": ("kind", "docx", lambda: nested(50)),
    "pdf: pages": ("pages", "pdf", lambda: pages(CAPS.pages + 1)),
    "pdf: lists in lists": ("damaged", "pdf", lambda: deep_pdf(200_000)),
    "pdf: what it is made of": ("limits damaged", "pdf", growing_objects),
    "pdf: where that stands": ("limits damaged", "pdf", lambda: made_of(b"", zeros(LARGE), LARGE // 7)),
    "pdf: what draws a page": ("inflated", "pdf", drawn_by_a_bomb),
}
"""Of each: codes of why it may be refused, the kind of small file that it is compared with, what makes it."""


def cost(content: bytes, caps: Caps = CAPS) -> tuple[Outcome, float, float]:
    """Clean a file, and return what came of it, the seconds, and the most memory that it took, in MiB."""
    peaks = [0.0]
    began = time.perf_counter()
    with Cleaning(caps) as cleaning:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOKED):
                peaks.extend(_peak(cleaning.process_id))

        looking = threading.Thread(target=look)
        looking.start()
        for at in range(0, len(content), 1 << 16):
            cleaning.feed(content[at : at + (1 << 16)])
        outcome = cleaning.finish()
        seconds = time.perf_counter() - began
        ended.set()
        looking.join()
    return outcome, seconds, max(peaks)


def _peak(process_id: int) -> Iterator[float]:
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except ProcessLookupError:
        return
    if "VmHWM:" in status:
        yield int(status.partition("VmHWM:")[2].split()[0]) / 1024
