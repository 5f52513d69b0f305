"""Publishing through the server API of Centrifugo v4, ``POST /api`` (centrifugo.md 6)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from vklive.client.http import HttpResponse, HttpTransport
from vklive.errors import DevApiError, ServerError, UnauthorizedError, UnavailableError

TIMEOUT = 10.0
"""Seconds for a call: publishing takes milliseconds, so ten mean that something is wrong."""

_METHOD = "POST /api"


class Refusal(Struct, frozen=True):
    """Why nothing was published into a ws channel."""

    code: int = 0
    message: str = ""


class Place(Struct, frozen=True):
    """Where in the history a publication is; zero and empty where none is kept."""

    offset: int = 0
    epoch: str = ""


class Answer(Struct, frozen=True):
    """What the server said about one ws channel: exactly one of the two."""

    result: Place | None = None
    error: Refusal | None = None


class _Answers(Struct):
    responses: list[Answer]


class _Reply(Struct):
    result: Raw = Raw(b"{}")
    error: Refusal | None = None


async def publish(
    http: HttpTransport, url: str, *, api_key: str, ws_channels: Sequence[str], data: Raw
) -> list[Answer]:
    """Publish one payload into one ws channel, or broadcast it into several.

    Args:
        http: what sends the request.
        url: where the server is, without ``/api``.
        api_key: its API key.
        ws_channels: at least one.
        data: well-formed JSON.

    Returns:
        One answer a ws channel, in their order.

    Raises:
        UnauthorizedError: the API key is wrong, or the server has none.
        ServerError: the server refused a broadcast as a whole.
        DevApiError: the call failed in another way.
        ConnectError: there was no connection.
    """
    response = await http.request(
        "POST",
        url.rstrip("/") + "/api",
        headers={"authorization": f"apikey {api_key}", "content-type": "application/json"},
        params={},
        body=_command(ws_channels, data),
        timeout=TIMEOUT,
    )
    _check_status(response)
    try:
        answers = _answers(response.body, single=len(ws_channels) == 1)
    except msgspec.MsgspecError:
        answers = []
    if len(answers) != len(ws_channels):
        raise DevApiError(_METHOD, status=response.status, description="and that is not an answer of a server API")
    return answers


def _command(ws_channels: Sequence[str], data: Raw) -> bytes:
    if len(ws_channels) == 1:
        return msgspec.json.encode({"method": "publish", "params": {"channel": ws_channels[0], "data": data}})
    return msgspec.json.encode({"method": "broadcast", "params": {"channels": ws_channels, "data": data}})


def _check_status(response: HttpResponse) -> None:
    status = response.status
    if status == 401:  # noqa: PLR2004 - the number is its name
        raise UnauthorizedError(_METHOD, status=status, description="the API key is wrong, or the server has none")
    if status >= 500:  # noqa: PLR2004 - the same
        raise UnavailableError(_METHOD, status=status)
    if status != 200:  # noqa: PLR2004 - the same
        raise DevApiError(_METHOD, status=status)


def _answers(body: bytes, *, single: bool) -> list[Answer]:
    reply = msgspec.json.decode(body, type=_Reply)
    if single:
        return [Answer(error=reply.error) if reply.error else Answer(msgspec.json.decode(reply.result, type=Place))]
    if reply.error:
        raise ServerError(reply.error.code, reply.error.message)
    return msgspec.json.decode(reply.result, type=_Answers).responses
