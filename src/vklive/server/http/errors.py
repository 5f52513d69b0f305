"""How a request fails: always with ``{"error", "error_description"}``, and never with more than that.

Source: vk.md 2.1.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import ExceptionHandlersMap

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ErrorBody
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.refusal import RefusalError

_log = logging.getLogger("vklive.server.http")

_NO_BODY = "data: 'data'"
"""How Litestar says that a body is missing."""

_CLIENTS_FAULT = 500
"""Below it, a status says that the client should change something."""


def answer(error: ApiError, description: str, *, headers: Mapping[str, str] | None = None) -> Response[ErrorBody]:
    """The response that says so."""
    body = ErrorBody(error=error.code, error_description=description)
    return Response(body, status_code=error.status, headers=headers, media_type="application/json")


def _refused(_: Request[Any, Any, Any], refusal: RefusalError) -> Response[ErrorBody]:
    headers: dict[str, str] = {}
    if refusal.error is ApiError.UNAUTHORIZED:
        # A challenge for Bearer only: one for Basic would make browsers ask their user for a password.
        headers["WWW-Authenticate"] = 'Bearer realm="vklive"'
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return answer(refusal.error, refusal.description, headers=headers)


def _unavailable(request: Request[Any, Any, Any], error: DirectoryUnavailableError) -> Response[ErrorBody]:
    _log.error("%s %s: %s", request.method, request.url.path, error)
    return answer(ApiError.SERVICE_UNAVAILABLE, "Try again later", headers={"Retry-After": "1"})


def _invalid(_: Request[Any, Any, Any], error: ValidationException) -> Response[ErrorBody]:
    if error.detail.startswith("Missing required query parameter"):
        return answer(ApiError.MISSING_PARAM, error.detail.partition(" for ")[0])
    entries = cast("list[dict[str, str]]", error.extra if isinstance(error.extra, list) else [])
    problems = [f"{entry.get('key', '')}: {entry['message']}".strip(": ") for entry in entries if "message" in entry]
    if problems == [_NO_BODY]:
        problems = ["The body is missing"]
    return answer(ApiError.INVALID_PARAM, "; ".join(problems) or "The request is not what this method takes")


def _too_deep(request: Request[Any, Any, Any], _: RecursionError) -> Response[ErrorBody]:
    _log.warning("%s %s: the body is nested too deeply", request.method, request.url.path)
    return answer(ApiError.INVALID_PARAM, "The body is nested too deeply")


def _not_found(_: Request[Any, Any, Any], __: NotFoundException) -> Response[ErrorBody]:
    return answer(ApiError.UNKNOWN_API_METHOD, "There is no such method")


def _wrong_verb(request: Request[Any, Any, Any], error: MethodNotAllowedException) -> Response[ErrorBody]:
    body = ErrorBody(error=ApiError.UNKNOWN_API_METHOD.code, error_description=f"Not with {request.method}")
    return Response(body, status_code=error.status_code, headers=error.headers, media_type="application/json")


def _other(request: Request[Any, Any, Any], error: HTTPException) -> Response[ErrorBody]:
    if error.status_code >= _CLIENTS_FAULT:
        return _failed(request, error)
    body = ErrorBody(error=ApiError.INVALID_PARAM.code, error_description=error.detail)
    return Response(body, status_code=error.status_code, headers=error.headers, media_type="application/json")


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(ApiError.INTERNAL_SERVER_ERROR, "Internal server error")


exception_handlers: ExceptionHandlersMap = {  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
    RefusalError: _refused,
    DirectoryUnavailableError: _unavailable,
    ValidationException: _invalid,
    RecursionError: _too_deep,
    NotFoundException: _not_found,
    MethodNotAllowedException: _wrong_verb,
    HTTPException: _other,
    Exception: _failed,
}
"""For the whole application, since a path that nobody knows belongs to no part of it.

A verb that a known path does not take is answered with 405 and `unknown_api_method`: VK's documentation says nothing
about it. What goes wrong inside is logged with all that is known, and the client is told that it did.
"""
