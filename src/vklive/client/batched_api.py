"""The API, asked once for what many streams want at the same moment.

A thousand streams that begin together, or come back together after a reconnect, are ten calls and not a thousand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar

from vklive.client.persistent_api import PersistentApi
from vklive.devapi.topics import WebSocketChannels

_K = TypeVar("_K")
_V = TypeVar("_V")


class BatchedApi:
    """Names and tokens for one connection. What is asked for in one turn of the loop is one call.

    Args:
        api: whom to ask.
    """

    def __init__(self, api: PersistentApi) -> None:
        self._api = api
        self._names = _Batch(api.names_of_many)
        self._tokens = _Batch(api.subscription_tokens)

    @property
    def is_user(self) -> bool:
        """Whether the credentials are a user's, who alone is given subscription tokens."""
        return self._api.is_user

    async def websocket_token(self) -> str:
        """A token to connect with."""
        return await self._api.websocket_token()

    async def names(self, channel_url: str) -> WebSocketChannels:
        """The names of a channel's ws channels.

        Raises:
            DevApiError: when there is no such channel, or it may not be asked for.
        """
        found = await self._names.get([channel_url])
        # What is missing in a list is asked for alone, and the answer says why.
        return found.get(channel_url) or await self._api.names(channel_url)

    async def subscription_tokens(self, ws_channels: Iterable[str]) -> dict[str, str]:
        """Tokens by ws channel; none where there is no access, which is an answer."""
        wanted = list(ws_channels)
        if not wanted or not self.is_user:
            return {}
        granted = await self._tokens.get(wanted)
        return {each: granted[each] for each in wanted if each in granted}


class _Round(Generic[_K, _V]):
    """One call, and those who wait for it."""

    def __init__(self) -> None:
        self.keys: dict[_K, None] = {}
        self.over = asyncio.Event()
        self.found: Mapping[_K, _V] = {}
        self.error: BaseException | None = None


class _Batch(Generic[_K, _V]):
    """Collects keys for one turn of the loop; whoever was first asks for all."""

    def __init__(self, ask: Callable[[list[_K]], Awaitable[Mapping[_K, _V]]]) -> None:
        self._ask = ask
        self._open: _Round[_K, _V] | None = None

    async def get(self, keys: Iterable[_K]) -> Mapping[_K, _V]:
        if (mine := self._open) is not None:
            mine.keys |= dict.fromkeys(keys)
            await mine.over.wait()
        else:
            mine = self._open = _Round()
            mine.keys |= dict.fromkeys(keys)
            await self._hold(mine)
        if mine.error is not None:
            raise mine.error
        return mine.found

    async def _hold(self, mine: _Round[_K, _V]) -> None:
        try:
            await asyncio.sleep(0)
            self._open = None
            mine.found = await self._ask(list(mine.keys))
        except Exception as error:  # noqa: BLE001 - it is raised to everybody who waits
            mine.error = error
        except BaseException:
            # The connection has ended, which all who wait are of: they are cancelled too.
            self._open = None
            raise
        mine.over.set()
        # So that all go on in the same turn, and what they ask for next is one call again.
        await asyncio.sleep(0)
