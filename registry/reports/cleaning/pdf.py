"""A PDF is written anew from what its pages show: not who made it, how, and what stood there before."""

import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, StreamDecodeLevel

from registry.reports.cleaning.caps import Caps
from registry.reports.cleaning.kinds import Kind
from registry.reports.cleaning.outcome import Copy, Removed, Uncleaned
from registry.reports.cleaning.streams import bare_jpeg, bare_jpeg2000

CATALOGUE: dict[str, Removed] = {
    "/Metadata": "xmp",
    "/PieceInfo": "custom_data",
    "/AF": "attachments",
    "/Collection": "attachments",
    "/OpenAction": "scripts",
    "/AA": "scripts",
    "/Perms": "signatures",
    "/DSS": "signatures",
    "/Legal": "signatures",
    "/SpiderInfo": "custom_data",
    "/Threads": "custom_data",
    "/URI": "links",
    "/Extensions": "custom_data",
}
NAMES: dict[str, Removed] = {
    "/JavaScript": "scripts",
    "/EmbeddedFiles": "attachments",
    "/Renditions": "attachments",
    "/IDS": "custom_data",
    "/URLS": "links",
}
ANYWHERE: dict[str, Removed] = {
    "/Metadata": "xmp",
    "/PieceInfo": "custom_data",
    "/LastModified": "time",
    "/Thumb": "thumbnail",
    "/AF": "attachments",
    "/AA": "scripts",
    "/CreatorInfo": "software",
    "/OPI": "links",
    "/Measure": "location",
    "/PtData": "location",
    "/VP": "location",
    "/LGIDict": "location",
}
KEPT_ACTIONS = ("/GoTo", "/URI")
LINK, PACKED = "/Link", "/FlateDecode"
LARGE, PIECE = 1 << 20, 1 << 12
CODED: dict[str, Callable[[bytes], bytes]] = {"/DCTDecode": bare_jpeg, "/JPXDecode": bare_jpeg2000}


def cleaned_pdf(content: bytes, _kind: Kind, caps: Caps) -> Copy:
    """Return a PDF of the same pages without metadata, remarks, forms' origins, files and older states.

    Raises:
        Uncleaned: It is locked, damaged, or larger than the caps allow.
    """
    try:
        with Pdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Uncleaned("encrypted")
            if len(pdf.pages) > caps.pages:
                raise Uncleaned("pages")
            removed = set(_removed(pdf, caps)) | _older(content)
            return Copy(_written(pdf), frozenset(removed))
    except pikepdf.PasswordError as locked:
        raise Uncleaned("encrypted") from locked
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as failed:
        raise Uncleaned("damaged") from failed


def _written(pdf: Pdf) -> bytes:
    """Write all that the pages reach, in one state, with no number that names the file."""
    out = BytesIO()
    pdf.save(
        out,
        static_id=True,
        fix_metadata_version=False,
        object_stream_mode=ObjectStreamMode.generate,
        stream_decode_level=StreamDecodeLevel.none,
    )
    return out.getvalue()


def _removed(pdf: Pdf, caps: Caps) -> Iterator[Removed]:
    """Take away what tells of the origin, and yield the code of each."""
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
        yield "properties"
    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]
    root = pdf.Root
    yield from _taken(root, CATALOGUE)
    if "/Names" in root:
        yield from _taken(root.Names, NAMES)
    yield from _without_forms(root)
    for page in pdf.pages:
        yield from _without_remarks(page.obj)
    for found in pdf.objects:
        for held in _with_parts(found):
            yield from _without_origin(held, caps)


def _taken(held: Any, codes: dict[str, Removed]) -> Iterator[Removed]:
    for key, code in codes.items():
        if key in held:
            del held[key]
            yield code


def _without_forms(root: Any) -> Iterator[Removed]:
    """Take away the forms' machinery; what was filled in stays as it is drawn on the page."""
    form = root.get("/AcroForm")
    if form is None:
        return
    if "/XFA" in form:
        yield "custom_data"
    if any(_is_signature(field) for field in form.get("/Fields", [])):
        yield "signatures"
    del root["/AcroForm"]


def _is_signature(field: Any) -> bool:
    return isinstance(field, Dictionary) and field.get("/FT") == Name("/Sig")


def _without_remarks(page: Any) -> Iterator[Removed]:
    """Keep links and the look of filled-in fields; remarks, stamps and attached files go."""
    notes = page.get("/Annots")
    if notes is None:
        return
    kept = Array()
    for note in notes:
        kind = str(note.get("/Subtype", ""))
        if kind == LINK:
            yield from _plain_link(note)
            kept.append(note)
        elif kind == "/Widget" and "/AP" in note and not _is_signature(note):
            kept.append(_look_of(note))
        else:
            yield "comments"
    page["/Annots"] = kept


def _plain_link(note: Any) -> Iterator[Removed]:
    action = note.get("/A")
    if action is not None and str(action.get("/S", "")) not in KEPT_ACTIONS:
        del note["/A"]
        yield "links"
    for key in ("/M", "/NM", "/T", "/Contents", "/PA"):
        if key in note:
            del note[key]


def _look_of(note: Any) -> Object:
    """Return a widget that is only what it looks like."""
    look = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=note["/Rect"], AP=note["/AP"])
    if "/F" in note:
        look["/F"] = note["/F"]
    if "/AS" in note:
        look["/AS"] = note["/AS"]
    return look


def _with_parts(found: Any) -> Iterator[Any]:
    """Yield the dictionaries and streams of an object, those that stand within it among them."""
    waiting = [found]
    while waiting:
        held = waiting.pop()
        if isinstance(held, (Dictionary, pikepdf.Stream)):
            yield held
            waiting += [one for one in held.values() if _stands_within(one)]
        elif isinstance(held, Array):
            waiting += [one for one in held if _stands_within(one)]


def _stands_within(held: object) -> bool:
    return isinstance(held, (Dictionary, Array)) and not held.is_indirect


def _refuse_bomb(held: Any, caps: Caps) -> None:
    """Refuse a stream that would grow beyond measure where it is looked at; it is unpacked nowhere here."""
    names = _filters(held)
    if held.get("/Subtype") == Name("/Image"):
        if int(held.get("/Width", 0)) * int(held.get("/Height", 0)) > caps.pixels:
            raise Uncleaned("pixels")
    elif names.count(PACKED) > 1 or (names[:1] == [PACKED] and _grows(held.read_raw_bytes(), caps)):
        raise Uncleaned("inflated")


def _grows(raw: bytes, caps: Caps) -> bool:
    """Say whether bytes unpack to more than a mebibyte and than the caps allow for their number."""
    most, length, inflating = max(LARGE, caps.ratio * len(raw)), 0, zlib.decompressobj()
    try:
        for at in range(0, len(raw), PIECE):
            piece = raw[at : at + PIECE]
            while piece and length <= most:
                length += len(inflating.decompress(piece, LARGE))
                piece = inflating.unconsumed_tail
    except zlib.error:  # who looks at it sees what came before the damage
        return False
    return length > most


def _filters(held: Any) -> list[str]:
    filters = held.get("/Filter")
    return [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]


def _without_origin(held: Any, caps: Caps) -> Iterator[Removed]:
    yield from _taken(held, ANYWHERE)
    if not isinstance(held, pikepdf.Stream):
        return
    _refuse_bomb(held, caps)
    if held.get("/Subtype") != Name("/Image"):
        return
    names = _filters(held)
    if names[-1] not in CODED:
        return
    if len(names) > 1:  # coded twice: nothing that a camera or an office program writes
        raise Uncleaned("damaged")
    raw = held.read_raw_bytes()
    bare = CODED[names[-1]](raw)
    if bare != raw:
        held.write(bare, filter=Name(names[-1]))
        yield "properties"


def _older(content: bytes) -> set[Removed]:
    """Return that older states stood in the file, where it says so."""
    return {"revisions"} if content.count(b"startxref") > 1 and b"/Prev" in content else set()
