"""The catalogue for machines: DCAT 3 and schema.org in one JSON-LD document."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from api.describing import public
from api.edge import Edge
from registry.publication.catalog import Published, published
from registry.regions import region
from registry.store.engine import reading

MEDIA_TYPE = "application/ld+json"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
TERMS = "自由使用；须跟随撤下通知：被撤下的条目不得继续展示、共享、使用。"


@get("/api/v1/catalog", **public(), media_type=MEDIA_TYPE, tags=("catalog",), summary="What is published")
def catalog(edge: NamedDependency[Edge]) -> dict[str, Any]:
    """Return the latest edition of every list for every region, with its files and their digests."""
    site = edge.settings.public_url.rstrip("/")
    with reading(edge.engine) as session:
        found = published(session, edge.settings.data_dir)
    return {
        "@context": CONTEXT,
        "@id": f"{site}/api/v1/catalog",
        "@type": ["dcat:Catalog", "schema:DataCatalog"],
        "dct:title": {"@value": "诚信计量名单", "@language": "zh"},
        "dct:rights": {"@value": TERMS, "@language": "zh"},
        "foaf:homepage": {"@id": f"{site}/"},
        "dcat:service": _service(site),
        "dcat:dataset": [_dataset(site, one) for one in found],
    }


def _service(site: str) -> dict[str, Any]:
    return {
        "@id": f"{site}/api/v1/",
        "@type": ["dcat:DataService", "schema:WebAPI"],
        "dct:title": {"@value": "诚信计量登记接口", "@language": "zh"},
        "dcat:endpointURL": {"@id": f"{site}/api/v1/"},
        "dcat:endpointDescription": {"@id": f"{site}/api/openapi.json"},
    }


def _dataset(site: str, one: Published) -> dict[str, Any]:
    edition = one.edition
    base = f"{site}/api/v1/lists/{edition.regime}/editions/{edition.version}"
    place = region(edition.region)
    name = f"{edition.statement['name']} · {place.name if place is not None else edition.region}"
    issued = {"@value": edition.recorded_at.isoformat(), "@type": "xsd:dateTime"}
    return {
        "@id": f"{base}?region={edition.region}",
        "@type": ["dcat:Dataset", "schema:Dataset"],
        "dct:identifier": f"{edition.regime}-{edition.region}",
        "dct:title": {"@value": name, "@language": "zh"},
        "schema:name": name,
        "schema:description": f"{name} {edition.version}",
        "dcat:version": edition.version,
        "dct:issued": issued,
        "dct:temporal": {"@value": edition.as_of_on.isoformat(), "@type": "xsd:date"},
        "dcat:distribution": [
            _distribution(f"{base}/{edition.region}/{file}", file, told)
            for file, told in sorted(one.files.items())
        ],
    }


def _distribution(address: str, file: str, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": ["dcat:Distribution", "schema:DataDownload"],
        "dct:title": file,
        "dcat:downloadURL": {"@id": address},
        "schema:contentUrl": address,
        "dcat:byteSize": {"@value": str(told["bytes"]), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": SHA256},
            "spdx:checksumValue": told["sha256"],
        },
    }
