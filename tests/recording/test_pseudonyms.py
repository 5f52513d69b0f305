"""The same person is the same pseudonym, and no one else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.events import UnknownEvent, decode_payload
from vklive.recording.pseudonyms import Pseudonyms

MESSAGE = {
    "type": "channel_chat_message_send",
    "data": {
        "chat_message": {
            "id": 700123,
            "created_at": 1780000000,
            "author": {
                "id": 2002,
                "nick": "Viewer_One",
                "nick_color": 4,
                "avatar_url": "https://img.example/2002.png",
                "badges": [{"id": "b-1", "achievement_name": "owner", "name": ""}],
            },
            "parts": [
                {"mention": {"id": 1001, "nick": "streamer"}},
                {"text": {"content": ", ты из Москвы?"}},
                {"link": {"content": "me", "url": "https://me.example/anna"}},
                {"text": {"content": "\n"}},
            ],
        }
    },
}


@pytest.fixture
def replaced():
    pseudonyms = Pseudonyms(b"key")

    def call(document):
        return json.loads(pseudonyms.of_json(json.dumps(document).encode()))

    return call


def test_a_message_says_nothing_of_anybody_and_is_still_one(replaced):
    anonymous = replaced(MESSAGE)

    text = json.dumps(anonymous, ensure_ascii=False)
    for private in ("2002", "Viewer", "Москвы", "1001", "streamer", "me.example/anna", '"me"'):
        assert private not in text
    message = anonymous["data"]["chat_message"]
    assert (message["id"], message["created_at"]) == (700123, 1780000000)
    assert message["author"]["badges"] == MESSAGE["data"]["chat_message"]["author"]["badges"]  # type: ignore[index]
    assert message["author"]["avatar_url"].startswith("https://img.example/")
    assert [len(part["text"]["content"]) for part in message["parts"] if "text" in part] == [15, 1]
    assert not isinstance(decode_payload(text.encode())[1], UnknownEvent)


def test_a_person_is_the_same_wherever_they_turn_up(replaced):
    one = replaced({"author": {"id": 7, "nick": "Anna"}})
    other = replaced({"demand": {"user": {"nick": "anna", "id": 7}}, "userId": "7", "owner_id": 7, "7": 1})

    assert one["author"] == other["demand"]["user"]
    assert str(one["author"]["id"]) == other["userId"] == str(other["owner_id"])
    assert str(one["author"]["id"]) in other
    assert replaced({"author": {"id": 8, "nick": "Boris"}})["author"] != one["author"]


def test_ids_of_things_and_constants_are_kept(replaced):
    kept = {
        "id": 5,
        "reward": {"id": "r-1"},
        "status": "pending",
        "count": 3,
        "is_on": True,
        "x": None,
        "y": "",
        "z": 1.5,
    }

    assert replaced(kept) == kept
    assert replaced({"author": {"id": 0, "nick": "", "avatar_url": ""}}) == {
        "author": {"id": 0, "nick": "", "avatar_url": ""}
    }


def test_in_doubt_it_is_replaced(replaced):
    assert replaced({"motto": "carpe diem", "город": "Омск"})["motto"] == "lorem ipsu"
    assert "Омск" not in json.dumps(replaced({"город": "Омск"}), ensure_ascii=False)
    assert "город" not in replaced({"город": "Омск"})


@pytest.mark.parametrize(
    "data",
    [
        {"author": "vasya"},
        {"authorName": "vasya"},
        {"user_nick": "vasya"},
        {"nick_name": "vasya"},
        {"donor_name": "vasya"},
        {"users": ["petya", "vasya"]},
        {"channel": "vasya"},
        {"owner_url": "vasya"},
        {"streamer_slug": "vasya"},
        {"email": "vasya@mail.example"},
        {"ip": "192.0.2.77"},
        {"owner": 1234577},
        {"moderators": [1234577]},
    ],
)
def test_who_is_named_beside_an_object_of_their_own_is_replaced_too(replaced, data):
    text = json.dumps(replaced({"type": "news", "data": data}))

    assert not [private for private in ("vasya", "192.0.2.77", "1234577") if private in text]


def test_how_many_people_there_are_is_kept(replaced):
    data = {"viewers": 120, "raiders": 30, "followers": 5}

    assert replaced({"type": "news", "data": data})["data"] == data


def test_channels_are_replaced_in_all_their_names():
    pseudonyms = Pseudonyms(b"key")
    channel = json.loads(pseudonyms.of_json(b'{"channel":{"id":42,"url":"anna"},"ws_channel":"api-channel-chat:42#7"}'))

    assert pseudonyms.of_ws_channel("api-channel-chat:42#7") == channel["ws_channel"]
    assert channel["ws_channel"].startswith(f"api-channel-chat:{channel['channel']['id']}#")
    assert channel["channel"]["url"] == pseudonyms.of_slug("Anna") != "anna"


def test_nobody_else_comes_to_the_same_pseudonyms():
    assert Pseudonyms().of_slug("anna") != Pseudonyms().of_slug("anna")


@given(st.text(min_size=4), st.integers(10_000, 2**31))
def test_no_nick_and_no_id_is_left(nick, number):
    payload = json.dumps({"user": {"id": number, "nick": nick}}, ensure_ascii=False).encode("utf-8", "replace")

    left = json.loads(Pseudonyms(b"key").of_json(payload))["user"]

    assert left["nick"] != nick
    assert left["id"] != number
    assert 0 < left["id"] < 2**31
