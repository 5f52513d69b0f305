"""The area ``stream_records``: what was recorded (vk.md 2.9)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.api.pages import PAGE_SIZE, Pages
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import Data, Extra, Page, StreamRecordAnswer, StreamRecordInfo, StreamRecords

GET = Method("GET", "/v1/stream_record")
OF = Method("GET", "/v1/stream_records")


class RecordsApi:
    """Streams that were recorded. For users and applications.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(
        self,
        record_id: str,
        *,
        with_source_urls: bool = False,
        ip: str | None = None,
        user_agent: str | None = None,
    ) -> StreamRecordInfo:
        """A record; see `ChannelsApi.get` for the arguments.

        Raises:
            NotFoundError: when there is no such record.
        """
        params: Params = {
            "record_id": record_id,
            "with_source_urls": with_source_urls or None,
            "ip": ip,
            "user_agent": user_agent,
        }
        return (await self._caller.ask(GET, Data[StreamRecordAnswer], params=params)).stream_record

    def of(self, channel_url: str, *, page_size: int = PAGE_SIZE) -> Pages[StreamRecordInfo]:
        """The records of a channel, page by page.

        Args:
            channel_url: the slug or the address of the channel.
            page_size: how many are asked for at once, from 1 to 200.
        """
        slug = slug_meant(channel_url)

        async def fetch(offset: int, limit: int) -> tuple[Sequence[StreamRecordInfo], Extra | UnsetType]:
            params: Params = {"channel_url": slug, "limit": limit, "offset": offset}
            page = await self._caller.ask_page(OF, Page[StreamRecords], params=params)
            return page.data.stream_records, page.extra

        return Pages(fetch, size=page_size, key=lambda record: record.id)
