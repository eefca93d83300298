"""Which kind of file something is, by what it contains; its name and what the sender says are never asked."""

import zipfile
from io import BytesIO
from typing import Literal

Kind = Literal[
    "jpeg", "png", "gif", "webp", "tiff", "bmp", "avif", "pdf", "docx", "xlsx", "pptx",
    "heic", "video", "audio", "archive", "old_office", "other",
]  # fmt: skip

IMAGES: tuple[Kind, ...] = ("jpeg", "png", "gif", "webp", "tiff", "bmp", "avif")
OFFICE: tuple[Kind, ...] = ("docx", "xlsx", "pptx")

MEDIA_TYPES: dict[Kind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "avif": "image/avif",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"BM", "bmp"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
    (b"ID3", "audio"),
    (b"fLaC", "audio"),
    (b"OggS", "audio"),
    (b"#!AMR", "audio"),
    (b"\xff\xfb", "audio"),
    (b"\xff\xf1", "audio"),
    (b"\x1a\x45\xdf\xa3", "video"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
BRANDS: dict[bytes, Kind] = {b"avif": "avif", b"avis": "avif"}
HEIC = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
RIFF: dict[bytes, Kind] = {b"WEBP": "webp", b"WAVE": "audio", b"AVI ": "video"}
MAIN_PARTS: dict[str, Kind] = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}


def kind_of(content: bytes) -> Kind:
    """Return the kind of a file."""
    if content[:4] == b"RIFF":
        return RIFF.get(content[8:12], "other")
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return BRANDS.get(brand, "heic" if brand in HEIC else "video")
    if content[:4] == b"PK\x03\x04":
        return _kind_of_archive(content)
    return next((kind for beginning, kind in BEGINNINGS if content.startswith(beginning)), "other")


def _kind_of_archive(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return "archive"
    return next((kind for part, kind in MAIN_PARTS.items() if part in names), "archive")
