"""The receiving end of WebHooks, for whatever web framework a program has.

Source: vk.md 4.2.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import parse_qs

import msgspec
from msgspec import Raw, Struct

from vklive.client.credentials import check_token
from vklive.devapi.webhooks import WebhookAnswer, WebhookEnvelope, WebhookStatus, is_signed
from vklive.events import EventData, decode_payload

_log = logging.getLogger("vklive.client.webhooks")

MAX_BODY_SIZE = 1024 * 1024
"""Bytes of one request. An event is a few hundred."""

REMEMBERED = 10_000
"""How many events are remembered by their ids: the platform sends one again for want of an answer, and soon."""

_OK, _BAD_REQUEST, _FAILED = 200, 400, 500
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


class WebhookEvent(Struct, frozen=True, kw_only=True):
    """Something that has happened in a channel whose owner has linked the application.

    Attributes:
        id: the same, however often it is sent.
        type: the type on the wire, also when this version of vklive does not know it.
        data: what has happened, as over the WebSocket.
        channel_url: the slug of the channel; empty when not told.
        owner_id: whose it is; 0 when not told.
        user_id: who has linked the application.
        happened_at: aware, UTC; 1970 when what is told is no date before the year 10000.
        raw: the JSON of the whole event.
    """

    id: str
    type: str
    data: EventData
    channel_url: str
    owner_id: int
    user_id: int
    happened_at: datetime
    raw: str


class WebhookResponse(Struct, frozen=True, kw_only=True):
    """What to answer over HTTP, with ``Content-Type: application/json``."""

    status: int
    body: bytes


WebhookHandler: TypeAlias = Callable[[WebhookEvent], Awaitable[WebhookStatus | None] | WebhookStatus | None]
"""What a program does with an event; `None` is `WebhookStatus.OK`. When it raises, the event will be sent again."""


class _Url(Struct, frozen=True):
    url: str = ""


class _Id(Struct, frozen=True):
    id: int = 0


class _Place(Struct, frozen=True):
    channel: _Url = _Url()
    owner: _Id = _Id()


class WebhookReceiver:
    """Checks what comes, hands it to the program, and says what to answer.

    Each event is handed over once, as long as its id is remembered (`remembered`, and as long as the program runs). An
    event that comes again while it is being handled waits, and is then answered as having been processed.

    Args:
        key: the signature key of the application.
        handler: what to do with an event.
        remembered: how many ids are remembered.

    Raises:
        ConfigError: `key` can be none.
    """

    def __init__(self, key: str, handler: WebhookHandler, *, remembered: int = REMEMBERED) -> None:
        check_token("key", key)
        self._key = key
        self._handler = handler
        self._remembered = remembered
        self._done: OrderedDict[str, None] = OrderedDict()
        self._under_way: dict[str, asyncio.Event] = {}

    def __repr__(self) -> str:
        return "WebhookReceiver(<secret>)"

    async def receive(self, body: bytes) -> WebhookResponse:
        """Take the body of a request, ``application/x-www-form-urlencoded``.

        What is not signed reaches no handler.
        """
        if len(body) > MAX_BODY_SIZE:
            return WebhookResponse(status=_BAD_REQUEST, body=b"{}")
        try:
            form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=10)
            event, signature = form["event"][0], form["signature"][0]
        except (KeyError, ValueError):
            return WebhookResponse(status=_BAD_REQUEST, body=b"{}")
        if not is_signed(event, signature, self._key):
            _log.warning("an event with a wrong signature was not taken")
            return _answer(_id_of(event), WebhookStatus.INVALID_SIGNATURE)
        try:
            read = _read(event)
        except _UNREADABLE as error:
            _log.warning("an event could not be read: %s", type(error).__name__)
            return _answer(_id_of(event), WebhookStatus.UNPROCESSABLE)
        return await self._handle_once(read)

    async def _handle_once(self, event: WebhookEvent) -> WebhookResponse:
        while (under_way := self._under_way.get(event.id)) is not None:
            await under_way.wait()
        if event.id in self._done:
            return _answer(event.id, WebhookStatus.ALREADY_PROCESSED)
        self._under_way[event.id] = asyncio.Event()
        try:
            said = self._handler(event)
            status = await said if inspect.isawaitable(said) else said
        except Exception:  # noqa: BLE001 - it is the program's own
            _log.exception("the handler failed on the event %s (%s); it will be sent again", event.id, event.type)
            return WebhookResponse(status=_FAILED, body=b"{}")
        finally:
            self._under_way.pop(event.id).set()
        self._done[event.id] = None
        if len(self._done) > self._remembered:
            self._done.popitem(last=False)
        return _answer(event.id, status or WebhookStatus.OK)


def _answer(id_: str, status: WebhookStatus) -> WebhookResponse:
    return WebhookResponse(status=_OK, body=msgspec.json.encode(WebhookAnswer(id=id_, status=status)))


def _read(event: str) -> WebhookEvent:
    envelope = msgspec.json.decode(event, type=WebhookEnvelope, strict=False)
    place = _place_of(envelope.data)
    _, data = decode_payload(msgspec.json.encode({"type": envelope.type, "data": envelope.data}))
    return WebhookEvent(
        id=envelope.id,
        type=envelope.type,
        data=data,
        channel_url=place.channel.url,
        owner_id=place.owner.id,
        user_id=envelope.user_id,
        happened_at=_moment(envelope.time),
        raw=event,
    )


def _place_of(data: Raw) -> _Place:
    """Where it happened; nowhere when that is not told as usual: an event is not lost for it."""
    try:
        return msgspec.json.decode(data, type=_Place, strict=False)
    except _UNREADABLE:
        return _Place()


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _id_of(event: str) -> str:
    """The id of an event that is not to be trusted."""
    try:
        return msgspec.json.decode(event, type=_StatedId, strict=False).id
    except _UNREADABLE:
        return ""


class _StatedId(Struct, frozen=True):
    id: str = ""
