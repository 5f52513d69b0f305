"""The DevAPI as a connection needs it: asked until it answers, as what it says is needed and nothing else helps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

from vklive.client.backoff import Backoff
from vklive.client.devapi import DevApi
from vklive.client.failures import failure_of
from vklive.devapi.topics import WebSocketChannels
from vklive.errors import DevApiError, UnauthorizedError, VkliveError
from vklive.escaping import escape

_log = logging.getLogger("vklive.client.persistent_api")

_T = TypeVar("_T")


class PersistentApi:
    """Asks again, later and later, while there is trouble that passes. What no retry helps against is raised.

    Args:
        api: whom to ask.
    """

    def __init__(self, api: DevApi) -> None:
        self._api = api

    @property
    def is_user(self) -> bool:
        """Whether the credentials are a user's, who alone is given subscription tokens."""
        return self._api.credentials.is_user

    async def websocket_token(self) -> str:
        """A token to connect with."""
        return await _persistently(self._api.websocket.token)

    async def names(self, channel_url: str) -> WebSocketChannels:
        """The names of a channel's ws channels."""
        info = await _persistently(lambda: self._api.channels.get(channel_url))
        return info.channel.web_socket_channels or WebSocketChannels()

    async def names_of_many(self, channel_urls: Sequence[str]) -> dict[str, WebSocketChannels]:
        """The same for many channels, by slug. One that is missing is to be asked for alone: that says why."""
        if len(channel_urls) == 1:
            return {}
        try:
            found = await _persistently(lambda: self._api.channels.get_many(channel_urls))
        except UnauthorizedError:
            raise
        except DevApiError as error:
            # One name that the API does not like may spoil the call for all.
            _log.warning("channels are asked for one by one: %s", escape(str(error)))
            return {}
        return {info.channel.url: info.channel.web_socket_channels or WebSocketChannels() for info in found}

    async def subscription_tokens(self, ws_channels: Sequence[str]) -> dict[str, str]:
        """Tokens by ws channel; none where there is no access, which is an answer."""
        if not ws_channels or not self.is_user:
            return {}
        try:
            return await _persistently(lambda: self._api.websocket.subscription_tokens(ws_channels))
        except UnauthorizedError:
            raise
        except DevApiError as error:
            # Of a 403 the access token is an application's: it has access to what is open.
            _log.warning("no subscription tokens: %s", escape(str(error)))
            return {}


async def _persistently(call: Callable[[], Coroutine[None, None, _T]]) -> _T:
    backoff = Backoff()
    while True:
        try:
            return await call()
        except VkliveError as error:
            failure = failure_of(error)
            delay = max(backoff.next(), failure.wait)
            _log.warning("%s; trying again in %.1f s", escape(failure.cause), delay)
            await asyncio.sleep(delay)
