"""Who gets in: what the pub/sub answers to connect, subscribe, the two kinds of refresh, and calls.

This is the wire's half of access: it applies tokens and the options of namespaces, as Centrifugo v4.1.5 does
(internal/client/handler.go). Which topics exist and who is given a token for them is decided in `access`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Raw, Struct

from vklive.protocol.codes import DisconnectCode, ErrorCode
from vklive.protocol.messages import (
    ConnectRequest,
    HistoryRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    SubscribeRequest,
)
from vklive.protocol.subscription import Terms
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.permissions import Caller, may_publish, may_read_history, may_see_presence
from vklive.server.settings import PubSubSettings
from vklive.server.terms import Wishes, terms_of
from vklive.server.tokens import ConnectionClaims, InvalidTokenError, SubscriptionClaims, TokenExpiredError, Verifier


class Admitted(Struct, frozen=True, kw_only=True):
    """Yes, the client may connect, or stay.

    Attributes:
        user: who the client is; empty for nobody in particular.
        ttl: whole seconds for which that holds; `None` for ever.
        info: what others are told about it.
        subscriptions: what the server subscribes it to.
    """

    user: str
    ttl: int | None = None
    info: Raw | None = None
    subscriptions: Mapping[str, Terms]


class Refused(Struct, frozen=True):
    """No, as an error reply; the connection stays.

    Attributes:
        error: what the client is told.
        why: the exact reason, for the log.
    """

    error: ErrorCode
    why: str


class Expelled(Struct, frozen=True):
    """No, and the connection ends.

    Attributes:
        code: what the client is told.
        why: the exact reason, for the log.
    """

    code: DisconnectCode
    why: str


_NO_NAMESPACE = Refused(ErrorCode.UNKNOWN_CHANNEL, "its namespace is not configured")
_BAD_NAME = Refused(ErrorCode.BAD_REQUEST, "its name is not one that its namespace accepts")
_ENDED = Refused(ErrorCode.EXPIRED, "the token is good, and what it allows has ended already")

Call = PublishRequest | PresenceRequest | PresenceStatsRequest | HistoryRequest


class Admission:
    """Answers questions about getting in. Needs no I/O.

    Args:
        namespaces: which ws channels there are, and what may be done in them.
        verifier: of tokens.
        settings: what else is allowed.

    Raises:
        ConfigError: the namespaces and the settings do not fit.
    """

    def __init__(self, namespaces: Namespaces, verifier: Verifier, settings: PubSubSettings) -> None:
        settings.check_with(namespaces)
        self.namespaces = namespaces
        self.verifier = verifier
        self._settings = settings

    def connect(  # noqa: PLR0911 - one for each way in which it may be refused, in Centrifugo's order
        self, request: ConnectRequest, *, now: float, connections_of: Callable[[str], int]
    ) -> Admitted | Refused | Expelled:
        """May this client connect, and as whom?

        Args:
            request: what it says.
            now: unix time in seconds, here and below.
            connections_of: how many connections a user has.
        """
        settings = self._settings
        claims = ConnectionClaims(user="")
        if request.token:
            try:
                claims = self.verifier.connection(request.token, now=now)
            except TokenExpiredError as error:
                return Refused(ErrorCode.TOKEN_EXPIRED, str(error))
            except InvalidTokenError as error:
                return Expelled(DisconnectCode.INVALID_TOKEN, str(error))
            if not claims.user and settings.disallow_anonymous_connection_tokens:
                return Expelled(DisconnectCode.PERMISSION_DENIED, "the connection token names no user")
        elif not settings.allow_anonymous_connect_without_token and not settings.insecure:
            why = "connect without a token, and anonymous clients are not allowed"
            return Expelled(DisconnectCode.BAD_REQUEST, why)
        subscriptions = self._server_side(claims, request)
        if not isinstance(subscriptions, dict):
            return subscriptions
        if len(subscriptions) > settings.channel_limit:
            return Expelled(DisconnectCode.CHANNEL_LIMIT, f"the server would subscribe it {len(subscriptions)} times")
        limit = settings.user_connection_limit
        if claims.user and limit and connections_of(claims.user) >= limit:
            return Expelled(DisconnectCode.CONNECTION_LIMIT, f"the user has {limit} connections already")
        ttl = None if settings.insecure else _ttl(claims.expire_at, now)
        if ttl is not None and ttl <= 0:
            return _ENDED
        return Admitted(user=claims.user, ttl=ttl, info=claims.info, subscriptions=subscriptions)

    def refresh(self, token: str, *, user: str, now: float) -> Admitted | Refused | Expelled:
        """May this connection of `user` live on? What the new token subscribes to is told as for a connect."""
        try:
            claims = self.verifier.connection(token, now=now)
        except TokenExpiredError as error:
            return Expelled(DisconnectCode.CONNECTION_EXPIRED, str(error))
        except InvalidTokenError as error:
            return Expelled(DisconnectCode.INVALID_TOKEN, str(error))
        if claims.user != user:
            return Expelled(DisconnectCode.INVALID_TOKEN, "the new connection token is of another user")
        subscriptions = self._of_token(claims)
        if isinstance(subscriptions, Refused):
            return subscriptions
        ttl = _ttl(claims.expire_at, now)
        if ttl is not None and ttl <= 0:
            return _ENDED
        return Admitted(user=user, ttl=ttl, info=claims.info, subscriptions=subscriptions)

    def subscribe(
        self, request: SubscribeRequest, *, user: str, client: str, now: float, deafened_until: int | None = None
    ) -> Terms | Refused | Expelled:
        """May this connection hear the ws channel? The first rule that fits decides; without one the answer is no.

        Args:
            request: what it says.
            user: whose it is.
            client: which it is.
            now: see `connect`.
            deafened_until: see `vklive.server.deafened.Deafened.until`.
        """
        channel = request.channel or ""
        namespace = self.namespaces.of(channel)
        if namespace is None:
            return _NO_NAMESPACE
        if not self.namespaces.accepts(channel):
            return _BAD_NAME
        wishes = self._wishes(request, namespace, user=user)
        if request.token:
            return self._with_token(
                request.token,
                channel=channel,
                user=user,
                client=client,
                now=now,
                deafened_until=deafened_until,
                namespace=namespace,
                wishes=wishes,
            )
        if self.namespaces.is_private(channel):
            return Refused(ErrorCode.PERMISSION_DENIED, "a private ws channel needs a token")
        if self._is_open(channel, namespace, user=user) or self._settings.insecure:
            return terms_of(namespace, wishes=wishes)
        return Refused(ErrorCode.PERMISSION_DENIED, self._why_not(channel, namespace))

    def sub_refresh(
        self, token: str, *, channel: str, user: str, client: str, now: float, deafened_until: int | None = None
    ) -> Terms | Refused | Expelled:
        """May this subscription live on?

        Differs from Centrifugo v4.1.5 on purpose: there, an expired token is accepted and the subscription never
        expires afterwards.
        """
        namespace = self.namespaces.of(channel)
        if namespace is None:
            return _NO_NAMESPACE
        answer = self._with_token(
            token,
            channel=channel,
            user=user,
            client=client,
            now=now,
            deafened_until=deafened_until,
            namespace=namespace,
            wishes=Wishes(),
        )
        if isinstance(answer, Refused) and answer.error is ErrorCode.PERMISSION_DENIED:
            return Expelled(DisconnectCode.INVALID_TOKEN, answer.why)
        return answer

    def call(self, request: Call, *, user: str, subscribed: bool) -> Refused | None:
        """May this client publish, or ask who is there or what was said? `None`: it may."""
        channel = request.channel or ""
        namespace = self.namespaces.of(channel)
        if namespace is None:
            return _NO_NAMESPACE
        if not self.namespaces.accepts(channel):
            return _BAD_NAME
        caller = Caller(user=user, subscribed=subscribed, insecure=self._settings.insecure)
        match request:
            case PublishRequest():
                allowed = may_publish(caller, namespace)
            case HistoryRequest():
                if namespace.retention is None:
                    return Refused(ErrorCode.NOT_AVAILABLE, "its namespace keeps no history")
                allowed = may_read_history(caller, namespace)
            case _:
                if not namespace.presence:
                    return Refused(ErrorCode.NOT_AVAILABLE, "its namespace keeps no presence")
                allowed = may_see_presence(caller, namespace)
        return None if allowed else Refused(ErrorCode.PERMISSION_DENIED, "its namespace does not allow that to clients")

    # Inside.

    def _server_side(self, claims: ConnectionClaims, request: ConnectRequest) -> dict[str, Terms] | Refused | Expelled:
        """What the server subscribes a new connection to: by token, its personal ws channel, and what it wishes."""
        found = self._of_token(claims)
        if isinstance(found, Refused):
            return found
        settings = self._settings
        if claims.user and settings.user_subscribe_to_personal:
            channel = self.namespaces.personal(claims.user, namespace=settings.user_personal_channel_namespace)
            namespace = self.namespaces.of(channel)
            if namespace is None:
                return _NO_NAMESPACE
            found.setdefault(channel, terms_of(namespace, by_server=True))
        for channel in request.subs or {}:
            namespace = self.namespaces.of(channel)
            if namespace is None:
                return Expelled(DisconnectCode.BAD_REQUEST, f"it wishes for {channel!r}, whose namespace is not there")
            if channel not in found and self._may_wish(channel, namespace, user=claims.user):
                found[channel] = terms_of(namespace, by_server=True)
        return found

    def _of_token(self, claims: ConnectionClaims) -> dict[str, Terms] | Refused:
        found: dict[str, Terms] = {}
        for channel in claims.subs or claims.channels:
            namespace = self.namespaces.of(channel)
            if namespace is None:
                return _NO_NAMESPACE
            grant = claims.subs.get(channel)
            if grant is None:
                found[channel] = terms_of(namespace, by_server=True, by_token=True)
            else:
                found[channel] = terms_of(
                    namespace,
                    override=grant.override,
                    info=grant.info,
                    data=grant.data,
                    by_server=True,
                    by_token=True,
                )
        return found

    def _may_wish(self, channel: str, namespace: Namespace, *, user: str) -> bool:
        """Whether a client may name a ws channel in its connect: as if it subscribed without a token."""
        if self.namespaces.is_private(channel) or not self.namespaces.accepts(channel):
            return False
        return self._is_open(channel, namespace, user=user)

    def _is_open(self, channel: str, namespace: Namespace, *, user: str) -> bool:
        """Whether the user may hear the ws channel without a token."""
        if namespace.allow_user_limited_channels and (users := self.namespaces.users_of(channel)) is not None:
            return user in users
        return namespace.allow_subscribe_for_client and bool(user or namespace.allow_subscribe_for_anonymous)

    def _why_not(self, channel: str, namespace: Namespace) -> str:
        if namespace.allow_user_limited_channels and self.namespaces.users_of(channel) is not None:
            return "it is limited to other users"
        return "it needs a subscription token, and there was none"

    def _wishes(self, request: SubscribeRequest, namespace: Namespace, *, user: str) -> Wishes:
        """What a subscriber asks for and may have; it is not subscribed yet, so nothing counts that subscribers may."""
        caller = Caller(user=user, insecure=self._settings.insecure)
        history = may_read_history(caller, namespace)
        return Wishes(
            positioned=bool(request.positioned) and (namespace.allow_positioning or history),
            recoverable=bool(request.recoverable) and (namespace.allow_recovery or history),
            join_leave=bool(request.join_leave) and namespace.join_leave and may_see_presence(caller, namespace),
        )

    def _with_token(
        self,
        token: str,
        *,
        channel: str,
        user: str,
        client: str,
        now: float,
        deafened_until: int | None,
        namespace: Namespace,
        wishes: Wishes,
    ) -> Terms | Refused | Expelled:
        try:
            claims = self.verifier.subscription(token, now=now)
        except TokenExpiredError as error:
            return Refused(ErrorCode.TOKEN_EXPIRED, str(error))
        except InvalidTokenError as error:
            return Refused(ErrorCode.PERMISSION_DENIED, str(error))
        if self.namespaces.of(claims.ws_channel) is None:
            return _NO_NAMESPACE
        if (mismatch := self._mismatch(claims, channel=channel, user=user, client=client)) is not None:
            return Expelled(DisconnectCode.INVALID_TOKEN, mismatch)
        if deafened_until is not None and int(claims.issued_at) <= deafened_until:
            return Refused(ErrorCode.PERMISSION_DENIED, "what the subscription token allows was taken back")
        ttl = _ttl(claims.expire_at, now)
        if ttl is not None and ttl <= 0:
            return _ENDED
        return terms_of(namespace, override=claims.override, wishes=wishes, ttl=ttl, info=claims.info, data=claims.data)

    def _mismatch(self, claims: SubscriptionClaims, *, channel: str, user: str, client: str) -> str | None:
        if claims.ws_channel != channel:
            return "the subscription token is for another ws channel"
        if claims.user != user and not self._settings.skip_user_check_in_subscription_token:
            return "the subscription token is of another user"
        if claims.client and claims.client != client:
            return "the subscription token is of another connection"
        return None


def _ttl(expire_at: int | None, now: float) -> int | None:
    return None if expire_at is None else expire_at - int(now)
