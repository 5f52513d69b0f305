"""Where the video is: addresses made from a template, for those who ask ``with_source_urls`` (vk.md 2.3, 2.5, 2.9)."""

from __future__ import annotations

from string import Formatter
from urllib.parse import quote

from msgspec import Struct

from vklive.devapi.models import SourceUrl
from vklive.errors import ConfigError

SOURCE_TYPE = "hls"
"""The type of these addresses: no page says which words there are, and this is what a player takes most often."""

PLACEHOLDERS = frozenset({"channel_url", "id", "ip", "user_agent"})
"""What a template may have in braces."""


class Player(Struct, frozen=True, kw_only=True):
    """For whom an address is made; empty for nobody in particular."""

    ip: str = ""
    user_agent: str = ""


class SourceUrls:
    """Makes the addresses of one kind of video.

    Args:
        template: an address with `PLACEHOLDERS` in braces, see `check_template`; empty when there are no addresses.
    """

    def __init__(self, template: str = "") -> None:
        self._template = template

    def of(self, id_: str, *, channel_url: str, player: Player) -> list[SourceUrl]:
        """The addresses of one video. What stands in a placeholder cannot leave its place: it is escaped."""
        if not self._template:
            return []
        url = self._template.format(
            id=quote(id_, safe=""),
            channel_url=quote(channel_url, safe=""),
            ip=quote(player.ip, safe=""),
            user_agent=quote(player.user_agent, safe=""),
        )
        return [SourceUrl(type=SOURCE_TYPE, url=url)]


def check_template(setting: str, template: str) -> None:
    """See that `SourceUrls` can work with a template.

    Raises:
        ConfigError: it cannot; `setting` is where.
    """
    try:
        fields = [(name, spec or conversion) for _, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        raise ConfigError(setting, f"is no template: {error}", hint="write {{ for a brace") from None
    for name, more in fields:
        if name is not None and (name not in PLACEHOLDERS or more):
            raise ConfigError(setting, f"{{{name}}} stands for nothing", hint=_KNOWN)


_KNOWN = "known are " + ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
