"""On which terms a subscription is granted: what its namespace says, what a token changes, what the client wishes.

Source: Centrifugo v4.1.5, internal/client/handler.go; centrifugo.md 4.3 and 5.3.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from vklive.protocol.messages import NOTHING
from vklive.protocol.subscription import Terms
from vklive.server.namespaces import Namespace
from vklive.server.tokens import Override


class Wishes(Struct, frozen=True, kw_only=True):
    """What a client asks for that its namespace allows it to have on request.

    Attributes:
        positioned: the server should watch that it misses nothing.
        recoverable: it wants to be able to continue where it was.
        join_leave: it wants to hear who comes and goes.
    """

    positioned: bool = False
    recoverable: bool = False
    join_leave: bool = False


_NO_OVERRIDE = Override()
_NO_WISHES = Wishes()


def terms_of(
    namespace: Namespace,
    *,
    override: Override = _NO_OVERRIDE,
    wishes: Wishes = _NO_WISHES,
    ttl: int | None = None,
    info: Raw | None = None,
    data: Raw | None = None,
    by_server: bool = False,
    by_token: bool = False,
) -> Terms:
    """The terms in this namespace.

    Args:
        namespace: of the ws channel.
        override: what a token or the server API says instead of the namespace.
        wishes: those of the client that were granted.
        ttl: seconds for which they hold; `None` for ever.
        info: what others are told about the subscriber in this ws channel.
        data: for the subscriber.
        by_server: the server subscribes it.
        by_token: the connection token says so.
    """

    def either(overridden: bool | None, configured: bool) -> bool:
        return configured if overridden is None else overridden

    recoverable = either(override.force_recovery, namespace.force_recovery) or wishes.recoverable
    positioned = either(override.force_positioning, namespace.force_positioning) or wishes.positioned
    hears_others = either(override.force_push_join_leave, namespace.force_push_join_leave) or wishes.join_leave
    return Terms(
        ttl=ttl,
        info=info,
        data=NOTHING if data is None else data,
        positioned=positioned or recoverable,
        recoverable=recoverable,
        presence=either(override.presence, namespace.presence),
        announced=either(override.join_leave, namespace.join_leave),
        hears_others=hears_others,
        by_server=by_server,
        by_token=by_token,
    )
