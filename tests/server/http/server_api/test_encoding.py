"""How replies are written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.protocol.messages import ClientInfo, Publication
from vklive.server.http.server_api.encoding import encode
from vklive.server.http.server_api.results import HistoryResult, PublishResult, entry_of, member_of

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def written(data: bytes) -> bytes:
    entry = encode(entry_of(Publication(data=Raw(data), offset=1)))
    assert entry.startswith(b'{"data":')
    return entry.removeprefix(b'{"data":').removesuffix(b',"offset":1}')


def test_a_payload_is_written_without_white_space_and_fit_for_a_page():
    assert written(b'{ "t": "<x> & y",\n\t"a" : [1.0, 12345678901234567890123] }') == (
        b'{"t":"\\u003cx\\u003e \\u0026 y","a":[1.0,12345678901234567890123]}'
    )
    assert written('"\u2028 \u2029 я"'.encode()) == '"\\u2028 \\u2029 я"'.encode()


def test_names_in_a_map_are_sorted_and_escaped():
    entry = entry_of(Publication(data=Raw(b"1"), offset=1, tags={"b": "<", "a": "&"}))
    assert encode(entry) == b'{"data":1,"offset":1,"tags":{"a":"\\u0026","b":"\\u003c"}}'


def test_what_is_always_there_is_there_although_zero():
    assert encode(HistoryResult([], epoch="", offset=0)) == b'{"publications":[],"epoch":"","offset":0}'
    assert encode(member_of(ClientInfo())) == b'{"user":"","client":""}'
    assert encode(PublishResult()) == b"{}"


def test_a_publication_shows_who_has_published_it():
    info = ClientInfo(user="42", client="c", conn_info=Raw(b'{"a": 1}'), chan_info=Raw(b"\xff"))
    entry = entry_of(Publication(data=Raw(b"1"), offset=2, info=info))
    assert json.loads(encode(entry))["info"] == {
        "user": "42",
        "client": "c",
        "conn_info": {"a": 1},
        "b64chan_info": "/w==",
    }


@given(ANYTHING, st.sampled_from([None, 2, "\t"]))
def test_a_payload_means_what_it_meant(payload, indent):
    again = written(json.dumps(payload, indent=indent, ensure_ascii=False).encode())
    assert json.loads(again) == payload
    assert not set(again) & set(b"<>&")


@given(st.binary(max_size=20))
def test_any_bytes_leave_the_reply_json(data):
    encoded = encode(HistoryResult([entry_of(Publication(data=Raw(data), offset=1))], epoch="E", offset=1))
    (publication,) = json.loads(encoded)["publications"]
    assert publication["offset"] == 1
