"""What may be done in a ws channel, by its name.

Source: Centrifugo v4.1.5, internal/rule; centrifugo.md 4.1 and 4.2: the part of a name before the first ``:``, without
a leading ``$``, is its namespace; a name without ``:`` has the options of the namespace whose name is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from vklive.errors import ConfigError
from vklive.server.broker.base import Retention
from vklive.server.re2 import RegexError, compiled

_NAME = re.compile(r"[-a-zA-Z0-9_.]{2,}")


class Namespace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of one namespace, named as Centrifugo names them. Everything that is not allowed is denied.

    Attributes:
        name: what stands before the boundary; empty for names without one.
        presence: it is known who is subscribed.
        join_leave: others are told who comes and goes.
        force_push_join_leave: all of them, without asking for it.
        history_size: how many publications are kept; 0 for none.
        history_ttl: seconds after the last publication in which they are kept; 0 for none.
        force_positioning: the server watches that no subscriber misses a publication.
        allow_positioning: it does for those who ask for it.
        force_recovery: every subscriber may continue where it was.
        allow_recovery: those who ask for it may.
        allow_subscribe_for_client: every user that is known may subscribe without a token.
        allow_subscribe_for_anonymous: and so may connections without a user.
        allow_publish_for_client, allow_publish_for_subscriber, allow_publish_for_anonymous: who may publish: every
            user, who is subscribed, and whether that holds for connections without a user too.
        allow_presence_for_client, allow_presence_for_subscriber, allow_presence_for_anonymous: who may ask who is
            there.
        allow_history_for_client, allow_history_for_subscriber, allow_history_for_anonymous: who may ask what was said.
        allow_user_limited_channels: a name that ends in ``#1,2`` belongs to the users 1 and 2: they may subscribe
            without a token, nobody else may.
        channel_regex: what is to be found in the rest of a name, after the boundary; see `vklive.server.re2`. Without
            it a name must be ASCII.
    """

    name: str
    presence: bool = False
    join_leave: bool = False
    force_push_join_leave: bool = False
    history_size: int = 0
    history_ttl: float = 0.0
    force_positioning: bool = False
    allow_positioning: bool = False
    force_recovery: bool = False
    allow_recovery: bool = False
    allow_subscribe_for_client: bool = False
    allow_subscribe_for_anonymous: bool = False
    allow_publish_for_client: bool = False
    allow_publish_for_subscriber: bool = False
    allow_publish_for_anonymous: bool = False
    allow_presence_for_client: bool = False
    allow_presence_for_subscriber: bool = False
    allow_presence_for_anonymous: bool = False
    allow_history_for_client: bool = False
    allow_history_for_subscriber: bool = False
    allow_history_for_anonymous: bool = False
    allow_user_limited_channels: bool = False
    channel_regex: str = ""

    @property
    def retention(self) -> Retention | None:
        """How much of what is published is kept; `None` for nothing."""
        if self.history_size <= 0 or self.history_ttl <= 0:
            return None
        return Retention(size=self.history_size, ttl=self.history_ttl)


class ChannelSyntax(Struct, frozen=True, kw_only=True):
    """How the name of a ws channel is read.

    Attributes:
        private_prefix: what a name begins with that always needs a token; empty: no name does.
        namespace_boundary: what stands after the namespace.
        user_boundary: what stands before the users.
        user_separator: what stands between them.
    """

    private_prefix: str = "$"
    namespace_boundary: str = ":"
    user_boundary: str = "#"
    user_separator: str = ","


class Namespaces:
    """All namespaces that are configured.

    Args:
        namespaces: each name once.
        syntax: how names are read.

    Raises:
        ConfigError: when a name is not a name or stands twice, or options contradict each other.
    """

    def __init__(self, namespaces: Iterable[Namespace], *, syntax: ChannelSyntax = ChannelSyntax()) -> None:  # noqa: B008 - it is immutable
        self.syntax = syntax
        self._by_name: dict[str, Namespace] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        for namespace in namespaces:
            if namespace.name in self._by_name:
                raise ConfigError("namespaces", f"{namespace.name!r} is there twice")
            _check(namespace)
            self._by_name[namespace.name] = namespace
            if namespace.channel_regex:
                self._patterns[namespace.name] = _compiled(namespace)

    def of(self, channel: str) -> Namespace | None:
        """The namespace of a ws channel; `None` when it is not configured."""
        return self._by_name.get(self._split(channel)[0])

    def is_private(self, channel: str) -> bool:
        """Whether the name says that a subscription token is needed, whatever the namespace allows."""
        prefix = self.syntax.private_prefix
        return bool(prefix) and channel.startswith(prefix)

    def accepts(self, channel: str) -> bool:
        """Whether the namespace of a ws channel accepts its name."""
        name, rest = self._split(channel)
        pattern = self._patterns.get(name)
        return channel.isascii() if pattern is None else pattern.search(rest) is not None

    def users_of(self, channel: str) -> list[str] | None:
        """The users that a user-limited ws channel names; `None` when it names none."""
        if not self.syntax.user_boundary:
            return None
        _, boundary, users = channel.rpartition(self.syntax.user_boundary)
        if not boundary:
            return None
        return users.split(self.syntax.user_separator) if self.syntax.user_separator else [users]

    def named(self, name: str) -> Namespace | None:
        """The namespace of this name; empty for that of ws channels without one."""
        return self._by_name.get(name)

    def personal(self, user: str, *, namespace: str) -> str:
        """The name of a user's own ws channel."""
        prefix = namespace + self.syntax.namespace_boundary if namespace else ""
        return f"{prefix}{self.syntax.user_boundary}{user}"

    def _split(self, channel: str) -> tuple[str, str]:
        """The name of the namespace, and what follows it."""
        name = channel.removeprefix(self.syntax.private_prefix)
        if not self.syntax.namespace_boundary:
            return "", name
        namespace, boundary, rest = name.partition(self.syntax.namespace_boundary)
        return (namespace, rest) if boundary else ("", name)


def _check(namespace: Namespace) -> None:
    where = _where(namespace)
    if namespace.name and _NAME.fullmatch(namespace.name) is None:
        raise ConfigError(
            "namespaces",
            f"{namespace.name!r} is not a name",
            hint="use two or more of the letters A to Z, digits, '-', '_' and '.'",
        )
    if (namespace.history_size > 0) != (namespace.history_ttl > 0):
        raise ConfigError(where, "history_size and history_ttl go together", hint="set both, or neither")
    if namespace.history_size < 0 or namespace.history_ttl < 0:
        raise ConfigError(where, "history_size and history_ttl are not less than 0")
    if namespace.force_recovery and namespace.retention is None:
        raise ConfigError(where, "force_recovery needs a history", hint="set history_size and history_ttl")


def _compiled(namespace: Namespace) -> re.Pattern[str]:
    try:
        return compiled(namespace.channel_regex)
    except RegexError as error:
        raise ConfigError(f"{_where(namespace)}: channel_regex", f"is {error}") from None


def _where(namespace: Namespace) -> str:
    return f"namespace {namespace.name!r}" if namespace.name else "namespaces"
