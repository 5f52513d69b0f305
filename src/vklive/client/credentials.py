"""Who the client is to the DevAPI."""

from __future__ import annotations

import base64
import re
from typing import Protocol, runtime_checkable

from vklive.errors import ConfigError

_VISIBLE = re.compile(r"[!-~]+")
_HINT = "copy it again from where the platform shows it"


class TokenSource(Protocol):
    """Gives the credentials of every request; may fetch and renew them as it likes."""

    @property
    def is_user(self) -> bool:
        """Whether it speaks for a user. Applications are never asked for subscription tokens: those are for users."""
        ...

    async def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        ...


def check_token(setting: str, token: str) -> None:
    """See that it can be a token: it is not empty, and has no spaces, line breaks or letters that are not ASCII.

    Raises:
        ConfigError: when it cannot; the token is not repeated.
    """
    if not _VISIBLE.fullmatch(token):
        raise ConfigError(setting, "it is empty or has characters that no token has", hint=_HINT)


@runtime_checkable
class RenewableTokenSource(TokenSource, Protocol):
    """A source whose credentials can be renewed when the API refuses them."""

    async def renew(self, refused: str) -> bool:
        """See to it that `authorization` gives something else than what was refused with 401.

        Called by all requests that were refused, at the same time perhaps; when it gives something else already,
        there is nothing to do.

        Args:
            refused: the value of the header.

        Returns:
            Whether the request should be made again. It is, once.

        Raises:
            UnauthorizedError: when nothing helps but a new login.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way, and close what is open. May be called again, and be followed by more requests."""
        ...


class AccessToken:
    """An access token.

    Args:
        token: as the platform gave it.
        is_user: whether it is a user's; an application's is not good for subscription tokens.

    Raises:
        ConfigError: when it can be no token: it is empty, or has spaces, line breaks or letters that are not ASCII.
    """

    def __init__(self, token: str, *, is_user: bool = True) -> None:
        check_token("access_token", token)
        self._token = token
        self.is_user = is_user

    def __repr__(self) -> str:
        return f"AccessToken(<secret>, is_user={self.is_user})"

    async def authorization(self) -> str:
        """See `TokenSource`."""
        return f"Bearer {self._token}"


class AppCredentials:
    """An application's own id and secret.

    Args:
        client_id: of the application.
        client_secret: of the application; never to be given to a browser.

    Raises:
        ConfigError: when one of them is empty, or the id has a colon, which ends it on the wire (RFC 7617, section 2).
    """

    is_user = False

    def __init__(self, client_id: str, client_secret: str) -> None:
        if not client_id or ":" in client_id:
            raise ConfigError("client_id", "it is empty or has a colon in it", hint=_HINT)
        if not client_secret:
            raise ConfigError("client_secret", "it is empty", hint=_HINT)
        self._client_id = client_id
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()

    def __repr__(self) -> str:
        return f"AppCredentials({self._client_id!r}, <secret>)"

    async def authorization(self) -> str:
        """See `TokenSource`."""
        return f"Basic {self._basic}"
