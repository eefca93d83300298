"""Putting the application together: routes, problems, headers, and what handlers stand on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler
from sqlalchemy import Engine

from api import problems
from api.bodies import StrictRequest
from api.docs import Documentation
from api.document import Document
from api.edge import Edge
from api.guarding import by_route, guard
from api.headers import Headers
from api.limits import Limits
from api.memory import Memory
from api.plain import Plain
from api.rights import RIGHTS, Right
from api.routes import ROUTES
from api.screen import screen
from registry.rulebook import Rulebook
from registry.settings import Settings
from search_index.protocol import Index

LARGEST_BODY = 1_048_576

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    settings: Settings,
    engine: Engine,
    index: Index,
    now: Callable[[], datetime],
    *,
    rulebook: Callable[[], Rulebook],
    routes: Sequence[ControllerRouterHandler] = (),
    rights: Iterable[Right] = (),
    on_errors: Callable[[Mapping[Any, Any]], Mapping[Any, Any]] = dict,
    lifespans: Sequence[Lifespan] = (),
) -> Litestar:
    """Return the application.

    Args:
        settings: Settings of the installation.
        engine: The database.
        index: The search index; what it says is checked against the database.
        now: The clock: aware UTC instants.
        rulebook: Gives the effective rulebook.
        routes: Pages and whatever else the composition adds to the API.
        rights: Who may use those routes.
        on_errors: Turns the handlers of problems into those that pages need beside the API.
        lifespans: What runs as long as the application: jobs, the index writer.
    """
    app = assemble(routes=routes, rights=rights, on_errors=on_errors, lifespans=lifespans)
    app.state.edge = Edge(settings, engine, index, now, rulebook)
    return app


def assemble(
    *,
    routes: Sequence[ControllerRouterHandler] = (),
    rights: Iterable[Right] = (),
    on_errors: Callable[[Mapping[Any, Any]], Mapping[Any, Any]] = dict,
    lifespans: Sequence[Lifespan] = (),
) -> Litestar:
    """Return the application without an installation: its routes, and what they say of themselves.

    Handlers find the parts of the installation as `edge` in its state.

    Raises:
        Broken: A route has no row in the tables of rights, or a row has no route.
    """

    def document(config: AppConfig) -> AppConfig:
        config.openapi_config = _openapi()
        return config

    app = Litestar(
        route_handlers=[*ROUTES, *routes],
        dependencies={"edge": Provide(_edge, sync_to_thread=False)},
        exception_handlers=dict(on_errors(problems.HANDLERS)),
        on_app_init=[document],
        guards=[guard],
        before_request=screen,
        request_class=StrictRequest,
        lifespan=list(lifespans),
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.state.rights = by_route(app, [*RIGHTS, *rights])
    return app


def _edge(state: State) -> Edge:
    found: Edge = state.edge
    return found


def served(app: Litestar) -> Any:
    """Return the application inside the layer that completes every answer, errors included."""
    return Headers(Limits(Memory(Plain(app), lambda: _edge(app.state)), app))


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="诚信计量登记 · Honest-metrology registry",
        version="1",
        description=(
            "Businesses, pledges, demonstration units, violations and lawful lists. Times are UTC instants, "
            "days are legal days in Asia/Shanghai, money is integer fen, points are integer hundredths. "
            "Errors are RFC 9457 problems with a pointer to the field."
        ),
        path="/api",
        use_handler_docstrings=True,
        render_plugins=[Documentation(path="/"), Document(path="/openapi.json")],
        components=Components(
            security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="`key issue`")}
        ),
    )
