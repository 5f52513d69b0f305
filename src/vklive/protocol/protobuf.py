"""How messages are written as Protobuf (proto3): each with its length before it, several of them a frame.

A message of length zero is a ping, or the pong that answers it. Payloads may be any bytes. What is read is forgiving
where proto3 is (unknown fields, fields that come again) and strict where it is: whatever is truncated, too long or not
text is an error.

Source: centrifugo.md 1.2, 2.3, 2.5; the numbers are in `protobuf_fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

from msgspec import Raw, Struct

from vklive.errors import RemoteProtocolError
from vklive.protocol.messages import NOTHING, Command, EmulationRequest, Reply
from vklive.protocol.protobuf_fields import Field, Kind, fields_of

PING = b""
"""A ping from the server, and the pong that answers it."""

_VARINT, _BYTES = 0, 2
_MAX_VARINT_BYTES = 10
_CONTINUES = 0x80
_LOW = 0x7F

_M = TypeVar("_M", bound=Struct)


class _MalformedError(Exception):
    """The bytes are not a message; the text says why and quotes nothing."""


# Frames.


def decode_commands(frame: bytes) -> Iterator[Command]:
    """The commands of one frame, in order, decoded as they are asked for.

    Raises:
        RemoteProtocolError: when the next one is not a command. Those before it have been given.
    """
    if not frame:
        raise RemoteProtocolError("empty frame")
    yield from _decode_frame(Command, frame)


def decode_replies(frame: bytes) -> Iterator[Reply]:
    """The replies of one frame, in order.

    Raises:
        RemoteProtocolError: when the next one is not a reply.
    """
    yield from _decode_frame(Reply, frame)


def decode_emulation_request(body: bytes) -> EmulationRequest:
    """What is sent to the address of the emulation.

    Raises:
        RemoteProtocolError: it is none.
    """
    try:
        return _decode(EmulationRequest, body)
    except _MalformedError as error:
        raise RemoteProtocolError(f"not an emulation request, {error}") from None


def encode_command(command: Command) -> bytes:
    """One command, without its length."""
    return _encode(command)


def encode_reply(reply: Reply) -> bytes:
    """One reply, without its length."""
    return _encode(reply)


def join(messages: Iterable[bytes]) -> bytes:
    """Encoded messages as one frame."""
    return b"".join(_varint(len(message)) + message for message in messages)


def _decode_frame(kind: type[_M], frame: bytes) -> Iterator[_M]:
    at = 0
    while at < len(frame):
        try:
            content, at = _read_bytes(frame, at)
            message = _decode(kind, content)
        except _MalformedError as error:
            # Nothing of it is shown: it may hold a token, and this goes into a log.
            raise RemoteProtocolError(f"not a {kind.__name__.lower()}, {error}") from None
        yield message


# Reading.


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to 64 bits, and where the next thing is."""
    value = 0
    for count in range(_MAX_VARINT_BYTES):
        if at + count >= len(data):
            raise _MalformedError("it ends within a number")
        byte = data[at + count]
        value |= (byte & _LOW) << (7 * count)
        if byte < _CONTINUES:
            return value & (2**64 - 1), at + count + 1
    raise _MalformedError("a number is too long")


def _read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _read_varint(data, at)
    if length > len(data) - at:
        raise _MalformedError("it ends before what it says it holds")
    return data[at : at + length], at + length


def _skip(data: bytes, at: int, wire: int) -> int:
    match wire:
        case 0:
            return _read_varint(data, at)[1]
        case 1:
            end = at + 8
        case 2:
            return _read_bytes(data, at)[1]
        case 5:
            end = at + 4
        case _:
            raise _MalformedError(f"there is no wire type {wire}")
    if end > len(data):
        raise _MalformedError("it ends within a number")
    return end


def _decode(message: type[_M], data: bytes) -> _M:
    readers = _readers(message)
    values: dict[str, Any] = {}
    at, end = 0, len(data)
    while at < end:
        # Nearly all tags and lengths have one byte: what is written out here is what makes reading quick.
        tag = data[at]
        at += 1
        if tag >= _CONTINUES:
            tag, at = _read_varint(data, at - 1)
        reader = readers.get(tag)
        if reader is None:
            if not 0 < tag >> 3 < 2**29:
                raise _MalformedError(f"there is no field {tag >> 3}")
            at = _skip(data, at, tag & 7)
            if tag >> 3 in _numbers(message):
                raise _MalformedError(f"field {tag >> 3} has another wire type than {tag & 7}")
            continue
        name, read = reader
        if tag & 7 == _VARINT:
            value, at = _read_varint(data, at)
            values[name] = read(value, None)
        else:
            if at < end and (length := data[at]) < _CONTINUES:
                at += 1
            else:
                length, at = _read_varint(data, at)
            if length > end - at:
                raise _MalformedError("it ends before what it says it holds")
            values[name] = read(data[at : at + length], values.get(name))
            at += length
    for name, value in values.items():
        if isinstance(value, _Pieces):
            values[name] = value.together()
    return message(**values)


class _Pieces(list[bytes]):
    """A message that may come in several pieces; it is the message of all of them together."""

    def __init__(self, message: type[Struct]) -> None:
        super().__init__()
        self._message = message

    def together(self) -> Struct:
        return _decode(self._message, self[0] if len(self) == 1 else b"".join(self))


_Read = Callable[[Any, Any], object]
"""Makes the value of a field, of what was read and of what the field held before."""


@cache
def _readers(message: type[Struct]) -> dict[int, tuple[str, _Read]]:
    """How each field is read, by its tag."""
    return {
        field.number << 3 | (_VARINT if field.kind in _NUMERIC else _BYTES): (field.name, _reader(field))
        for field in fields_of(message).values()
    }


@cache
def _numbers(message: type[Struct]) -> frozenset[int]:
    """The numbers of all fields: one of these with another wire type than its own is an error, as Centrifugo has it."""
    return frozenset(field.number for field in fields_of(message).values())


_NUMERIC = frozenset({Kind.UINT, Kind.INT32, Kind.BOOL})


def _reader(field: Field) -> _Read:
    bits = (1 << field.bits) - 1
    sign = 1 << max(0, field.bits - 1)
    message = field.message or Struct

    def piece(content: bytes, before: _Pieces | None) -> _Pieces:
        pieces = _Pieces(message) if before is None else before
        pieces.append(content)
        return pieces

    def one_more(content: bytes, before: list[Struct] | None) -> list[Struct]:
        found = [] if before is None else before
        found.append(_decode(message, content))
        return found

    def entry(content: bytes, before: dict[str, object] | None) -> dict[str, object]:
        entries = {} if before is None else before
        key, value = _read_entry(content)
        entries[key] = _text(value) if field.message is None else _decode(message, value)
        return entries

    match field.kind:
        case Kind.UINT:
            return lambda value, _: value & bits
        case Kind.INT32:
            return lambda value, _: ((value & bits) ^ sign) - sign
        case Kind.BOOL:
            return lambda value, _: bool(value)
        case Kind.TEXT:
            return lambda content, _: _text(content)
        case Kind.BYTES:
            return lambda content, _: Raw(content) if content else NOTHING
        case Kind.MESSAGE:
            return piece
        case Kind.MESSAGES:
            return one_more
        case _:
            return entry


def _read_entry(content: bytes) -> tuple[str, bytes]:
    """The key and the content of the value of an entry of a map; either may be left out."""
    key = value = b""
    at = 0
    while at < len(content):
        tag, at = _read_varint(content, at)
        if tag == (1 << 3 | _BYTES):
            key, at = _read_bytes(content, at)
        elif tag == (2 << 3 | _BYTES):
            value, at = _read_bytes(content, at)
        elif tag >> 3 == 0:
            raise _MalformedError("there is no field 0")
        else:
            at = _skip(content, at, tag & 7)
    return _text(key), value


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _MalformedError("a text is not UTF-8") from None


# Writing.

_Write = Callable[[object], bytes]


def _varint(value: int) -> bytes:
    if value < _CONTINUES:
        return bytes((value,))
    written = bytearray()
    while value >= _CONTINUES:
        written.append(value & _LOW | _CONTINUES)
        value >>= 7
    written.append(value)
    return bytes(written)


def _encode(message: Struct) -> bytes:
    return b"".join([write(value) for name, write in _writers(type(message)) if (value := getattr(message, name))])


@cache
def _writers(message: type[Struct]) -> tuple[tuple[str, _Write], ...]:
    return tuple((field.name, _writer(field)) for field in fields_of(message).values())


def _writer(field: Field) -> _Write:
    """Writes a field that is there: a message that is empty is, a number that is zero is not."""
    number = _varint(field.number << 3 | _VARINT)
    head = _varint(field.number << 3 | _BYTES)

    def content(value: bytes) -> bytes:
        return head + _varint(len(value)) + value

    def entry(key: str, value: bytes) -> bytes:
        name = key.encode()
        return content(b"\x0a" + _varint(len(name)) + name + b"\x12" + _varint(len(value)) + value)

    match field.kind:
        case Kind.UINT | Kind.BOOL | Kind.INT32:
            # A negative number is written as the 64 bits that it has.
            return lambda value: number + _varint(int(value) & (2**64 - 1))  # type: ignore[call-overload]
        case Kind.TEXT:
            return lambda value: content(str(value).encode(errors="replace"))
        case Kind.BYTES:
            return lambda value: content(bytes(value)) if bytes(value) else b""  # type: ignore[call-overload]
        case Kind.MESSAGE:
            return lambda value: content(_encode(value))  # type: ignore[arg-type]
        case Kind.MESSAGES:
            return lambda value: b"".join(content(_encode(one)) for one in value)  # type: ignore[attr-defined]
        case Kind.TEXT_BY_TEXT:
            return lambda value: b"".join(entry(key, one.encode()) for key, one in value.items())  # type: ignore[attr-defined]
        case Kind.MESSAGE_BY_TEXT:
            return lambda value: b"".join(entry(key, _encode(one)) for key, one in value.items())  # type: ignore[attr-defined]
