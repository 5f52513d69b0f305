"""What is wrong with a request is said before it is sent, and without repeating a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.client.outgoing import address_of, check_headers
from vklive.errors import ConnectError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://host/path?a=b", ("ws://host/path?a=b", "host", 80, False, "host")),
        ("wss://host", ("wss://host", "host", 443, True, "host")),
        ("WSS://Host:8000/", ("wss://Host:8000/", "host", 8000, True, "Host:8000")),
        ("ws://[::1]:5/x", ("ws://[::1]:5/x", "::1", 5, False, "[::1]:5")),
        ("ws://user:secret@host/#part", ("ws://host/", "host", 80, False, "host")),
        ("ws://пример.испытание/", ("ws://пример.испытание/", "пример.испытание", 80, False, "пример.испытание")),
    ],
)
def test_an_address_is_read(url, expected):
    address = address_of(url, plain="ws", secure="wss")
    assert (address.url, address.host, address.port, address.secure, address.shown) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "ws://",
        "ws:host",
        "http://host/",
        "ws://host:abc/",
        "ws://host:99999/",
        "ws://host:0/",
        "ws://[::1/",
        f"ws://{'a' * 64}.example/",
    ],
)
def test_what_is_no_address_is_refused_for_good(url):
    with pytest.raises(ConnectError, match="not of the form ws://") as refused:
        address_of(url, plain="ws", secure="wss")
    assert (refused.value.phase, refused.value.permanent) == ("dns", True)


@given(st.text() | st.text().map("wss://".__add__))
def test_no_text_is_too_strange_to_be_told_from_an_address(text):
    try:
        address_of(text, plain="ws", secure="wss")
    except ConnectError as refused:
        assert refused.permanent


@pytest.mark.parametrize("value", ["", "x", "Bearer abc", "a\tb", "https://live.vkvideo.ru"])
def test_headers_that_may_be_sent_pass(value):
    check_headers({"Origin": value}, host="h")


@pytest.mark.parametrize("value", ["sec\nret", "sec\r\nX: ret", "sécret", "секрет", " secret", "secret ", "sec\x00ret"])
def test_headers_that_may_not_be_sent_are_refused_without_being_repeated(value):
    with pytest.raises(ConnectError, match="header Authorization") as refused:
        check_headers({"Authorization": value}, host="h")
    assert refused.value.permanent
    assert "ret" not in str(refused.value).replace("header", "")
    assert value not in repr(refused.value)
