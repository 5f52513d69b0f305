"""No secret gets into a recording, and nothing else is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.recording.json_walk import UnreadableJsonError
from vklive.recording.secrets import Secrets, is_secret_name

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"


@pytest.fixture
def without():
    secrets = Secrets(["a-known-secret", "abc"])

    def call(text: str) -> str:
        return secrets.without(text.encode()).decode()

    return call


@pytest.mark.parametrize(
    "name",
    [
        *("token", "access_token", "accessToken", "ACCESS-TOKEN", "subscriptionTokens", "client_secret", "password"),
        *(
            "Authorization",
            "api_key",
            "apiKey",
            "apikey",
            "key",
            "streamKey",
            "signature",
            "session",
            "jwt",
            "Set-Cookie",
        ),
    ],
)
def test_secrets_are_known_by_their_names(name, without):
    assert is_secret_name(name)
    assert without(json.dumps({name: "hush"})) == json.dumps({name: "<removed>"}, separators=(",", ":"))


@pytest.mark.parametrize("name", ["author", "monkey", "keyboard", "design", "sessions_count", "type", "id", "nick", ""])
def test_other_names_are_not_secret(name, without):
    assert not is_secret_name(name)
    assert without(json.dumps({name: "hush"})) == json.dumps({name: "hush"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f'{{"a": "x {JWT} y"}}', '{"a":"x <removed> y"}'),
        (f'{{"{JWT}": 1}}', '{"<removed>":1}'),
        (f'["jwt_{JWT}", "eyJ is no token, eyJabcd.efgh is"]', '["jwt_<removed>","eyJ is no token, <removed> is"]'),
        (f'["eyJ.x.{JWT}"]', '["eyJ.x.<removed>"]'),
        ('["Bearer abcdefghijklmnop", "basic understanding"]', '["Bearer <removed>","basic understanding"]'),
        ('["rtmp://a.example/app?key=abc&x=1"]', '["rtmp://a.example/app?key=<removed>&x=1"]'),
        (
            '["client_secret=abc&x=1", "with refresh_token=abc"]',
            '["client_secret=<removed>&x=1","with refresh_token=<removed>"]',
        ),
        ('["https://anna:pass@a.example/"]', '["https://<removed>@a.example/"]'),
        ('["a a-known-secret b"]', '["a <removed> b"]'),
        ('["abc"]', '["abc"]'),
        ('{"token":{"a":["x",1,1.5,true,null,""],"b":{}}}', '{"token":{"a":["<removed>",0,0,true,null,""],"b":{}}}'),
    ],
)
def test_what_looks_like_a_secret_is_removed_wherever_it_is(text, left, without):
    assert without(text) == left


def test_what_has_no_secret_is_the_same_byte_for_byte(without):
    text = '{ "b" : 1.50, "a":[1e400, -0.0, 123456789012345678901234567890],\t"ё":"\\u0451" , "b":2}'

    assert without(text) == text


def test_numbers_beside_a_secret_keep_their_digits(without):
    assert without('{"a": 1.50, "token": "x", "b": 1E400}') == '{"a":1.50,"token":"<removed>","b":1E400}'


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'"\\ud800"', b"[" * 5000 + b"]" * 5000])
def test_what_cannot_be_read_says_so(text):
    with pytest.raises(UnreadableJsonError):
        Secrets().without(text)


def test_secrets_are_removed_from_what_only_looks_like_json():
    spoiled = f'{{"token": "hush\\"hush", "key":123, "authorization" : "x, "a": "{JWT}", "x": "\\ud800"'

    left = Secrets().without_in_text(spoiled)

    assert left == (
        '{"token": "<removed>", "key":"<removed>", "authorization" : "<removed>"a": "<removed>", "x": "\\ud800"'
    )


def test_every_line_of_a_frame_is_looked_at():
    frame = b'{"id":1,"connect":{"token":"a","name":"vklive"}}\n{"id":2,"refresh":{"token":"b"}}\n{"token":"c'

    left = Secrets().without_in_frame(frame)

    assert left == (
        '{"id":1,"connect":{"token":"<removed>","name":"vklive"}}\n'
        '{"id":2,"refresh":{"token":"<removed>"}}\n{"token":"<removed>"'
    )


def test_they_are_not_shown():
    assert "a-known-secret" not in repr(Secrets(["a-known-secret"]))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["token", "a"]), inner),
    max_leaves=15,
)


@given(_json)
def test_it_is_done_once_and_for_all(document):
    once = Secrets().without(json.dumps(document).encode())

    assert Secrets().without(once) == once


@given(_json, st.text(alphabet="abcdefghij-_09", min_size=6).map("secret-".__add__))
def test_a_known_secret_is_nowhere(document, secret):
    text = json.dumps({"a": [document, f"x{secret}y", {secret: 1}]}).encode()

    assert secret not in Secrets([secret]).without(text).decode()


@pytest.mark.parametrize(
    "piece",
    ["eyJ", "eyJaaaa.", "?token", "&token=", "://a:", '"token', '"token":', "bearer ", "a_key_", " token", "\\"],
)
def test_no_text_keeps_it_busy(piece):
    text = piece * 200_000

    Secrets(["a-known-secret"]).without_in_text(text)
    Secrets(["a-known-secret"]).without(json.dumps([text, {text: text}]).encode())


@given(st.binary())
def test_no_bytes_are_too_bad_for_a_frame(frame):
    Secrets().without_in_frame(frame)
