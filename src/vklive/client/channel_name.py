"""Which channel a program means."""

from __future__ import annotations

from vklive.devapi.channel_url import slug_of
from vklive.errors import ConfigError


def slug_meant(channel_url: str) -> str:
    """The slug of what a program gave, which is a slug or an address.

    Raises:
        ConfigError: when it can be none.
    """
    slug = slug_of(channel_url)
    if not slug:
        raise ConfigError("channel_url", f"{channel_url!r} names no channel", hint="give its slug or its address")
    return slug
