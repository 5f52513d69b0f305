"""When `listen` ends, and when it does not."""

from __future__ import annotations

import pytest

from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending, follow
from vklive.events import Connected, Event, Gap, Listening, NoAccess, Reconnecting

DELETED = '{"type":"channel_chat_message_delete","data":{"chat_message":{"id":1}}}'
UNKNOWN = '{"type":"new","data":{}}'


class Shown:
    """An output that keeps what it was given."""

    def __init__(self) -> None:
        self.types: list[str] = []

    def show(self, event: Event) -> None:
        self.types.append(event.type)


async def followed(*events, topics=("chat",), limit=None, retry=True) -> tuple[Ending, list[str]]:
    async def stream():
        for event in events:
            yield event

    shown = Shown()
    ending = await follow(stream(), shown, topics=topics, limit=limit, retry=retry)
    return ending, shown.types


async def test_a_stream_that_ends_by_itself_is_unexpected(heard):
    ending, shown = await followed(heard(DELETED))

    assert ending == Ending(ExitCode.FAILED, "the stream has ended")
    assert shown == ["channel_chat_message_delete"]


async def test_the_limit_counts_events_of_the_channel_and_not_those_of_the_connection(heard, happened):
    connected = happened(Connected(attempt=1, client_id="c"))
    gap = happened(Gap(topic="chat", ws_channel="x", reason="r"), topic="chat")

    ending, shown = await followed(connected, heard(DELETED), gap, heard(UNKNOWN), heard(DELETED), limit=2)

    assert ending == Ending(ExitCode.ENDED)
    assert shown == ["vklive.connected", "channel_chat_message_delete", "vklive.gap", "new"]


@pytest.mark.parametrize("retry", [True, False])
async def test_without_retry_the_first_trouble_ends_it_with_its_cause(happened, retry):
    trouble = happened(Reconnecting(cause="refused", delay=1.0, attempt=2))

    ending, shown = await followed(trouble, trouble, retry=retry)

    if retry:
        assert shown == ["vklive.reconnecting", "vklive.reconnecting"]
    else:
        assert ending == Ending(ExitCode.UNREACHABLE, "refused")
        assert shown == []


def no_access(happened, topic):
    return happened(NoAccess(topic=topic, ws_channel="", reason="no token"), topic=topic)


def listening(happened, topic):
    return happened(Listening(topic=topic, ws_channel="x"), topic=topic)


async def test_no_access_to_one_topic_is_an_answer_and_no_end(happened, heard):
    events = no_access(happened, "limited_chat"), listening(happened, "chat"), heard(DELETED)

    _, shown = await followed(*events, topics=("chat", "limited_chat"))

    assert len(shown) == 3


async def test_no_access_to_all_of_them_is_the_end(happened, heard):
    events = no_access(happened, "limited_chat"), no_access(happened, "chat"), heard(DELETED)

    ending, shown = await followed(*events, topics=("chat", "limited_chat"))

    assert ending == Ending(ExitCode.NO_ACCESS, "no access to any topic of streamer")
    assert shown == ["vklive.no_access", "vklive.no_access"]


async def test_a_topic_that_was_refused_once_and_is_heard_again_counts_as_heard(happened):
    events = no_access(happened, "chat"), listening(happened, "chat"), no_access(happened, "info")

    _, shown = await followed(*events, topics=("chat", "info"))

    assert len(shown) == 3
