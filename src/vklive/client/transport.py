"""The seam between the client and the network: one open WebSocket, and how to open one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Link(Protocol):
    """One open WebSocket."""

    def send(self, message: bytes) -> None:
        """Send one text message. What cannot be sent any more is dropped: `receive` tells why."""
        ...

    async def receive(self) -> list[bytes]:
        """The messages that have arrived, at least one, in order and whole. Can be cancelled without loss.

        Raises:
            ConnectionLostError: when the connection is over and everything that arrived before was given.
        """
        ...

    async def close(self) -> None:
        """Say goodbye and close, within a time limit. May be called again."""
        ...

    def abort(self) -> None:
        """Close at once, without a word."""
        ...


class Transport(Protocol):
    """Opens links."""

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Link:  # noqa: ASYNC109 - of the handshake alone
        """Connect to a ``ws://`` or ``wss://`` address, within `timeout` seconds.

        Raises:
            ConnectError: with the phase in which it failed.
        """
        ...
