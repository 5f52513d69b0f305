"""What the state machine of a connection must know of the way that its messages travel."""

from __future__ import annotations

from msgspec import Struct

from vklive.protocol.formats import JSON, Format


class Medium(Struct, frozen=True, kw_only=True):
    """A kind of transport (centrifugo.md 1.1, 8.6, 8.7).

    Attributes:
        name: what Centrifugo calls it, in metrics and logs.
        format: how messages are written.
        unidirectional: the client says who it is once and then only listens: it answers no pings, and where others get
            replies it gets pushes.
        emulated: what the client says after its first words comes by other requests, which name the session and the
            node that the connect reply has told.
        tells_disconnect: the end is told with a push, as there is no close frame to carry code and reason.
    """

    name: str = "websocket"
    format: Format = JSON
    unidirectional: bool = False
    emulated: bool = False
    tells_disconnect: bool = False

    @property
    def has_session(self) -> bool:
        """Whether a connect reply carries the id of the session."""
        return self.emulated or self.unidirectional
