"""What pages say to search engines in the words of schema.org: data, which no browser runs."""

from collections.abc import Mapping
from typing import Any

from registry.publication.answers import PublicBusiness
from registry.settings import Settings

CONTEXT = "https://schema.org"
TYPES = {"fuel_station": "GasStation", "restaurant": "Restaurant", "optician": "Optician"}


def of_site(settings: Settings, name: str) -> dict[str, Any]:
    """Describe the site and how it is searched."""
    site = settings.public_url
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": name,
        "url": f"{site}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{site}/search?q={{q}}"},
            "query-input": "required name=q",
        },
    }


def of_business(settings: Settings, it: PublicBusiness) -> dict[str, Any] | None:
    """Describe a business, without its record; a natural person is described nowhere."""
    if it.masked or it.kind == "natural_person":
        return None
    address = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressRegion": it.region_name,
        "streetAddress": it.address,
    }
    told = {
        "@context": CONTEXT,
        "@type": TYPES.get(it.sector or "", "LocalBusiness"),
        "@id": f"{settings.public_url}/businesses/{it.id}",
        "url": f"{settings.public_url}/businesses/{it.id}",
        "name": it.name,
        "identifier": it.uscc,
        "address": _known(address),
    }
    return _known(told)


def of_catalogue(settings: Settings, name: str, terms: str) -> dict[str, Any]:
    """Describe the open data as one catalogue."""
    site = settings.public_url
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "name": name,
        "url": f"{site}/data",
        "license": f"{site}/data#terms",
        "usageInfo": terms,
        "isAccessibleForFree": True,
        "sameAs": f"{site}/api/v1/catalog",
    }


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a description."""
    return {name: value for name, value in told.items() if value}
