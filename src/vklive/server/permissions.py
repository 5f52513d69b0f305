"""What a client may do in a ws channel beside hearing it: publish, ask who is there, ask what was said.

Source: Centrifugo v4.1.5, internal/client/handler.go; centrifugo.md 4.4. A token never grants any of this.
"""

from __future__ import annotations

from msgspec import Struct

from vklive.server.namespaces import Namespace


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks.

    Attributes:
        user: empty for nobody in particular.
        subscribed: whether it hears the ws channel at this moment.
        insecure: the server asks for no permissions (`PubSubSettings.insecure`).
    """

    user: str
    subscribed: bool = False
    insecure: bool = False


def may_publish(caller: Caller, namespace: Namespace) -> bool:
    """Whether it may say something."""
    return _may(
        caller,
        client=namespace.allow_publish_for_client,
        subscriber=namespace.allow_publish_for_subscriber,
        anonymous=namespace.allow_publish_for_anonymous,
    )


def may_see_presence(caller: Caller, namespace: Namespace) -> bool:
    """Whether it may know who is there."""
    return _may(
        caller,
        client=namespace.allow_presence_for_client,
        subscriber=namespace.allow_presence_for_subscriber,
        anonymous=namespace.allow_presence_for_anonymous,
    )


def may_read_history(caller: Caller, namespace: Namespace) -> bool:
    """Whether it may know what was said."""
    return _may(
        caller,
        client=namespace.allow_history_for_client,
        subscriber=namespace.allow_history_for_subscriber,
        anonymous=namespace.allow_history_for_anonymous,
    )


def _may(caller: Caller, *, client: bool, subscriber: bool, anonymous: bool) -> bool:
    if caller.insecure:
        return True
    return bool(caller.user or anonymous) and (client or (subscriber and caller.subscribed))
