"""Office files (OOXML) are packed anew from the parts that are seen: text, numbers, pictures, their looks.

Whatever part is not on the list of these stays out, and so does what points to it. `office_parts.py` says
what goes out of the parts that stay in.
"""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from lxml import etree

from registry.reports.cleaning import office_parts
from registry.reports.cleaning.caps import Caps
from registry.reports.cleaning.images import cleaned_image
from registry.reports.cleaning.kinds import IMAGES, Kind, kind_of
from registry.reports.cleaning.outcome import Copy, Removed, Uncleaned

TYPES, SMALL = "[Content_Types].xml", 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
SEEN = {
    "docx": r"word/(document|styles|settings|fontTable|numbering|footnotes|endnotes)\.xml"
    r"|word/(header|footer)\d*\.xml|word/theme/theme\d*\.xml|word/diagrams/[a-zA-Z]+\d*\.xml"
    r"|word/charts/(chart|style|colors)\d*\.xml|word/media/[^/]+",
    "xlsx": r"xl/(workbook|styles|sharedStrings)\.xml|xl/(worksheets|chartsheets)/sheet\d*\.xml"
    r"|xl/theme/theme\d*\.xml|xl/tables/table\d*\.xml|xl/drawings/drawing\d*\.xml"
    r"|xl/charts/(chart|style|colors)\d*\.xml|xl/media/[^/]+",
    "pptx": r"ppt/(presentation|presProps|viewProps|tableStyles)\.xml"
    r"|ppt/(slides|slideLayouts|slideMasters|notesSlides|notesMasters)/[a-zA-Z]+\d*\.xml"
    r"|ppt/theme/theme\d*\.xml|ppt/diagrams/[a-zA-Z]+\d*\.xml"
    r"|ppt/charts/(chart|style|colors)\d*\.xml|ppt/media/[^/]+",
}
LEFT_OUT: tuple[tuple[str, Removed], ...] = (
    (r"docProps/thumbnail", "thumbnail"),
    (r"docProps/", "properties"),
    (r"customXml/", "custom_data"),
    (r".*(comments|people|persons|commentAuthors)", "comments"),
    (r".*(revisions|usernames)", "revisions"),
    (r".*(printerSettings)", "print_settings"),
    (r".*(vbaProject|vbaData|macrosheets|activeX|ctrlProps)", "macros"),
    (r".*(externalLinks|connections|queryTables)", "links"),
    (r"_xmlsignatures/", "signatures"),
    (r".*(embeddings|media)/", "attachments"),
)
FAILURES = (zipfile.BadZipFile, etree.LxmlError, KeyError, ValueError, NotImplementedError, EOFError, OSError)


def cleaned_office(content: bytes, kind: Kind, caps: Caps) -> Copy:
    """Return a document, workbook or slide show of what is seen, packed anew.

    Raises:
        Uncleaned: It is locked, damaged, or larger unpacked than the caps allow.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = _unpacked(archive, caps)
        parts, removed = _seen(parts, kind, caps)
        return Copy(_packed(parts), frozenset(removed))
    except FAILURES as failed:
        raise Uncleaned("damaged") from failed


def _unpacked(archive: zipfile.ZipFile, caps: Caps) -> dict[str, bytes]:
    """Return the parts by name, unless the archive says or turns out to be too large."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > caps.entries or len({entry.filename for entry in entries}) < len(entries):
        raise Uncleaned("entries")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Uncleaned("encrypted")
    if sum(entry.file_size for entry in entries) > caps.inflated or any(_bomb(one, caps) for one in entries):
        raise Uncleaned("inflated")
    return {entry.filename: _read(archive, entry) for entry in entries}


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return a part, and unpack no more of it than the entry says: asked for all, the archive would."""
    with archive.open(entry) as part:
        return part.read(entry.file_size)


def _bomb(entry: zipfile.ZipInfo, caps: Caps) -> bool:
    return entry.file_size > SMALL and entry.file_size > entry.compress_size * caps.ratio


def _seen(parts: Mapping[str, bytes], kind: Kind, caps: Caps) -> tuple[dict[str, bytes], set[Removed]]:
    wanted = re.compile(SEEN[kind])
    kept, removed = dict[str, bytes](), set[Removed]()
    for name, part in parts.items():
        if wanted.fullmatch(name) is None:
            removed |= {code for pattern, code in LEFT_OUT if re.match(pattern, name)}
            continue
        cleaned = _part(name, part, caps)
        if cleaned is None:
            removed.add("attachments")
            continue
        kept[name], told = cleaned
        removed |= told
    for name in list(kept):
        removed |= _related(name, kept, parts)
    removed |= _related("", kept, parts)
    kept[TYPES] = _types(parts[TYPES], kept)
    return kept, removed


def _part(name: str, part: bytes, caps: Caps) -> tuple[bytes, set[Removed]] | None:
    """Return a part without what it tells, or None where nothing can take that out of it."""
    if "/media/" in name:
        kind = kind_of(part)
        if kind not in IMAGES:
            return None
        copy = cleaned_image(part, kind, caps)
        return copy.content, set(copy.removed)
    tree = parsed(part)
    removed = set(office_parts.strip(tree))
    return _written(tree), removed


def parsed(part: bytes) -> etree._Element:
    """Return the tree of a part.

    Raises:
        Uncleaned: It declares entities or a type, which no part may.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    tree = etree.fromstring(part, parser)
    if tree.getroottree().docinfo.internalDTD is not None:
        raise Uncleaned("damaged")
    return tree


def _written(tree: etree._Element) -> bytes:
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _related(name: str, kept: dict[str, bytes], parts: Mapping[str, bytes]) -> set[Removed]:
    """Write the relations of a part anew, without those to what stays out, and what used them."""
    folder, base = posixpath.split(name)
    place = posixpath.join(folder, "_rels", f"{base}.rels")
    if place not in parts:
        return set()
    tree, gone, removed = parsed(parts[place]), set[str](), set[Removed]()
    for relation in list(tree):
        if relation.get("TargetMode") == "External":
            if office_parts.is_plain_link(relation):
                continue
            removed.add("links")
        else:
            target = relation.get("Target", "")
            if target.lstrip("/") in kept or posixpath.normpath(posixpath.join(folder, target)) in kept:
                continue
        gone.add(relation.get("Id", ""))
        tree.remove(relation)
    if gone and name:
        kept[name] = _without(kept[name], gone)
    kept[place] = _written(tree)
    return removed


def _without(part: bytes, gone: set[str]) -> bytes:
    tree = parsed(part)
    office_parts.unrelate(tree, gone)
    return _written(tree)


def _types(part: bytes, kept: Mapping[str, bytes]) -> bytes:
    tree = parsed(part)
    for entry in list(tree):
        name = entry.get("PartName")
        if name is not None and name.lstrip("/") not in kept:
            tree.remove(entry)
    return _written(tree)


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Pack the parts in one order, with one time, by one method: how they lay tells who packed them."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != TYPES, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, parts[name])
    return out.getvalue()
