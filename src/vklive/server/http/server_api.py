"""Centrifugo v4's server API, ``POST /api``: what a platform publishes through.

Source: Centrifugo v4.1.5, internal/api/handler.go and internal/apiproto: one JSON command or several one after the
other, ``{"id", "method", "params"}``, answered in order, one line each, with HTTP 200 also for errors of a command.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import logging
import socket
from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Raw, Struct

from vklive.protocol.codes import ErrorCode
from vklive.protocol.messages import Publication, UInt32
from vklive.protocol.server import VERSION
from vklive.server.namespaces import Namespaces
from vklive.server.node import Node, Phase

_log = logging.getLogger("vklive.server.api")

MAX_BODY_SIZE = 4 * 1024 * 1024
"""Bytes of one request."""

METHODS = (
    "publish",
    "broadcast",
    "unsubscribe",
    "disconnect",
    "presence",
    "presence_stats",
    "history",
    "history_remove",
    "channels",
    "info",
    "rpc",
    "subscribe",
    "refresh",
)
"""The methods of Centrifugo v4 in the order of their numbers, which a command may use as well."""


class ApiCommand(Struct):
    """One command."""

    id: UInt32 = 0
    method: str | Annotated[int, Meta(ge=0)] = 0
    params: Raw = Raw(b"{}")


class PublishParams(Struct):
    """Publish to one ws channel."""

    channel: str | None = None
    data: Raw = Raw()
    b64data: str | None = None
    tags: dict[str, str] | None = None


class BroadcastParams(Struct):
    """Publish the same to several ws channels."""

    channels: list[str] | None = None
    data: Raw = Raw()
    b64data: str | None = None
    tags: dict[str, str] | None = None


class ApiError(Struct):
    """Why a command failed."""

    code: int
    message: str


class PublishResult(Struct, omit_defaults=True):
    """Where a publication stands; nothing where there is no history."""

    offset: int = 0
    epoch: str = ""


class ApiReply(Struct, omit_defaults=True):
    """The answer to one command."""

    id: int = 0
    error: ApiError | None = None
    result: PublishResult | BroadcastResult | InfoResult | None = None


class BroadcastResult(Struct):
    """An answer for each ws channel, in the order in which they were named."""

    responses: list[ApiReply]


class NodeInfo(Struct):
    """What one node does."""

    uid: str
    name: str
    version: str
    num_clients: int
    num_users: int
    num_channels: int
    uptime: int
    num_subs: int


class InfoResult(Struct):
    """All nodes."""

    nodes: list[NodeInfo]


class _CommandError(Exception):
    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code = code


class _UndecodableBodyError(Exception):
    """The body is not commands; those before the bad one have been given."""


_encoder = msgspec.json.Encoder()
_publish_params = msgspec.json.Decoder(PublishParams)
_broadcast_params = msgspec.json.Decoder(BroadcastParams)
_UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class ServerApi:
    """Carries out commands.

    Args:
        node: where is published.
        namespaces: which ws channels there are.
        name: what the node is called in ``info``.
    """

    def __init__(self, node: Node, namespaces: Namespaces, *, name: str = "") -> None:
        self._node = node
        self._namespaces = namespaces
        self._name = name or socket.gethostname()

    async def carry_out(self, command: ApiCommand) -> ApiReply:
        """One command; whatever is wrong with it is in the reply."""
        try:
            result = await self._dispatch(_method_of(command), bytes(command.params))
        except _CommandError as error:
            return ApiReply(id=command.id, error=ApiError(error.code, error.code.message))
        return ApiReply(id=command.id, result=result)

    async def _dispatch(self, method: str, params: bytes) -> PublishResult | BroadcastResult | InfoResult:
        match method:
            case "publish":
                return await self._publish(_decode(_publish_params, params))
            case "broadcast":
                return await self._broadcast(_decode(_broadcast_params, params))
            case "info":
                return self._info()
            case _:
                # Of the other methods there is none yet that any namespace allows.
                raise _CommandError(ErrorCode.NOT_AVAILABLE)

    async def _publish(self, params: PublishParams) -> PublishResult:
        if not params.channel:
            raise _CommandError(ErrorCode.BAD_REQUEST)
        publication = Publication(data=_payload(params), tags=params.tags or None)
        return await self._publish_to(params.channel, publication)

    async def _broadcast(self, params: BroadcastParams) -> BroadcastResult:
        if not params.channels:
            raise _CommandError(ErrorCode.BAD_REQUEST)
        publication = Publication(data=_payload(params), tags=params.tags or None)
        responses: list[ApiReply] = []
        for channel in params.channels:
            try:
                responses.append(ApiReply(result=await self._publish_to(channel, publication)))
            except _CommandError as error:
                responses.append(ApiReply(error=ApiError(error.code, error.code.message)))
        return BroadcastResult(responses)

    async def _publish_to(self, channel: str, publication: Publication) -> PublishResult:
        if self._namespaces.of(channel) is None:
            raise _CommandError(ErrorCode.UNKNOWN_CHANNEL)
        try:
            position = await self._node.publish(channel, publication)
        except Exception:  # noqa: BLE001 - a broker may fail in any way; the caller is told to try again
            _log.exception("cannot publish to %r", channel)
            raise _CommandError(ErrorCode.INTERNAL) from None
        return PublishResult(offset=position.offset, epoch=position.epoch)

    def _info(self) -> InfoResult:
        node = self._node
        info = NodeInfo(
            uid=node.id,
            name=self._name,
            version=VERSION,
            num_clients=node.connections,
            num_users=node.users,
            num_channels=node.hub.channels,
            uptime=int(node.uptime),
            num_subs=node.hub.subscriptions,
        )
        return InfoResult([info])


def server_api_route(api: ServerApi, node: Node, *, key: str) -> HTTPRouteHandler:
    """The route. An empty key answers 401 to everybody.

    Args:
        api: carries out the commands.
        node: is asked whether it still accepts anything.
        key: what a caller must know.
    """

    @post("/api", status_code=HTTP_200_OK, include_in_schema=False, request_max_body_size=MAX_BODY_SIZE)
    async def server_api(request: Request[None, None, State]) -> Response[bytes]:
        if not _knows_key(request, key):
            return Response(b"", status_code=401)
        if node.phase is not Phase.RUNNING:
            return Response(b"Service Unavailable", status_code=503, media_type="text/plain")
        try:
            # One after the other, so that what is published keeps its order; those before a bad one are carried out.
            commands = _commands(await request.body())
            replies = [_encoder.encode(await api.carry_out(command)) for command in commands]
        except _UndecodableBodyError:
            return Response(b"Bad Request", status_code=400, media_type="text/plain")
        return Response(b"\n".join(replies), media_type="application/json")

    return server_api


def _knows_key(request: Request[None, None, State], key: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "apikey":
        given = request.query_params.get("api_key", "")
    # Compared even when there is no key, so that the time tells nothing.
    return hmac.compare_digest(given.strip().encode(), key.encode()) and bool(key)


def _commands(body: bytes) -> Iterator[ApiCommand]:
    """The commands of a body: one JSON object, or several with white space or nothing between them."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _UndecodableBodyError from None
    at, end = 0, len(text.rstrip())
    if not end:
        raise _UndecodableBodyError
    scanner = json.JSONDecoder()
    while at < end:
        at += len(text[at:]) - len(text[at:].lstrip())
        try:
            _, stop = scanner.raw_decode(text, at)
            command = msgspec.json.decode(text[at:stop].encode(), type=ApiCommand)
        except _UNDECODABLE:
            raise _UndecodableBodyError from None
        if isinstance(command.method, str) and command.method.lower() not in METHODS:
            raise _UndecodableBodyError
        at = stop
        yield command


def _method_of(command: ApiCommand) -> str:
    if isinstance(command.method, str):
        return command.method.lower()
    if command.method >= len(METHODS):
        raise _CommandError(ErrorCode.METHOD_NOT_FOUND)
    return METHODS[command.method]


_T = TypeVar("_T")


def _decode(decoder: msgspec.json.Decoder[_T], params: bytes) -> _T:
    try:
        return decoder.decode(params)
    except _UNDECODABLE:
        raise _CommandError(ErrorCode.BAD_REQUEST) from None


def _payload(params: PublishParams | BroadcastParams) -> Raw:
    """What is to be published, as one line of JSON."""
    if params.b64data:
        try:
            return Raw(base64.b64decode(params.b64data, validate=True))
        except (binascii.Error, ValueError):
            raise _CommandError(ErrorCode.BAD_REQUEST) from None
    if not bytes(params.data):
        raise _CommandError(ErrorCode.BAD_REQUEST)
    return params.data
