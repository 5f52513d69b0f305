"""The parameters of the methods that tell where a video is (vk.md 2.3, 2.5, 2.9)."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from litestar.params import QueryParameter

from vklive.devapi.errors import ApiError
from vklive.devapi.models.base import TEXT
from vklive.server.refusal import RefusalError
from vklive.server.source_urls import Player

MAX_USER_AGENT = 1024
"""Characters in the `User-Agent` of a viewer; browsers send a few hundred."""

WithSourceUrls = Annotated[bool, QueryParameter(description="Whether to tell where the video is")]
"""The parameter ``with_source_urls``."""

_FORMATS = [{"format": "ipv4"}, {"format": "ipv6"}, {"maxLength": 0}]

Ip = Annotated[
    str,
    QueryParameter(
        description="For whom the video is: the viewer's address, of IPv4 or IPv6",
        max_length=64,
        schema_extra={"any_of": _FORMATS},
    ),
]
"""The parameter ``ip``."""

UserAgent = Annotated[
    str, QueryParameter(description="The `User-Agent` of the viewer", max_length=MAX_USER_AGENT, pattern=TEXT)
]
"""The parameter ``user_agent``."""


def player_of(*, with_source_urls: bool, ip: str, user_agent: str) -> Player | None:
    """For whom the addresses of a video are; `None` when they are not asked for.

    Raises:
        RefusalError: `ip` is no address.
    """
    if ip:
        try:
            ipaddress.ip_address(ip)
        except ValueError:
            raise RefusalError(ApiError.INVALID_PARAM, "ip is no address of IPv4 or IPv6") from None
    return Player(ip=ip, user_agent=user_agent) if with_source_urls else None
