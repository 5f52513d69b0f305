"""The style of Centrifugo v4: commands to one address, one or several in a body.

Source: Centrifugo v4.1.5, internal/api/handler.go and internal/apiproto/decode.go; centrifugo.md 6.1. Commands are
``{"id", "method", "params"}`` one after the other, answered in order, one line each, with HTTP 200 also for errors of a
command.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from vklive.protocol.codes import ErrorCode
from vklive.protocol.messages import NOTHING, UInt32
from vklive.server.errors import NodeError
from vklive.server.http.server_api.encoding import UNDECODABLE, UndecodableBodyError, encode, reason
from vklive.server.http.server_api.methods import ServerApi, one_by_one
from vklive.server.http.server_api.params import METHODS, InfoParams, Params
from vklive.server.http.server_api.results import ApiError, Result


class Command(Struct):
    """One command.

    Attributes:
        id: comes back with the answer.
        method: its name in any case, or its number in `METHODS`.
        params: what it is told; see `METHODS`.
    """

    id: UInt32 | None = None
    method: str | Annotated[int, Meta(ge=-(2**31), lt=2**31)] = 0
    params: Raw = NOTHING


class Reply(Struct, omit_defaults=True):
    """The answer to one command."""

    id: int = 0
    error: ApiError | None = None
    result: Result | None = None


_command_decoder = msgspec.json.Decoder(Command | None)
_decoders: dict[str, msgspec.json.Decoder[Params | None]] = {
    name: msgspec.json.Decoder(kind | None) for name, kind in METHODS.items()
}
_NAMES = tuple(METHODS)
_BLANK = re.compile(r"[ \t\r\n]*")
# It only has to find where a command ends; numbers of any length are none of its business.
_scanner = json.JSONDecoder(parse_int=str, parse_float=str)


async def replies(api: ServerApi, body: bytes) -> bytes:
    """The answers to all commands of a body.

    They are carried out one after the other, so that what is published keeps its order.

    Raises:
        UndecodableBodyError: the body is empty, or something in it is no command. Those before have been carried out.
    """
    return b"\n".join(await one_by_one(functools.partial(_reply, api, command) for command in commands(body)))


def commands(body: bytes) -> Iterator[Command]:
    """The commands of a body, with white space or nothing between them; none if it is all white space.

    Raises:
        UndecodableBodyError: the body is empty, or what comes next is not a command.
    """
    if not body:
        raise UndecodableBodyError("the body is empty")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise UndecodableBodyError(reason(error)) from None
    at = _after_blank(text, 0)
    while at < len(text):
        try:
            _, end = _scanner.raw_decode(text, at)
            command = _command_decoder.decode(text[at:end]) or Command()
        except UNDECODABLE as error:
            raise UndecodableBodyError(f"no command at character {at}: {_reason(error)}") from None
        if isinstance(command.method, str) and command.method.lower() not in METHODS:
            raise UndecodableBodyError(f"no method has the name of the command at character {at}")
        at = _after_blank(text, end)
        yield command


async def _reply(api: ServerApi, command: Command) -> bytes:
    answer, number = await _answer(api, command), command.id or 0
    return encode(Reply(id=number, error=answer) if isinstance(answer, ApiError) else Reply(id=number, result=answer))


async def _answer(api: ServerApi, command: Command) -> Result | ApiError:
    if isinstance(command.method, str):
        method = command.method.lower()
    elif command.method in range(len(_NAMES)):
        method = _NAMES[command.method]
    else:
        name = f"method {command.method}"
        return api.refuse(name, NodeError(ErrorCode.METHOD_NOT_FOUND, "no method has this number"))
    try:
        params = _params_of(method, command.params)
    except UNDECODABLE as error:
        why = f"its params are not what it takes: {reason(error)}" if bytes(command.params) else "it has no params"
        return api.refuse(method, NodeError(ErrorCode.BAD_REQUEST, why))
    return await api.answer(method, params)


def _params_of(method: str, params: Raw) -> Params:
    # Alone among the methods, `info` does not look at what it is told.
    return InfoParams() if method == "info" else _decoders[method].decode(params) or METHODS[method]()


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _reason(error: Exception) -> str:
    return "malformed JSON" if isinstance(error, json.JSONDecodeError) else reason(error)
