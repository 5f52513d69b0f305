"""The directory in a database, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import text

from vklive.devapi.models import ChatAccess, ChatMode, ChatSettings, GeneralChatMode, OnlySmilesChatMode
from vklive.devapi.scopes import Scope
from vklive.errors import ConfigError
from vklive.server.directory import (
    Application,
    CategoryRecord,
    DirectoryUnavailableError,
    Membership,
    Role,
    StreamRecord,
    User,
)
from vklive.server.store import Store, parse_seed
from vklive.server.store.chat_people import smiles
from vklive.server.store.chat_settings import settings_of
from vklive.server.store.engine import create_engine
from vklive.server.store.passwords import is_password
from vklive.server.store.tables import ApplicationRow, UserRow
from vklive.testing.clock import EPOCH

SEED = """
[[users]]
id = 7
nick = "Анна"
nick_color = 3
avatar_url = "https://example/anna.png"
is_verified_streamer = true
access_tokens = ["token of anna"]

[[users]]
id = 8
nick = "Bob"

[[applications]]
id = 1
client_id = "bot"
client_secret = "secret of the bot"
name = "The bot"
access_tokens = ["token of the bot"]

[[channels]]
id = 42
url = "https://live.vkvideo.ru/Streamer/"
owner = 7
description = "talks"
live = true
stream = { title = "Hello", viewers = 5, views = 50, category = { id = "g", title = "Go", type = "game" } }

[[channels]]
id = 43
url = "quiet"
owner = 8
nick = "Quiet"
banned = true

[[memberships]]
channel = 42
user = 8
role = "moderator"

[[memberships]]
channel = 43
user = 7
banned = true
"""

ANNA = User(id=7, nick="Анна", nick_color=3, avatar_url="https://example/anna.png", is_verified_streamer=True)
BOT = Application(id=1, name="The bot")


async def viewer(store: Store, token: str):
    bearer = await store.bearer(token)
    return None if bearer is None else bearer.viewer


def seed(text: str = SEED):
    return parse_seed(text.encode(), origin="test.toml")


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        yield opened


@pytest_asyncio.fixture
async def planted(store):
    await store.plant(seed())
    return store


async def dump(database_url: str) -> str:
    """Everything that is in the database."""
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        tables = ["users", "applications", "access_tokens", "channels", "streams", "memberships"]
        found = [str((await connection.execute(text(f"SELECT * FROM {table}"))).all()) for table in tables]
    await engine.dispose()
    return "\n".join(found)


async def test_an_access_token_says_whose_it_is(planted):
    assert await viewer(planted, "token of anna") == ANNA
    assert await viewer(planted, "token of the bot") == BOT
    assert await viewer(planted, "token of nobody") is None
    assert await viewer(planted, "") is None


async def test_credentials_say_which_application_it_is(planted):
    assert await planted.application("bot", "secret of the bot") == BOT
    assert await planted.application("bot", "secret of the bo") is None
    assert await planted.application("bot", "") is None
    assert await planted.application("BOT", "secret of the bot") is None
    assert await planted.application("unknown", "") is None


async def test_an_access_token_of_a_seed_has_all_scopes_and_an_applications_needs_none(planted):
    assert (await planted.bearer("token of anna")).scopes == frozenset(Scope)
    assert (await planted.bearer("token of the bot")).scopes == frozenset()


async def test_a_password_of_a_seed_is_stored_hashed_and_stays_when_the_next_seed_names_none(store):
    user = b"[[users]]\nid = 7\nnick = 'Anna'\n"
    for more in (b"password = 'anna at home'\n", b""):
        await store.plant(parse_seed(user + more, origin="seed"))
        async with store.database.reading() as session:
            row = await session.get(UserRow, 7)
        assert is_password("anna at home", row.password_hash)
        assert "anna" not in row.password_hash


async def test_what_a_seed_says_of_an_application_is_stored(store):
    await store.plant(
        parse_seed(
            b"""[[applications]]
            id = 1
            client_id = "bot"
            client_secret = "secret"
            description = "greets"
            icon_url = "https://bot.example/icon.png"
            redirect_uris = ["https://bot.example/", "http://localhost/"]
            webhook_url = "https://bot.example/events"
            webhook_key = "key"
            webhook_events = ["raid_start", "channel_follow_create"]
            """,
            origin="seed",
        )
    )
    async with store.database.reading() as session:
        row = await session.get(ApplicationRow, 1)
    assert (row.name, row.description, row.icon_url) == ("bot", "greets", "https://bot.example/icon.png")
    assert row.redirect_uris.split("\n") == ["https://bot.example/", "http://localhost/"]
    assert (row.webhook_url, row.webhook_key) == ("https://bot.example/events", "key")
    assert row.webhook_events.split("\n") == ["raid_start", "channel_follow_create"]


async def test_an_issued_token_is_good_until_it_expires(planted, clock):
    token = await planted.issue_access_token(user_id=7, ttl=60.0, scopes=[Scope.CHAT_SETTINGS])
    assert await viewer(planted, token) == ANNA

    clock.advance(59.0)
    assert await viewer(planted, token) == ANNA

    clock.advance(1.0)
    assert await viewer(planted, token) is None


async def test_an_issued_token_without_a_ttl_does_not_expire(planted, clock):
    token = await planted.issue_access_token(application_id=1)
    clock.advance(1e9)

    assert await viewer(planted, token) == BOT


async def test_a_revoked_token_is_nobodys(planted):
    token, other = [await planted.issue_access_token(user_id=7) for _ in range(2)]

    await planted.revoke_access_token(token)
    await planted.revoke_access_token("never issued")

    assert await viewer(planted, token) is None
    assert await viewer(planted, other) == ANNA


@pytest.mark.parametrize("bearers", [{}, {"user_id": 7, "application_id": 1}])
async def test_a_token_has_one_bearer(planted, bearers):
    with pytest.raises(ValueError, match="either"):
        await planted.issue_access_token(**bearers)


@pytest.mark.parametrize("bearer", [{"user_id": 999}, {"application_id": 999}])
async def test_nobody_gets_no_token(planted, bearer):
    with pytest.raises(ValueError, match="there is no"):
        await planted.issue_access_token(**bearer)


async def test_no_secret_is_in_the_database(planted, database_url):
    token = await planted.issue_access_token(user_id=7)

    content = await dump(database_url)

    assert "Анна" in content
    for secret in (token, "token of anna", "token of the bot", "secret of the bot"):
        assert secret not in content


async def test_a_channel_is_found_by_its_slug_with_all_that_belongs_to_it(planted):
    found = await planted.channels_by_url(["streamer", "unknown"])

    assert set(found) == {"streamer"}
    channel = found["streamer"]
    assert (channel.id, channel.nick, channel.owner, channel.status) == (42, "Анна", ANNA, "online")
    assert (channel.description, channel.banned, channel.followers) == ("talks", False, 1)
    assert channel.streams == (
        StreamRecord(
            id="stream-42",
            title="Hello",
            category=CategoryRecord(id="g", title="Go", type="game"),
            viewers=5,
            views=50,
            started_at=datetime.fromtimestamp(EPOCH, UTC),
        ),
    )


async def test_channels_are_found_by_id(planted):
    found = await planted.channels_by_id([43, 44, 2**63 - 1])

    assert set(found) == {43}
    assert (found[43].url, found[43].nick, found[43].banned, found[43].streams) == ("quiet", "Quiet", True, ())
    assert found[43].followers == 0, "who is banned does not count"
    assert await planted.channels_by_id([]) == {}


async def test_memberships_are_those_of_the_user_in_the_channels(planted):
    assert await planted.memberships(8, [42, 43]) == {42: Membership(user_id=8, channel_id=42, role=Role.MODERATOR)}
    assert await planted.memberships(7, [42, 43]) == {
        43: Membership(user_id=7, channel_id=43, role=Role.FOLLOWER, banned=True)
    }
    assert await planted.memberships(8, [43]) == {}


async def test_planting_again_changes_what_is_named_and_leaves_the_rest(planted, clock):
    issued = await planted.issue_access_token(user_id=7)
    clock.advance(100.0)

    await planted.plant(
        seed('[[users]]\nid = 7\nnick = "Anna"\n[[channels]]\nid = 42\nurl = "renamed"\nowner = 7\nlive = true\n')
    )

    found = await planted.channels_by_id([42, 43])
    assert (found[42].url, found[42].owner.nick, found[42].nick) == ("renamed", "Anna", "Anna")
    assert found[42].streams[0].started_at == datetime.fromtimestamp(EPOCH, UTC), "the stream went on"
    assert found[43].url == "quiet"
    assert await viewer(planted, issued) == await viewer(planted, "token of anna") == User(id=7, nick="Anna")
    assert set(await planted.memberships(8, [42])) == {42}
    async with planted.database.reading() as session:
        assert (await session.get_one(UserRow, 7)).registered_at == datetime.fromtimestamp(EPOCH, UTC)


async def test_what_concerns_a_chat_is_planted_and_stays_when_a_seed_does_not_name_it(planted):
    chat = """
    [[channels]]
    id = 42
    url = "streamer"
    owner = 7
    chat = { allow_access = "subscribers", any_message_timeout = 5, is_links_prohibited = true }
    [[memberships]]
    channel = 42
    user = 8
    since = 2026-01-01T00:00:00Z
    [[smiles]]
    id = "s-1"
    name = "peepo"
    """
    expected = ChatSettings(
        allow_access=ChatAccess.SUBSCRIBERS,
        any_message_timeout=5,
        mode=ChatMode(general=GeneralChatMode(is_links_prohibited=True)),
    )
    for text_of_seed in (chat, SEED):
        await planted.plant(seed(text_of_seed))
        async with planted.database.reading() as session:
            assert await settings_of(session, 42) == expected
            assert {id_: row.name for id_, row in (await smiles(session, ["s-1", "s-2"])).items()} == {"s-1": "peepo"}
        assert (await planted.memberships(8, [42]))[42].since == datetime(2026, 1, 1, tzinfo=UTC)
    await planted.plant(seed('[[channels]]\nid = 42\nurl = "streamer"\nowner = 7\nchat = { only_smiles = true }\n'))
    async with planted.database.reading() as session:
        assert (await settings_of(session, 42)).mode == ChatMode(only_smiles=OnlySmilesChatMode())


async def test_a_stream_ends_when_its_channel_is_not_live_and_begins_anew(planted, clock):
    await planted.plant(seed('[[channels]]\nid = 42\nurl = "streamer"\nowner = 7\n'))
    ended = (await planted.channels_by_id([42]))[42]
    clock.advance(100.0)
    await planted.plant(seed('[[channels]]\nid = 42\nurl = "streamer"\nowner = 7\nlive = true\n'))
    begun = (await planted.channels_by_id([42]))[42]

    assert (ended.streams, ended.status) == ((), "offline")
    assert begun.streams[0].started_at == datetime.fromtimestamp(EPOCH + 100, UTC)


async def test_another_stream_replaces_the_one_that_was_on(planted):
    await planted.plant(
        seed('[[channels]]\nid = 42\nurl = "streamer"\nowner = 7\nlive = true\nstream = { id = "next" }\n')
    )

    assert [stream.id for stream in (await planted.channels_by_id([42]))[42].streams] == ["next"]


@pytest.mark.parametrize(
    "contradiction",
    [
        '[[channels]]\nid = 44\nurl = "streamer"\nowner = 7\n',
        '[[channels]]\nid = 44\nurl = "new"\nowner = 999\n',
        '[[applications]]\nid = 2\nclient_id = "bot"\nclient_secret = "other secret"\n',
        "[[memberships]]\nuser = 999\nchannel = 42\n",
    ],
)
async def test_a_contradicting_seed_changes_nothing_and_shows_no_secret(planted, database_url, contradiction):
    before = await dump(database_url)

    with pytest.raises(ConfigError) as caught:
        await planted.plant(seed('[[users]]\nid = 9\nnick = "new"\n' + contradiction))

    assert caught.value.where == "seed"
    assert "secret" not in str(caught.value)
    assert await dump(database_url) == before


async def test_servers_that_start_at_the_same_time_migrate_and_plant_once(database_url, clock):
    async def start() -> None:
        async with Store(database_url, clock=clock) as store:
            await store.plant(seed())

    async with asyncio.TaskGroup() as starting:
        for _ in range(4):
            starting.create_task(start())

    async with Store(database_url, clock=clock) as store:
        assert await viewer(store, "token of anna") == ANNA


async def test_what_was_written_is_there_after_a_restart(database_url, clock):
    async with Store(database_url, clock=clock) as store:
        await store.plant(seed())
        token = await store.issue_access_token(user_id=7)
    async with Store(database_url, clock=clock) as store:
        assert await viewer(store, token) == ANNA


async def test_many_ask_at_once(planted):
    answers = await asyncio.gather(*(viewer(planted, "token of anna") for _ in range(50)))

    assert answers == [ANNA] * 50


async def test_a_database_in_memory_lives_as_long_as_its_store(clock):
    async with Store("sqlite+aiosqlite:///:memory:", clock=clock) as store:
        await store.plant(seed())
        assert await asyncio.gather(*(viewer(store, "token of anna") for _ in range(10))) == [ANNA] * 10


async def test_a_database_that_is_broken_is_said_to_be_unavailable_without_its_statements(planted, database_url):
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE access_tokens"))
    await engine.dispose()

    with pytest.raises(DirectoryUnavailableError) as caught:
        await viewer(planted, "token of anna")

    assert "SELECT" not in str(caught.value)


async def test_a_lost_connection_is_replaced_unnoticed_and_a_lost_database_is_said_to_be_unavailable(
    postgresql_url, clock
):
    name = postgresql_url.rpartition("/")[2]
    others = create_engine(postgresql_url.replace(name, "postgres"))

    async def run(statement: str) -> None:
        async with others.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(statement))

    async with Store(postgresql_url, clock=clock) as store:
        await store.plant(seed())
        await run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert await viewer(store, "token of anna") == ANNA

        await run(f"DROP DATABASE {name} WITH (FORCE)")
        with pytest.raises(DirectoryUnavailableError):
            await viewer(store, "token of anna")
    await others.dispose()


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("missing/vklive.sqlite3", "unable to open database file"),
        ("", "unable to open database file"),
        ("text", "file is not a database"),
    ],
)
async def test_a_file_that_cannot_be_a_database_is_a_wrong_setting(tmp_path, clock, path, problem):
    (tmp_path / "text").write_text("no database " * 100)

    with pytest.raises(ConfigError, match=f"database_url: cannot open .*{problem}"):
        await Store(f"sqlite+aiosqlite:///{tmp_path}/{path}", clock=clock).__aenter__()


async def test_tables_of_a_newer_version_are_not_opened(database_url, clock):
    async with Store(database_url, clock=clock):
        pass
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))
    await engine.dispose()

    with pytest.raises(ConfigError, match="newer"):
        await Store(database_url, clock=clock).__aenter__()


@pytest.mark.parametrize("change", [("vklive:", "vklive:wrong-"), ("/test_", "/missing_")])
async def test_a_postgresql_that_refuses_is_a_wrong_setting_that_shows_no_password(postgresql_url, clock, change):
    url = postgresql_url.replace(*change)
    password = url.partition("vklive:")[2].partition("@")[0]

    with pytest.raises(ConfigError, match="database_url: cannot open") as caught:
        await Store(url, clock=clock).__aenter__()

    assert password not in str(caught.value)


async def test_a_postgresql_that_is_not_there_is_a_wrong_setting(clock):
    with pytest.raises(ConfigError, match="database_url: cannot open"):
        await Store("postgresql+asyncpg://vklive@127.0.0.1:1/vklive", clock=clock).__aenter__()
