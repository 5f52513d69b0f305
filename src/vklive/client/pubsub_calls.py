"""What a program may ask the pub/sub itself about a channel that it listens to, where the server allows it.

VK's own server is not known to allow any of it; one of your own does what its namespaces say.
Source: centrifugo.md 9.12.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Raw, Struct

from vklive.client.calls import Calls
from vklive.client.subscriptions import Subscription
from vklive.devapi.topics import Topic
from vklive.errors import CallTimeoutError
from vklive.events import EventData, decode_payload
from vklive.protocol.in_flight import CallRequest
from vklive.protocol.messages import (
    HistoryRequest,
    HistoryResult,
    PresenceRequest,
    PresenceResult,
    PresenceStatsRequest,
    PresenceStatsResult,
    PublishRequest,
    Reply,
    RpcRequest,
    StreamPosition,
)
from vklive.protocol.position import Position

DEFAULT_HISTORY = 100
"""Publications of one call of `PubSubCalls.history`; the server may have a smaller limit."""


class Member(Struct, frozen=True, kw_only=True):
    """One connection that listens.

    Attributes:
        client_id: of the connection.
        user_id: of its user, as the server has it; empty for nobody known.
    """

    client_id: str
    user_id: str


class Audience(Struct, frozen=True, kw_only=True):
    """How many listen."""

    clients: int
    users: int


class Past(Struct, frozen=True, kw_only=True):
    """A publication of the history.

    Attributes:
        type: on the wire.
        data: what was said.
        position: its place.
        raw: the payload's JSON, as it came.
    """

    type: str
    data: EventData
    position: Position
    raw: bytes


class History(Struct, frozen=True, kw_only=True):
    """A piece of the history of a ws channel.

    Attributes:
        past: in the order that was asked for.
        position: where the history ends now.
    """

    past: tuple[Past, ...]
    position: Position


class Listened(Protocol):
    """The stream, as the calls see it."""

    def heard(self, topic: Topic) -> Subscription | None:
        """The subscription that a topic is heard by; `None` while it is not."""
        ...

    async def changed(self) -> None:
        """Wait until what is heard may be another thing."""
        ...


class PubSubCalls:
    """The calls of one stream.

    Each waits until the topic is heard, or for `rpc` and `send` until there is a connection, and then for the answer:
    for the client's `timeout` both times. A call is never made twice. When a connection is lost, what was asked on it
    may have been done, or not.

    Every method raises:
        ServerError: the server says no, with its code; 103 where it does not allow this, 108 where it has none of it.
        CallTimeoutError: nothing was heard, or answered, in time.
        ConnectionLostError: the connection ended before the answer came.
    """

    def __init__(self, stream: Listened, calls: Callable[[], Calls | None], *, timeout: float) -> None:
        self._stream = stream
        self._calls = calls
        self._timeout = timeout

    async def publish(self, topic: Topic | str, payload: bytes) -> None:
        """Say something in a ws channel: one JSON value, as bytes. Done when the server has taken it."""
        ws_channel = await self._heard(Topic(topic))
        await self._ask(PublishRequest(channel=ws_channel, data=Raw(payload)))

    async def history(
        self,
        topic: Topic | str,
        *,
        limit: int = DEFAULT_HISTORY,
        since: Position | None = None,
        reverse: bool = False,
    ) -> History:
        """What was said in a ws channel.

        Args:
            topic: which.
            limit: how many publications at most; 0 for none, only the position.
            since: those after this place, or before it when `reverse`; `None` for all.
            reverse: the newest first.
        """
        ws_channel = await self._heard(Topic(topic))
        place = None if since is None else StreamPosition(offset=since.offset, epoch=since.epoch)
        request = HistoryRequest(channel=ws_channel, limit=limit, since=place, reverse=reverse or None)
        found = (await self._ask(request)).history or HistoryResult()
        past: list[Past] = []
        for each in found.publications:
            kind, data = decode_payload(each.data)
            place_of_it = Position(found.epoch, each.offset)
            past.append(Past(type=kind, data=data, position=place_of_it, raw=bytes(each.data)))
        return History(past=tuple(past), position=Position(found.epoch, found.offset))

    async def presence(self, topic: Topic | str) -> Mapping[str, Member]:
        """Who listens to a ws channel, by the id of the connection."""
        ws_channel = await self._heard(Topic(topic))
        found = (await self._ask(PresenceRequest(channel=ws_channel))).presence or PresenceResult()
        return {number: Member(client_id=one.client, user_id=one.user) for number, one in found.presence.items()}

    async def presence_stats(self, topic: Topic | str) -> Audience:
        """How many listen to a ws channel."""
        ws_channel = await self._heard(Topic(topic))
        found = (await self._ask(PresenceStatsRequest(channel=ws_channel))).presence_stats or PresenceStatsResult()
        return Audience(clients=found.num_clients, users=found.num_users)

    async def rpc(self, method: str, payload: bytes = b"null") -> bytes:
        """Call a procedure of the server. Payload and answer are one JSON value each, as bytes."""
        reply = await self._ask(RpcRequest(method=method, data=Raw(payload)))
        return bytes(reply.rpc.data) if reply.rpc is not None else b""

    async def send(self, payload: bytes) -> None:
        """Tell the server something that has no answer: one JSON value, as bytes. Whether it arrives is not known."""
        (await self._connected()).send(Raw(payload))

    async def _ask(self, request: CallRequest) -> Reply:
        return await (await self._connected()).ask(request)

    async def _connected(self) -> Calls:
        try:
            async with asyncio.timeout(self._timeout):
                while (calls := self._calls()) is None or not calls.are_possible:
                    await self._stream.changed()
        except TimeoutError:
            raise CallTimeoutError("there is no connection") from None
        return calls

    async def _heard(self, topic: Topic) -> str:
        try:
            async with asyncio.timeout(self._timeout):
                while (subscription := self._stream.heard(topic)) is None:
                    await self._stream.changed()
        except TimeoutError:
            raise CallTimeoutError(f"{topic.value} is not heard") from None
        return subscription.ws_channel
