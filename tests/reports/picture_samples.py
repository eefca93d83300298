"""Pictures that tell where, when, with what and by whom they were taken."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageCms, PngImagePlugin, TiffImagePlugin, TiffTags

from tests.reports.hunting import canary

Made = tuple[str, bytes, set[str]]
WORD, CHINESE = canary(1), canary(2, "黄雀鸣涧")
XMP = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>{WORD}</creator><gps>{CHINESE}</gps></x:xmpmeta>'.encode()
)
Base, GPS = ExifTags.Base, ExifTags.GPS

FIELDS: Mapping[str, tuple[dict[int, Any], set[str]]] = {
    "author": ({Base.Artist: WORD, Base.Copyright: WORD}, {"author"}),
    "device": ({Base.Make: WORD, Base.Model: WORD, Base.HostComputer: WORD}, {"device"}),
    "time and program": ({Base.DateTime: "2026:11:22 08:00:00", Base.Software: WORD}, {"time", "software"}),
    "remark": ({Base.ImageDescription: WORD, Base.XPComment: WORD.encode("utf-16-le")}, {"comments"}),
}
SERIAL = {Base.BodySerialNumber: WORD, Base.LensSerialNumber: WORD, Base.ImageUniqueID: WORD}
NOTE = {Base.MakerNote: WORD.encode() * 20, Base.UserComment: b"ASCII\0\0\0" + WORD.encode()}
PLACE = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (32.0, 7.0, 44.5),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (114.0, 4.0, 30.25),
    GPS.GPSMapDatum: WORD,
}


def picture(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Return something to see: stripes."""
    image = Image.new("RGB", size, (240, 240, 230))
    for x in range(0, size[0], 8):
        image.paste((20 + x, 60, 120), (x, 0, x + 4, size[1]))
    return image.convert(mode)


def exif(kind: str = "author") -> Image.Exif:
    """Return the directory of one kind of origin."""
    found = Image.Exif()
    found[Base.Orientation] = 1
    for tag, value in FIELDS.get(kind, ({}, set()))[0].items():
        found[tag] = value
    if kind == "serial":
        found.get_ifd(ExifTags.IFD.Exif).update(SERIAL)
    if kind == "maker's note":
        found.get_ifd(ExifTags.IFD.Exif).update(NOTE)
    if kind == "place":
        found.get_ifd(ExifTags.IFD.GPSInfo).update(PLACE)
    return found


def told_by(kind: str) -> set[str]:
    """Return the codes of a directory."""
    more = {"serial": {"serial"}, "maker's note": {"maker_note", "comments"}, "place": {"location"}}
    return more.get(kind) or FIELDS[kind][1]


EVERY = ("author", "device", "time and program", "remark", "serial", "maker's note", "place")


def saved(form: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """Return a picture as a file."""
    out = BytesIO()
    (image or picture()).save(out, form, **options)
    return out.getvalue()


def profile() -> bytes:
    """Return a colour profile that names its maker."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + WORD.encode()


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_segment(marker: int, content: bytes) -> bytes:
    """Return a JPEG with a segment after its beginning."""
    made = saved("JPEG")
    return made[:2] + segment(marker, content) + made[2:]


def with_thumbnail() -> bytes:
    """Return a JPEG with a small picture of itself, made before it was cut, in its second directory."""
    small = saved("JPEG", picture(size=(16, 16)), comment=WORD.encode())
    first = struct.pack("<HHHII", 1, 0x0112, 3, 1, 1) + struct.pack("<I", 26)
    entries = [(0x0201, 4, 1, 26 + 2 + 24 + 4), (0x0202, 4, 1, len(small))]
    second = struct.pack("<H", 2) + b"".join(struct.pack("<HHII", *one) for one in entries) + b"\0\0\0\0"
    return with_segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + first + second + small)


def jpegs() -> Iterator[Made]:
    """Yield JPEGs."""
    for kind in EVERY:
        yield kind, saved("JPEG", exif=exif(kind)), told_by(kind)
    yield "small picture", with_thumbnail(), {"thumbnail"}
    yield "XMP", with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP), {"xmp"}
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(WORD) + len(WORD) % 2)
    record = b"\x1c\x02\x50" + struct.pack(">H", len(WORD)) + WORD.encode() + b"\0" * (len(WORD) % 2)
    yield "IPTC", with_segment(0xED, iptc + record), {"properties"}
    yield "comment", saved("JPEG", comment=WORD.encode()), {"comments"}
    yield "colour profile", saved("JPEG", icc_profile=profile()), {"colour_profile"}
    yield "behind the end", saved("JPEG") + saved("JPEG", comment=WORD.encode()) + WORD.encode(), {"trailing"}
    turned = exif("place")
    turned[Base.Orientation] = 6
    yield "turned", saved("JPEG", exif=turned), {"location"}


def pngs() -> Iterator[Made]:
    """Yield PNGs."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", WORD)
    words.add_text("Comment", WORD, zip=True)
    words.add_itxt("Title", CHINESE, zip=True)
    yield "words", saved("PNG", pnginfo=words), {"comments"}
    described = PngImagePlugin.PngInfo()
    described.add_itxt("XML:com.adobe.xmp", XMP.decode())
    yield "XMP", saved("PNG", pnginfo=described), {"xmp"}
    yield "place", saved("PNG", exif=exif("place")), {"location"}
    yield "colour profile", saved("PNG", icc_profile=profile()), {"colour_profile"}
    yield "behind the end", saved("PNG") + WORD.encode(), {"trailing"}
    own = b"prVt" + WORD.encode()
    made = saved("PNG", picture("P"))
    chunk = struct.pack(">I", len(WORD)) + own + struct.pack(">I", zlib.crc32(own))
    yield "a part of its own", made[:33] + chunk + made[33:], set()


def gifs() -> Iterator[Made]:
    """Yield GIFs."""
    yield "comment", saved("GIF", comment=WORD.encode()), {"comments"}
    frames = [picture("P"), picture("P").rotate(180)]
    options = {"save_all": True, "append_images": frames[1:], "duration": 80, "loop": 0}
    yield "moving", saved("GIF", frames[0], comment=WORD.encode(), **options), {"comments"}
    made = saved("GIF", picture("P"))
    told = b"\x21\xff\x0bXMP DataXMP" + bytes((len(WORD),)) + WORD.encode() + b"\0"
    yield "a part of its own", made[:-1] + told + b";", set()
    yield "behind the end", made + WORD.encode(), set()


def webps() -> Iterator[Made]:
    """Yield WebPs."""
    yield "place", saved("WEBP", exif=exif("place")), {"location"}
    yield "XMP", saved("WEBP", xmp=XMP), {"xmp"}
    yield "colour profile", saved("WEBP", icc_profile=profile()), {"colour_profile"}
    yield "behind the end", saved("WEBP") + WORD.encode(), set()


def tiffs() -> Iterator[Made]:
    """Yield TIFFs."""
    yield "author", saved("TIFF", exif=exif()), {"author"}
    for kind, directory, told in (
        ("place", ExifTags.IFD.GPSInfo, PLACE),
        ("serial", ExifTags.IFD.Exif, SERIAL),
    ):
        nested = TiffImagePlugin.ImageFileDirectory_v2()
        nested.tagtype[directory], nested[directory] = TiffTags.LONG, told
        yield kind, saved("TIFF", tiffinfo=nested), told_by(kind)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270], tags[700], tags[33723] = WORD, XMP, WORD.encode()
    yield "XMP and IPTC", saved("TIFF", tiffinfo=tags), {"comments", "xmp", "properties"}
    pages = [picture(), picture().rotate(180)]
    yield (
        "pages",
        saved("TIFF", pages[0], save_all=True, append_images=pages[1:], tiffinfo=tags),
        {"comments"},
    )


def bmps() -> Iterator[Made]:
    """Yield BMPs."""
    yield "behind the end", saved("BMP") + WORD.encode(), set()


def avifs() -> Iterator[Made]:
    """Yield AVIFs."""
    placed = exif("place")
    placed[Base.Make] = WORD
    yield "place", saved("AVIF", exif=placed, max_threads=1), {"location", "device"}
    yield "XMP", saved("AVIF", xmp=XMP, max_threads=1), {"xmp"}


KINDS: Mapping[str, Callable[[], Iterator[Made]]] = {
    "jpeg": jpegs,
    "png": pngs,
    "gif": gifs,
    "webp": webps,
    "tiff": tiffs,
    "bmp": bmps,
    "avif": avifs,
}
