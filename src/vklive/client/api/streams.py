"""The area ``stream`` (vk.md 2.5)."""

from __future__ import annotations

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.devapi.models import Data, StreamInfo

GET = Method("GET", "/v1/stream")


class StreamsApi:
    """Streams by their ids.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(
        self,
        stream_id: str,
        *,
        with_source_urls: bool = False,
        ip: str | None = None,
        user_agent: str | None = None,
    ) -> StreamInfo:
        """A stream and its channel. For users and applications; see `ChannelsApi.get` for the arguments.

        Raises:
            NotFoundError: when there is no such stream.
        """
        params: Params = {
            "stream_id": stream_id,
            "with_source_urls": with_source_urls or None,
            "ip": ip,
            "user_agent": user_agent,
        }
        return await self._caller.ask(GET, Data[StreamInfo], params=params)
