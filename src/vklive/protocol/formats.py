"""The formats in which the same messages can be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from vklive.protocol import json, protobuf
from vklive.protocol.messages import Command, Reply


class Format(Protocol):
    """One way to write messages."""

    @property
    def name(self) -> str:
        """What Centrifugo calls it."""
        ...

    @property
    def binary(self) -> bool:
        """Whether its WebSocket frames are binary ones."""
        ...

    @property
    def ping(self) -> bytes:
        """A ping of the server, and the pong that answers it."""
        ...

    def decode_commands(self, frame: bytes) -> Iterator[Command]:
        """The commands of one frame, in order, decoded as they are asked for.

        Raises:
            RemoteProtocolError: when the next one is not a command. Those before it have been given.
        """
        ...

    def encode_reply(self, reply: Reply) -> bytes:
        """One message, not framed.

        Raises:
            InappropriatePayloadError: the format cannot carry a payload that somebody else wrote.
        """
        ...

    def join(self, messages: Iterable[bytes]) -> bytes:
        """Encoded messages as one frame."""
        ...


class _Json:
    name = "json"
    binary = False
    ping = json.PING

    def decode_commands(self, frame: bytes) -> Iterator[Command]:
        return json.decode_commands(frame)

    def encode_reply(self, reply: Reply) -> bytes:
        return json.encode_reply(reply)

    def join(self, messages: Iterable[bytes]) -> bytes:
        return json.join(messages)


class _UnidirectionalJson(_Json):
    def encode_reply(self, reply: Reply) -> bytes:
        return json.encode_push(reply.push)


class _Protobuf:
    name = "protobuf"
    binary = True
    ping = protobuf.PING

    def decode_commands(self, frame: bytes) -> Iterator[Command]:
        return protobuf.decode_commands(frame)

    def encode_reply(self, reply: Reply) -> bytes:
        return protobuf.encode_reply(reply)

    def join(self, messages: Iterable[bytes]) -> bytes:
        return protobuf.join(messages)


JSON: Format = _Json()
"""A message a line."""

UNI_JSON: Format = _UnidirectionalJson()
"""The same for who only listens: pushes without anything around them."""

PROTOBUF: Format = _Protobuf()
"""Each message with its length before it; payloads may be any bytes."""
