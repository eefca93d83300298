"""Putting the intake together: its own application, with nothing of the registry's beside it."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from traceback import extract_tb
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send
from litestar.utils import normalize_path
from sqlalchemy.exc import OperationalError, TimeoutError

from api import problems
from api.app import LARGEST_BODY
from api.bodies import StrictRequest
from api.edge import Edge
from api.faults import Misread
from api.guarding import by_route
from api.headers import Headers, of_reporters
from api.intake.arriving import TooLarge, TooSlow
from api.intake.reception import Reception
from api.intake.routes import ROUTES
from api.intake.turns import Crowded
from api.rights import Right, public
from api.screen import screen
from registry.errors import Refusal

log = logging.getLogger("honest_metrology.intake")

RIGHTS: tuple[Right, ...] = (
    public("GET", "/api/v1/reports/form"),
    public("POST", "/api/v1/reports"),
    public("POST", "/api/v1/reports/return"),
    public("POST", "/api/v1/reports/thread"),
    public("POST", "/api/v1/reports/messages"),
    public("POST", "/api/v1/reports/files"),
    public("POST", "/api/v1/reports/proofs"),
    public("POST", "/api/v1/reports/deletions"),
    public("POST", "/api/v1/reports/claim"),
    public("POST", "/api/v1/reports/end"),
)
STATUS: Mapping[type[Refusal], int] = {TooLarge: 413, TooSlow: 408}


def create_intake(
    edge: Edge,
    *,
    routes: Sequence[ControllerRouterHandler] = (),
    rights: Iterable[Right] = (),
    on_errors: Callable[[Mapping[Any, Any]], Mapping[Any, Any]] = dict,
) -> Any:
    """Return the application of the intake, inside the layer that completes every answer.

    Args:
        edge: The parts of the installation.
        routes: The reporter's pages.
        rights: Who may use them.
        on_errors: Turns the handlers of problems into those that pages need beside the interface.

    Raises:
        Broken: A route has no row in the tables of rights, or a row has no route.
    """
    app = Litestar(
        route_handlers=[*ROUTES, *routes],
        dependencies={"reception": Provide(_reception, sync_to_thread=False)},
        exception_handlers=dict(on_errors(HANDLERS)),
        before_request=screen,
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.state.rights = by_route(app, [*RIGHTS, *rights])
    app.state.reception = Reception(edge)
    return Headers(app)


class Beside:
    """The site and the intake in one process: each request goes to one of them, and the other never sees it.

    Args:
        site: Serves everything else, and what runs beside requests.
        intake: Serves reporters.
    """

    def __init__(self, site: ASGIApp, intake: ASGIApp) -> None:
        self.site, self.intake = site, intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        reporters = scope["type"] == ScopeType.HTTP and of_reporters(normalize_path(scope["path"]))
        await (self.intake if reporters else self.site)(scope, receive, send)


def _reception(state: State) -> Reception:
    found: Reception = state.reception
    return found


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """Answer a refusal."""
    answer = problems.on_refusal(request, refusal)
    answer.status_code = STATUS.get(type(refusal), answer.status_code)
    return answer


def on_crowded(request: Request[Any, Any, Any], _crowded: Crowded) -> Response[Any]:
    """Answer that too many came at once; nobody is asked who he is."""
    answer = problems.problem(503, problems.language_of(request))
    answer.headers["Retry-After"] = "30"
    return answer


def on_unavailable(request: Request[Any, Any, Any], outage: Exception) -> Response[Any]:
    """Answer that a database is away; the log is told no more than that."""
    log.error("no database for the intake: %s", type(outage).__name__)
    return problems.problem(503, problems.language_of(request))


def on_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Answer our own fault; the log has the place of it, never what was being read there."""
    log.error("fault in the intake: %s at %s", type(fault).__name__, place_of(fault))
    return problems.problem(500, problems.language_of(request))


def place_of(fault: Exception) -> str:
    """Return file and line of a fault, without any value."""
    frames = extract_tb(fault.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "no place"


HANDLERS = {
    Refusal: on_refusal,
    Misread: problems.on_misread,
    ValidationException: problems.on_invalid,
    HTTPException: problems.on_http,
    Crowded: on_crowded,
    OperationalError: on_unavailable,
    TimeoutError: on_unavailable,
    Exception: on_fault,
}
