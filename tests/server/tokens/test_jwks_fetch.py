"""A set of keys is got from a real endpoint, and whatever the endpoint does is told in one way."""

from __future__ import annotations

import gzip

import pytest

from vklive.errors import ConnectError
from vklive.server.tokens.jwks_fetch import MAX_ANSWER_SIZE, fetch_with_httpx2


async def test_the_body_is_got_as_it_is(endpoint):
    endpoint.serve(b'{"keys":[]}')

    assert await fetch_with_httpx2(endpoint.url) == b'{"keys":[]}'
    assert endpoint.asked == ["GET /keys HTTP/1.1"]


async def test_a_password_in_the_address_is_sent_and_not_logged(endpoint, caplog):
    caplog.set_level(0)
    endpoint.serve(b"{}")

    await fetch_with_httpx2(endpoint.url.replace("//", "//me:hunter2@"))

    assert "Authorization: Basic bWU6aHVudGVyMg==" in endpoint.head
    assert caplog.records
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "404 Not Found", "500 Oops"])
async def test_every_other_status_is_an_error(endpoint, status):
    endpoint.serve(b"", status=status)

    with pytest.raises(ConnectError, match=status.split(maxsplit=1)[0]):
        await fetch_with_httpx2(endpoint.url)


async def test_a_redirect_is_not_followed(endpoint):
    endpoint.serve(b"", status="302 Found", head=f"Location: {endpoint.url}/other\r\n")

    with pytest.raises(ConnectError, match="302"):
        await fetch_with_httpx2(endpoint.url)
    assert len(endpoint.asked) == 1


async def test_what_is_too_long_is_not_read_to_its_end(endpoint):
    endpoint.serve(b" " * (MAX_ANSWER_SIZE * 8))

    with pytest.raises(ConnectError, match=f"over {MAX_ANSWER_SIZE} bytes"):
        await fetch_with_httpx2(endpoint.url)


async def test_what_is_compressed_is_not_unfolded(endpoint):
    bomb = gzip.compress(b" " * (MAX_ANSWER_SIZE * 8))
    endpoint.serve(bomb, head="Content-Encoding: gzip\r\n")

    assert await fetch_with_httpx2(endpoint.url) == bomb


@pytest.mark.parametrize("answer", [b"", b"\x00\x01\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"])
async def test_what_is_not_http_is_an_error(endpoint, answer):
    endpoint.answer = answer

    with pytest.raises(ConnectError):
        await fetch_with_httpx2(endpoint.url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/hunter2", "http://hunter2:hunter2@127.0.0.1:1/", "http://[::", "http:///"]
)
async def test_an_address_where_nobody_is_is_an_error_that_shows_the_host_only(url):
    with pytest.raises(ConnectError) as caught:
        await fetch_with_httpx2(url)

    assert "hunter2" not in str(caught.value)
