"""What clients that hear us over HTTP have to say after their first words: they say it with requests of their own.

Source: `centrifuge` v0.28.2, emulation.go; centrifugo.md 8.6.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus

from vklive.errors import RemoteProtocolError
from vklive.protocol import json, protobuf
from vklive.protocol.messages import EmulationRequest
from vklive.server.connection import Connection
from vklive.server.edge.endpoint import PROTOBUF_CONTENT, Endpoint
from vklive.server.edge.exchange import Exchange, Header, RefusedError
from vklive.server.edge.handshake import Origins
from vklive.server.edge.stream import Stream
from vklive.server.node import Node

_log = logging.getLogger("vklive.server.edge")

TIMEOUT = 10.0
"""Seconds that a request waits for the session to take it: that of Centrifugo's calls between nodes."""


class Session:
    """A client that comes by HTTP: what it says is taken in the order in which it has arrived.

    Args:
        connection: of the client.
        stream: the way to it.
    """

    def __init__(self, connection: Connection, stream: Stream) -> None:
        self._connection = connection
        self._stream = stream
        self._order = asyncio.Lock()

    async def take(self, asked: EmulationRequest) -> None:
        """Take what the client says, once it may say more.

        Raises:
            RemoteProtocolError: a client that speaks JSON has sent something else than a text.
        """
        frame = bytes(asked.data)
        if not self._connection.machine.medium.format.binary:
            frame = json.decode_emulated_frame(frame)
        async with self._order:
            await self._stream.listens.wait()
            self._connection.received(frame)


class Sessions:
    """The sessions of a node, by their ids, which nobody but the client knows."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def add(self, session_id: str, session: Session) -> None:
        """A client has come."""
        self._sessions[session_id] = session

    def remove(self, session_id: str) -> None:
        """It is gone."""
        del self._sessions[session_id]

    def get(self, session_id: str) -> Session | None:
        """The session; `None` when there is none."""
        return self._sessions.get(session_id)


class Emulation(Endpoint):
    """The address for it.

    Who asks is told that all is well also when the session is unknown, as it may have ended meanwhile.

    Args:
        node: the pub/sub behind it.
        origins: which web pages may read what it answers.
        sessions: who may have something to say.
        limit: bytes of a request.
    """

    def __init__(self, node: Node, origins: Origins, sessions: Sessions, *, limit: int) -> None:
        super().__init__(origins, methods={"OPTIONS", "POST"})
        self._node = node
        self._sessions = sessions
        self._limit = limit

    async def _serve(self, exchange: Exchange, about: list[Header]) -> None:
        asked = self._read(await exchange.body(limit=self._limit), exchange.header(b"content-type"))
        if asked.node != self._node.id:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such node")
        session = self._sessions.get(asked.session)
        if session is None:
            _log.info("somebody has something to say in a session that is not there any more")
        else:
            await self._tell(session, asked)
        await exchange.answer(HTTPStatus.NO_CONTENT, headers=about)

    def _read(self, body: bytes, content_type: str) -> EmulationRequest:
        try:
            if content_type == PROTOBUF_CONTENT:
                return protobuf.decode_emulation_request(body)
            return json.decode_emulation_request(body)
        except RemoteProtocolError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, error.problem) from None

    async def _tell(self, session: Session, asked: EmulationRequest) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                await session.take(asked)
        except TimeoutError:
            problem = f"the session has more to do than it can in {TIMEOUT:g} s"
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, problem) from None
        except RemoteProtocolError as error:
            _log.info("what was said in a session is thrown away: %s", error.problem)
