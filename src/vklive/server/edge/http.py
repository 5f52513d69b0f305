"""HTTP as uvicorn speaks it, with one thing more: who answers a request can reach the socket."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vklive.server.edge.exchange import SOCKET


class HttpProtocol(HttpToolsProtocol):
    """One socket.

    Applications see the socket as the extension `vklive.server.edge.exchange.SOCKET`. ASGI itself has no way to learn
    how much a client has not taken, nor to cut it off.
    """

    def on_message_begin(self) -> None:
        """A request begins (the parser calls this)."""
        super().on_message_begin()
        self.scope["extensions"] = {SOCKET: {"transport": self.transport}}
