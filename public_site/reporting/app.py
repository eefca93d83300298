"""The reporter's pages and interface as one application, beside the site or in a process of its own."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from litestar import Request, Response, Router
from litestar.types import ControllerRouterHandler

from api.edge import Edge
from api.intake.app import create_intake
from api.rights import Right, public
from public_site import assets
from public_site.errors import error_page
from public_site.reader import reader_of
from public_site.reporting import filing, returning, verifying
from public_site.reporting.showing import padded
from registry.errors import Refusal
from registry.settings import Settings
from registry.texts import say

ROUTES: tuple[ControllerRouterHandler, ...] = (
    filing.entry,
    filing.begin,
    filing.write,
    filing.send,
    returning.ask,
    returning.come_back,
    returning.act,
    verifying.ask,
    verifying.check,
    assets.static_file,
)
RIGHTS: tuple[Right, ...] = (
    public("GET", "/report"),
    public("GET", "/report/new"),
    public("POST", "/report/new"),
    public("POST", "/report/send"),
    public("GET", "/report/return"),
    public("POST", "/report/return"),
    public("POST", "/report/thread"),
    public("GET", "/report/verify"),
    public("POST", "/report/verify"),
    public("GET", "/static/{name}"),
)
Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def reporters(edge: Edge) -> Any:
    """Return the application of the reporters."""
    on_errors = partial(_pages, edge.settings)
    pages = Router(path="/", route_handlers=ROUTES)  # registers copies: one process may make several
    return create_intake(edge, routes=[pages], rights=RIGHTS, on_errors=on_errors)


def _pages(settings: Settings, handlers: Mapping[type[Exception], Handler]) -> dict[type[Exception], Handler]:
    return {kind: _paged(settings, handler) for kind, handler in handlers.items()}


def _paged(settings: Settings, handler: Handler) -> Handler:
    def answer(request: Request[Any, Any, Any], exception: Any) -> Response[Any]:
        problem = handler(request, exception)
        if request.scope["path"].startswith("/api/"):
            return problem
        reader = reader_of(request, settings)
        words = say(exception, reader.language) if isinstance(exception, Refusal) else None
        page = error_page(reader, problem.status_code or 500, problem.headers, words, "/report")
        page.content = padded(page.content)
        return page

    return answer
