import pytest

from vklive.cli.demo.cast import CONSUMERS, GUEST, SUBSCRIBER, read_cast
from vklive.cli.demo.script import read_script
from vklive.clock import SystemClock
from vklive.devapi.topics import Topic
from vklive.server.access import Access, access
from vklive.server.directory import User
from vklive.server.names import parse
from vklive.server.store import Store


@pytest.fixture
def cast():
    return read_cast()


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'demo.sqlite3'}"


def test_every_line_of_the_script_has_a_ws_channel(cast):
    for line in read_script():
        found = parse(cast.ws_channel(line))
        assert found is not None
        assert found.topic is line.topic


def test_every_channel_is_in_the_script(cast):
    assert {line.channel for line in read_script()} == set(cast.channel_urls)


async def test_both_consumers_get_an_access_token_of_their_own(cast, database_url):
    tokens = await cast.prepare(database_url, clock=SystemClock())

    assert set(tokens) == set(CONSUMERS)
    async with Store(database_url, clock=SystemClock()) as store:
        for nick, token in tokens.items():
            bearer = await store.bearer(token)
            assert bearer is not None
            assert isinstance(bearer.viewer, User)
            assert bearer.viewer.nick == nick


@pytest.mark.parametrize(("consumer", "decision"), [(SUBSCRIBER, Access.LIMITED_GRANTED), (GUEST, Access.DENIED)])
async def test_only_the_subscriber_may_hear_limited_chat(cast, database_url, consumer, decision):
    tokens = await cast.prepare(database_url, clock=SystemClock())
    limited = next(line for line in read_script() if line.topic is Topic.LIMITED_CHAT)
    ws_channel = parse(cast.ws_channel(limited))
    assert ws_channel is not None

    async with Store(database_url, clock=SystemClock()) as store:
        bearer = await store.bearer(tokens[consumer])
        assert bearer is not None
        viewer = bearer.viewer
        assert isinstance(viewer, User)
        channels = await store.channels_by_id([ws_channel.channel_id])
        memberships = await store.memberships(viewer.id, [ws_channel.channel_id])

    channel = channels[ws_channel.channel_id]
    assert access(ws_channel, viewer, channel=channel, membership=memberships.get(channel.id)) is decision
