"""Every error of vklive.

::

    VkliveError
    ├─ ConfigError            a setting is wrong; says which, where from and what would be right
    ├─ MissingExtraError      an optional part is not installed; says which extra has it
    ├─ ProtocolError          the wire was not followed
    │  ├─ LocalProtocolError  by this program: a bug of ours or of the caller
    │  ├─ RemoteProtocolError by the other side; carries an excerpt of the frame
    │  └─ InappropriatePayloadError  a payload does not fit into the format of a connection
    ├─ TransportError         bytes could not be exchanged; trying again may help
    │  ├─ ConnectError        no connection came about; says in which phase
    │  └─ ConnectionLostError an open connection ended; carries the close code
    ├─ ServerError            the pub/sub server answered a command with an error
    ├─ DevApiError            the DevAPI answered with an error; carries its code
    │  ├─ BadRequestError     400: what was sent is not what the method takes
    │  │  ├─ InvalidParamError     `invalid_param`
    │  │  ├─ MissingParamError     `missing_param`
    │  │  ├─ MessageTooLongError   `message_too_long`
    │  │  ├─ SameMessageError      `same_message`
    │  │  └─ SendTooFastError      `send_too_fast`: waited for, as long as the client has patience
    │  ├─ UnauthorizedError   401: the credentials are wrong or have expired
    │  ├─ ForbiddenError      403: they are right, and do not suffice
    │  │  ├─ InvalidScopeError     `invalid_scope`: says which scope the method needs
    │  │  └─ ChannelBannedError    `channel_banned`
    │  ├─ NotFoundError       404: there is no such thing
    │  │  ├─ ChannelNotFoundError  `channel_not_found`
    │  │  └─ UnknownApiMethodError `unknown_api_method`
    │  ├─ UnprocessableError  422: what was sent is well formed, and cannot be done
    │  ├─ RateLimitedError    429: carries how long to wait, when the server says so
    │  └─ UnavailableError    5xx: the server's trouble; trying again may help
    ├─ ChannelOfflineError    a message was to be sent to a chat, and no stream is on
    ├─ SendQueueFullError     too many messages wait to be sent to one chat
    ├─ CredentialsError       the program's own source of credentials failed; trying again may help
    ├─ DisconnectedError      the pub/sub server ended the connection for good
    ├─ QueueOverflowError     the consumer was too slow and its policy is to stop
    └─ RecordingError         a recording cannot be written on

Errors carry fields; texts are made from them when they are shown. A text says what happened, where, and what
to do. No field and no text ever holds a token, a key or a secret.
"""

from __future__ import annotations


class VkliveError(Exception):
    """The base of all errors of this package."""


class ConfigError(VkliveError):
    """A setting is wrong. Trying again without changing it does not help.

    Attributes:
        where: the setting and where it came from, for example ``server.toml: port``.
        problem: what is wrong with it.
        hint: what to do, or an empty string.
    """

    def __init__(self, where: str, problem: str, *, hint: str = "") -> None:
        super().__init__(where, problem, hint)
        self.where = where
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" + (f" ({self.hint})" if self.hint else "")


class MissingExtraError(VkliveError):
    """An optional part of vklive was asked for and is not installed.

    Attributes:
        feature: what was asked for.
        extra: the extra that has it.
    """

    def __init__(self, feature: str, *, extra: str) -> None:
        super().__init__(feature, extra)
        self.feature = feature
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.feature} is not installed; install it with: pip install 'vklive[{self.extra}]'"


class ProtocolError(VkliveError):
    """The client protocol was not followed."""


class LocalProtocolError(ProtocolError):
    """This side tried something that the state of its connection does not allow."""


class InappropriatePayloadError(ProtocolError):
    """A payload cannot be written in the format of a connection: it is not JSON, and the connection speaks JSON."""

    def __str__(self) -> str:
        return "a payload is not JSON and cannot be sent to a client that speaks JSON"


class RemoteProtocolError(ProtocolError):
    """The other side sent something that is not of the protocol.

    Attributes:
        problem: what is wrong with it.
        excerpt: the start of the offending bytes, shortened, control characters escaped.
    """

    EXCERPT_LENGTH = 80

    def __init__(self, problem: str, *, frame: bytes = b"") -> None:
        super().__init__(problem)
        self.problem = problem
        shown = frame[: self.EXCERPT_LENGTH].decode("utf-8", "replace")
        self.excerpt = shown.encode("unicode_escape").decode("ascii")

    def __str__(self) -> str:
        return f"{self.problem}: {self.excerpt!r}" if self.excerpt else self.problem


class TransportError(VkliveError):
    """Bytes could not be exchanged with the other side. Trying again may help."""


class ConnectError(TransportError):
    """No connection came about.

    Attributes:
        host: host and port; never the whole URL, which may carry a secret.
        phase: ``dns``, ``tcp``, ``tls``, ``proxy``, ``handshake`` or ``timeout``.
        problem: what went wrong.
        permanent: whether trying again without a change is pointless, as with a certificate that does not fit.
        status: of the HTTP answer to the handshake, where there was one.
        retry_after: seconds that this answer says to wait, where it says so.
    """

    def __init__(
        self,
        host: str,
        *,
        phase: str,
        problem: str,
        permanent: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(host, phase, problem)
        self.host = host
        self.phase = phase
        self.problem = problem
        self.permanent = permanent
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"cannot connect to {self.host} ({self.phase}): {self.problem}"


class ConnectionLostError(TransportError):
    """An open connection ended.

    Attributes:
        code: the WebSocket close code; 1006 when the other side just vanished.
        reason: the reason that came with it.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"connection lost: {self.code}" + (f" {self.reason}" if self.reason else "")


class CallTimeoutError(TransportError):
    """A call to the pub/sub was not made or not answered in time. Whether it was done is not known.

    Attributes:
        problem: what was waited for.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class ServerError(VkliveError):
    """The pub/sub server answered a command with an error.

    Attributes:
        code: see `vklive.protocol.codes.ErrorCode`; other codes are kept as they came.
        message: the server's words.
        temporary: whether the server says that trying again may help.
    """

    def __init__(self, code: int, message: str, *, temporary: bool = False) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.temporary = temporary

    def __str__(self) -> str:
        return f"{self.message} (code {self.code})"


class DevApiError(VkliveError):
    """The DevAPI answered with an error.

    Attributes:
        method: the method that was called, for example ``GET /v1/channel``.
        status: the HTTP status.
        code: the API's own code, for example ``channel_not_found``; empty when the body was not the API's.
        description: the API's own words; may be empty.
    """

    def __init__(self, method: str, *, status: int, code: str = "", description: str = "") -> None:
        super().__init__(method, status, code, description)
        self.method = method
        self.status = status
        self.code = code
        self.description = description

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.code, self.description) if part)
        return f"{self.method} answered {self.status}" + (f" {said}" if said else "")


class _PassingError(DevApiError):
    """An error after which the server may have said how long to wait."""

    def __init__(
        self,
        method: str,
        *,
        status: int,
        code: str = "",
        description: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(method, status=status, code=code, description=description)
        self.retry_after = retry_after


class BadRequestError(DevApiError):
    """400: what was sent is not what the method takes. Trying again with the same does not help."""


class InvalidParamError(BadRequestError):
    """``invalid_param``: something that was sent has a value that it cannot have."""


class MissingParamError(BadRequestError):
    """``missing_param``: something was not sent that the method needs."""


class MessageTooLongError(BadRequestError):
    """``message_too_long``: a chat takes no message as long as this. The API does not state how long one may be."""


class SameMessageError(BadRequestError):
    """``same_message``: the user has just written the same; see `same_message_timeout` of the chat's settings."""


class SendTooFastError(_PassingError, BadRequestError):
    """``send_too_fast``: the user has just written; see `any_message_timeout` of the chat's settings.

    Attributes:
        retry_after: seconds to wait, as the server told them or as the chat's settings say, where they are known.
    """


class UnauthorizedError(DevApiError):
    """401: the credentials are wrong or have expired. Trying again with the same does not help."""


class ForbiddenError(DevApiError):
    """403: the credentials are known and do not suffice, or the channel is banned."""


class InvalidScopeError(ForbiddenError):
    """``invalid_scope``: the user has not allowed it to the application.

    Attributes:
        scope: the permission that the method needs, for example ``chat:message:send``; empty when it is not known.
    """

    def __init__(self, method: str, *, status: int, code: str = "", description: str = "", scope: str = "") -> None:
        super().__init__(method, status=status, code=code, description=description)
        self.scope = scope

    def __str__(self) -> str:
        is_told = self.scope in self.description
        return super().__str__() + ("" if is_told else f" (log in with the scope {self.scope})")


class ChannelBannedError(ForbiddenError):
    """``channel_banned``: the platform has closed the channel."""


class NotFoundError(DevApiError):
    """404: there is no such thing, for example no channel of that name."""


class ChannelNotFoundError(NotFoundError):
    """``channel_not_found``: there is no channel of that name."""


class UnknownApiMethodError(NotFoundError):
    """``unknown_api_method``: the host has no such method; it may be another API's."""


class UnprocessableError(DevApiError):
    """422: what was sent is well formed, and cannot be done."""


class RateLimitedError(_PassingError):
    """429: too many requests.

    Attributes:
        retry_after: seconds to wait, as the server told them; ``None`` when it told nothing.
    """


class UnavailableError(_PassingError):
    """5xx: the server's own trouble, or an answer that is not one. Trying again may help.

    Of a call that changes something, it is not known whether it was done.

    Attributes:
        retry_after: seconds to wait, as the server told them; ``None`` when it told nothing.
    """


class ChannelOfflineError(VkliveError):
    """A message was to be sent to a chat, which takes some only while a stream is on.

    Attributes:
        channel_url: the slug of the channel.
    """

    def __init__(self, channel_url: str) -> None:
        super().__init__(channel_url)
        self.channel_url = channel_url

    def __str__(self) -> str:
        return f"no stream is on in {self.channel_url!r}: its chat takes messages only while one is"


class SendQueueFullError(VkliveError):
    """Too many messages wait to be sent to one chat; this one is not among them.

    Attributes:
        channel_url: the slug of the channel.
        limit: how many may wait.
    """

    def __init__(self, channel_url: str, *, limit: int) -> None:
        super().__init__(channel_url, limit)
        self.channel_url = channel_url
        self.limit = limit

    def __str__(self) -> str:
        return f"{self.limit} messages wait to be sent to the chat of {self.channel_url!r}; send fewer, or later"


class CredentialsError(VkliveError):
    """The program's own source of credentials failed. Trying again may help, and is done.

    Attributes:
        source: the class of the source.
        problem: the class of its error, which is this one's ``__cause__``. Its text is not repeated, as it may quote
            what is secret.
    """

    def __init__(self, source: str, *, problem: str) -> None:
        super().__init__(source, problem)
        self.source = source
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.source} gave no credentials: it failed with {self.problem}"


class DisconnectedError(VkliveError):
    """The pub/sub server ended the connection and said not to come back.

    Attributes:
        code: the close code, see `vklive.protocol.codes.DisconnectCode`.
        reason: the server's words.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"the server ended the connection for good: {self.reason} (code {self.code})"


class QueueOverflowError(VkliveError):
    """Events came faster than they were taken, and the policy of the queue is to stop.

    Attributes:
        limit: how many events the queue holds.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"{self.limit} events were waiting and another came; take them faster, or choose another overflow policy"


class RecordingError(VkliveError):
    """A recording that was begun cannot be written on. What was written before is whole.

    Attributes:
        path: of the file.
        problem: what the system says.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: cannot be written on: {self.problem}"
