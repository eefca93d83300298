"""Refusals as RFC 9457 problems: the one table of HTTP statuses, and the words for a reader."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError, TimeoutError

from api.faults import Fault, Misread, of_parameter
from registry.errors import (
    Conflict,
    Forbidden,
    Gone,
    Malformed,
    NotFound,
    Refusal,
    RuleRefused,
    Unauthenticated,
)
from registry.texts import Language, say

log = logging.getLogger("honest_metrology.api")

PROBLEM = "application/problem+json"


class ProblemError(BaseModel):
    """One thing that was wrong with a request."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Stable; what a program decides by.")
    detail: str = Field(description="In the reader's language.")
    parameters: dict[str, str | int | list[str]] = Field(
        default={}, description="What its words speak of, by name: codes as codes, days by ISO 8601."
    )
    pointer: str | None = Field(default=None, description="JSON pointer (RFC 6901) to the field.")
    where: str | None = Field(default=None, description="body, query, path or header, if known.")


class Problem(BaseModel):
    """An error by RFC 9457."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="about:blank, or urn:honest-metrology:refusal:<code>.")
    title: str
    status: int
    detail: str | None = None
    errors: tuple[ProblemError, ...] = ()


STATUS: dict[type[Refusal], int] = {
    Malformed: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    RuleRefused: 422,
    Gone: 410,
}

TITLES: dict[int, dict[Language, str]] = {
    400: {"zh": "请求不完整或格式不对", "en": "The request is incomplete or malformed"},
    401: {"zh": "需要有效的密钥", "en": "A valid key is needed"},
    403: {"zh": "没有授权", "en": "Not granted"},
    404: {"zh": "没有找到", "en": "Not found"},
    405: {"zh": "此地址不接受该方法", "en": "The method is not offered here"},
    409: {"zh": "与现有记录冲突", "en": "In conflict with what is on record"},
    410: {"zh": "已依法撤下", "en": "Lawfully withdrawn"},
    413: {"zh": "内容过大", "en": "Too large"},
    415: {"zh": "不支持的内容类型", "en": "Unsupported content type"},
    422: {"zh": "内容不符合要求", "en": "Refused by a rule"},
    429: {"zh": "请求过多", "en": "Too many requests"},
    500: {"zh": "系统内部错误", "en": "An error of ours"},
    503: {"zh": "暂时不可用", "en": "Unavailable for the moment"},
}


def language_of(request: Request[Any, Any, Any]) -> Language:
    """Return the reader's language: Chinese unless English is asked for first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def problem(
    status: int, language: Language, detail: str | None = None, **more: object
) -> Response[dict[str, object]]:
    """Return a problem document; its title never depends on what was wrong."""
    title = TITLES.get(status, TITLES[500 if status >= 500 else 400])[language]
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    headers: dict[str, str] = {"Content-Language": language}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "5"
    return Response({**body, **more}, status_code=status, media_type=PROBLEM, headers=headers)


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """Answer a refusal with its code, its words and the field that it speaks of."""
    language = language_of(request)
    words = say(refusal, language)
    one: dict[str, object] = {"code": refusal.code, "detail": words, "parameters": _parameters(refusal)}
    if refusal.field:
        one["pointer"] = "/" + refusal.field.replace(".", "/")
    return problem(
        status_of(refusal),
        language,
        words,
        type=f"urn:honest-metrology:refusal:{refusal.code}",
        errors=[one],
    )


def _parameters(refusal: Refusal) -> dict[str, str | int | list[str]]:
    """Return what a refusal speaks of in JSON's types; a program reads codes, not their words."""
    return {name: _plain(value) for name, value in refusal.params.items()}


def _plain(value: object) -> str | int | list[str]:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, int) else str(value)


def on_misread(request: Request[Any, Any, Any], misread: Misread) -> Response[Any]:
    """Answer input of the wrong shape: one error for each field, with its words."""
    language = language_of(request)
    errors = [
        {
            "code": fault.refusal.code,
            "detail": say(fault.refusal, language),
            "parameters": _parameters(fault.refusal),
            "pointer": fault.pointer,
            "where": fault.where,
        }
        for fault in misread.faults
    ]
    detail = "; ".join(f"{error['pointer']}: {error['detail']}".removeprefix(": ") for error in errors)
    return problem(misread.status, language, detail, errors=errors)


def on_invalid(request: Request[Any, Any, Any], invalid: ValidationException) -> Response[Any]:
    """Answer a query that the framework refused, or a body that is not there."""
    found = [one for one in invalid.extra if isinstance(one, dict)] if isinstance(invalid.extra, list) else []
    faults = [of_parameter(str(one["key"]), str(one["message"])) for one in found if one.get("key") != "data"]
    return on_misread(request, Misread(faults or [Fault("", Malformed("body.missing"))]))


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer what the framework refuses: unknown path, method, type, size."""
    answer = problem(error.status_code, language_of(request))
    answer.headers.update(error.headers or {})
    return answer


def on_unavailable(request: Request[Any, Any, Any], outage: Exception) -> Response[Any]:
    """Answer that the database is away or too busy; the same request may be sent again."""
    log.error("no database for %s %s", request.method, request.scope["path"], exc_info=outage)
    return problem(503, language_of(request))


def on_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Answer our own fault without telling its inside; the log has it."""
    log.error("fault in %s %s", request.method, request.scope["path"], exc_info=fault)
    return problem(500, language_of(request))


HANDLERS = {
    Refusal: on_refusal,
    Misread: on_misread,
    ValidationException: on_invalid,
    HTTPException: on_http,
    OperationalError: on_unavailable,
    TimeoutError: on_unavailable,
    Exception: on_fault,
}
