"""Pings of the WebSocket protocol itself, for clients that answer no others.

Source: Centrifugo v4.1.5, internal/uniws; centrifugo.md 8.7.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

INTERVAL = 25.0
"""Seconds between two pings."""

DEADLINE = INTERVAL * 10 / 9
"""Seconds after a pong, or after the beginning, in which the next must be here."""


class Keepalive:
    """Pings a client for as long as it answers.

    Args:
        ping: sends a ping.
        give_up: called when the client has not answered.
    """

    def __init__(self, ping: Callable[[], None], give_up: Callable[[], None]) -> None:
        self._send_ping = ping
        self._give_up = give_up
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Begin; the first ping comes after `INTERVAL`."""
        self._ping_later()
        self.pong()

    def pong(self) -> None:
        """The client has answered."""
        self._set("deadline", DEADLINE, self._give_up)

    def stop(self) -> None:
        """No more pings."""
        for timer in self._timers.values():
            timer.cancel()

    def _ping_later(self) -> None:
        self._set("ping", INTERVAL, self._ping)

    def _ping(self) -> None:
        self._ping_later()
        self._send_ping()

    def _set(self, name: str, delay: float, action: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(delay, action)
