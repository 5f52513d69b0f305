"""Who gets in: what the pub/sub answers to connect, subscribe and the two kinds of refresh.

This is the wire's half of access: it applies tokens and the options of namespaces, as Centrifugo v4.1.5 does
(internal/client/handler.go). Which topics exist and who is given a token for them is decided in `access`.
"""

from __future__ import annotations

from msgspec import Struct

from vklive.protocol.codes import DisconnectCode, ErrorCode
from vklive.protocol.messages import (
    ConnectRequest,
    HistoryRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    SubscribeRequest,
)
from vklive.server.namespaces import PRIVATE_PREFIX, Namespaces, users_of
from vklive.server.tokens import ConnectionClaims, InvalidTokenError, SubscriptionClaims, TokenExpiredError, Verifier


class Admitted(Struct, frozen=True, kw_only=True):
    """Yes.

    Attributes:
        user: who the client is; empty for nobody in particular.
        ttl: whole seconds for which that holds; `None` for ever.
    """

    user: str
    ttl: int | None = None


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
_NOT_ASCII = Refused(ErrorCode.BAD_REQUEST, "its name is not ASCII")


class Admission:
    """Answers questions about getting in. Needs no I/O.

    Args:
        namespaces: which ws channels there are, and what may be done in them.
        verifier: of tokens.
        allow_anonymous: whether a client may connect without any token.
    """

    def __init__(self, namespaces: Namespaces, verifier: Verifier, *, allow_anonymous: bool = False) -> None:
        self._namespaces = namespaces
        self._verifier = verifier
        self._allow_anonymous = allow_anonymous

    def connect(self, request: ConnectRequest, *, now: float) -> Admitted | Refused | Expelled:
        """May this client connect, and as whom? `now` is unix time in seconds, here and below."""
        if request.token:
            try:
                claims = self._verifier.connection(request.token, now=now)
            except TokenExpiredError as error:
                return Refused(ErrorCode.TOKEN_EXPIRED, str(error))
            except InvalidTokenError as error:
                return Expelled(DisconnectCode.INVALID_TOKEN, str(error))
            return _admit(claims, now)
        if self._allow_anonymous:
            return Admitted(user="")
        return Expelled(DisconnectCode.BAD_REQUEST, "connect without a token, and anonymous clients are not allowed")

    def refresh(self, token: str, *, user: str, now: float) -> Admitted | Refused | Expelled:
        """May this connection of `user` live on?"""
        try:
            claims = self._verifier.connection(token, now=now)
        except TokenExpiredError as error:
            return Expelled(DisconnectCode.CONNECTION_EXPIRED, str(error))
        except InvalidTokenError as error:
            return Expelled(DisconnectCode.INVALID_TOKEN, str(error))
        if claims.user != user:
            return Expelled(DisconnectCode.INVALID_TOKEN, "the new connection token is of another user")
        return _admit(claims, now)

    def subscribe(
        self, request: SubscribeRequest, *, user: str, client: str, now: float
    ) -> Admitted | Refused | Expelled:
        """May this connection hear the ws channel? The first rule that fits decides; without one the answer is no."""
        channel = request.channel or ""
        namespace = self._namespaces.of(channel)
        if namespace is None:
            return _NO_NAMESPACE
        if not channel.isascii():
            return _NOT_ASCII
        if request.token:
            return self._with_token(request.token, channel=channel, user=user, client=client, now=now)
        if channel.startswith(PRIVATE_PREFIX):
            return Refused(ErrorCode.PERMISSION_DENIED, "a private ws channel needs a token")
        if namespace.allow_user_limited_channels and (users := users_of(channel)) is not None:
            if user in users:
                return Admitted(user=user)
            return Refused(ErrorCode.PERMISSION_DENIED, "it is limited to other users")
        if namespace.allow_subscribe_for_client and (user or namespace.allow_subscribe_for_anonymous):
            return Admitted(user=user)
        return Refused(ErrorCode.PERMISSION_DENIED, "it needs a subscription token, and there was none")

    def sub_refresh(
        self, token: str, *, channel: str, user: str, client: str, now: float
    ) -> Admitted | Refused | Expelled:
        """May this subscription live on?

        Differs from Centrifugo v4.1.5 on purpose: there, an expired token is accepted and the subscription never
        expires afterwards.
        """
        answer = self._with_token(token, channel=channel, user=user, client=client, now=now)
        if isinstance(answer, Refused) and answer.error is ErrorCode.PERMISSION_DENIED:
            return Expelled(DisconnectCode.INVALID_TOKEN, answer.why)
        return answer

    def call(self, request: PublishRequest | PresenceRequest | PresenceStatsRequest | HistoryRequest) -> Refused:
        """May this client publish, or ask who is there or what was said? No namespace allows that yet."""
        channel = request.channel or ""
        if self._namespaces.of(channel) is None:
            return _NO_NAMESPACE
        if not channel.isascii():
            return _NOT_ASCII
        if isinstance(request, PublishRequest):
            return Refused(ErrorCode.PERMISSION_DENIED, "clients may not publish")
        return Refused(ErrorCode.NOT_AVAILABLE, "its namespace keeps neither presence nor history")

    def _with_token(
        self, token: str, *, channel: str, user: str, client: str, now: float
    ) -> Admitted | Refused | Expelled:
        try:
            claims = self._verifier.subscription(token, now=now)
        except TokenExpiredError as error:
            return Refused(ErrorCode.TOKEN_EXPIRED, str(error))
        except InvalidTokenError as error:
            return Refused(ErrorCode.PERMISSION_DENIED, str(error))
        if claims.ws_channel != channel:
            return Expelled(DisconnectCode.INVALID_TOKEN, "the subscription token is for another ws channel")
        if claims.user != user:
            return Expelled(DisconnectCode.INVALID_TOKEN, "the subscription token is of another user")
        if claims.client and claims.client != client:
            return Expelled(DisconnectCode.INVALID_TOKEN, "the subscription token is of another connection")
        return _admit(claims, now)


def _admit(claims: ConnectionClaims | SubscriptionClaims, now: float) -> Admitted | Refused:
    if claims.expire_at is None:
        return Admitted(user=claims.user)
    ttl = claims.expire_at - int(now)
    if ttl <= 0:
        return Refused(ErrorCode.EXPIRED, "the token is good, and what it allows has ended already")
    return Admitted(user=claims.user, ttl=ttl)
