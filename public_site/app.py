"""The routes of the pages, for the composition to mount beside the API."""

from litestar.types import ControllerRouterHandler

from public_site import assets, businesses, editions, lists, pages, search, statistics

ROUTES: tuple[ControllerRouterHandler, ...] = (
    pages.home,
    pages.report,
    pages.about,
    search.search,
    businesses.business,
    lists.red,
    lists.black,
    lists.boards,
    lists.one_list,
    lists.one_entry,
    editions.all_editions,
    editions.one_edition,
    statistics.statistics,
    assets.static_file,
)


def site_routes() -> list[ControllerRouterHandler]:
    """Return every route of the pages."""
    return list(ROUTES)
