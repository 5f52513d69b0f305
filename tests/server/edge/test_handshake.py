"""Handshakes: which are let in, and what the others are told."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request

from vklive.errors import ConfigError
from vklive.protocol.formats import JSON, PROTOBUF
from vklive.server.edge.handshake import Origins, Paths, examine, format_of

ALL = Origins(["*"])
PATHS = Paths()


def request(path: str = "/connection/websocket", **headers: str) -> Request:
    return Request(path=path, headers=Headers({name.replace("_", "-"): value for name, value in headers.items()}))


@pytest.mark.parametrize(
    "path",
    [
        "/connection/websocket",
        "/connection/websocket?format=json&cf_protocol_version=v2",
        "/connection/websocket?format=json",
        "/connection/websocket?whatever=1",
    ],
)
def test_the_path_with_or_without_the_parameters_of_json_is_right(path):
    assert examine(request(path), ALL, PATHS) is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/connection/websocket/", 404),
        ("/connection", 404),
        ("/connection/websocket?cf_protocol_version=v9", 400),
        ("/connection/websocket?cf_protocol_version=v1", 400),
    ],
)
def test_another_path_or_version_is_refused_before_the_upgrade(path, status):
    rejection = examine(request(path), ALL, PATHS)
    assert rejection is not None
    assert rejection.status == status
    assert rejection.problem


def test_a_path_is_there_when_it_is_offered():
    paths = Paths(bidirectional="", unidirectional="/listen")
    assert examine(request("/listen?cf_protocol_version=v2"), ALL, paths) is None
    for other in ("/connection/websocket", "/connection/uni_websocket", ""):
        rejection = examine(request(other), ALL, paths)
        assert rejection is not None
        assert rejection.status == 404
        assert "/listen" in rejection.problem


@pytest.mark.parametrize(
    ("query", "subprotocol", "form"),
    [
        ("", None, JSON),
        ("", "centrifuge-json", JSON),
        ("", "centrifuge-protobuf", PROTOBUF),
        ("?format=json", None, JSON),
        ("?format=protobuf", None, PROTOBUF),
        ("?cf_protocol=protobuf&cf_protocol_version=v2", None, PROTOBUF),
        ("?format=json", "centrifuge-protobuf", PROTOBUF),
        ("?format=protobuf", "centrifuge-json", PROTOBUF),
    ],
)
def test_the_address_or_the_subprotocol_says_in_which_format_a_client_speaks(query, subprotocol, form):
    assert format_of(request(f"/connection/websocket{query}"), subprotocol) is form


def test_an_empty_subprotocol_header_of_centrifuge_python_0_5_is_taken_out():
    handshake = request(Sec_WebSocket_Protocol="")
    assert examine(handshake, ALL, PATHS) is None
    assert "Sec-WebSocket-Protocol" not in handshake.headers


def test_a_foreign_origin_is_forbidden_and_a_program_without_one_is_not():
    origins = Origins(["https://live.vkvideo.ru"])
    assert examine(request(), origins, PATHS) is None
    assert examine(request(Origin="https://live.vkvideo.ru"), origins, PATHS) is None
    rejection = examine(request(Origin="https://evil.example"), origins, PATHS)
    assert rejection is not None
    assert rejection.status == 403


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed"),
    [
        ("*", "https://any.example", True),
        ("https://*.vkvideo.ru", "https://live.vkvideo.ru", True),
        ("https://*.vkvideo.ru", "https://a.b.vkvideo.ru", True),
        ("https://*.vkvideo.ru", "https://vkvideo.ru", False),
        ("https://*.vkvideo.ru", "https://x.vkvideo.ru.evil.example", False),
        ("https://live.vkvideo.ru", "https://livexvkvideo.ru", False),
        ("HTTPS://Live.vkvideo.ru", "https://LIVE.vkvideo.ru", True),
        ("http://localhost:300?", "http://localhost:3001", True),
        ("http://localhost:300?", "http://localhost:300", False),
        ("https://{a,b*}.example", "https://b17.example", True),
        ("https://{a,b*}.example", "https://c.example", False),
        ("https://s[0-9].example", "https://s7.example", True),
        ("https://s[!0-9].example", "https://s7.example", False),
        ("https://s[.example", "https://s[.example", True),
        ("https://a,b.example", "https://a,b.example", True),
    ],
)
def test_patterns_of_origins(pattern, origin, allowed):
    assert Origins([pattern]).allow(origin) is allowed


def test_without_patterns_no_page_may_connect():
    assert Origins([]).allow("https://live.vkvideo.ru") is False
    assert Origins([]).allow(None) is True


@given(st.text(alphabet="ab.*?[]{},!\\^-", max_size=12), st.text(max_size=12))
def test_any_pattern_is_understood_or_refused_in_clear_words(pattern, origin):
    with contextlib.suppress(ConfigError):
        Origins([pattern]).allow(origin)


def test_a_range_that_goes_backwards_is_refused():
    with pytest.raises(ConfigError, match="bad character range"):
        Origins(["https://s[9-0].example"])


@given(st.text(alphabet=st.characters(exclude_characters="*?[]{}\\"), min_size=1, max_size=20))
def test_a_pattern_without_wildcards_allows_itself(origin):
    assert Origins([origin]).allow(origin) is True
