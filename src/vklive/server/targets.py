"""Whose connections the server API speaks of."""

from __future__ import annotations

from msgspec import Struct


class Target(Struct, frozen=True, kw_only=True):
    """Connections of one user.

    Attributes:
        user: the user; empty for those who have no name.
        client: only the connection with this client id.
        session: only the connection with this session.
    """

    user: str
    client: str = ""
    session: str = ""

    def fits(self, *, client: str, session: str) -> bool:
        """Whether a connection of the user is meant."""
        return self.client in {"", client} and self.session in {"", session}
