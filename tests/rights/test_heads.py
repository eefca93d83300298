"""Every address of the table answers with the headers of its class, whoever asks, and with none beside them.

`tests/api/test_header_classes.py` says what one answer of each class has, to the letter; here no address
is forgotten.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.realm import Realm, Someone
from tests.api.test_header_classes import AT_DESK, DOCUMENTATION, EVERYWHERE
from tests.rights.expectation import Expected, expected
from tests.rights.test_desks import NAMED, client, said, send

__all__ = ["client"]

# what an answer says of itself, beside what its class has
OF_ITSELF = {
    *("content-type", "content-length", "content-language", "content-disposition"),
    *("etag", "cache-control", "x-robots-tag"),
    *("location", "allow", "www-authenticate", "refresh", "set-cookie", "clear-site-data"),
}
LINES = [pytest.param(one, id=str(one)) for one in expected()]
PUBLIC_KEPT = ("public, no-cache", "public, max-age=")


def asked(realm: Realm, line: Expected) -> Iterator[tuple[Someone, httpx.Response]]:
    """Ask as nobody, and as an officer or administrator of the whole country."""
    ids = {**dict.fromkeys(NAMED.findall(line.path), "nothing"), **realm.ids}
    people = {one.name: one for one in realm.people}
    for name in ("nobody", "officer-nation", "administrator-nation"):
        by = people[name]
        if line.at_desk:
            yield by, send(realm, line, by, ids)
            continue
        headers = {"Authorization": by.authorization} if by.authorization else {}
        names = {**ids, **{name: said(value, ids) for name, value in line.names.items()}}
        path = NAMED.sub(lambda found, names=names: names[found[1]], line.path) + line.query
        yield by, realm.client.request(line.method, path, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("line", LINES)
def test_every_address_answers_with_the_headers_of_its_class_and_none_beside(
    realm: Realm, line: Expected
) -> None:
    desk = line.at_desk or line.path.startswith("/desk/")
    documentation = line.path == "/api" or line.path.startswith("/api/docs/")
    own = {**EVERYWHERE, **(AT_DESK if desk else DOCUMENTATION if documentation else {})}
    for by, answer in asked(realm, line):
        found = dict(answer.headers)
        assert set(found) <= {*own, *OF_ITSELF}, by.name
        fixed = {name: value for name, value in own.items() if name != "content-length"}
        assert {name: found.get(name) for name in fixed} == fixed, by.name
        kept = found["cache-control"]
        if desk or line.method == "POST" or answer.status_code >= 400 or (by.authorization and not desk):
            assert kept == "no-store", by.name
        else:
            assert kept.startswith(PUBLIC_KEPT), by.name
        assert ("set-cookie" in found) <= desk
