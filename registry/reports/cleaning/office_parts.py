"""What goes out of the parts of an Office file that stay: who changed what and when, remarks, paths.

Changes that were tracked are taken as made, as a reader without the history sees them.
"""

from collections.abc import Callable, Iterator

from lxml import etree

from registry.reports.cleaning.outcome import Removed

LINKS = ("http://", "https://", "mailto:", "#")
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DELETED = ("del", "moveFrom", "cellDel")
INSERTED = ("ins", "moveTo")
CHANGED = (
    "rPrChange",
    "pPrChange",
    "sectPrChange",
    "tblPrChange",
    "tblPrExChange",
    "tblGridChange",
    "trPrChange",
    "tcPrChange",
    "numberingChange",
    "cellIns",
    "cellMerge",
    "moveFromRangeStart",
    "moveFromRangeEnd",
    "moveToRangeStart",
    "moveToRangeEnd",
    "customXmlInsRangeStart",
    "customXmlInsRangeEnd",
    "customXmlDelRangeStart",
    "customXmlDelRangeEnd",
    "customXmlMoveFromRangeStart",
    "customXmlMoveFromRangeEnd",
    "customXmlMoveToRangeStart",
    "customXmlMoveToRangeEnd",
    "rsids",
    "revisionPtr",
    "documentId",
)
DROPPED: dict[str, Removed] = {
    **dict.fromkeys(CHANGED, "revisions"),
    **dict.fromkeys(
        ("commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef"), "comments"
    ),
    **dict.fromkeys(("docId", "docVars", "custDataLst", "custData", "tags", "dataBinding"), "custom_data"),
    **dict.fromkeys(("creationId", "modId", "fileVersion", "fileSharing", "userShape"), "software"),
    **dict.fromkeys(("absPath", "attachedTemplate", "mailMerge", "saveThroughXslt", "linkStyles"), "links"),
    **dict.fromkeys(("legacyDrawing", "legacyDrawingHF", "control", "controls", "oleObjects"), "attachments"),
    **dict.fromkeys(("OLEObject", "object", "externalData", "externalReferences"), "attachments"),
    **dict.fromkeys(("proofErr", "lastRenderedPageBreak", "webExtensions"), "software"),
    **dict.fromkeys(("customWorkbookViews", "customSheetViews"), "custom_data"),
    **dict.fromkeys(("pict",), "attachments"),
}
ATTRIBUTES: dict[str, Removed] = {
    "author": "author",
    "initials": "author",
    "userName": "author",
    "lastModifiedBy": "author",
    "date": "time",
    "dateUtc": "time",
    "paraId": "revisions",
    "textId": "revisions",
    "uid": "revisions",
    "codeName": "macros",
    "descr": "comments",
    "editId": "revisions",
    "anchorId": "revisions",
}
OUTLOOKS = ("docPr", "cNvPr")  # names of pictures are often the files on the author's disk


def strip(tree: etree._Element) -> Iterator[Removed]:
    """Take out of a part what tells of its making, and yield the code of each."""
    for element in list(tree.iter(etree.Element)):
        if not _hangs(element, tree):
            continue
        name = etree.QName(element).localname
        found = _stripped(element, name)
        if found is not None:
            yield found
    for element in tree.iter(etree.Element):
        yield from _bare(element)


def _stripped(element: etree._Element, name: str) -> Removed | None:
    if name in DELETED:
        _drop(element)
        return "revisions"
    if name in INSERTED:
        _unwrap(element)
        return "revisions"
    if name in DROPPED:
        _drop(element)
        return DROPPED[name]
    return None


def _bare(element: etree._Element) -> Iterator[Removed]:
    for key in list(element.attrib):
        name = etree.QName(key).localname
        if name.startswith("rsid"):
            del element.attrib[key]
            yield "revisions"
        elif name in ATTRIBUTES:
            del element.attrib[key]
            yield ATTRIBUTES[name]
    if etree.QName(element).localname in OUTLOOKS:
        element.attrib.pop("title", None)
        if element.get("name"):
            element.set("name", "")


def is_plain_link(relation: etree._Element) -> bool:
    """Say whether a relation leads to an address of the web, by a click alone."""
    kind, target = str(relation.get("Type", "")), str(relation.get("Target", ""))
    return kind.endswith("/hyperlink") and target.startswith(LINKS)


def unrelate(tree: etree._Element, gone: set[str]) -> None:
    """Take out what refers to relations that are gone; of a link or a page's set-up the reference alone."""
    for element in list(tree.iter(etree.Element)):
        for key in list(element.attrib):
            if etree.QName(key).namespace != RELATIONS or element.get(key) not in gone:
                continue
            act = REFERENCES.get(etree.QName(element).localname)
            if act is not None:
                act(element, key)
            elif _hangs(element, tree):
                _drop(element)


def _reference(element: etree._Element, key: str) -> None:
    del element.attrib[key]


def _link(element: etree._Element, _key: str) -> None:
    _unwrap(element)


REFERENCES: dict[str, Callable[[etree._Element, str], None]] = {
    "pageSetup": _reference,
    "blip": _reference,
    "hlinkClick": lambda element, _key: _drop(element),
    "hyperlink": _link,
}


def _hangs(element: etree._Element, tree: etree._Element) -> bool:
    """Say whether an element still stands in the tree below its root."""
    return element is not tree and element.getroottree().getroot() is tree


def _drop(element: etree._Element) -> None:
    """Take an element out, and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    _give_text(element, element.tail or "")
    parent.remove(element)


def _unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place."""
    parent = element.getparent()
    if parent is None:
        return
    _give_text(element, element.text or "")
    at = parent.index(element)
    children = list(element)
    tail = element.tail or ""
    for offset, child in enumerate(children):
        parent.insert(at + offset, child)
    element.tail = None
    if children:
        children[-1].tail = (children[-1].tail or "") + tail
    else:
        _give_text(element, tail)
    parent.remove(element)


def _give_text(element: etree._Element, text: str) -> None:
    """Add text where an element begins: to the tail of the one before it, or to its parent."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        before.tail = (before.tail or "") + text
    elif parent is not None:
        parent.text = (parent.text or "") + text
