"""The addresses for applications: to get tokens and to give them back.

Source: vk.md 1.4, 1.6, 1.7: a form, with the application's credentials in a ``Basic`` header and nowhere else.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from vklive.server.directory import Application, Directory, DirectoryUnavailableError
from vklive.server.http.authentication import MAX_LENGTH, application_of
from vklive.server.http.oauth.reading import form_of
from vklive.server.oauth.errors import OAuthCode, OAuthError
from vklive.server.oauth.granting import Tokens
from vklive.server.oauth.oauth import OAuth

TOKEN = "/oauth/server/token"  # noqa: S105 - a path
REVOKE = "/oauth/server/revoke"
"""The paths of the real service (vk.md 1.2)."""

NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For every answer (RFC 6749, 5.1)."""

_Request = Request[Any, Any, Any]


class ErrorAnswer(Struct, frozen=True):
    """An error of OAuth (RFC 6749, 5.2)."""

    error: str
    error_description: str


class Nothing(Struct, frozen=True):
    """``{}``: it is done."""


def token_routes(oauth: OAuth) -> list[HTTPRouteHandler]:
    """The token endpoint and the one that revokes. What goes wrong in them is told by `token_exception_handlers`."""

    async def asked(request: _Request) -> tuple[Application, dict[str, str]]:
        application = await _application(request, oauth.store)
        try:
            form = await form_of(request)
        except ValueError as error:
            raise OAuthError(OAuthCode.INVALID_REQUEST, str(error).capitalize()) from None
        return application, form

    @post(TOKEN, include_in_schema=False)
    async def token(request: _Request) -> Response[Tokens]:
        application, form = await asked(request)
        return _answer(await oauth.granting.tokens(application, form))

    @post(REVOKE, include_in_schema=False)
    async def revoke(request: _Request) -> Response[Nothing]:
        application, form = await asked(request)
        await oauth.granting.revoke(application, form)
        return _answer(Nothing())

    return [token, revoke]


async def _application(request: _Request, directory: Directory) -> Application:
    authorization = request.headers.get("authorization", "")
    scheme, _, credentials = authorization.strip().partition(" ")
    application = None
    if scheme.lower() == "basic" and len(authorization) <= MAX_LENGTH:
        application = await application_of(credentials.strip(), directory)
    if application is None:
        raise OAuthError(
            OAuthCode.INVALID_CLIENT,
            "client_id and client_secret are wrong or missing; they go into the header, Authorization: Basic, and "
            "not into the body",
        )
    return application


def _answer(body: object, *, status: int = 200) -> Response[Any]:
    return Response(body, status_code=status, headers=NOT_STORED, media_type="application/json")


def _wrong(_: _Request, error: OAuthError) -> Response[Any]:
    response = _answer(ErrorAnswer(error.code.value, error.description), status=error.code.status)
    if error.code is OAuthCode.INVALID_CLIENT:
        response.headers["WWW-Authenticate"] = 'Basic realm="vklive", charset="UTF-8"'
    return response


def _unavailable(_: _Request, __: DirectoryUnavailableError) -> Response[Any]:
    response = _answer(
        ErrorAnswer(OAuthCode.TEMPORARILY_UNAVAILABLE.value, "Try again later"),
        status=OAuthCode.TEMPORARILY_UNAVAILABLE.status,
    )
    response.headers["Retry-After"] = "1"
    return response


def _refused(_: _Request, error: HTTPException) -> Response[Any]:
    return _answer(ErrorAnswer(OAuthCode.INVALID_REQUEST.value, error.detail), status=error.status_code)


token_exception_handlers: ExceptionHandlersMap = {  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
    OAuthError: _wrong,
    DirectoryUnavailableError: _unavailable,
    HTTPException: _refused,
}
"""How these fail: in the form of OAuth."""
