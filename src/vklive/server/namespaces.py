"""What may be done in a ws channel, by its name.

Source: Centrifugo v4.1.5, internal/rule: the part of a name before the first ``:``, without a leading ``$``, is its
namespace; a name without ``:`` has the options of the namespace whose name is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from vklive.errors import ConfigError

PRIVATE_PREFIX = "$"
BOUNDARY = ":"
USER_BOUNDARY = "#"
USER_SEPARATOR = ","

_NAME = re.compile(r"[-a-zA-Z0-9_.]{2,}")


class Namespace(Struct, frozen=True, kw_only=True):
    """The options of one namespace. Everything that is not allowed is denied.

    Attributes:
        name: what stands before the boundary; empty for names without one.
        allow_subscribe_for_client: every user that is known may subscribe without a token.
        allow_subscribe_for_anonymous: and so may connections without a user.
        allow_user_limited_channels: a name that ends in ``#1,2`` belongs to the users 1 and 2: they may subscribe
            without a token, nobody else may.
    """

    name: str
    allow_subscribe_for_client: bool = False
    allow_subscribe_for_anonymous: bool = False
    allow_user_limited_channels: bool = False


class Namespaces:
    """All namespaces that are configured.

    Args:
        namespaces: each name once.

    Raises:
        ConfigError: when a name is not a name or stands twice.
    """

    def __init__(self, namespaces: Iterable[Namespace]) -> None:
        self._by_name: dict[str, Namespace] = {}
        for namespace in namespaces:
            if namespace.name and _NAME.fullmatch(namespace.name) is None:
                raise ConfigError(
                    "namespaces",
                    f"{namespace.name!r} is not a name",
                    hint="use two or more of the letters A to Z, digits, '-', '_' and '.'",
                )
            if namespace.name in self._by_name:
                raise ConfigError("namespaces", f"{namespace.name!r} is there twice")
            self._by_name[namespace.name] = namespace

    def of(self, channel: str) -> Namespace | None:
        """The namespace of a ws channel; `None` when it is not configured."""
        prefix, boundary, _ = channel.removeprefix(PRIVATE_PREFIX).partition(BOUNDARY)
        return self._by_name.get(prefix if boundary else "")


def users_of(channel: str) -> list[str] | None:
    """The users that a user-limited ws channel names; `None` when it names none."""
    _, boundary, users = channel.rpartition(USER_BOUNDARY)
    return users.split(USER_SEPARATOR) if boundary else None
