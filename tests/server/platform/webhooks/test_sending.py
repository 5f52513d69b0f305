"""What is told by WebHooks is told for certain: to whom it concerns, again until it is taken, and not for ever."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import delete
from tests.server.platform.webhooks.conftest import ELSEWHERE, STREAMER, Application, follow, http

from vklive.devapi.webhooks import WebhookStatus
from vklive.events import Author, ChatMessage, ChatMessageSent
from vklive.server.platform.webhooks.outbox import WebhookOutbox
from vklive.server.platform.webhooks.sender import MAX_ANSWER_SIZE
from vklive.server.store.tables import WebhookRow
from vklive.server.store.webhooks import take_due


def answering(response: bytes):
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(response)

    return answer


async def hanging_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def saying_nothing(_: asyncio.StreamWriter) -> None:
    pass


async def test_an_application_that_is_linked_is_told(platform, application):
    await platform.link()

    await platform.happen(follow("Ann"))
    await platform.settled("delivered")

    assert application.heard == ["Ann"]
    assert application.places == [("streamer", 1, 1)]
    assert platform.published == ["api-channel-info:42"]


async def test_it_is_told_what_is_told_for_certain_alone(platform, application):
    await platform.link()

    await platform.happen(follow("A."), certain=follow("Ann"))
    await platform.settled("delivered")

    assert application.heard == ["Ann"]


async def test_of_other_channels_and_other_types_it_is_not_told(platform, application):
    await platform.link(events={"channel_stream_start"})
    await platform.happen(follow("Ann"))
    await platform.happen(follow("Bob"), ELSEWHERE)
    await platform.happen(ChatMessageSent(chat_message=ChatMessage(id=1, author=Author(id=1))))

    assert await platform.rows() == []
    assert application.asked == []


async def test_what_did_not_happen_is_not_told(platform, application):
    await platform.link()

    with pytest.raises(RuntimeError, match="no"):
        async with platform.acting() as act:
            act.announce(ELSEWHERE, follow("nobody"))
            raise RuntimeError("no")

    assert await platform.rows() == []
    assert platform.published == []


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        (answering(http(500, b"")), "it answered 500"),
        (answering(http(302, b"", headers="location: http://elsewhere/\r\n")), "it answered 302"),
        (answering(http(200, b"ok")), "its answer does not say what has become of the event"),
        (answering(http(200, b'{"id":"999","status":"ok"}')), "its answer does not say what has become of the event"),
        (
            answering(http(200, b'{"id":"1","status":"perhaps"}')),
            "its answer does not say what has become of the event",
        ),
        (answering(http(200, b"x" * (MAX_ANSWER_SIZE + 1))), f"it answered with over {MAX_ANSWER_SIZE} bytes"),
        (answering(b"nonsense\r\n\r\n"), "RemoteProtocolError"),
        (hanging_up, "RemoteProtocolError"),
        (saying_nothing, "no answer within 0.5 s"),
    ],
    ids=["500", "redirect", "words", "another id", "another word", "too long", "nonsense", "hang up", "silence"],
)
async def test_what_is_not_taken_is_sent_again_later_with_the_same_id(platform, application, trouble, problem):
    await platform.link()
    application.instead.append(trouble)

    await platform.happen(follow("Ann"))
    await platform.tried(1)
    assert await platform.rows() == [("waiting", 1, problem)]
    assert application.heard == []

    platform.pass_time(9.0)
    assert len(application.asked) == 1
    platform.pass_time(1.0)
    await platform.settled("delivered")

    assert application.heard == ["Ann"]
    assert application.asked[0] == application.asked[1]


async def test_an_application_that_is_not_there_is_asked_less_and_less_and_given_up_at_last(platform, application):
    await platform.link(url="http://127.0.0.1:1/hook")
    await platform.happen(follow("Ann"))
    await platform.tried(1)

    for attempt, delay in ((2, 10.0), (3, 20.0), (4, 40.0)):
        platform.pass_time(delay - 1.0)
        await asyncio.sleep(0.05)
        assert (await platform.rows())[0][1] == attempt - 1
        platform.pass_time(1.0)
        await platform.tried(attempt)
    platform.pass_time(40.0)
    await platform.settled("given_up")

    assert await platform.rows() == [("given_up", 5, "ConnectError")]


async def test_an_event_that_came_twice_is_settled_by_already_processed(platform, application):
    await platform.link()

    async def handle_and_hang_up(writer: asyncio.StreamWriter) -> None:
        # It took the event, and its answer was lost.
        application.heard.append("Ann")
        application.status = WebhookStatus.ALREADY_PROCESSED
        writer.close()

    application.instead.append(handle_and_hang_up)
    await platform.happen(follow("Ann"))
    await platform.tried(1)
    platform.pass_time(10.0)

    await platform.settled("delivered")


async def test_who_is_not_linked_any_more_is_told_nothing_more(platform, application):
    await platform.link()
    application.status = WebhookStatus.NOT_LINKED

    await platform.happen(follow("Ann"))
    await platform.settled("given_up")
    await platform.happen(follow("Bob"))

    assert await platform.rows() == [("given_up", 1, "not_linked")]


@pytest.mark.parametrize("status", [WebhookStatus.INVALID_SIGNATURE, WebhookStatus.UNPROCESSABLE])
async def test_what_an_application_will_never_take_is_not_sent_again(platform, application, status):
    await platform.link()
    application.status = status

    await platform.happen(follow("Ann"))
    await platform.settled("given_up")

    assert await platform.rows() == [("given_up", 1, status.value)]


async def test_events_of_one_application_come_in_order_and_one_at_a_time(platform, application):
    await platform.link()
    application.instead.append(answering(http(503, b"")))

    for nick in ("a", "b", "c"):
        await platform.happen(follow(nick))
    await platform.tried(1)
    platform.pass_time(10.0)
    await platform.settled("delivered", "delivered", "delivered")

    assert application.heard == ["a", "b", "c"]


async def test_an_application_that_hangs_keeps_no_other_from_being_told(platform, application):
    other = Application()
    async with other.listening():
        await platform.link()
        await platform.link(8, url=other.url)
        application.instead.append(saying_nothing)

        await platform.happen(follow("Ann"))
        await other.until(lambda: other.heard == ["Ann"])

        assert application.heard == []


async def test_what_was_taken_by_a_process_that_crashed_is_sent_when_its_lease_is_over(platform, application):
    lease = timedelta(seconds=60)
    await platform.link()
    # Written down and taken in one transaction, so that the sender of this process does not come first.
    async with platform.acting() as act:
        act.announce(STREAMER, follow("Ann"))
        await WebhookOutbox(lambda: None).add(act.session, act.announcements.pop(), now=act.now)
        await act.session.flush()
        assert await take_due(act.session, now=act.now, busy=(), lease=lease) is not None

    platform.pass_time(59.0)
    await asyncio.sleep(0.05)
    assert application.asked == []
    platform.pass_time(1.0)
    await platform.settled("delivered")

    assert application.heard == ["Ann"]


async def test_what_is_settled_is_forgotten_after_its_time(platform, application):
    await platform.link()
    await platform.happen(follow("Ann"))
    await platform.settled("delivered")

    platform.pass_time(2000.0)
    await platform.happen(follow("Bob"))
    await application.until(lambda: application.heard == ["Ann", "Bob"])

    await platform.settled("delivered")
    assert application.asked[-1]["id"] == "2"


async def test_no_id_is_given_twice_also_when_the_event_that_had_it_is_forgotten(platform, application):
    await platform.link()
    await platform.happen(follow("Ann"))
    await platform.settled("delivered")
    async with platform.store.database.writing() as session:
        await session.execute(delete(WebhookRow))

    await platform.happen(follow("Bob"))
    await platform.settled("delivered")

    assert application.heard == ["Ann", "Bob"]


async def test_no_log_shows_more_of_an_address_than_its_host(platform, application, caplog):
    caplog.set_level(logging.DEBUG)
    host = application.url.removeprefix("http://").partition("/")[0]
    await platform.link(url=f"http://bot:password@{host}/way-in?key=secret")

    await platform.happen(follow("Ann"))
    await platform.settled("delivered")

    assert "HTTP Request: POST http://127.0.0.1 " in caplog.text
    assert not [word for word in ("password", "way-in", "secret") if word in caplog.text]


async def test_no_cookie_of_an_application_is_kept(platform, application):
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(http(500, b"", headers="set-cookie: a=b\r\nconnection: close\r\n"))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        await platform.link(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await platform.happen(follow("Ann"))
        await platform.tried(1)
        platform.pass_time(20)
        await platform.tried(2)

    assert len(heads) == 2
    assert b"cookie" not in heads[1].lower()
