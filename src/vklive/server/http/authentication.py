"""Who sends a request, from its ``Authorization`` header.

Source: vk.md 1.6, 1.8: ``Bearer <access token>`` for users and applications, ``Basic`` with ``client_id:client_secret``
for applications.
"""

from __future__ import annotations

import base64
import binascii

from vklive.devapi.errors import ApiError
from vklive.devapi.scopes import Scope
from vklive.server.directory import Application, Bearer, Directory, User, Viewer
from vklive.server.refusal import RefusalError

MAX_LENGTH = 4096
"""Characters of the header; longer ones are nobody's."""


async def authenticate(authorization: str, directory: Directory) -> Bearer:
    """Who it is.

    Args:
        authorization: the value of the header; empty when there was none.
        directory: knows access tokens and credentials.

    Raises:
        RefusalError: it is nobody. The words do not tell whether the header was missing, malformed, wrong or expired.
    """
    scheme, _, credentials = authorization.strip().partition(" ")
    credentials = credentials.strip()
    bearer: Bearer | None = None
    if credentials and len(authorization) <= MAX_LENGTH:
        match scheme.lower():
            case "bearer":
                bearer = await directory.bearer(credentials)
            case "basic":
                application = await application_of(credentials, directory)
                bearer = None if application is None else Bearer(viewer=application, is_token=False)
            case _:
                pass
    if bearer is None:
        raise RefusalError(ApiError.UNAUTHORIZED, "Not authorized")
    return bearer


async def application_of(credentials: str, directory: Directory) -> Application | None:
    """The application of what stands behind ``Basic``, if there is one."""
    try:
        client_id, separator, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    # A database of text takes no NUL, so no client_id has one.
    if not separator or "\0" in client_id:
        return None
    return await directory.application(client_id, secret)


def user_of(viewer: Viewer) -> User:
    """The user who asks.

    Raises:
        RefusalError: it is an application, and the method is for users only.
    """
    if not isinstance(viewer, User):
        raise RefusalError(ApiError.FORBIDDEN, "This method is for users, and the token is an application's")
    return viewer


def allow(bearer: Bearer, scope: Scope) -> None:
    """See that a method that needs a scope is for whoever asks.

    Raises:
        RefusalError: it is an application, or the user has not allowed it.
    """
    user_of(bearer.viewer)
    if scope not in bearer.scopes:
        raise RefusalError(ApiError.INVALID_SCOPE, f"This method needs the scope {scope}")
