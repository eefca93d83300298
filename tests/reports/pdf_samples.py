"""PDFs that tell who made them, with what, when, and what stood there before."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.reports.hunting import canary
from tests.reports.picture_samples import XMP, exif, saved

WORD, CHINESE = canary(3), canary(4, "黄雀鸣涧")


def written(pdf: Pdf, **options: Any) -> bytes:
    """Return a PDF as a file."""
    out = BytesIO()
    pdf.save(out, fix_metadata_version=False, **options)
    return out.getvalue()


def page_with(seen: str) -> Pdf:
    """Return a PDF of one page that says something."""
    return Pdf.open(BytesIO(typst.compile(seen.encode(), format="pdf")))


def built(seen: str) -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield PDFs that show a sentence."""
    for name, tell, told in TELLING:
        pdf = page_with(seen)
        tell(pdf)
        yield name, written(pdf), told
    yield "what stood before", _revised(seen), {"revisions", "properties"}


def _info(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = CHINESE
    pdf.docinfo["/Producer"] = pdf.docinfo["/Creator"] = WORD


def _xmp(pdf: Pdf) -> None:
    pdf.Root.Metadata = Stream(pdf, XMP, Type=Name.Metadata, Subtype=Name.XML)


def _pieces(pdf: Pdf) -> None:
    page = pdf.pages[0].obj
    page.PieceInfo = Dictionary(Acme=Dictionary(LastModified="D:20261122", Private=WORD))
    page.LastModified = "D:20261122080000"
    page.Metadata = Stream(pdf, XMP, Type=Name.Metadata, Subtype=Name.XML)


def _thumbnail(pdf: Pdf) -> None:
    pdf.pages[0].obj.Thumb = Stream(pdf, WORD.encode(), Width=1, Height=1)


def _remark(pdf: Pdf) -> None:
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), T=WORD, Contents=CHINESE, M="D:20261122"
    )
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 9, 9]),
        Contents=WORD,
        A=Dictionary(S=Name.Launch, F=f"C:/Users/{WORD}/weigh.xlsx"),
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note), pdf.make_indirect(link)])


def _attachment(pdf: Pdf) -> None:
    pdf.attachments[f"{WORD}.txt"] = pikepdf.AttachedFileSpec(pdf, CHINESE.encode(), filename=f"{WORD}.txt")


def _script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=f"app.alert('{WORD}')")


def _picture(pdf: Pdf) -> None:
    image = Stream(pdf, saved("JPEG", exif=exif("place"), comment=WORD.encode()))
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Width, image.Height, image.ColorSpace, image.BitsPerComponent = 96, 64, Name.DeviceRGB, 8
    pdf.pages[0].add_resource(image, Name.XObject, Name.Im0)


def _form(pdf: Pdf) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=WORD,
            Rect=Array([0, 0, 9, 9]),
            V=Dictionary(Type=Name.Sig, Name=CHINESE, Reason=WORD, M="D:20261122"),
        )
    )
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=Stream(pdf, XMP))
    pdf.pages[0].obj.Annots = Array([field])


def _unused(pdf: Pdf) -> None:
    pdf.make_indirect(Dictionary(Left=WORD))
    pdf.trailer.ID = Array([pikepdf.String(WORD[:16]), pikepdf.String(WORD[:16])])


def _layers(pdf: Pdf) -> None:
    layer = Dictionary(Type=Name.OCG, Name="layer", Usage=Dictionary(CreatorInfo=Dictionary(Creator=WORD)))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([pdf.make_indirect(layer)]), D=Dictionary())


def _revised(seen: str) -> bytes:
    """Return a PDF to which a program appended a later state: the former author is still in the file."""
    pdf = page_with(seen)
    _info(pdf)
    first = written(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    start = int(first.rsplit(b"startxref", 1)[1].split()[0])
    with Pdf.open(BytesIO(first)) as again:
        root, size = again.Root.objgen[0], int(again.trailer.Size)
    added = f"{size} 0 obj\n<< /Author (somebody) >>\nendobj\n".encode()
    table = (
        f"xref\n{size} 1\n{len(first):010d} 00000 n \ntrailer\n"
        f"<< /Size {size + 1} /Root {root} 0 R /Info {size} 0 R /Prev {start} >>\n"
        f"startxref\n{len(first) + len(added)}\n%%EOF\n"
    )
    return first + added + table.encode()


TELLING = (
    ("document", _info, {"properties"}),
    ("XMP", _xmp, {"xmp"}),
    ("data of programs", _pieces, {"custom_data", "time", "xmp"}),
    ("small picture", _thumbnail, {"thumbnail"}),
    ("remarks", _remark, {"comments", "links"}),
    ("attached file", _attachment, {"attachments"}),
    ("script", _script, {"scripts"}),
    ("picture with a place", _picture, {"properties"}),
    ("signed form", _form, {"signatures", "comments", "custom_data"}),
    ("left over", _unused, set[str]()),
    ("layers", _layers, {"software"}),
)
