"""The receiving end of WebHooks: what is signed is handled once, what is not is not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.client.webhooks import MAX_BODY_SIZE, WebhookEvent, WebhookReceiver
from vklive.devapi.webhooks import WebhookStatus, is_signed, signature_of
from vklive.errors import ConfigError
from vklive.events import FollowCreated, UnknownEvent

KEY = "the-signature-key"
EVENT = {
    "id": "123456789012345",
    "time": 1780000000,
    "user_id": 1001,
    "type": "channel_follow_create",
    "data": {
        "channel": {"url": "streamer"},
        "owner": {"id": 1001},
        "follow": {"follower": {"id": 2003, "nick": "newbie", "nick_color": 9, "avatar_url": ""}, "started_at": 1},
    },
}


def body_of(event=EVENT, *, key: str = KEY) -> bytes:
    text = event if isinstance(event, str) else msgspec.json.encode(event).decode()
    return urlencode({"event": text, "signature": signature_of(text, key)}).encode()


def receiving(handler=lambda _: None, **how):
    return WebhookReceiver(KEY, handler, **how)


def said(response) -> tuple[int, str, str]:
    answer = msgspec.json.decode(response.body)
    return response.status, answer["id"], answer["status"]


def test_the_signature_is_plain_sha256_of_the_event_and_the_key_behind_it():
    # Computed with sha256sum, so that it is not our own idea of it.
    assert signature_of('{"id":"1"}', "key") == "bdfaab1eaafa0ed684360ed7c9c1677a57dc03c5527d3418f8ecf72e9324e2ba"


async def test_an_event_reaches_the_handler_typed():
    seen: list[WebhookEvent] = []

    response = await receiving(seen.append).receive(body_of())

    assert said(response) == (200, "123456789012345", "ok")
    (event,) = seen
    assert isinstance(event.data, FollowCreated)
    assert event.data.follow.follower.nick == "newbie"
    assert (event.channel_url, event.owner_id, event.user_id) == ("streamer", 1001, 1001)
    assert event.happened_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)


async def test_an_event_that_comes_again_is_handled_once():
    seen: list[WebhookEvent] = []
    receiver = receiving(seen.append)

    await receiver.receive(body_of())

    assert said(await receiver.receive(body_of())) == (200, "123456789012345", "already_processed")
    assert len(seen) == 1


async def test_one_that_comes_again_while_it_is_handled_waits_and_is_handled_once():
    go_on = asyncio.Event()
    seen: list[WebhookEvent] = []

    async def handle(event):
        seen.append(event)
        await go_on.wait()

    receiver = receiving(handle)
    both = asyncio.gather(receiver.receive(body_of()), receiver.receive(body_of()))
    await asyncio.sleep(0)
    go_on.set()

    assert sorted(said(each)[2] for each in await both) == ["already_processed", "ok"]
    assert len(seen) == 1


async def test_an_event_whose_handler_failed_is_asked_for_again_and_then_handled(caplog):
    tries = []

    def handle(event):
        tries.append(event)
        if len(tries) == 1:
            raise RuntimeError("not today")

    receiver = receiving(handle)

    assert (await receiver.receive(body_of())).status == 500
    assert said(await receiver.receive(body_of()))[2] == "ok"
    assert "123456789012345" in caplog.text


async def test_a_handler_may_say_that_it_does_not_know_the_user():
    response = await receiving(lambda _: WebhookStatus.NOT_LINKED).receive(body_of())

    assert said(response)[2] == "not_linked"


async def test_what_is_signed_with_another_key_reaches_no_handler():
    seen: list[WebhookEvent] = []

    response = await receiving(seen.append).receive(body_of(key="another-key"))

    assert said(response) == (200, "123456789012345", "invalid_signature")
    assert seen == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"event=%7B%7D",
        b"signature=1",
        b"\xff\xfe",
        b"event=1&" * 20 + b"signature=1",
        b"x" * (MAX_BODY_SIZE + 1),
    ],
)
async def test_what_is_no_form_of_an_event_is_a_bad_request(body):
    seen: list[WebhookEvent] = []

    assert (await receiving(seen.append).receive(body)).status == 400
    assert seen == []


@pytest.mark.parametrize("time", [1780000000000, 2**53, 2**62, -(2**62)])
async def test_an_event_of_no_date_is_handled_all_the_same(time):
    seen: list[WebhookEvent] = []

    assert said(await receiving(seen.append).receive(body_of(EVENT | {"time": time})))[2] == "ok"
    assert [event.happened_at for event in seen] == [datetime(1970, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("place", [{"channel": "streamer"}, {"owner": None}, {"channel": {"url": 5}}])
async def test_an_event_of_a_place_that_cannot_be_read_is_handled_all_the_same(place):
    seen: list[WebhookEvent] = []
    data = {**EVENT["data"], **place}  # type: ignore[dict-item]

    assert said(await receiving(seen.append).receive(body_of(EVENT | {"data": data})))[2] == "ok"
    assert [(event.channel_url, event.type) for event in seen] == [("", "channel_follow_create")]


@pytest.mark.parametrize("event", ["{}", "[]", "1", "{", '{"id":"1"}', "[" * 100_000, '{"id":"5","time":1e400}'])
async def test_a_signed_event_that_cannot_be_read_is_unprocessable(event):
    seen: list[WebhookEvent] = []

    assert said(await receiving(seen.append).receive(body_of(event)))[2] == "unprocessable"
    assert seen == []


async def test_an_event_of_an_unknown_type_is_kept():
    seen: list[WebhookEvent] = []

    await receiving(seen.append).receive(body_of({**EVENT, "type": "channel_new_thing"}))

    assert isinstance(seen[0].data, UnknownEvent)
    assert seen[0].type == "channel_new_thing"


async def test_only_so_many_ids_are_remembered():
    seen: list[WebhookEvent] = []
    receiver = receiving(seen.append, remembered=1)

    for number in ("1", "2", "1"):
        await receiver.receive(body_of({**EVENT, "id": number}))

    assert [event.id for event in seen] == ["1", "2", "1"]


def test_the_key_is_not_shown():
    assert KEY not in repr(receiving())


def test_an_empty_key_is_none():
    with pytest.raises(ConfigError):
        WebhookReceiver("", lambda _: None)


@given(event=st.text(), key=st.text(min_size=1), other=st.text(min_size=1))
def test_only_the_signature_of_the_same_event_and_key_counts(event, key, other):
    assert is_signed(event, signature_of(event, key), key)
    assert is_signed(event, signature_of(event, other), key) == (signature_of(event, other) == signature_of(event, key))
    assert not is_signed(event, "", key)


@given(body=st.binary(max_size=200))
async def test_no_body_makes_it_fail(body):
    assert (await receiving().receive(body)).status == 400
