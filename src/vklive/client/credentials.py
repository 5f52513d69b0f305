"""Who the client is to the DevAPI."""

from __future__ import annotations

import base64
from typing import Protocol


class TokenSource(Protocol):
    """Gives the credentials of every request; may fetch and renew them as it likes."""

    @property
    def is_user(self) -> bool:
        """Whether it speaks for a user. Applications are never asked for subscription tokens: those are for users."""
        ...

    async def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        ...


class AccessToken:
    """An access token.

    Args:
        token: as the platform gave it.
        is_user: whether it is a user's; an application's is not good for subscription tokens.
    """

    def __init__(self, token: str, *, is_user: bool = True) -> None:
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
    """

    is_user = False

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id = client_id
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()

    def __repr__(self) -> str:
        return f"AppCredentials({self._client_id!r}, <secret>)"

    async def authorization(self) -> str:
        """See `TokenSource`."""
        return f"Basic {self._basic}"
