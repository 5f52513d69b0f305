"""What a reward may be."""

from __future__ import annotations

import msgspec
import pytest

from vklive.devapi.models import ChatMessageToSend, DemandsRequest, RewardActivateRequest, RewardBody

NAME = {"name": "Water", "price": 5}


@pytest.mark.parametrize(
    "field",
    [
        {},
        {"name": "ж" * 50},
        {"description": "ж" * 200},
        {"price": 1},
        {"price": 2**53 - 1},
        {"background_color": 15},
        {"max_uses_count": 1, "max_uses_count_per_user": 2**53 - 1},
        {"max_uses_count": None},
        {"max_uses_count": 0},
        {"repair_timeout": 604800},
        {"is_disabled": None},
        {"a field of tomorrow": 1},
    ],
)
def test_a_reward_within_its_limits_is_read(field):
    assert msgspec.convert(NAME | field, RewardBody).name


@pytest.mark.parametrize(
    "field",
    [
        {"name": ""},
        {"name": "ж" * 51},
        {"name": "\0"},
        {"description": "ж" * 201},
        {"description": "a\0\n"},
        {"price": 0},
        {"price": -1},
        {"price": 2**53},
        {"price": "5"},
        {"background_color": 16},
        {"background_color": -1},
        {"max_uses_count": -1},
        {"max_uses_count_per_user": 2**53},
        {"repair_timeout": 604801},
        {"repair_timeout": -1},
    ],
)
def test_a_reward_beyond_its_limits_is_refused(field):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(NAME | field, RewardBody)


def test_a_message_may_be_null_and_parts_may_have_keys_that_are():
    body = b'{"reward":{"id":"r","message":{"parts":[{"text":{"content":"hi"},"link":null,"smile":null}]}}}'
    message = msgspec.json.decode(body, type=RewardActivateRequest).reward.message
    assert message == ChatMessageToSend.of("hi")

    assert (
        msgspec.json.decode(b'{"reward":{"id":"r","message":null}}', type=RewardActivateRequest).reward.message is None
    )


def test_a_hundred_demands_are_settled_at_once_and_not_more():
    assert msgspec.convert({"demands": [{"id": 1}] * 100}, DemandsRequest).demands
    for wrong in ([{"id": 1}] * 101, [{"id": 0}], [{"id": 2**63}], [1], None):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"demands": wrong}, DemandsRequest)
