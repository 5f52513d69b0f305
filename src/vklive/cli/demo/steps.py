"""The five steps from an access token to the first event."""

from __future__ import annotations

from enum import IntEnum


class Step(IntEnum):
    """The steps, by their number in the documentation of the platform."""

    TOKEN = 1
    CONNECT = 2
    NAMES = 3
    SUBSCRIBE = 4
    RECEIVE = 5

    @property
    def aim(self) -> str:
        """What the step is for."""
        return _AIMS[self]


_AIMS = {
    Step.TOKEN: "a token for the connection",
    Step.CONNECT: "connect to the pub/sub",
    Step.NAMES: "names of the ws channels",
    Step.SUBSCRIBE: "subscribe",
    Step.RECEIVE: "receive events",
}
