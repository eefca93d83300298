"""The description of an edition's CSV file: CSV on the Web (W3C, Metadata Vocabulary for Tabular Data)."""

from typing import Any

from registry.publication.formats import COLUMNS, SEPARATOR

DESCRIPTION = "entries.csv-metadata.json"
TITLES = {
    "leaf": ("叶哈希", "leaf hash"),
    "salt": ("盐", "salt"),
    "entry_id": ("条目编号", "entry"),
    "regime": ("名单代码", "code of the list"),
    "colour": ("名单类别", "colour of the list"),
    "business_id": ("经营者编号", "business"),
    "name": ("名称", "name"),
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "region": ("行政区划代码", "region, GB/T 2260"),
    "region_name": ("行政区划", "name of the region"),
    "market": ("市场", "market"),
    "stall": ("摊位", "stall"),
    "ground": ("列入事由", "ground"),
    "basis": ("列入依据", "legal basis"),
    "measures": ("管理措施", "measures"),
    "listed_on": ("列入日期", "listed on"),
    "publish_from": ("公示起日", "published from"),
    "publish_until": ("停止公示日", "first day on which it is hidden"),
    "objected_on": ("异议日期", "objected to on"),
}
DAYS = {"listed_on", "publish_from", "publish_until", "objected_on"}


def described(table: str, name: str) -> dict[str, Any]:
    """Return the description of an edition's CSV file, to lie beside it.

    Args:
        table: Name of the file.
        name: Name of the list.
    """
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": table,
        "dc:title": name,
        "dc:format": "text/csv",
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True, "delimiter": ","},
        "notes": [
            {"zh": "已撤下的条目只留叶哈希。", "en": "Of a withdrawn row only the leaf hash is left."},
            {
                "zh": "以公式符号开头的单元格前加一个撇号。",
                "en": "A cell that would begin as a formula begins with an apostrophe.",
            },
        ],
        "tableSchema": {"primaryKey": "leaf", "columns": [_column(name) for name in COLUMNS]},
    }


def _column(name: str) -> dict[str, Any]:
    zh, en = TITLES[name]
    column: dict[str, Any] = {
        "name": name,
        "titles": {"und": [name], "zh": [zh], "en": [en]},
        "datatype": "date" if name in DAYS else "string",
        "null": "",
        "required": name == "leaf",
    }
    if name in {"leaf", "salt"}:
        column["datatype"] = {"base": "string", "format": "[0-9a-f]{64}"}
    if name == "measures":
        column["separator"] = SEPARATOR
    return column
