"""Pictures are decoded and drawn anew: the copy has what is seen, and nothing of how it came to be."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageOps,
    ImageSequence,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from registry.reports.cleaning.caps import Caps
from registry.reports.cleaning.kinds import Kind
from registry.reports.cleaning.outcome import Copy, Removed, Uncleaned

PLUGINS = {
    "jpeg": JpegImagePlugin,
    "png": PngImagePlugin,
    "gif": GifImagePlugin,
    "webp": WebPImagePlugin,
    "tiff": TiffImagePlugin,
    "bmp": BmpImagePlugin,
    "avif": AvifImagePlugin,
}
ANIMATED = ("gif", "webp", "png", "avif", "tiff")
MODES: Mapping[str, tuple[str, ...]] = {  # what each can hold; anything else becomes RGB
    "jpeg": ("L", "RGB"),
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "gif": ("L", "P", "RGB", "RGBA"),
    "webp": ("RGB", "RGBA"),
    "tiff": ("1", "L", "LA", "RGB", "RGBA", "I;16"),
    "bmp": ("1", "L", "RGB"),
    "avif": ("RGB", "RGBA"),
}
QUALITY: Mapping[str, Mapping[str, Any]] = {
    "jpeg": {"quality": 92, "optimize": False},
    "webp": {"quality": 90},
    "avif": {"quality": 80, "speed": 9, "max_threads": 1},
    "tiff": {"compression": "tiff_lzw"},
}
ROTATED = 0x0112
TAGS: Mapping[int, Removed] = {
    ExifTags.Base.Artist: "author",
    ExifTags.Base.XPAuthor: "author",
    ExifTags.Base.CameraOwnerName: "author",
    ExifTags.Base.Copyright: "author",
    ExifTags.Base.BodySerialNumber: "serial",
    ExifTags.Base.LensSerialNumber: "serial",
    ExifTags.Base.ImageUniqueID: "serial",
    ExifTags.Base.Make: "device",
    ExifTags.Base.Model: "device",
    ExifTags.Base.LensModel: "device",
    ExifTags.Base.HostComputer: "device",
    ExifTags.Base.DateTime: "time",
    ExifTags.Base.DateTimeOriginal: "time",
    ExifTags.Base.DateTimeDigitized: "time",
    ExifTags.Base.Software: "software",
    ExifTags.Base.MakerNote: "maker_note",
    ExifTags.Base.UserComment: "comments",
    ExifTags.Base.ImageDescription: "comments",
    ExifTags.Base.XPComment: "comments",
    ExifTags.Base.XPTitle: "comments",
    ExifTags.Base.XPKeywords: "comments",
    ExifTags.Base.XPSubject: "comments",
    700: "xmp",
    33723: "properties",
    34377: "properties",
}
INFO: Mapping[str, Removed] = {
    "xmp": "xmp",
    "XML:com.adobe.xmp": "xmp",
    "icc_profile": "colour_profile",
    "comment": "comments",
    "photoshop": "properties",
    "mp": "further_images",
}
IGNORED = ("Software",)
FAILURES = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, EOFError,
    OverflowError, RuntimeError,
)  # fmt: skip  # what decoders raise for what is no picture

Image.MAX_IMAGE_PIXELS = None  # the caps decide, before anything is decoded
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the cell begins no thread
Image.preinit()


def cleaned_image(content: bytes, kind: Kind, caps: Caps) -> Copy:
    """Return a picture drawn anew, upright, without anything beside its pixels.

    Raises:
        Uncleaned: It is damaged, or larger than the caps allow.
    """
    try:
        with Image.open(BytesIO(content), formats=[_format(kind)]) as image:
            _refuse_large(image, caps)
            removed = _told(image) | _after_the_end(content, kind)
            frames = list(_frames(image, kind, caps))
            return Copy(_drawn(frames, image.info, kind), frozenset(removed))
    except FAILURES as failed:
        raise Uncleaned("damaged") from failed


def _format(kind: Kind) -> str:
    return {"jpeg": "JPEG"}.get(kind, kind.upper())


def _refuse_large(image: Image.Image, caps: Caps) -> None:
    if image.width * image.height > caps.pixels:
        raise Uncleaned("pixels")


def _frames(image: Image.Image, kind: Kind, caps: Caps) -> Iterator[Image.Image]:
    """Yield each frame as bare pixels."""
    each = image.width * image.height
    for number, frame in enumerate(ImageSequence.Iterator(image) if kind in ANIMATED else [image], start=1):
        if number > caps.frames or number * each > caps.pixels:
            raise Uncleaned("frames")
        upright = ImageOps.exif_transpose(frame)
        yield _bare(upright, kind)


def _bare(image: Image.Image, kind: Kind) -> Image.Image:
    mode = image.mode
    if mode not in MODES[kind]:
        has_alpha = mode in ("PA", "LA", "La", "RGBa") or "transparency" in image.info
        mode = "RGBA" if has_alpha and "RGBA" in MODES[kind] else "RGB"
        image = image.convert(mode)
    if mode == "P" and "transparency" in image.info:
        image, mode = image.convert("RGBA"), "RGBA"
    bare = Image.frombytes(mode, image.size, image.tobytes())
    if mode == "P" and (palette := image.getpalette()) is not None:
        bare.putpalette(palette)
    return bare


def _drawn(frames: list[Image.Image], info: Mapping[Any, Any], kind: Kind) -> bytes:
    options = dict(QUALITY.get(kind, {}))
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        options |= {name: info[name] for name in ("duration", "loop") if isinstance(info.get(name), int)}
    out = BytesIO()
    frames[0].save(out, _format(kind), **options)
    return out.getvalue()


def _told(image: Image.Image) -> set[Removed]:
    """Return what the picture tells beside its pixels."""
    found: set[Removed] = {code for name, code in INFO.items() if image.info.get(name)}
    if getattr(image, "text", None):
        found.add("comments")
    exif = image.getexif()
    tags = set(exif) | set(exif.get_ifd(ExifTags.IFD.Exif))
    found |= {code for tag, code in TAGS.items() if tag in tags}
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        found.add("location")
    if exif.get_ifd(ExifTags.IFD.IFD1):
        found.add("thumbnail")
    return found


def _after_the_end(content: bytes, kind: Kind) -> set[Removed]:
    end = {"jpeg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}.get(kind)
    if end is None or content.rstrip(b"\0").endswith(end):
        return set()
    return {"trailing"}
