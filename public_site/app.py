"""The routes of the pages, for the composition to mount beside the API."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from public_site import (
    assets,
    businesses,
    changes,
    editions,
    instruments,
    lists,
    log,
    matching,
    pages,
    reader,
    repairs,
    robots,
    rules,
    search,
    sheets,
    statistics,
    transparency,
    verify,
)
from public_site.desk.form import read_form
from public_site.desk.routes import desk_router

ROUTES: tuple[ControllerRouterHandler, ...] = (
    pages.home,
    pages.about,
    pages.data,
    pages.accessibility,
    robots.robots,
    robots.sitemap,
    robots.one_map,
    robots.security,
    repairs.how_to,
    search.search,
    sheets.found,
    sheets.entries,
    matching.ask,
    matching.match,
    businesses.business,
    instruments.instrument,
    lists.red,
    lists.black,
    lists.boards,
    lists.one_list,
    lists.picture,
    lists.one_entry,
    editions.latest,
    editions.all_editions,
    editions.one_edition,
    log.log,
    statistics.statistics,
    transparency.transparency,
    transparency.chart,
    rules.rules,
    rules.rules_compared,
    changes.changes,
    verify.ask,
    verify.verify,
    assets.static_file,
)


def site_routes() -> list[ControllerRouterHandler]:
    """Return every route of the pages and the desks."""
    reading = Provide(reader.reader, sync_to_thread=False)
    given = {"reader": reading, "form": Provide(read_form)}
    return [Router(path="/", route_handlers=ROUTES, dependencies=given), desk_router()]
