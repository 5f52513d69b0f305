"""Who sends a request, from its ``Authorization`` header.

Source: vk.md 1.6, 1.8: ``Bearer <access token>`` for users and applications, ``Basic`` with ``client_id:client_secret``
for applications.
"""

from __future__ import annotations

import base64
import binascii

from vklive.devapi.errors import ApiError
from vklive.server.directory import Application, Directory, User, Viewer
from vklive.server.http.errors import RefusalError

MAX_LENGTH = 4096
"""Characters of the header; longer ones are nobody's."""


async def authenticate(authorization: str, directory: Directory) -> Viewer:
    """Who it is.

    Args:
        authorization: the value of the header; empty when there was none.
        directory: knows access tokens and credentials.

    Raises:
        RefusalError: it is nobody. The words do not tell whether the header was missing, malformed, wrong or expired.
    """
    scheme, _, credentials = authorization.strip().partition(" ")
    credentials = credentials.strip()
    viewer: Viewer | None = None
    if credentials and len(authorization) <= MAX_LENGTH:
        match scheme.lower():
            case "bearer":
                viewer = await directory.viewer(credentials)
            case "basic":
                viewer = await _application(credentials, directory)
            case _:
                pass
    if viewer is None:
        raise RefusalError(ApiError.UNAUTHORIZED, "Not authorized")
    return viewer


async def _application(credentials: str, directory: Directory) -> Application | None:
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
