"""What each method of the server API does, whichever way it was called.

Source: Centrifugo v4.1.5, internal/api/api.go; centrifugo.md 6.2.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec import structs

from vklive.protocol.codes import DisconnectCode, ErrorCode
from vklive.protocol.messages import Publication
from vklive.protocol.position import Position
from vklive.protocol.server import VERSION
from vklive.server.errors import NodeError
from vklive.server.glob import Glob, PatternError
from vklive.server.http.server_api.idempotency import Idempotency
from vklive.server.http.server_api.params import (
    BroadcastParams,
    ChannelsParams,
    DisconnectParams,
    HistoryParams,
    HistoryRemoveParams,
    InfoParams,
    OverrideParams,
    Params,
    PresenceParams,
    PresenceStatsParams,
    PublishParams,
    RefreshParams,
    RpcParams,
    Since,
    SubscribeParams,
    TargetParams,
    UnsubscribeParams,
)
from vklive.server.http.server_api.payloads import published, told
from vklive.server.http.server_api.results import (
    ApiError,
    BroadcastResult,
    ChannelInfo,
    ChannelsResult,
    Done,
    HistoryResult,
    InfoResult,
    NodeInfo,
    PresenceResult,
    PresenceStatsResult,
    PublishResponse,
    PublishResult,
    Result,
    entry_of,
    error_of,
    member_of,
)
from vklive.server.node import Node
from vklive.server.targets import Target
from vklive.server.tokens import Override, SubscriptionGrant

_log = logging.getLogger("vklive.server.api")

MAX_CONCURRENCY = 256
"""How many publications of a broadcast, or commands of a parallel batch, are under way at once."""

CLOSE_CODES = range(3000, 5000)
"""Codes that a client may be closed with: those of Centrifugo and those of applications."""

MAX_CLOSE_REASON = 123
"""Bytes of UTF-8 that fit into a close frame beside the code (RFC 6455, 5.5)."""

DONE = Done()
NO_OVERRIDE = OverrideParams()

_T = TypeVar("_T")


class ServerApi:
    """Carries out what callers ask for.

    Args:
        node: where.
        name: what the node is called, asked when somebody wants to know.
    """

    def __init__(self, node: Node, *, name: Callable[[], str]) -> None:
        self._node = node
        self._name = name
        self._idempotency = Idempotency(node.clock)
        self._methods: dict[str, Callable[[Any], Awaitable[Result]]] = {
            "publish": self._publish,
            "broadcast": self._broadcast,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "disconnect": self._disconnect,
            "refresh": self._refresh,
            "presence": self._presence,
            "presence_stats": self._presence_stats,
            "history": self._history,
            "history_remove": self._history_remove,
            "channels": self._channels,
            "info": self._info,
            "rpc": self._rpc,
        }

    async def answer(self, method: str, params: Params) -> Result | ApiError:
        """Carry out one command. Whatever is wrong with it, or goes wrong, is in the answer and in the log."""
        clock = self._node.clock
        began = clock.monotonic()
        answer = await self._answer(method, self._methods[method](params))
        self._node.counts.api_commands[method].add(clock.monotonic() - began)
        return answer

    def refuse(self, method: str, error: NodeError) -> ApiError:
        """The answer to a command that cannot be carried out, which is said in the log too."""
        _log.info("%s is refused: %s", method, error)
        return error_of(error.code)

    async def _answer(self, method: str, under_way: Awaitable[_T]) -> _T | ApiError:
        try:
            return await under_way
        except NodeError as error:
            return self.refuse(method, error)
        except Exception:  # noqa: BLE001 - a broker may fail in any way; the caller is told whose fault it is
            _log.exception("%s has failed", method)
            return error_of(ErrorCode.INTERNAL)

    # Publications.

    async def _publish(self, params: PublishParams) -> PublishResult:
        return await self._publish_to(params.channel, _publication(params), params)

    async def _broadcast(self, params: BroadcastParams) -> BroadcastResult:
        if not params.channels:
            raise NodeError(ErrorCode.BAD_REQUEST, "it names no channels")
        publication = _publication(params)
        calls = [functools.partial(self._respond, channel, publication, params) for channel in params.channels]
        return BroadcastResult(await in_turns(calls))

    async def _respond(self, channel: str, publication: Publication, params: BroadcastParams) -> PublishResponse:
        answer = await self._answer("publish of a broadcast", self._publish_to(channel, publication, params))
        return PublishResponse(error=answer) if isinstance(answer, ApiError) else PublishResponse(result=answer)

    async def _publish_to(
        self, channel: str | None, publication: Publication, params: PublishParams | BroadcastParams
    ) -> PublishResult:
        ws_channel = _required(channel)
        publish = functools.partial(self._node.publish, ws_channel, publication, skip_history=bool(params.skip_history))
        if params.idempotency_key:
            position = await self._idempotency.once((ws_channel, params.idempotency_key), publish)
        else:
            position = await publish()
        return PublishResult(offset=position.offset, epoch=position.epoch)

    # Connections.

    async def _subscribe(self, params: SubscribeParams) -> Done:
        override = params.override or NO_OVERRIDE
        grant = SubscriptionGrant(
            info=told(params.info, params.b64info, name="info"),
            data=told(params.data, params.b64data, name="data"),
            override=Override(
                **{name: None if flag is None else bool(flag.value) for name, flag in structs.asdict(override).items()}
            ),
        )
        await self._node.subscribe(
            _target(params),
            _required(params.channel),
            grant=grant,
            expire_at=params.expire_at or 0,
            since=_position(params.recover_since),
        )
        return DONE

    async def _unsubscribe(self, params: UnsubscribeParams) -> Done:
        await self._node.unsubscribe(_target(params), params.channel or "")
        return DONE

    async def _disconnect(self, params: DisconnectParams) -> Done:
        code, reason = int(DisconnectCode.FORCE_DISCONNECT), DisconnectCode.FORCE_DISCONNECT.reason
        if params.disconnect is not None:
            code, reason = params.disconnect.code or 0, params.disconnect.reason or ""
            if code not in CLOSE_CODES:
                raise NodeError(ErrorCode.BAD_REQUEST, f"{code} is not a code to close with: 3000 to 4999 are")
            if len(reason.encode()) > MAX_CLOSE_REASON:
                raise NodeError(ErrorCode.BAD_REQUEST, f"the reason has more than {MAX_CLOSE_REASON} bytes of UTF-8")
        await self._node.disconnect(_target(params), code=code, reason=reason, keep=params.whitelist or ())
        return DONE

    async def _refresh(self, params: RefreshParams) -> Done:
        await self._node.refresh(
            _target(params),
            expired=bool(params.expired),
            expire_at=params.expire_at or 0,
            info=told(params.info, None, name="info"),
        )
        return DONE

    # Ws channels.

    async def _presence(self, params: PresenceParams) -> PresenceResult:
        members = await self._node.members(_required(params.channel))
        return PresenceResult({client: member_of(info) for client, info in members.items()})

    async def _presence_stats(self, params: PresenceStatsParams) -> PresenceStatsResult:
        stats = await self._node.presence_stats(_required(params.channel))
        return PresenceStatsResult(num_clients=stats.num_clients, num_users=stats.num_users)

    async def _history(self, params: HistoryParams) -> HistoryResult:
        history = await self._node.history(
            _required(params.channel),
            limit=max(params.limit or 0, -1),
            since=_position(params.since),
            reverse=bool(params.reverse),
        )
        entries = [entry_of(publication) for publication in history.publications]
        return HistoryResult(entries, epoch=history.top.epoch, offset=history.top.offset)

    async def _history_remove(self, params: HistoryRemoveParams) -> Done:
        await self._node.remove_history(_required(params.channel))
        return DONE

    async def _channels(self, params: ChannelsParams) -> ChannelsResult:
        counts = self._node.hub.counts()
        if params.pattern:
            try:
                glob = Glob(params.pattern)
            except PatternError as error:
                raise NodeError(ErrorCode.BAD_REQUEST, str(error)) from None
            counts = {channel: count for channel, count in counts.items() if glob.matches(channel)}
        return ChannelsResult({channel: ChannelInfo(count) for channel, count in counts.items()})

    async def _info(self, _: InfoParams) -> InfoResult:
        node = self._node
        info = NodeInfo(
            uid=node.id,
            name=self._name(),
            version=VERSION,
            num_clients=node.connections,
            num_users=node.users,
            num_channels=node.hub.channels,
            uptime=int(node.uptime),
            num_subs=node.hub.subscriptions,
        )
        return InfoResult([info])

    async def _rpc(self, params: RpcParams) -> Done:
        if not params.method:
            raise NodeError(ErrorCode.BAD_REQUEST, "it names no method")
        raise NodeError(ErrorCode.METHOD_NOT_FOUND, f"nobody has added the method {params.method!r} to this server")


async def one_by_one(calls: Iterable[Callable[[], Awaitable[_T]]]) -> list[_T]:
    """The results of calls, in their order, each made when the one before it is done.

    Every `MAX_CONCURRENCY` of them everybody else on the loop has a turn: a call need not wait for anything.
    """
    results: list[_T] = []
    for call in calls:
        results.append(await call())
        if len(results) % MAX_CONCURRENCY == 0:
            await asyncio.sleep(0)
    return results


async def in_turns(calls: Sequence[Callable[[], Awaitable[_T]]]) -> list[_T]:
    """The results of calls that do not raise, in their order, with at most `MAX_CONCURRENCY` under way."""
    results: list[_T] = []
    for start in range(0, len(calls), MAX_CONCURRENCY):
        results += await asyncio.gather(*(call() for call in calls[start : start + MAX_CONCURRENCY]))
    return results


def _publication(params: PublishParams | BroadcastParams) -> Publication:
    if params.version:
        # To publish what should have been dropped would be worse than to publish nothing.
        raise NodeError(ErrorCode.BAD_REQUEST, "version is not supported")
    return Publication(data=published(params.data, params.b64data), tags=params.tags or None)


def _required(channel: str | None) -> str:
    if not channel:
        raise NodeError(ErrorCode.BAD_REQUEST, "it names no channel")
    return channel


def _target(params: TargetParams) -> Target:
    return Target(user=params.user or "", client=params.client or "", session=params.session or "")


def _position(since: Since | None) -> Position | None:
    return None if since is None else Position(offset=since.offset or 0, epoch=since.epoch or "")
