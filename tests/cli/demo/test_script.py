from collections import Counter
from itertools import pairwise

import pytest

from vklive.cli.demo.script import LENGTH, parse, play, read_script
from vklive.devapi.topics import Topic
from vklive.errors import ConfigError
from vklive.events import (
    ChatMessageDeleted,
    ChatMessageSent,
    FollowCreated,
    RaidIncome,
    RewardDemandCreated,
    StreamStarted,
    decode_payload,
)

DELETION = '"payload":{"type":"channel_chat_message_delete","data":{"chat_message":{"id":%d}}}'


def script(*moments: float) -> bytes:
    lines = (f'{{"at":{at},"channel":"c","topic":"chat",{DELETION % number}}}' for number, at in enumerate(moments))
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def recording():
    return read_script()


def test_the_recording_has_three_channels_and_fills_its_minute(recording):
    assert len({line.channel for line in recording}) == 3
    assert 150 <= len(recording) <= 250
    assert recording[-1].at > LENGTH - 2


def test_everything_that_the_demo_shows_is_in_its_first_eight_seconds(recording):
    first = [line for line in recording if line.at < 8]

    assert {type(decode_payload(line.payload)[1]) for line in first} == {
        ChatMessageSent,
        ChatMessageDeleted,
        RewardDemandCreated,
        FollowCreated,
        RaidIncome,
        StreamStarted,
    }
    assert {line.topic for line in first} == {Topic.CHAT, Topic.LIMITED_CHAT, Topic.CHANNEL_POINTS, Topic.INFO}


def test_it_has_every_kind_of_part_split_texts_and_two_alphabets(recording):
    decoded = [decode_payload(line.payload)[1] for line in recording]
    messages = [data.chat_message for data in decoded if isinstance(data, ChatMessageSent)]
    kinds = Counter(type(part.content).__name__ for message in messages for part in message.parts)
    texts = [message.text for message in messages]

    assert set(kinds) == {"Text", "Link", "Mention", "Smile"}
    assert any(sum(part.text is not None for part in message.parts) > 2 for message in messages)
    assert any("й" in text for text in texts)
    assert any("the" in text for text in texts)


def test_it_has_bursts_and_pauses(recording):
    pauses = [after.at - before.at for before, after in pairwise(recording)]

    assert max(pauses) > 0.6
    assert sum(pause < 0.1 for pause in pauses) > 20


def test_a_message_is_deleted_only_after_it_was_sent(recording):
    sent = set()
    for line in recording:
        match decode_payload(line.payload)[1]:
            case ChatMessageSent(chat_message=message):
                assert message.id not in sent
                sent.add(message.id)
            case ChatMessageDeleted(chat_message=message):
                assert message.id in sent
            case _:
                pass


def test_limited_chat_belongs_to_one_channel(recording):
    assert len({line.channel for line in recording if line.topic is Topic.LIMITED_CHAT}) == 1


def test_a_payload_is_kept_byte_for_byte():
    (line,) = parse(b'{"at":1,"channel":"c","topic":"chat","payload":{ "type":"channel_chat_message_delete",'
                    b'"data":{"chat_message":{"id":"7"}}}}')  # fmt: skip

    assert bytes(line.payload) == b'{ "type":"channel_chat_message_delete","data":{"chat_message":{"id":"7"}}}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"not json", "line 1"),
        (b'{"at":-1,"channel":"c","topic":"chat","payload":{}}', "$.at"),
        (b'{"at":60,"channel":"c","topic":"chat","payload":{}}', "$.at"),
        (b'{"at":1,"channel":"c","topic":"gossip","payload":{}}', "$.topic"),
        (b'{"at":1,"channel":"c","topic":"chat","payload":{},"more":1}', "more"),
        (b'{"at":1,"channel":"c","topic":"chat","payload":{}}', "missing required field `type`"),
        (b'{"at":1,"channel":"c","topic":"chat","payload":{"type":"x"}}', "x: unknown type"),
        (script(2, 1), "line 2"),
    ],
)
def test_a_line_that_is_none_is_refused(text, problem):
    with pytest.raises(ConfigError) as raised:
        parse(text)

    assert problem in str(raised.value)


def test_a_shorter_demo_is_cut():
    assert [line.at for line in play(parse(script(0, 1, 2, 3)), seconds=2)] == [0, 1]


def test_a_longer_demo_begins_again():
    assert [line.at for line in play(parse(script(0, 30)), seconds=121)] == [0, 30, 60, 90, 120]


def test_a_demo_without_lines_ends():
    assert list(play([], seconds=5)) == []
