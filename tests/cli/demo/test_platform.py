import pytest
from msgspec import Raw

from vklive.cli.demo.platform import Platform
from vklive.cli.demo.report import Report
from vklive.cli.demo.script import Line
from vklive.clock import SystemClock
from vklive.devapi.topics import Topic
from vklive.errors import ServerError, UnauthorizedError

CHAT = "api-channel-chat:1"


@pytest.fixture
def report():
    return Report(["guest"])


@pytest.fixture
def platform(server, http, api_key, report):
    return Platform(http, url=server.url, api_key=api_key, clock=SystemClock(), report=report)


def said(at: float) -> Line:
    payload = Raw(
        f'{{"type":"channel_chat_message_delete","data":{{"chat_message":{{"id":{at * 100:.0f}}}}}}}'.encode()
    )
    return Line(at, "c", Topic.CHAT, payload)


async def test_every_line_is_published_when_its_time_has_come(platform, report):
    start = SystemClock().monotonic()

    await platform.perform([said(0.0), said(0.1), said(0.2)], ws_channel_of=lambda _: CHAT)

    assert report.published == 3
    assert SystemClock().monotonic() - start >= 0.2


async def test_a_ws_channel_that_the_server_does_not_know_is_an_error(platform):
    with pytest.raises(ServerError) as raised:
        await platform.perform([said(0.0)], ws_channel_of=lambda _: "nowhere:1")

    assert raised.value.code == 102


async def test_a_wrong_key_is_an_error(server, http, report):
    platform = Platform(http, url=server.url, api_key="wrong", clock=SystemClock(), report=report)

    with pytest.raises(UnauthorizedError):
        await platform.perform([said(0.0)], ws_channel_of=lambda _: CHAT)
