"""What a reader of pages sees when there is nothing to see: the same statuses, as pages."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Request, Response
from litestar.response import Redirect

from api.headers import at_desk
from public_site.reader import Reader, reader_of
from public_site.render import link
from registry.errors import Forbidden, Unauthenticated
from registry.settings import Settings

Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]

MACHINES = ("/api/", "/healthz/", "/readyz/", "/metrics/")
KEPT = ("retry-after", "allow")


def pages_for_errors(
    settings: Settings, handlers: Mapping[type[Exception], Handler]
) -> dict[type[Exception], Handler]:
    """Return handlers that answer the same statuses, as a page where a person reads.

    Args:
        settings: Settings of the installation.
        handlers: What answers programs; they go on deciding the status and writing the log.
    """
    return {kind: _paged(settings, handler) for kind, handler in handlers.items()}


def error_page(
    reader: Reader, status: int, headers: Mapping[str, str], words: str | None = None, back: str = ""
) -> Response[str]:
    """Return the page of a status; it tells nothing of what was inside.

    Args:
        reader: Who reads it.
        status: HTTP status.
        headers: Of the problem that it stands for.
        words: What was refused, where the reader may know it.
        back: Address of the first page of where the reader was; empty: the site that is searched.
    """
    t = reader.t
    known = status if f"error.title.{status}" in t.texts else 500 if status >= 500 else 400
    answer = reader.page(
        "error.html",
        status=status,
        code=status,
        title=t(f"error.title.{known}"),
        words=words or t(f"error.words.{known}"),
        back=back,
    )
    for name, value in headers.items():
        if name.lower() in KEPT:
            answer.headers[name] = value
    return answer


# what a person does before anything else, and where
FIRST = {"password.must_change": "/desk/password", "second_factor.must_set_up": "/desk/second-factor"}


def _paged(settings: Settings, handler: Handler) -> Handler:
    def answer(request: Request[Any, Any, Any], exception: Any) -> Response[Any]:
        if at_desk(request.scope["path"]) and (way := _way_in(request, exception)):
            return Redirect(way, status_code=303)
        problem = handler(request, exception)
        if f"{request.scope['path']}/".startswith(MACHINES):
            return problem
        back = "/desk" if at_desk(request.scope["path"]) else ""
        return error_page(
            reader_of(request, settings), problem.status_code or 500, problem.headers, back=back
        )

    return answer


def _way_in(request: Request[Any, Any, Any], exception: Exception) -> str:
    """Return where a person who may not see a page of the desk goes first; empty: nowhere else."""
    if isinstance(exception, Unauthenticated):
        return link("/desk/sign-in", then=request.scope["path"] if request.method == "GET" else None)
    return FIRST.get(exception.code, "") if isinstance(exception, Forbidden) else ""
