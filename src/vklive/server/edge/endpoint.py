"""What all addresses that clients reach by HTTP have in common: methods, origins, refusals."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Set as AbstractSet
from http import HTTPStatus

from vklive.server.edge.cors import cors_headers
from vklive.server.edge.exchange import Exchange, Header, LeftError, Receive, RefusedError, Scope, Send
from vklive.server.edge.handshake import Origins

_log = logging.getLogger("vklive.server.edge")

PROTOBUF_CONTENT = "application/octet-stream"
"""The content type of a request, exactly, by which a client asks for Protobuf."""


class Endpoint(ABC):
    """An ASGI application for one address.

    Args:
        origins: which web pages may read what it answers.
        methods: that are answered. ``OPTIONS`` among them is answered with 200 and nothing else.
    """

    def __init__(self, origins: Origins, *, methods: AbstractSet[str]) -> None:
        self._origins = origins
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        exchange = Exchange(scope, receive, send)
        about = cors_headers(exchange, self._origins)
        try:
            self._check_method(exchange)
            if exchange.method == "OPTIONS":
                await exchange.answer(HTTPStatus.OK, headers=about)
            else:
                await self._serve(exchange, about)
        except RefusedError as refusal:
            _log.info("%s %s refused with %s", exchange.method, exchange.path, refusal)
            await exchange.answer(refusal.status, refusal.problem, headers=about)
        except LeftError:
            _log.info("%s %s: the client left before it had said all", exchange.method, exchange.path)

    def _check_method(self, exchange: Exchange) -> None:
        if exchange.method not in self._methods:
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, f"{', '.join(sorted(self._methods))} only")

    @abstractmethod
    async def _serve(self, exchange: Exchange, about: list[Header]) -> None:
        """Answer a request that has one of the methods.

        Args:
            exchange: the request.
            about: headers of the answer.

        Raises:
            RefusedError: it is to be answered with an error.
            LeftError: nobody is there to be answered.
        """
