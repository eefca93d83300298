"""The application that the tests of the interface ask, built once."""

import functools

from litestar import Litestar

from api.app import assemble
from public_site.app import site_routes
from public_site.rights import RIGHTS


@functools.cache
def built() -> Litestar:
    """Return the application, built once; each test puts its own installation under it."""
    return assemble(routes=site_routes(), rights=RIGHTS)
