"""How messages are written as JSON: one message a line, several lines a frame.

The rules are those of Centrifugo v4's own encoder and decoder (`protocol` v0.9.1):

- A frame holds messages joined by a single newline. For what a client sends, an empty frame or an empty line is
  an error, and one newline at the end is not.
- Payloads (`Raw`) are spliced in byte for byte; all other strings have ``<``, ``>``, ``&`` and the two Unicode line
  separators escaped, so that the frame can be put into a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw

from vklive.errors import InappropriatePayloadError, RemoteProtocolError
from vklive.protocol.messages import Command, ConnectRequest, EmulationRequest, Push, Reply
from vklive.protocol.payloads import payloads_of

PING = b"{}"
"""A ping from the server, and the pong that answers it."""

_encoder = msgspec.json.Encoder()
_command_decoder = msgspec.json.Decoder(Command)
_reply_decoder = msgspec.json.Decoder(Reply)
_connect_decoder = msgspec.json.Decoder(ConnectRequest)
_emulation_decoder = msgspec.json.Decoder(EmulationRequest)
_text_decoder = msgspec.json.Decoder(str)
_anything = msgspec.json.Decoder(Raw)

# msgspec raises its own errors and ValueErrors for bytes that are not text; deep nesting ends in a RecursionError.
_UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError)

_MUST_BE_ESCAPED = re.compile(rb"[<>&]|\xe2\x80[\xa8\xa9]")
_ESCAPES = {
    b"<": rb"\u003c",
    b">": rb"\u003e",
    b"&": rb"\u0026",
    b"\xe2\x80\xa8": rb"\u2028",
    b"\xe2\x80\xa9": rb"\u2029",
}

# A byte that no JSON text holds outside of `Raw`: the encoder writes it as an escape.
_HOLE = Raw(b"\x00")


def decode_commands(frame: bytes) -> Iterator[Command]:
    """The commands of one frame, in order, decoded as they are asked for.

    Raises:
        RemoteProtocolError: when the next line is not a command. Those before it have been given. It shows nothing of
            what a client sent, which may hold a token, and goes into a log.
    """
    if not frame:
        raise RemoteProtocolError("empty frame")
    for line in frame.removesuffix(b"\n").split(b"\n"):
        try:
            yield _command_decoder.decode(line)
        except _UNDECODABLE as error:
            raise RemoteProtocolError(f"not a command, {_reason(error)}") from None


def decode_replies(frame: bytes) -> Iterator[Reply | RemoteProtocolError]:
    """The replies of one frame, in order. A line that cannot be read gives an error in its place and stops nothing."""
    for line in frame.split(b"\n"):
        if not line:
            continue
        try:
            yield _reply_decoder.decode(line)
        except _UNDECODABLE as error:
            yield RemoteProtocolError(f"not a reply, {_reason(error)}", frame=line)


def decode_connect_request(text: bytes) -> ConnectRequest:
    """All that a client says that only listens.

    Raises:
        RemoteProtocolError: it is none.
    """
    try:
        return _connect_decoder.decode(text)
    except _UNDECODABLE as error:
        raise RemoteProtocolError(f"not a connect request, {_reason(error)}") from None


def decode_emulation_request(body: bytes) -> EmulationRequest:
    """What is sent to the address of the emulation.

    Raises:
        RemoteProtocolError: it is none.
    """
    try:
        return _emulation_decoder.decode(body)
    except _UNDECODABLE as error:
        raise RemoteProtocolError(f"not an emulation request, {_reason(error)}") from None


def decode_emulated_frame(data: bytes) -> bytes:
    """The frame in an emulation request, which is a text there.

    Raises:
        RemoteProtocolError: it is none.
    """
    try:
        return _text_decoder.decode(data).encode()
    except _UNDECODABLE as error:
        raise RemoteProtocolError(f"not a frame in a text, {_reason(error)}") from None


def encode_command(command: Command) -> bytes:
    """One command as one line, without its newline."""
    return _encoder.encode(command)


def encode_reply(reply: Reply) -> bytes:
    """One reply as one line, without its newline.

    Raises:
        InappropriatePayloadError: a payload in it is not JSON.
    """
    _check(reply)
    return _in_one_line(_encode(reply))


def encode_push(push: Push | None) -> bytes:
    """A push as one line, without the reply around it; `PING` for none.

    Raises:
        InappropriatePayloadError: a payload in it is not JSON.
    """
    if push is None:
        return PING
    _check(Reply(push=push))
    return _in_one_line(_encode(push))


def join(messages: Iterable[bytes]) -> bytes:
    """Encoded messages as one frame."""
    return b"\n".join(messages)


def _encode(message: Reply | Push) -> bytes:
    encoded = _encoder.encode(message)
    if _MUST_BE_ESCAPED.search(encoded) is None:
        return encoded
    # Only what is ours may be escaped, never a payload: encode with holes, escape, put the payloads back.
    payloads: list[bytes] = []
    pieces = _encoder.encode(_with_holes(message, payloads)).split(b"\x00")
    escaped = [_MUST_BE_ESCAPED.sub(lambda match: _ESCAPES[match[0]], piece) for piece in pieces]
    return escaped[0] + b"".join(payload + piece for payload, piece in zip(payloads, escaped[1:], strict=True))


def _check(reply: Reply) -> None:
    # Each payload by itself: what is only JSON together with its surroundings would speak in the server's name.
    for payload in payloads_of(reply):
        if bytes(payload):
            try:
                _anything.decode(payload)
                bytes(payload).decode()
            except _UNDECODABLE:
                raise InappropriatePayloadError from None


def _in_one_line(encoded: bytes) -> bytes:
    """What was encoded without its newlines: they come from payloads only, which may have them between tokens."""
    return encoded.replace(b"\n", b"") if b"\n" in encoded else encoded


_T = TypeVar("_T")


def _with_holes(value: _T, payloads: list[bytes]) -> _T:
    """A copy of `value` with every payload taken out, in the order in which they are written."""
    if isinstance(value, Raw):
        if not bytes(value):
            return value
        payloads.append(bytes(value))
        return _HOLE  # type: ignore[return-value]
    if isinstance(value, msgspec.Struct):
        changes = {name: _with_holes(getattr(value, name), payloads) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, dict):
        return {key: _with_holes(item, payloads) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [_with_holes(item, payloads) for item in value]  # type: ignore[return-value]
    return value


def _reason(error: Exception) -> str:
    """Why something could not be read, without the words of the decoder that would quote it."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "malformed JSON"
