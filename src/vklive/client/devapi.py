"""The methods of the DevAPI that a consumer needs.

Source: the DevAPI's pages "method/websocket", "method/channel" and "errors" (vk.md 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import msgspec
from msgspec import Raw

from vklive.client.credentials import RenewableTokenSource, TokenSource
from vklive.client.http import HttpResponse, HttpTransport
from vklive.client.retry_after import retry_after_of
from vklive.clock import Clock, SystemClock
from vklive.devapi.models import (
    ChannelInfo,
    Channels,
    ChannelsRequest,
    ChannelUrl,
    ChatMessages,
    Data,
    ErrorBody,
    SubscriptionTokens,
    WebSocketToken,
)
from vklive.errors import (
    CredentialsError,
    DevApiError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
    VkliveError,
)

DEFAULT_API_URL = "https://apidev.live.vkvideo.ru"

MAX_TOKENS_A_CALL = 100
"""Ws channels in one call for subscription tokens; more make more calls. The API states no number of its own."""

MAX_CHANNELS_A_CALL = 100
"""Channels in one call of ``POST /v1/channels``."""

MAX_MESSAGES = 200
"""Messages in one answer of ``GET /v1/chat/messages``."""

_UNAUTHORIZED = 401
_TOO_MANY = 429
_SERVERS_FAULT = 500

_T = TypeVar("_T")


class DevApi:
    """Calls the DevAPI.

    Every method raises `vklive.errors.DevApiError` or one of its kinds for an answer that is an error, and
    `vklive.errors.ConnectError` when there is no answer. A 401 is answered by renewing the credentials, where they can
    be, and asking once more.

    Args:
        credentials: who calls.
        base_url: where the API is, without ``/v1``.
        http: makes the requests.
        timeout: seconds for each of them.
        clock: the wall clock, for dates in answers.
    """

    def __init__(
        self,
        credentials: TokenSource,
        *,
        base_url: str = DEFAULT_API_URL,
        http: HttpTransport,
        timeout: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self.credentials = credentials
        self._base_url = base_url.rstrip("/").removesuffix("/v1")
        self._http = http
        self._timeout = timeout
        self._clock = clock or SystemClock()

    async def websocket_token(self) -> str:
        """A token to connect to the pub/sub with."""
        answer = await self._call("GET", "/v1/websocket/token")
        return _decode(answer, Data[WebSocketToken], "GET /v1/websocket/token").token

    async def subscription_tokens(self, ws_channels: Sequence[str]) -> dict[str, str]:
        """Tokens by ws channel. One that is missing is one that this user may not hear, or that needs no token."""
        method = "GET /v1/websocket/subscription_token"
        tokens: dict[str, str] = {}
        for at in range(0, len(ws_channels), MAX_TOKENS_A_CALL):
            asked = ",".join(ws_channels[at : at + MAX_TOKENS_A_CALL])
            answer = await self._call("GET", "/v1/websocket/subscription_token", params={"channels": asked})
            granted = _decode(answer, Data[SubscriptionTokens], method).channel_tokens
            tokens |= {one.channel: one.token for one in granted}
        return tokens

    async def channel(self, channel_url: str) -> ChannelInfo:
        """A channel, by its slug.

        Raises:
            NotFoundError: when there is no such channel.
        """
        answer = await self._call("GET", "/v1/channel", params={"channel_url": channel_url})
        return _decode(answer, Data[ChannelInfo], "GET /v1/channel")

    async def channels(self, channel_urls: Sequence[str]) -> list[ChannelInfo]:
        """Channels by their slugs. Those that do not exist are left out."""
        found: list[ChannelInfo] = []
        for at in range(0, len(channel_urls), MAX_CHANNELS_A_CALL):
            asked = [ChannelUrl(url=url) for url in channel_urls[at : at + MAX_CHANNELS_A_CALL]]
            body = msgspec.json.encode(ChannelsRequest(channels=asked))
            answer = await self._call("POST", "/v1/channels", body=body)
            found += _decode(answer, Data[Channels], "POST /v1/channels").channels
        return found

    async def chat_messages(self, channel_url: str, *, limit: int = MAX_MESSAGES) -> list[Raw]:
        """The newest messages of a chat, each as JSON, for `vklive.events.ChatMessage`. The order is not promised.

        Args:
            channel_url: the slug of the channel.
            limit: how many at most, up to `MAX_MESSAGES`.
        """
        params = {"channel_url": channel_url, "limit": str(limit)}
        answer = await self._call("GET", "/v1/chat/messages", params=params)
        return _decode(answer, Data[ChatMessages], "GET /v1/chat/messages").chat_messages

    async def _call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpResponse:
        authorization = await self._authorization()
        answer = await self._ask(method, path, authorization=authorization, params=params, body=body)
        if answer.status == _UNAUTHORIZED and await self._renewed(authorization):
            again = await self._authorization()
            answer = await self._ask(method, path, authorization=again, params=params, body=body)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - 2xx is success
            raise self._error(f"{method} {path}", answer)
        return answer

    async def _ask(
        self, method: str, path: str, *, authorization: str, params: Mapping[str, str] | None, body: bytes | None
    ) -> HttpResponse:
        headers = {"Authorization": authorization, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return await self._http.request(
            method, self._base_url + path, headers=headers, params=params or {}, body=body, timeout=self._timeout
        )

    async def _authorization(self) -> str:
        try:
            return await self.credentials.authorization()
        except VkliveError:
            raise
        except Exception as error:
            raise CredentialsError(type(self.credentials).__name__, problem=type(error).__name__) from error

    async def _renewed(self, refused: str) -> bool:
        if not isinstance(self.credentials, RenewableTokenSource):
            return False
        try:
            return await self.credentials.renew(refused)
        except VkliveError:
            raise
        except Exception as error:
            raise CredentialsError(type(self.credentials).__name__, problem=type(error).__name__) from error

    def _error(self, method: str, answer: HttpResponse) -> DevApiError:
        try:
            said = msgspec.json.decode(_without_nulls(answer.body), type=ErrorBody)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # A proxy's page, perhaps. Its text is not ours to repeat.
            said = ErrorBody(error="")
        status, code, description = answer.status, said.error, said.error_description
        if status == _TOO_MANY or status >= _SERVERS_FAULT:
            wait = retry_after_of(answer.headers, now=self._clock.wall())
            passing = RateLimitedError if status == _TOO_MANY else UnavailableError
            return passing(method, status=status, code=code, description=description, retry_after=wait)
        kind = _ERRORS.get(status, DevApiError)
        return kind(method, status=status, code=code, description=description)


_ERRORS: dict[int, type[DevApiError]] = {401: UnauthorizedError, 403: ForbiddenError, 404: NotFoundError}


def _decode(answer: HttpResponse, kind: type[Data[_T]], method: str) -> _T:
    try:
        return msgspec.json.decode(_without_nulls(answer.body), type=kind, strict=False).data
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        where = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        raise UnavailableError(
            method, status=answer.status, description=f"the answer is not what it should be: {where}"
        ) from None


def _without_nulls(body: bytes) -> bytes:
    """The same without fields that are null, which count as absent: liberal reading, at the price of a second look."""
    return body if b"null" not in body else msgspec.json.encode(_drop_nulls(msgspec.json.decode(body)))


def _drop_nulls(value: object) -> object:
    match value:
        case dict():
            fields = cast("dict[str, object]", value)
            return {key: _drop_nulls(item) for key, item in fields.items() if item is not None}
        case list():
            return [_drop_nulls(item) for item in cast("list[object]", value) if item is not None]
        case _:
            return value
