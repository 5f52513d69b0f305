"""Who may hear what. This module decides it, and no other does.

What is not allowed here is denied. The decision is applied in two places: the DevAPI gives subscription tokens to
those for whom `access` says yes, and the pub/sub has the options of `vk_namespaces`, so that without a token one
hears what is open to all users, and one's own.

===================== ===========================================================
topic                 who may hear it
===================== ===========================================================
chat                  every user and every application
info                  the same
channel_points        the same
private_chat          the user whose ws channel it is
private_info          the same
private_channel_points the same
limited_chat          the owner, moderators and paid subscribers of that channel
limited_private_chat  the user whose ws channel it is, if it is one of those
===================== ===========================================================

Whoever is banned from a channel hears nothing limited of it. Of a channel that the platform has banned, nobody is
given anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum, auto

from vklive.devapi.topics import Topic, WebSocketChannels
from vklive.server.directory import Application, ChannelRecord, Membership, Role, User, Viewer
from vklive.server.names import PREFIXES, WsChannel, build
from vklive.server.namespaces import Namespace


class Access(StrEnum):
    """What is decided about one viewer and one ws channel."""

    OPEN = "open"
    """Everybody may hear it."""
    LIMITED_GRANTED = "limited_granted"
    """Not everybody, but this viewer."""
    PRIVATE_OWN = "private_own"
    """Nobody but this viewer."""
    DENIED = "denied"

    @property
    def granted(self) -> bool:
        """Whether the viewer may hear it."""
        return self is not Access.DENIED


class Audience(Enum):
    """For whom a topic is."""

    EVERYBODY = auto()
    ITS_USER = auto()
    LIMITED = auto()
    ITS_USER_IF_LIMITED = auto()


AUDIENCES: Mapping[Topic, Audience] = {
    Topic.CHAT: Audience.EVERYBODY,
    Topic.INFO: Audience.EVERYBODY,
    Topic.CHANNEL_POINTS: Audience.EVERYBODY,
    Topic.PRIVATE_CHAT: Audience.ITS_USER,
    Topic.PRIVATE_INFO: Audience.ITS_USER,
    Topic.PRIVATE_CHANNEL_POINTS: Audience.ITS_USER,
    Topic.LIMITED_CHAT: Audience.LIMITED,
    Topic.LIMITED_PRIVATE_CHAT: Audience.ITS_USER_IF_LIMITED,
}
"""The rules. A topic that is missing here is heard by nobody."""

LIMITED_ROLES = frozenset({Role.PAID_SUBSCRIBER, Role.MODERATOR})
"""The roles that may hear what is limited, beside the owner."""


def access(ws_channel: WsChannel, viewer: Viewer, *, channel: ChannelRecord, membership: Membership | None) -> Access:
    """May this viewer hear this ws channel?

    Args:
        ws_channel: what is asked for.
        viewer: who asks.
        channel: the channel that the ws channel belongs to; about another one nothing is granted.
        membership: what the viewer is to that channel; of another user or channel it counts for nothing.
    """
    if channel.id != ws_channel.channel_id or channel.banned:
        return Access.DENIED
    own = isinstance(viewer, User) and ws_channel.user_id == viewer.id
    match AUDIENCES.get(ws_channel.topic):
        case Audience.EVERYBODY:
            return Access.OPEN
        case Audience.ITS_USER if own:
            return Access.PRIVATE_OWN
        case Audience.LIMITED if _may_hear_limited(viewer, channel, membership):
            return Access.LIMITED_GRANTED
        case Audience.ITS_USER_IF_LIMITED if own and _may_hear_limited(viewer, channel, membership):
            return Access.PRIVATE_OWN
        case _:
            return Access.DENIED


def _may_hear_limited(viewer: Viewer, channel: ChannelRecord, membership: Membership | None) -> bool:
    if isinstance(viewer, Application):
        return False
    if membership is None or (membership.user_id, membership.channel_id) != (viewer.id, channel.id):
        return viewer.id == channel.owner.id
    return not membership.banned and (viewer.id == channel.owner.id or membership.role in LIMITED_ROLES)


def web_socket_channels(channel: ChannelRecord, viewer: Viewer) -> WebSocketChannels:
    """The names that a viewer is told.

    A limited one is told to all, since asking for a token is how one learns whether one may hear it. Private ones are
    told to users only: an application has none.
    """
    names: dict[str, str] = {}
    for topic in Topic:
        if not topic.is_private:
            names[topic] = build(WsChannel(topic, channel.id))
        elif isinstance(viewer, User):
            names[topic] = build(WsChannel(topic, channel.id, viewer.id))
    return WebSocketChannels(**names)


def vk_namespaces() -> Sequence[Namespace]:
    """What the pub/sub lets a connection do without a subscription token, by namespace.

    Where a topic is for everybody, every known user may subscribe, and a name that ends in ``#7`` is user 7's alone.
    Where it is limited, nobody may: there, only a subscription token helps.
    """
    return [
        Namespace(
            name=prefix,
            allow_subscribe_for_client=AUDIENCES[topic] is Audience.EVERYBODY,
            allow_user_limited_channels=AUDIENCES[topic] is Audience.EVERYBODY,
        )
        for topic, prefix in PREFIXES.items()
    ]


def subject(viewer: Viewer) -> str:
    """Who a viewer is in a token (the claim ``sub``): ``42`` for a user, ``app-42`` for an application."""
    return str(viewer.id) if isinstance(viewer, User) else f"app-{viewer.id}"
