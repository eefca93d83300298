"""A clean copy shows what the original showed and tells nothing else; the original keeps its digest."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import get_args

import pikepdf
import pytest
from PIL import ExifTags, Image

from registry.reports.cleaning.caps import CAPS, Caps
from registry.reports.cleaning.copies import Cleaning, Outcome
from registry.reports.cleaning.outcome import Refusal, Removed
from registry.texts import terms
from tests.reports import office_samples, picture_samples
from tests.reports.bombs import BOMBS, LITTLE, MOST, cost, entities, flood, pages
from tests.reports.hunting import CALLS, hunted
from tests.reports.samples import SEEN, Sample, samples

SAMPLES = samples()
NO_COPY = {
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
    "video": b"\0\0\0\x18ftypisom\0\0\0\0",
    "audio": b"ID3\x04\0\0\0\0\0\0",
    "archive": office_samples.packed({"note.txt": "x"}),
    "old_office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "other": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
}


def cleaned(content: bytes, caps: Caps = CAPS) -> tuple[Outcome, bytes]:
    """Clean a file as it would arrive, and return what came of it and the copy."""
    with Cleaning(caps) as cleaning:
        passed = b"".join(cleaning.passing(_in_pieces(content)))
        assert passed == content
        outcome = cleaning.finish()
        return outcome, b"".join(cleaning.pieces())


def _in_pieces(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), 70_000):
        yield content[at : at + 70_000]


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_a_copy_tells_nothing_but_what_it_shows(sample: Sample) -> None:
    outcome, copy = cleaned(sample.content)
    assert (outcome.kind, outcome.refused) == (sample.kind, None)
    assert outcome.sha256 == sha256(sample.content).hexdigest()
    assert outcome.length == len(copy)
    assert sample.told <= set(outcome.removed)
    assert hunted(copy) == []
    assert shown(sample.kind, copy) == shown(sample.kind, sample.content)
    if sample.kind in picture_samples.KINDS:
        assert told_by_picture(copy) == []


def shown(kind: str, content: bytes) -> object:
    """Return what a reader sees of a file, as far as that can be said in a few numbers."""
    if kind == "pdf":
        with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
            return [page.Contents.read_bytes() for page in pdf.pages]
    if kind in picture_samples.KINDS:
        with Image.open(io.BytesIO(content)) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation, 1) > 4
            size = image.size[::-1] if turned else image.size
            return size, getattr(image, "n_frames", 1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(SEEN.encode() in archive.read(name) for name in archive.namelist())


def told_by_picture(content: bytes) -> list[str]:
    """Return the names of what a picture has beside its pixels."""
    with Image.open(io.BytesIO(content)) as image:
        exif = image.getexif()
        own = {256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 317, 320, 339}  # TIFF's own
        directories = [name for name in (ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif) if exif.get_ifd(name)]
        said = ("exif", "xmp", "icc_profile", "comment", "photoshop", "XML:com.adobe.xmp", "mp")
        return [
            *map(str, set(exif) - own),
            *map(str, directories),
            *(name for name in said if image.info.get(name)),
        ]


def test_the_words_of_every_original_that_can_be_read_are_found_before() -> None:
    silent = [sample.name for sample in SAMPLES if not hunted(sample.content)]
    assert silent == []
    assert len(SAMPLES) >= 55
    assert len({sample.kind for sample in SAMPLES} | set(NO_COPY)) >= 12


@pytest.mark.parametrize("kind", NO_COPY)
def test_of_what_nothing_cleans_the_original_alone_is_kept(kind: str) -> None:
    outcome, copy = cleaned(NO_COPY[kind])
    assert (outcome.kind, outcome.refused, copy) == (kind, "kind", b"")
    assert outcome.sha256 == sha256(NO_COPY[kind]).hexdigest()


def locked() -> bytes:
    """Return a PDF under a password."""
    out = io.BytesIO()
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page()
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def many_frames(number: int) -> bytes:
    """Return a moving picture."""
    frames = [Image.new("P", (8, 8), at % 250) for at in range(number)]
    for at, frame in enumerate(frames):
        frame.putpixel((at % 8, at // 8 % 8), 255)
    return picture_samples.saved("GIF", frames[0], save_all=True, append_images=frames[1:])


CAPPED = {
    "pixels": (flood(60_000, 60_000), CAPS),
    "frames": (many_frames(12), replace(CAPS, frames=10)),
    "pages": (pages(6), replace(CAPS, pages=5)),
    "encrypted": (locked(), CAPS),
    "inflated": (office_samples.docx("", {"word/media/a.bmp": bytes(30_000_000)}), CAPS),
    "entries": (
        office_samples.docx("", {f"word/media/{n}.bmp": b"" for n in range(20)}),
        replace(CAPS, entries=9),
    ),
    "bytes": (picture_samples.saved("BMP") * 40, replace(CAPS, bytes=600_000)),
    "damaged": (entities(), CAPS),
    "limits": (
        picture_samples.saved("PNG", Image.new("RGB", (6000, 6000))),
        replace(CAPS, address_space=200 << 20),
    ),
}


@pytest.mark.parametrize("why", CAPPED)
def test_a_file_that_would_cost_too_much_is_refused_by_what_it_says(why: str) -> None:
    content, caps = CAPPED[why]
    outcome, copy = cleaned(content, caps)
    assert (outcome.refused, copy) == (why, b"")
    assert outcome.sha256 == sha256(content).hexdigest()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_and_takes_little_memory(bomb: str) -> None:
    why, kind, made = BOMBS[bomb]
    outcome, _, peak = cost(made())
    assert outcome.refused in why.split()
    assert peak - cost(LITTLE[kind])[2] <= MOST


def test_a_build_that_lets_a_pdf_grow_is_seen() -> None:
    _, kind, made = BOMBS["pdf: what it is made of"]
    _, _, peak = cost(made(), replace(CAPS, pdf_memory=CAPS.address_space))
    assert peak - cost(LITTLE[kind])[2] > MOST


@pytest.mark.parametrize("cut", [3, 40, 400, 900])
@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "pdf", "docx"])
def test_a_damaged_file_has_no_copy_or_a_silent_one(kind: str, cut: int) -> None:
    whole = next(sample for sample in SAMPLES if sample.kind == kind).content
    outcome, copy = cleaned(whole[: min(cut, len(whole) // 2)])
    assert (outcome.refused is None) == bool(copy)
    assert hunted(copy) == []


def test_who_stops_in_the_middle_leaves_no_process_behind() -> None:
    with Cleaning() as cleaning:
        cleaning.feed(SAMPLES[0].content[:100])
        process = cleaning._process
    assert process.poll() is not None


def test_every_code_of_a_copy_has_its_words() -> None:
    for language in ("zh", "en"):
        known = terms(language)
        missing = [code for code in get_args(Removed) if f"cleaned_of.{code}" not in known]
        assert missing + [code for code in get_args(Refusal) if f"uncleaned.{code}" not in known] == []


def test_both_words_are_hunted() -> None:
    for call in CALLS:
        assert hunted(call.encode())
