"""Which ws channels a stream subscribes to, and how: bare, with a token, or not at all.

Names come from the API and are opaque, but for one thing: whoever sees a name that ends in ``#<user>`` may try it
without a token, as the server lets that user in by name. Source: vk.md 3.3 and 3.4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum

from msgspec import Struct

from vklive.client.chat_memory import ChatMemory
from vklive.devapi.topics import Topic, WebSocketChannels
from vklive.events import Event
from vklive.protocol.position import Position

NO_TOKENS_FOR_APPLICATIONS = "it needs a subscription token, and those are given to users only"
NO_TOKEN = "the API gives this user no token for it"  # noqa: S105 - words, not a secret
NO_WS_CHANNEL = "this channel has no such ws channel"


class Access(Enum):
    """How a ws channel is asked for."""

    BARE = "bare"
    """Without a token, as it is open, or this user's own."""
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    """With a token; there is no use in trying without."""
    TOKEN_OR_BARE = "token_or_bare"  # noqa: S105 - a word, not a secret
    """With a token if the API gives one, else without."""
    BARE_REFUSED = "bare_refused"
    """Without a token it was refused, so with one; after "no access" without one again, on the next connection."""


class Phase(Enum):
    """Where a subscription stands."""

    WAITING = "waiting"
    """For a connection, for a token, or for the time to try again."""
    ASKED = "asked"
    LISTENING = "listening"
    DENIED = "denied"
    """The server or the API said no, and nothing is tried any more on this connection."""


class Subscription(Struct):
    """One ws channel of one stream. It outlives connections.

    Attributes:
        ws_channel: its name.
        topic: the first of the wanted topics that have this name.
        access: how it is asked for.
        phase: where it stands.
        position: of the last publication, where the ws channel keeps history.
        gap: why something may have been missed since then; empty when nothing was.
        denied: why there is no access, as it was told; empty when there is, or nothing was told.
        chat: what is remembered of it, where it is the chat for everybody: that can be filled after a hole.
        events: how many were heard.
        gaps: how often some may have been missed.
        last_event: the last one that was heard.
    """

    ws_channel: str
    topic: Topic
    access: Access
    phase: Phase = Phase.WAITING
    position: Position | None = None
    gap: str = ""
    denied: str = ""
    chat: ChatMemory | None = None
    events: int = 0
    gaps: int = 0
    last_event: Event | None = None

    def interrupt(self, reason: str) -> None:
        """It does not stand any more, for now; what is said meanwhile is missed."""
        if self.phase is Phase.LISTENING:
            self.gap = reason
        self.phase = Phase.WAITING

    def deny(self, reason: str) -> None:
        """There is no access, or no more, on this connection."""
        self.interrupt(reason)
        self.phase = Phase.DENIED
        if self.access is Access.BARE_REFUSED:
            self.access = Access.BARE


def plan(names: WebSocketChannels, topics: Collection[Topic]) -> tuple[list[Subscription], list[Topic]]:
    """What to subscribe to for some topics of a channel, and which of the topics have no ws channel.

    A name that several topics share is subscribed once, and its events carry the first of them.
    """
    by_name: dict[str, list[Topic]] = {}
    missing: list[Topic] = []
    known = dict(names.items())
    for topic in Topic:
        if topic in topics:
            if name := known.get(topic):
                by_name.setdefault(name, []).append(topic)
            else:
                missing.append(topic)
    planned = [
        Subscription(name, shared[0], _access(shared), chat=ChatMemory() if Topic.CHAT in shared else None)
        for name, shared in by_name.items()
    ]
    return planned, missing


def decide(
    subscriptions: Collection[Subscription], tokens: Mapping[str, str], *, is_user: bool
) -> Iterator[tuple[Subscription, str | None, str]]:
    """What to do about subscriptions, now that the API has given its tokens.

    Yields:
        The subscription; the token to subscribe with, empty for none, or `None` when there is no access; and why.
    """
    for subscription in subscriptions:
        token = tokens.get(subscription.ws_channel, "")
        if subscription.access in {Access.TOKEN, Access.BARE_REFUSED} and not token:
            yield subscription, None, NO_TOKEN if is_user else NO_TOKENS_FOR_APPLICATIONS
        else:
            yield subscription, token, ""


def _access(topics: Collection[Topic]) -> Access:
    if any(not (topic.is_limited or topic.is_private) for topic in topics):
        return Access.BARE
    return Access.TOKEN if all(topic.is_limited for topic in topics) else Access.TOKEN_OR_BARE
