"""The style of Centrifugo v5: an address for each method, and `batch`.

Source: Centrifugo v5, internal/api/handler_gen.go and internal/apiproto/errors.go; centrifugo.md 6.4. The body is what
the method is told, the answer ``{"result"}`` or ``{"error"}``, with HTTP 200 for both unless the caller asks otherwise.
"""

from __future__ import annotations

import functools

import msgspec
from msgspec import Struct

from vklive.protocol.codes import ErrorCode
from vklive.server.errors import NodeError
from vklive.server.http.server_api.encoding import decode, encode
from vklive.server.http.server_api.methods import ServerApi, in_turns, one_by_one
from vklive.server.http.server_api.params import (
    METHODS,
    BroadcastParams,
    ChannelsParams,
    DisconnectParams,
    HistoryParams,
    HistoryRemoveParams,
    InfoParams,
    Params,
    PresenceParams,
    PresenceStatsParams,
    PublishParams,
    RefreshParams,
    RpcParams,
    SubscribeParams,
    UnsubscribeParams,
)
from vklive.server.http.server_api.results import ApiError, Result

_OK = 200

STATUSES = {
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNKNOWN_CHANNEL: 404,
    ErrorCode.METHOD_NOT_FOUND: 404,
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.NOT_AVAILABLE: 400,
    ErrorCode.EXPIRED: 400,
    ErrorCode.UNRECOVERABLE_POSITION: 416,
}
"""The HTTP status of each error, for a caller that wants errors told by it. Centrifugo has no `EXPIRED` here."""


class BatchCommand(Struct, kw_only=True):
    """One command of a batch: the first that is set in this order, which is Centrifugo's, counts."""

    publish: PublishParams | None = None
    broadcast: BroadcastParams | None = None
    subscribe: SubscribeParams | None = None
    unsubscribe: UnsubscribeParams | None = None
    disconnect: DisconnectParams | None = None
    history: HistoryParams | None = None
    history_remove: HistoryRemoveParams | None = None
    presence: PresenceParams | None = None
    presence_stats: PresenceStatsParams | None = None
    info: InfoParams | None = None
    rpc: RpcParams | None = None
    refresh: RefreshParams | None = None
    channels: ChannelsParams | None = None


class BatchParams(Struct, kw_only=True):
    """Several commands.

    Attributes:
        commands: which.
        parallel: they need not wait for each other.
    """

    commands: list[BatchCommand | None] | None = None
    parallel: bool | None = None


class BatchResult(Struct):
    """The answer to each command, in their order, under the name of its method or as an error."""

    replies: list[dict[str, Result | ApiError]]


class Answer(Struct, frozen=True):
    """What goes back over HTTP.

    Attributes:
        status: the HTTP status.
        body: JSON.
    """

    status: int
    body: bytes


_decoders: dict[str, msgspec.json.Decoder[Params | None]] = {
    name: msgspec.json.Decoder(kind | None) for name, kind in METHODS.items()
}
_batch_decoder = msgspec.json.Decoder(BatchParams | None)


async def call(api: ServerApi, method: str, body: bytes, *, errors_as_statuses: bool) -> Answer:
    """Carry out one method.

    Args:
        api: carries it out.
        method: one of `METHODS`.
        body: what it is told.
        errors_as_statuses: an error is told by the HTTP status, with the bare error as body.

    Raises:
        UndecodableBodyError: the body is not what the method takes; nothing has been done.
    """
    answer = await api.answer(method, decode(body, _decoders[method]) or METHODS[method]())
    if not isinstance(answer, ApiError):
        return Answer(_OK, encode({"result": answer}))
    if errors_as_statuses:
        return Answer(STATUSES.get(ErrorCode(answer.code), STATUSES[ErrorCode.INTERNAL]), encode(answer))
    return Answer(_OK, encode({"error": answer}))


async def batch(api: ServerApi, body: bytes) -> bytes:
    """Carry out several commands, one after the other unless they are said to be parallel.

    Raises:
        UndecodableBodyError: the body is not a batch; nothing has been done.
    """
    params = decode(body, _batch_decoder) or BatchParams()
    calls = [functools.partial(_reply, api, command or BatchCommand()) for command in params.commands or ()]
    replies = await (in_turns(calls) if params.parallel else one_by_one(calls))
    return encode(BatchResult(replies))


async def _reply(api: ServerApi, command: BatchCommand) -> dict[str, Result | ApiError]:
    for method in command.__struct_fields__:
        params: Params | None = getattr(command, method)
        if params is not None:
            answer = await api.answer(method, params)
            return {"error" if isinstance(answer, ApiError) else method: answer}
    error = NodeError(ErrorCode.METHOD_NOT_FOUND, "none of the methods is named in it")
    return {"error": api.refuse("a command of a batch", error)}
