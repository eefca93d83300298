"""Every route stands in the table of what is expected, once, and nothing else does."""

from litestar.routes import HTTPRoute

from tests.api.building import built
from tests.rights.expectation import expected


def test_every_method_of_every_address_has_one_line_of_what_is_expected() -> None:
    routes = {
        (method, route.path_format)
        for route in built().routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    lines = [(one.method, one.path) for one in expected()]
    assert sorted(routes - set(lines)) == [], "write their lines into tests/rights/expected.txt"
    assert sorted(set(lines) - routes) == []
    assert len(lines) == len(set(lines))
