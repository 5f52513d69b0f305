"""Writing in chats: on which stream, in which order, how fast."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from tests.client.api.scripted import DONE, LOST, Asked, Http, api_over, data, refused

from vklive.client.api.chat import STREAM_FRESHNESS
from vklive.client.api.lanes import MAX_SENDS
from vklive.client.http import HttpResponse
from vklive.devapi.models import ChatSettings, ChatSettingsChange
from vklive.errors import (
    ChannelNotFoundError,
    ChannelOfflineError,
    ConfigError,
    ConnectError,
    InvalidParamError,
    MessageTooLongError,
    SameMessageError,
    SendQueueFullError,
    SendTooFastError,
)
from vklive.testing.loop import run_virtual

SEND = "/v1/chat/message/send"
TOO_FAST = refused(400, "send_too_fast")


class Platform:
    """A channel whose streams come and go, and a chat that takes messages for the one that is on.

    Attributes:
        streams: the ids of those that are on.
        said: what the chat has taken: stream and text.
        takes: seconds that a message takes.
    """

    def __init__(self, *streams: str) -> None:
        self.streams = list(streams)
        self.said: list[tuple[str, str]] = []
        self.gone = refused(404, "not_found")
        self.settings = ChatSettings(any_message_timeout=10)
        self.http = Http(route=self._answer)
        self.api = api_over(self.http)

    def count(self, path: str) -> int:
        return sum(each.path == path for each in self.http.asked)

    def _answer(self, asked: Asked) -> HttpResponse:
        match asked.path:
            case "/v1/channel":
                streams = [{"id": each, "ended_at": 0} for each in self.streams]
                first = streams[0] if streams else None
                return data(channel={"id": 1, "url": "streamer"}, stream=first, streams=streams)
            case "/v1/chat/settings":
                return data(chat_settings=self.settings)
            case "/v1/chat/settings/edit":
                return DONE
        if asked.params["stream_id"] not in self.streams:
            return self.gone
        self.said.append((asked.params["stream_id"], asked.body["parts"][0]["text"]["content"]))
        return DONE


def test_a_message_goes_to_the_stream_that_is_on():
    async def scene() -> None:
        platform = Platform("s-1")
        await platform.api.chat.send("https://live.vkvideo.ru/Streamer", "hi")
        assert [(each.path, each.params) for each in platform.http.asked] == [
            ("/v1/channel", {"channel_url": "streamer"}),
            (SEND, {"channel_url": "streamer", "stream_id": "s-1"}),
        ]

    run_virtual(scene())


def test_the_stream_is_asked_for_once_for_many_messages_and_not_for_ever():
    async def scene() -> None:
        platform = Platform("s-1")
        await asyncio.gather(*(platform.api.chat.send("streamer", str(number)) for number in range(10)))
        assert platform.count("/v1/channel") == 1
        await asyncio.sleep(STREAM_FRESHNESS)
        await platform.api.chat.send("streamer", "later")
        assert platform.count("/v1/channel") == 2

    run_virtual(scene())


def test_a_stream_that_is_named_is_not_asked_for():
    async def scene() -> None:
        platform = Platform("s-1", "s-2")
        await platform.api.chat.send("streamer", "hi", stream_id="s-2")
        assert platform.said == [("s-2", "hi")]
        assert platform.count("/v1/channel") == 0

    run_virtual(scene())


def test_without_a_stream_nothing_is_sent_and_it_is_said_why():
    async def scene() -> None:
        platform = Platform()
        with pytest.raises(ChannelOfflineError, match="no stream is on in 'streamer'") as failed:
            await platform.api.chat.send("Streamer", "hi")
        assert failed.value.channel_url == "streamer"
        assert platform.count(SEND) == 0
        platform.streams = ["s-1"]
        await platform.api.chat.send("streamer", "hi")
        assert platform.said == [("s-1", "hi")]

    run_virtual(scene())


@pytest.mark.parametrize(
    ("told", "chosen"),
    [
        ({"stream": None, "streams": [{"id": "second", "ended_at": 0}]}, "second"),
        ({"stream": {"id": "first", "ended_at": 5}, "streams": [{"id": "second"}]}, "second"),
        ({"stream": {"id": "first"}, "streams": []}, "first"),
    ],
)
def test_any_stream_that_is_on_will_do(told: dict[str, Any], chosen):
    async def scene() -> None:
        http = Http(data(channel={"id": 1, "url": "streamer"}, **told), DONE)
        await api_over(http).chat.send("streamer", "hi")
        assert http.asked[1].params["stream_id"] == chosen

    run_virtual(scene())


@pytest.mark.parametrize("gone", [refused(404, "not_found"), refused(400, "invalid_param")])
def test_a_message_to_a_stream_that_has_ended_goes_to_the_next_one(gone):
    async def scene() -> None:
        platform = Platform("s-1")
        platform.gone = gone
        await platform.api.chat.send("streamer", "one")
        platform.streams = ["s-2"]
        await platform.api.chat.send("streamer", "two")
        assert platform.said == [("s-1", "one"), ("s-2", "two")]

    run_virtual(scene())


def test_a_stream_that_has_ended_without_a_next_one_is_no_stream():
    async def scene() -> None:
        platform = Platform("s-1")
        await platform.api.chat.send("streamer", "one")
        platform.streams = []
        with pytest.raises(ChannelOfflineError):
            await platform.api.chat.send("streamer", "two")

    run_virtual(scene())


def test_what_is_refused_for_another_reason_is_raised_and_asked_once():
    async def scene() -> None:
        platform = Platform("s-1")
        await platform.api.chat.send("streamer", "one")
        platform.http.answers = [refused(400, "invalid_param")]
        with pytest.raises(InvalidParamError):
            await platform.api.chat.send("streamer", "two")
        assert platform.count(SEND) == 2

    run_virtual(scene())


@pytest.mark.parametrize(
    ("code", "kind"), [("same_message", SameMessageError), ("message_too_long", MessageTooLongError)]
)
def test_what_no_waiting_helps_against_is_raised_at_once(code, kind):
    async def scene() -> None:
        http = Http(refused(400, code))
        with pytest.raises(kind):
            await api_over(http).chat.send("streamer", "hi", stream_id="s")
        assert http.times == [0.0]

    run_virtual(scene())


def test_there_is_no_such_channel():
    async def scene() -> None:
        with pytest.raises(ChannelNotFoundError):
            await api_over(Http(refused(404, "channel_not_found"))).chat.send("nobody", "hi")
        with pytest.raises(ConfigError, match="names no channel"):
            await api_over(Http()).chat.send(" / ", "hi")

    run_virtual(scene())


def test_messages_to_one_chat_arrive_in_the_order_of_the_calls_whatever_is_waited_for():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.http.answers = [platform.http._route, TOO_FAST, platform.http._route, TOO_FAST]  # type: ignore[list-item]
        await asyncio.gather(*(platform.api.chat.send("streamer", str(number)) for number in range(5)))
        assert [text for _, text in platform.said] == ["0", "1", "2", "3", "4"]

    run_virtual(scene())


def test_another_chat_is_not_held_up():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.http.answers = [refused(400, "send_too_fast", retry_after="40")]
        slow = asyncio.create_task(platform.api.chat.send("streamer", "slow", stream_id="s-1"))
        await asyncio.sleep(1)
        await platform.api.chat.send("other", "quick", stream_id="s-1")
        assert asyncio.get_running_loop().time() == 1.0
        await slow
        assert [text for _, text in platform.said] == ["quick", "slow"]

    run_virtual(scene())


def test_a_message_that_is_given_up_leaves_the_queue_and_those_behind_it_go_on():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.http.answers = [refused(400, "send_too_fast", retry_after="40")]
        sends = [asyncio.create_task(platform.api.chat.send("streamer", str(n), stream_id="s-1")) for n in range(3)]
        await asyncio.sleep(1)
        sends[1].cancel()
        await asyncio.sleep(1)
        sends[0].cancel()
        await sends[2]
        assert platform.said == [("s-1", "2")]
        assert asyncio.get_running_loop().time() == 2.0

    run_virtual(scene())


def test_more_messages_than_can_wait_are_refused_and_the_others_are_sent():
    async def scene() -> None:
        platform = Platform("s-1")
        sends = [platform.api.chat.send("streamer", str(number)) for number in range(MAX_SENDS + 1)]
        *sent, refusal = await asyncio.gather(*sends, return_exceptions=True)
        assert sent == [None] * MAX_SENDS
        assert isinstance(refusal, SendQueueFullError)
        assert (refusal.channel_url, refusal.limit) == ("streamer", MAX_SENDS)
        await platform.api.chat.send("streamer", "again")

    run_virtual(scene())


def test_a_message_whose_fate_is_not_known_is_not_sent_again_and_the_next_one_is():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.http.answers = [LOST]
        with pytest.raises(ConnectError):
            await platform.api.chat.send("streamer", "one", stream_id="s-1")
        assert platform.count(SEND) == 1
        await platform.api.chat.send("streamer", "two", stream_id="s-1")
        assert platform.said == [("s-1", "two")]

    run_virtual(scene())


@pytest.mark.parametrize("how", ["read", "written", "written and others after it"])
def test_a_chat_whose_settings_are_known_is_waited_for_as_they_say(how):
    async def scene() -> None:
        platform = Platform("s-1")
        if how == "read":
            assert (await platform.api.chat.settings("streamer")).any_message_timeout == 10
        else:
            await platform.api.chat.edit_settings("Streamer", settings=platform.settings)
        if how == "written and others after it":
            await platform.api.chat.edit_settings("streamer", settings=ChatSettingsChange(follow_alert=True))
        platform.http.answers = [TOO_FAST, TOO_FAST]
        await platform.api.chat.send("streamer", "hi", stream_id="s-1")
        assert [each.at for each in platform.http.asked if each.path == SEND] == [0.0, 10.0, 20.0]

    run_virtual(scene())


def test_a_change_of_settings_that_is_none_is_not_sent():
    async def scene() -> None:
        platform = Platform("s-1")
        with pytest.raises(ConfigError, match="nothing is to change"):
            await platform.api.chat.edit_settings("streamer", settings=ChatSettingsChange())
        assert platform.http.asked == []

    run_virtual(scene())


def test_a_chat_that_is_slower_than_the_patience_says_how_long_it_takes():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.settings.any_message_timeout = 300
        await platform.api.chat.settings("streamer")
        platform.http.answers = [TOO_FAST]
        with pytest.raises(SendTooFastError) as failed:
            await platform.api.chat.send("streamer", "hi", stream_id="s-1")
        assert failed.value.retry_after == 300
        assert asyncio.get_running_loop().time() == 0.0

    run_virtual(scene())


def test_a_chat_that_says_it_has_no_such_timeout_is_waited_for_as_if_nothing_were_known():
    async def scene() -> None:
        platform = Platform("s-1")
        platform.settings.any_message_timeout = 0
        await platform.api.chat.settings("streamer")
        platform.http.answers = [TOO_FAST]
        await platform.api.chat.send("streamer", "hi", stream_id="s-1")
        assert asyncio.get_running_loop().time() >= 3.0

    run_virtual(scene())


def message(number: int, **fields: Any) -> dict[str, Any]:
    author = {"id": "9", "nick": "viewer", "nick_color": 0, "badges": None, "roles": []}
    return {"id": number, "author": author, "parts": [{"text": {"content": "hi"}}]} | fields


def test_messages_are_read_liberally_and_one_that_cannot_be_costs_no_other(caplog):
    async def scene() -> None:
        odd = [message(1), message(2, id={}), "what", message(3, parts=[{"poll": {"id": 4}}, {"smile": {"id": 5}}])]
        http = Http(data(chat_messages=odd))
        read = await api_over(http).chat.messages("streamer")
        assert [each.id for each in read] == [1, 3]
        assert read[1].parts[0].unknown is not None
        assert read[1].parts[1].smile is not None

    run_virtual(scene())
    assert [record.message for record in caplog.records] == [
        "a message of 'streamer' is left out: Expected `int`, got `object` - at `$.chat_message.id`",
        "a message of 'streamer' is left out: Expected `object`, got `str` - at `$.chat_message`",
    ]


def test_messages_are_had_as_they_were_written_too():
    async def scene() -> None:
        http = Http(data(chat_messages=[message(1, new_field=7)]))
        (raw,) = await api_over(http).chat.raw_messages("streamer", limit=1)
        assert msgspec.json.decode(raw)["new_field"] == 7
        assert http.asked[0].params["limit"] == "1"

    run_virtual(scene())
