"""The calls of the DevAPI, over real HTTP against a server that says what the test wants."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
import trustme

from vklive.client.api.channels import MAX_CHANNELS_A_CALL
from vklive.client.api.websocket import MAX_TOKENS_A_CALL
from vklive.client.credentials import AccessToken, AppCredentials
from vklive.client.devapi import DevApi
from vklive.client.http import Httpx2Transport
from vklive.client.retry_after import MAX_RETRY_AFTER
from vklive.errors import (
    BadRequestError,
    ConnectError,
    DevApiError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
    UnprocessableError,
)
from vklive.testing.clock import EPOCH, VirtualClock


@dataclass
class Platform:
    """A web server that answers what it is told to, and remembers what it was asked."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)

    def will_answer(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answers.append("\r\n".join([*lines, "", ""]).encode() + content)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        self.asked.append(head + await reader.readexactly(length))
        writer.write(self.answers.pop(0))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    made = Platform()
    async with await asyncio.start_server(made.handle, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


@pytest.fixture
async def api(platform) -> AsyncIterator[DevApi]:
    http = Httpx2Transport()
    yield DevApi(
        AccessToken("very-secret"),
        base_url=f"http://127.0.0.1:{platform.port}/v1/",
        http=http,
        clock=VirtualClock(),
        patience=0.0,
    )
    await http.close()
    await http.close()


async def test_a_connection_token_is_fetched_as_who_one_is(platform, api):
    platform.will_answer(200, {"data": {"token": "jwt"}})
    assert await api.websocket.token() == "jwt"
    (asked,) = platform.asked
    assert asked.startswith(b"GET /v1/websocket/token HTTP/1.1\r\n")
    assert b"authorization: bearer very-secret" in asked.lower()


async def test_an_application_says_who_it_is_with_its_id_and_secret(platform):
    platform.will_answer(200, {"data": {"token": "jwt"}})
    http = Httpx2Transport()
    credentials = AppCredentials("my-app", "its:secret")
    await DevApi(credentials, base_url=f"http://127.0.0.1:{platform.port}", http=http).websocket.token()
    await http.close()
    expected = b"authorization: basic " + base64.b64encode(b"my-app:its:secret").lower()
    assert expected in platform.asked[0].lower()
    assert "its:secret" not in repr(credentials)
    assert not credentials.is_user


async def test_subscription_tokens_are_asked_for_in_calls_that_are_not_too_long(platform, api):
    names = [f"ch:{number}" for number in range(MAX_TOKENS_A_CALL + 1)]
    platform.will_answer(200, {"data": {"channel_tokens": [{"channel": "ch:0", "token": "a"}]}})
    platform.will_answer(200, {"data": {"channel_tokens": [{"channel": f"ch:{MAX_TOKENS_A_CALL}", "token": "b"}]}})
    assert await api.websocket.subscription_tokens(names) == {"ch:0": "a", f"ch:{MAX_TOKENS_A_CALL}": "b"}
    assert len(platform.asked) == 2
    assert await api.websocket.subscription_tokens([]) == {}


async def test_a_channel_is_read_liberally(platform, api):
    platform.will_answer(
        200,
        {
            "data": {
                "channel": {
                    "id": "42",
                    "url": "streamer",
                    "nick": None,
                    "web_socket_channels": {"chat": "c", "info": None, "new_one": "n"},
                    "what": [1, None],
                },
                "owner": None,
                "stream": None,
                "streams": None,
            }
        },
    )
    info = await api.channels.get("streamer")
    assert (info.channel.id, info.channel.nick, info.streams) == (42, "", [])
    assert info.channel.web_socket_channels is not None
    assert [name for _, name in info.channel.web_socket_channels.items()] == ["c"]


async def test_channels_are_asked_for_by_the_hundred(platform, api):
    platform.will_answer(200, {"data": {"channels": [{"channel": {"id": 1, "url": "a"}}]}})
    platform.will_answer(200, {"data": {"channels": []}})
    found = await api.channels.get_many([f"c{number}" for number in range(MAX_CHANNELS_A_CALL + 1)])
    assert [one.channel.url for one in found] == ["a"]
    assert [body.partition(b"\r\n\r\n")[2].count(b'"url"') for body in platform.asked] == [100, 1]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (422, UnprocessableError),
        (429, RateLimitedError),
        (500, UnavailableError),
        (503, UnavailableError),
        (302, DevApiError),
    ],
)
async def test_an_error_has_its_class_and_the_apis_words(platform, api, status, kind):
    platform.will_answer(status, {"error": "some_code", "error_description": "Some words"})
    with pytest.raises(kind) as failed:
        await api.channels.get("streamer")
    assert type(failed.value) is kind
    assert str(failed.value) == f"GET /v1/channel answered {status} some_code: Some words"


async def test_an_error_without_a_description_keeps_its_code(platform, api):
    platform.will_answer(404, {"error": "channel_not_found", "error_description": None, "data": None})
    with pytest.raises(NotFoundError, match=r"answered 404 channel_not_found$"):
        await api.channels.get("streamer")


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff", b"[]", b'{"error": 5}'])
async def test_an_error_that_is_not_the_apis_is_an_error_without_its_words(platform, api, body):
    platform.will_answer(502, body)
    with pytest.raises(UnavailableError, match=r"GET /v1/websocket/token answered 502$"):
        await api.websocket.token()


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"data":{}}', b'{"data":{"token":{}}}', b"[" * 100_000])
async def test_an_answer_that_is_not_what_it_should_be_is_worth_another_try(platform, api, body):
    platform.will_answer(200, body)
    with pytest.raises(UnavailableError, match="not what it should be"):
        await api.websocket.token()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 15 Jan 2027 08:01:00 -0000", 60.0),
        ("soon", None),
        ("nan", None),
        ("inf", MAX_RETRY_AFTER),
        ("1e308", MAX_RETRY_AFTER),
        ("Fri, 15 Jan 9999 08:01:00 GMT", MAX_RETRY_AFTER),
    ],
)
async def test_how_long_to_wait_is_read_as_seconds_or_as_a_date(platform, api, header, seconds):
    assert EPOCH == 1_800_000_000.0
    platform.will_answer(429, {"error": "ratelimit_exceeded"}, Retry_After=header)
    with pytest.raises(RateLimitedError) as failed:
        await api.websocket.token()
    assert failed.value.retry_after == seconds


async def test_a_closed_port_is_no_answer():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        http = Httpx2Transport()
        api = DevApi(AccessToken("t"), base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", http=http)
        with pytest.raises(ConnectError) as failed:
            await api.websocket.token()
        await http.close()
    assert (failed.value.phase, failed.value.permanent) == ("tcp", False)


async def test_a_certificate_that_cannot_be_trusted_is_final():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)

    async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(nobody, "localhost", 0, ssl=context, family=socket.AF_INET) as server:
        http = Httpx2Transport()
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectError) as failed:
            await DevApi(AccessToken("t"), base_url=f"https://localhost:{port}", http=http).websocket.token()
        await http.close()
    assert (failed.value.phase, failed.value.permanent) == ("tls", True)


@pytest.mark.parametrize("address", ["not an address", "ftp://x", ""])
async def test_an_address_that_is_none_is_final(address):
    http = Httpx2Transport()
    with pytest.raises(ConnectError) as failed:
        await DevApi(AccessToken("t"), base_url=address, http=http).websocket.token()
    await http.close()
    assert failed.value.permanent


async def test_no_secret_is_logged(platform, api, caplog):
    caplog.set_level(logging.DEBUG)
    platform.will_answer(200, {"data": {"token": "a-token-that-came"}})
    await api.websocket.token()
    assert "very-secret" not in caplog.text
    assert "a-token-that-came" not in caplog.text
