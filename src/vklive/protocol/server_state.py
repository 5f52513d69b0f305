"""Where the server's side of a connection stands."""

from __future__ import annotations

from enum import Enum

from vklive.errors import LocalProtocolError


class State(Enum):
    """Where a connection stands."""

    NEW = "new"
    """Nothing but a connect command is accepted."""
    CONNECTED = "connected"
    REFUSED = "refused"
    """Connect was answered with an error; the client is expected to leave, and nothing more is heard of it. One that
    speaks by other requests is closed if it says more, as it is when it stays (centrifugo.md 3.1, 5)."""
    CLOSED = "closed"

    def to(self, state: State) -> State:
        """The new state.

        Raises:
            LocalProtocolError: a connection does not go from the one to the other.
        """
        if state not in _NEXT[self]:
            raise LocalProtocolError(f"a connection that is {self.value} cannot become {state.value}")
        return state


_NEXT: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.CONNECTED, State.REFUSED, State.CLOSED}),
    State.CONNECTED: frozenset({State.CLOSED}),
    State.REFUSED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}
