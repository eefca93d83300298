"""Documents, workbooks and slides that tell who wrote them, on which machine, and what was changed."""

import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO

from tests.reports.hunting import canary
from tests.reports.picture_samples import exif, saved

WORD, CHINESE = canary(5), canary(6, "黄雀鸣涧")
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
Parts = dict[str, str | bytes]
Told = set[str]


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return parts as an Office file, in the order given."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def relations(*rows: tuple[str, str, str]) -> str:
    """Return relations: of each the number, the kind and the target; one that leads outside has a colon."""
    inner = "".join(
        f'<Relationship Id="{number}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for number, kind, target in rows
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def types(kind: str, *more: str) -> str:
    """Return the list of types with further parts."""
    inner = "".join(
        f'<Override PartName="/{name}" ContentType="application/xml"/>' for name in (MAIN[kind], *more)
    )
    default = '<Default Extension="rels" ContentType="application/xml"/>'
    pictures = '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{default}{pictures}{inner}</Types>'


def document(body: str) -> str:
    """Return the main part of a document."""
    return (
        f'<w:document xmlns:w="{W}" xmlns:w14="{W14}" xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>'
    )


def said(seen: str, attributes: str = "") -> str:
    """Return a paragraph."""
    return f"<w:p{attributes}><w:r><w:t>{seen}</w:t></w:r></w:p>"


def docx(body: str, more: Parts | None = None, *, rels: str | None = None) -> bytes:
    """Return a document."""
    others = more or {}
    parts: Parts = {
        "[Content_Types].xml": types("docx", *others),
        "_rels/.rels": relations(("r1", "officeDocument", MAIN["docx"]), ("r2", "core", "docProps/core.xml")),
        MAIN["docx"]: document(body),
    }
    if rels is not None:
        parts["word/_rels/document.xml.rels"] = rels
    return packed(parts | others)


def xlsx(
    seen: str, more: Parts | None = None, *, workbook: str = "", sheet: str = "", rels: str = ""
) -> bytes:
    """Return a workbook of one sheet."""
    others = more or {}
    sheets = f'<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>{workbook}'
    row = f'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{seen}</t></is></c></row></sheetData>{sheet}'
    parts: Parts = {
        "[Content_Types].xml": types("xlsx", "xl/worksheets/sheet1.xml", *others),
        "_rels/.rels": relations(("r1", "officeDocument", MAIN["xlsx"])),
        MAIN["xlsx"]: f'<workbook xmlns="{S}" xmlns:r="{OFFICE}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": relations(("r1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}" xmlns:r="{OFFICE}">{row}</worksheet>',
    }
    if rels:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = rels
    return packed(parts | others)


def pptx(seen: str, more: Parts | None = None, *, slide: str = "") -> bytes:
    """Return a slide show of one slide."""
    others = more or {}
    shape = f"<p:txBody><a:p><a:r><a:t>{seen}</a:t></a:r></a:p></p:txBody>"
    parts: Parts = {
        "[Content_Types].xml": types("pptx", "ppt/slides/slide1.xml", *others),
        "_rels/.rels": relations(("r1", "officeDocument", MAIN["pptx"])),
        MAIN[
            "pptx"
        ]: f'<p:presentation xmlns:p="{P}" xmlns:r="{OFFICE}"><p:sldIdLst><p:sldId id="256" r:id="r1"/>'
        "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("r1", "slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree><p:sp>{shape}{slide}'
        "</p:sp></p:spTree></p:cSld></p:sld>",
    }
    return packed(parts | others)


def properties() -> Parts:
    """Return the parts that say who wrote what with which program, for whom and for how long."""
    core = f"<c><creator>{CHINESE}</creator><lastModifiedBy>{WORD}</lastModifiedBy></c>"
    return {
        "docProps/core.xml": core,
        "docProps/app.xml": f"<c><Company>{WORD}</Company><Manager>{CHINESE}</Manager></c>",
        "docProps/custom.xml": f"<c>{WORD}</c>",
    }


def built(seen: str) -> Iterator[tuple[str, str, bytes, Told]]:
    """Yield Office files that show a sentence."""
    for name, content, told in _documents(seen):
        yield "docx", name, content, told
    for name, content, told in _workbooks(seen):
        yield "xlsx", name, content, told
    yield "pptx", "properties", pptx(seen, properties()), {"properties"}
    marked = (
        f'<p:nvPr><p:custDataLst><p:tags r:id="x" xmlns:r="{OFFICE}">{WORD}</p:tags></p:custDataLst></p:nvPr>'
    )
    yield "pptx", "marks of programs", pptx(seen, slide=marked), {"custom_data"}
    authors = f'<cmAuthorLst><cmAuthor name="{CHINESE}" initials="{WORD}"/></cmAuthorLst>'
    remarks: Parts = {"ppt/commentAuthors.xml": authors, "ppt/comments/comment1.xml": f"<c>{WORD}</c>"}
    yield "pptx", "remarks", pptx(seen, remarks), {"comments"}


def _documents(seen: str) -> Iterator[tuple[str, bytes, Told]]:
    plain = said(seen)
    yield "properties", docx(plain, properties()), {"properties"}
    yield "small picture", docx(plain, {"docProps/thumbnail.jpeg": WORD.encode()}), {"thumbnail"}
    numbers = f' w:rsidR="00A1B2C3" w:rsidRDefault="{WORD}" w14:paraId="{WORD}"'
    settings = f'<w:settings xmlns:w="{W}"><w:rsids><w:rsid w:val="{WORD}"/></w:rsids></w:settings>'
    yield "numbers of sittings", docx(said(seen, numbers), {"word/settings.xml": settings}), {"revisions"}
    yield "tracked changes", docx(_tracked(seen)), {"revisions"}
    remark = (
        f'<w:p><w:commentRangeStart w:id="0"/><w:r><w:t>{seen}</w:t></w:r><w:commentRangeEnd w:id="0"/>'
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )
    comments = f'<w:comments xmlns:w="{W}"><w:comment w:author="{CHINESE}" w:initials="{WORD}"/></w:comments>'
    rels = relations(("r1", "comments", "comments.xml"), ("r2", "people", "people.xml"))
    parts: Parts = {"word/comments.xml": comments, "word/people.xml": f"<c>{WORD}</c>"}
    yield "remarks", docx(remark, parts, rels=rels), {"comments"}
    yield "data of programs", docx(plain, {"customXml/item1.xml": f"<c>{WORD}</c>"}), {"custom_data"}
    yield (
        "picture",
        docx(plain + _drawing(), _media(), rels=relations(("r1", "image", "media/image1.jpeg"))),
        {
            "location",
            "comments",
        },
    )
    template = f'<w:settings xmlns:w="{W}" xmlns:r="{OFFICE}"><w:attachedTemplate r:id="r1"/></w:settings>'
    paths: Parts = {
        "word/settings.xml": template,
        "word/_rels/settings.xml.rels": relations(
            ("r1", "attachedTemplate", f"file:///C:/Users/{WORD}/a.dotm")
        ),
    }
    yield "path of the template", docx(plain, paths), {"links"}
    yield "macros", docx(plain, {"word/vbaProject.bin": WORD.encode(), "word/vbaData.xml": WORD}), {"macros"}
    linked = f'<w:p><w:hyperlink r:id="r1"><w:r><w:t>{seen}</w:t></w:r></w:hyperlink></w:p>'
    outside = relations(
        ("r1", "hyperlink", f"file:///D:/{WORD}.xlsx"), ("r2", "image", f"https://{WORD}.example/a")
    )
    yield "paths of links", docx(linked, rels=outside), {"links"}
    embedded: Parts = {"word/embeddings/a.xlsx": packed(properties())}
    yield "a file inside", docx(plain, embedded), {"attachments"}


def _tracked(seen: str) -> str:
    by = f'w:id="1" w:author="{CHINESE}" w:date="2026-11-22T08:00:00Z"'
    return (
        f"<w:p><w:pPr><w:rPr><w:ins {by}/></w:rPr></w:pPr><w:ins {by}><w:r><w:t>{seen}</w:t></w:r></w:ins>"
        f"<w:del {by}><w:r><w:delText>{WORD}</w:delText></w:r></w:del></w:p>"
        f"<w:p><w:r><w:rPr><w:b/><w:rPrChange {by}><w:rPr/></w:rPrChange></w:rPr><w:t>。</w:t></w:r></w:p>"
    )


def _drawing() -> str:
    return (
        f'<w:p><w:r><w:drawing><docPr xmlns="{A}" id="1" name="C:\\{WORD}.jpg" descr="{CHINESE}"/>'
        f'<a:blip xmlns:a="{A}" r:embed="r1"/></w:drawing></w:r></w:p>'
    )


def _media() -> Parts:
    return {"word/media/image1.jpeg": saved("JPEG", exif=exif("place"), comment=WORD.encode())}


def _workbooks(seen: str) -> Iterator[tuple[str, bytes, Told]]:
    yield "properties", xlsx(seen, properties()), {"properties"}
    yield "path and person", xlsx(seen, workbook=_path()), {"links", "software"}
    remarks: Parts = {
        "xl/comments1.xml": f"<c><author>{CHINESE}</author></c>",
        "xl/threadedComments/threadedComment1.xml": f"<c>{WORD}</c>",
        "xl/persons/person.xml": f"<c>{WORD}</c>",
        "xl/drawings/vml1.vml": f"<c>{WORD}</c>",
    }
    rels = relations(("r1", "comments", "../comments1.xml"), ("r2", "vml", "../drawings/vml1.vml"))
    yield "remarks", xlsx(seen, remarks, sheet='<legacyDrawing r:id="r2"/>', rels=rels), {"comments"}
    printer: Parts = {"xl/printerSettings/printerSettings1.bin": WORD.encode("utf-16-le")}
    to_printer = relations(("r1", "printerSettings", "../printerSettings/printerSettings1.bin"))
    setup = '<pageSetup orientation="portrait" r:id="r1"/>'
    yield "printer", xlsx(seen, printer, sheet=setup, rels=to_printer), {"print_settings"}
    sources: Parts = {
        "xl/connections.xml": f"<c>{WORD}</c>",
        "xl/externalLinks/externalLink1.xml": f"<c>{WORD}</c>",
    }
    yield "sources", xlsx(seen, sources), {"links"}
    history: Parts = {
        "xl/revisions/revisionLog1.xml": f"<c>{CHINESE}</c>",
        "xl/revisions/userNames.xml": WORD,
    }
    yield "history", xlsx(seen, history), {"revisions"}


def _path() -> str:
    return (
        f'<fileSharing userName="{CHINESE}"/><fileVersion rupBuild="{WORD}"/>'
        f'<x:absPath xmlns:x="urn:ac" url="C:\\{WORD}\\"/>'
    )
