"""The application that the tests of the interface ask, built once."""

import functools

from litestar import Litestar

from api.app import assemble
from public_site.app import site_routes
from public_site.errors import pages_for_errors
from public_site.rights import RIGHTS
from registry.settings import read_settings


@functools.cache
def built() -> Litestar:
    """Return the application, built once; each test puts its own installation under it."""
    settings = read_settings(data_dir="/nonexistent")
    paged = functools.partial(pages_for_errors, settings)
    return assemble(routes=site_routes(), rights=RIGHTS, on_errors=paged)
