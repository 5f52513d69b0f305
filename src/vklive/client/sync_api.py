"""The DevAPI for programs without asyncio: the same areas and names, as plain functions and iterators."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, ParamSpec, TypeVar

from vklive.client.api.catalog import CatalogApi
from vklive.client.api.categories import CategoriesApi
from vklive.client.api.channels import ChannelsApi
from vklive.client.api.chat import ChatApi
from vklive.client.api.points import PointsApi
from vklive.client.api.records import RecordsApi
from vklive.client.api.rewards import RewardsApi
from vklive.client.api.roles import RolesApi
from vklive.client.api.streams import StreamsApi
from vklive.client.api.users import UserApi
from vklive.client.api.websocket import WebSocketApi
from vklive.client.devapi import DevApi
from vklive.client.loop_thread import LoopThread

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Blocking:
    """Makes a function that waits out of one that is awaited. Names, arguments and types stay as they are."""

    def __init__(self, thread: LoopThread) -> None:
        self._thread = thread

    def call(self, method: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, _T]:
        @functools.wraps(method)
        def wait(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            return self._thread.call(method(*args, **kwargs))

        return wait

    def pages(self, method: Callable[_P, AsyncIterator[_T]]) -> Callable[_P, Iterator[_T]]:
        @functools.wraps(method)
        def iterate(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[_T]:
            return _Taken(method(*args, **kwargs), thread=self._thread)

        return iterate


class _Taken(Iterator[_T]):
    """Takes from an iterator in the loop. After an error it can go on."""

    def __init__(self, source: AsyncIterator[_T], *, thread: LoopThread) -> None:
        self._source = source
        self._thread = thread

    def __next__(self) -> _T:
        taken = self._thread.call(self._take())
        if not taken:
            raise StopIteration
        return taken[0]

    async def _take(self) -> tuple[_T] | tuple[()]:
        # StopAsyncIteration does not travel through a future.
        try:
            return (await anext(self._source),)
        except StopAsyncIteration:
            return ()


class SyncWebSocketApi:
    """See `vklive.client.api.websocket.WebSocketApi`."""

    def __init__(self, area: WebSocketApi, blocking: _Blocking) -> None:
        self.token = blocking.call(area.token)
        self.subscription_tokens = blocking.call(area.subscription_tokens)


class SyncChannelsApi:
    """See `vklive.client.api.channels.ChannelsApi`."""

    def __init__(self, area: ChannelsApi, blocking: _Blocking) -> None:
        self.get = blocking.call(area.get)
        self.get_many = blocking.call(area.get_many)
        self.credentials = blocking.call(area.credentials)
        self.edit_stream = blocking.call(area.edit_stream)


class SyncStreamsApi:
    """See `vklive.client.api.streams.StreamsApi`."""

    def __init__(self, area: StreamsApi, blocking: _Blocking) -> None:
        self.get = blocking.call(area.get)


class SyncChatApi:
    """See `vklive.client.api.chat.ChatApi`."""

    def __init__(self, area: ChatApi, blocking: _Blocking) -> None:
        self.send = blocking.call(area.send)
        self.messages = blocking.call(area.messages)
        self.raw_messages = blocking.call(area.raw_messages)
        self.member = blocking.call(area.member)
        self.members = blocking.call(area.members)
        self.settings = blocking.call(area.settings)
        self.edit_settings = blocking.call(area.edit_settings)


class SyncUserApi:
    """See `vklive.client.api.users.UserApi`."""

    def __init__(self, area: UserApi, blocking: _Blocking) -> None:
        self.current = blocking.call(area.current)
        self.token = blocking.call(area.token)


class SyncCategoriesApi:
    """See `vklive.client.api.categories.CategoriesApi`."""

    def __init__(self, area: CategoriesApi, blocking: _Blocking) -> None:
        self.get = blocking.call(area.get)
        self.search = blocking.call(area.search)


class SyncCatalogApi:
    """See `vklive.client.api.catalog.CatalogApi`."""

    def __init__(self, area: CatalogApi, blocking: _Blocking) -> None:
        self.online_channels = blocking.pages(area.online_channels)
        self.online_categories = blocking.pages(area.online_categories)


class SyncRecordsApi:
    """See `vklive.client.api.records.RecordsApi`."""

    def __init__(self, area: RecordsApi, blocking: _Blocking) -> None:
        self.get = blocking.call(area.get)
        self.of = blocking.pages(area.of)


class SyncRewardsApi:
    """See `vklive.client.api.rewards.RewardsApi`."""

    def __init__(self, area: RewardsApi, blocking: _Blocking) -> None:
        self.rewards = blocking.call(area.rewards)
        self.reward = blocking.call(area.reward)
        self.create = blocking.call(area.create)
        self.edit = blocking.call(area.edit)
        self.enable = blocking.call(area.enable)
        self.disable = blocking.call(area.disable)
        self.delete = blocking.call(area.delete)


class SyncPointsApi:
    """See `vklive.client.api.points.PointsApi`."""

    def __init__(self, area: PointsApi, blocking: _Blocking) -> None:
        self.manage = SyncRewardsApi(area.manage, blocking)
        self.balance = blocking.call(area.balance)
        self.rewards = blocking.call(area.rewards)
        self.activate = blocking.call(area.activate)
        self.demands = blocking.pages(area.demands)
        self.accept = blocking.call(area.accept)
        self.reject = blocking.call(area.reject)


class SyncRolesApi:
    """See `vklive.client.api.roles.RolesApi`."""

    def __init__(self, area: RolesApi, blocking: _Blocking) -> None:
        self.all = blocking.call(area.all)
        self.of = blocking.call(area.of)
        self.set = blocking.call(area.set)


class SyncDevApi:
    """See `vklive.client.devapi.DevApi`.

    Args:
        api: makes the calls.
        thread: where they are made.
    """

    def __init__(self, api: DevApi, *, thread: LoopThread) -> None:
        blocking = _Blocking(thread)
        self.catalog = SyncCatalogApi(api.catalog, blocking)
        self.categories = SyncCategoriesApi(api.categories, blocking)
        self.channels = SyncChannelsApi(api.channels, blocking)
        self.chat = SyncChatApi(api.chat, blocking)
        self.points = SyncPointsApi(api.points, blocking)
        self.records = SyncRecordsApi(api.records, blocking)
        self.roles = SyncRolesApi(api.roles, blocking)
        self.streams = SyncStreamsApi(api.streams, blocking)
        self.user = SyncUserApi(api.user, blocking)
        self.websocket = SyncWebSocketApi(api.websocket, blocking)
