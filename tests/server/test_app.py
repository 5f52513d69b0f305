"""The server as a whole: on both databases, and from start to stop."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, event
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from vklive.clock import SystemClock
from vklive.errors import ConfigError
from vklive.server.access import vk_namespaces
from vklive.server.app import Server, with_those_of_vk
from vklive.server.namespaces import Namespace
from vklive.server.node import timing_of
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

KEY = "the key of the server api in these tests"
CHAT = "api-channel-chat:42"
SEED = """
[[users]]
id = 7
nick = "owner"
access_tokens = ["owner"]
[[channels]]
id = 42
url = "streamer"
owner = 7
"""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "seed.toml"
    path.write_text(SEED)
    return path


async def subscribed(url: str, ws_url: str) -> Any:
    """A consumer that has gone through the five steps up to the fourth."""
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": "Bearer owner"}) as http:
        token = (await http.get(f"{url}/v1/websocket/token")).json()["data"]["token"]
        channel = (await http.get(f"{url}/v1/channel", params={"channel_url": "streamer"})).json()["data"]["channel"]
    assert channel["web_socket_channels"]["chat"] == CHAT
    socket = await connect(ws_url, proxy=None, ping_interval=None, max_queue=None)
    commands = [{"id": 1, "connect": {"token": token}}, {"id": 2, "subscribe": {"channel": CHAT}}]
    await socket.send("\n".join(json.dumps(command) for command in commands))
    lines: list[str] = []
    while len(lines) < 2:
        lines += str(await socket.recv()).split("\n")
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    return socket


async def publish(url: str, *data: Any) -> httpx2.Response:
    body = "\n".join(json.dumps({"method": "publish", "params": {"channel": CHAT, "data": one}}) for one in data)
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(f"{url}/api", content=body, headers={"Authorization": f"apikey {KEY}"})


async def everything(socket: Any) -> list[Any]:
    messages: list[Any] = []
    try:
        while True:
            # The first ping comes at a random time, and may be among them.
            messages += [json.loads(line) for line in str(await socket.recv()).split("\n") if line != "{}"]
    except ConnectionClosed:
        return messages


async def test_all_five_steps_work_on_sqlite_and_on_postgresql(database_url, seed):
    # No ping comes among what is read here.
    quiet = PubSubSettings(ping_interval=86_400.0)
    settings = Settings(port=0, database_url=database_url, seed=str(seed), api_key=KEY, pubsub=quiet)
    async with Server(settings) as server:
        socket = await subscribed(server.url, server.ws_url)
        assert (await publish(server.url, {"n": 1})).json() == {"result": {}}
        assert json.loads(await socket.recv())["push"]["pub"]["data"] == {"n": 1}
        await socket.close()


async def test_a_second_start_on_the_same_database_finds_what_is_there(database_url, seed):
    for planted in (str(seed), ""):
        async with Server(Settings(port=0, database_url=database_url, seed=planted)) as server:
            async with httpx2.AsyncClient(trust_env=False) as http:
                answer = await http.get(f"{server.url}/v1/websocket/token", headers={"Authorization": "Bearer owner"})
                assert answer.status_code == 200


async def messages_of(server: Server) -> list[Any]:
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": "Bearer owner"}) as http:
        answer = await http.get(f"{server.url}/v1/chat/messages?channel_url=streamer&limit=200")
        messages: list[Any] = answer.json()["data"]["chat_messages"]
        return messages


def said(number: int) -> dict[str, Any]:
    return {"type": "channel_chat_message_send", "data": {"chat_message": {"id": number, "parts": []}}}


async def test_what_was_said_in_a_chat_is_known_to_a_server_that_starts_again(database_url, seed):
    settings = Settings(port=0, database_url=database_url, seed=str(seed), api_key=KEY)
    async with Server(settings) as server:
        await publish(server.url, *map(said, range(1, 601)))
    async with Server(settings) as server:
        assert [message["id"] for message in await messages_of(server)] == list(range(401, 601))


async def test_what_was_said_in_a_chat_long_ago_is_forgotten(sqlite_url, seed):
    settings = Settings(port=0, database_url=sqlite_url, seed=str(seed), api_key=KEY)
    async with Server(settings) as server:
        await publish(server.url, said(1))
        assert len(await messages_of(server)) == 1
    in_a_year = SimpleNamespace(monotonic=time.monotonic, wall=lambda: time.time() + 365 * 86_400)
    async with Server(settings, clock=in_a_year) as server, asyncio.timeout(20):
        while await messages_of(server):
            pass


class ADayLater(SystemClock):
    """What the clocks of a server say that is started tomorrow."""

    def wall(self) -> float:
        return super().wall() + 86_400.0


async def test_what_has_run_out_while_the_server_was_away_ends_by_itself(seed, sqlite_url):
    async def call(server: Server, verb: str) -> int:
        body = {"user_id": 8, "level": {"id": "a"}, "days_duration": 1} if verb == "create" else {"user_id": 8}
        async with httpx2.AsyncClient(trust_env=False, headers={"X-API-Key": KEY}) as http:
            where = f"{server.url}/platform/v1/channels/streamer/subscriptions/{verb}"
            return (await http.post(where, json=body)).status_code

    settings = Settings(port=0, database_url=sqlite_url, seed=str(seed), api_key=KEY)
    seed.write_text(SEED + '\n[[users]]\nid = 8\nnick = "subscriber"\n')
    async with Server(settings) as server:
        assert await call(server, "create") == 200
    tomorrow = Server(settings, clock=ADayLater())
    told = asyncio.Event()
    tomorrow.node.on_publication = lambda _, publication: (
        told.set() if b"channel_subscription_delete" in bytes(publication.data) else None
    )
    async with tomorrow, asyncio.timeout(20):
        await told.wait()
        assert await call(tomorrow, "end") == 422


async def token_of(server: Server) -> str:
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": "Bearer owner"}) as http:
        token: str = (await http.get(f"{server.url}/v1/websocket/token")).json()["data"]["token"]
        return token


async def ask(server: Server, *commands: dict[str, Any]) -> list[Any]:
    async with connect(server.ws_url, proxy=None) as socket:
        await socket.send("\n".join(json.dumps({"id": number, **one}) for number, one in enumerate(commands, 1)))
        lines: list[str] = []
        while len(lines) < len(commands):
            lines += str(await socket.recv()).split("\n")
        return [json.loads(line) for line in lines]


def reloadable(seed: Path, **options: Any) -> Settings:
    return Settings(
        port=0,
        database_url="sqlite+aiosqlite:///:memory:",
        seed=str(seed),
        **{"pubsub": PubSubSettings(ping_interval=0.0), **options},
    )


@pytest.mark.parametrize("tokens", [TokenSettings(), TokenSettings(secret="another secret of 32 bytes or so")])
async def test_settings_that_are_read_again_hold_at_once_for_tokens_too(seed, tokens):
    sport = Namespace(name="sport", allow_subscribe_for_client=True)
    async with Server(reloadable(seed)) as server, connect(server.ws_url, proxy=None) as before:
        old = await token_of(server)
        await before.send(json.dumps({"id": 1, "connect": {"token": old}}))
        await before.recv()

        server.reload(reloadable(seed, tokens=tokens, namespaces=(sport,)))

        await before.send(json.dumps({"id": 2, "subscribe": {"channel": "sport:a"}}))
        assert json.loads(await before.recv()) == {"id": 2, "subscribe": {}}
        new = await token_of(server)
        _, subscribed = await ask(server, {"connect": {"token": new}}, {"subscribe": {"channel": "sport:a"}})
        assert subscribed == {"id": 2, "subscribe": {}}
        if tokens.secret:
            with pytest.raises(ConnectionClosed) as caught:
                await ask(server, {"connect": {"token": old}})
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 3500
        else:
            (connected,) = await ask(server, {"connect": {"token": old}})
            assert "connect" in connected


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": TokenSettings(algorithm="RS256")},
        {"tokens": TokenSettings(algorithm="RS256", public_key_file="nope.pem")},
        {"namespaces": (Namespace(name="a"),)},
        {"pubsub": PubSubSettings(user_personal_single_connection=True)},
    ],
)
async def test_settings_that_are_wrong_change_nothing_when_they_are_read_again(seed, wrong):
    async with Server(reloadable(seed)) as server:
        old = await token_of(server)
        with pytest.raises(ConfigError):
            server.reload(reloadable(seed, **wrong))
        for token in (old, await token_of(server)):
            _, subscribed = await ask(server, {"connect": {"token": token}}, {"subscribe": {"channel": CHAT}})
            assert subscribed == {"id": 2, "subscribe": {}}


async def test_namespaces_of_vk_are_there_unless_others_have_their_names(seed):
    public = Namespace(name="sport", allow_subscribe_for_client=True)
    (name,) = {namespace.name for namespace in vk_namespaces() if CHAT.startswith(f"{namespace.name}:")}
    assert set(with_those_of_vk([public])) == {*vk_namespaces(), public}
    async with Server(reloadable(seed, namespaces=(Namespace(name=name), public))) as server:
        connected, chat, sport = await ask(
            server,
            {"connect": {"token": await token_of(server)}},
            {"subscribe": {"channel": CHAT}},
            {"subscribe": {"channel": "sport:a"}},
        )
        assert "connect" in connected
        assert chat["error"]["code"] == 103
        assert sport == {"id": 3, "subscribe": {}}


async def test_the_page_about_the_devapi_is_there_and_asks_nobody_else(sqlite_url):
    async with Server(Settings(port=0, database_url=sqlite_url)) as server, httpx2.AsyncClient(trust_env=False) as http:
        page = await http.get(f"{server.url}/docs")
        assert page.status_code == 200
        assert "/v1/websocket/subscription_token" in page.text
        assert "https://" not in page.text.replace("https://live.vkvideo.ru", "")
        document = (await http.get(f"{server.url}/docs/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        assert "/api" not in document["paths"]


async def test_a_port_that_is_taken_is_a_clear_error_and_leaves_nothing_open(sqlite_url):
    async with Server(Settings(port=0, database_url=sqlite_url)) as server:
        with pytest.raises(ConfigError, match=f"cannot listen at 127.0.0.1:{server.port}"):
            async with Server(Settings(port=server.port, database_url=sqlite_url)):
                pass


async def test_a_seed_that_is_wrong_is_a_clear_error_and_leaves_nothing_open(sqlite_url, seed):
    seed.write_text("[[useers]]\nid = 1\n")
    with pytest.raises(ConfigError, match="useers"):
        async with Server(Settings(port=0, database_url=sqlite_url, seed=str(seed))):
            pass


def test_every_time_and_limit_of_a_connection_can_be_set():
    settings = PubSubSettings(ping_interval=9.0, pong_timeout=3.0, channel_limit=7)
    timing = timing_of(settings)
    assert (timing.ping_interval, timing.pong_timeout, timing.channel_limit) == (9.0, 3.0, 7)
    not_set = {name for name in timing.__struct_fields__ if not hasattr(settings, name)}
    assert not_set == {"refused_drop_delay"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_well_and_nothing_that_was_accepted_is_lost(tmp_path, seed, number):
    (tmp_path / "key").write_text(KEY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vklive", "serve", "--port", "0", "--seed", str(seed)),
        *("--database", f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", "--api-key-file", str(tmp_path / "key")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1].removesuffix("/v1")
    sockets = [await subscribed(url, url.replace("http", "ws", 1) + "/connection/websocket") for _ in range(20)]
    accepted = await publish(url, *range(500))
    process.send_signal(number)
    began = time.monotonic()
    assert accepted.text.count('{"result":{}}') == 500
    for socket in sockets:
        messages = await everything(socket)
        assert [message["push"]["pub"]["data"] for message in messages] == list(range(500))
        assert (socket.close_code, socket.close_reason) == (3001, "shutdown")
    _, errors = await process.communicate()
    assert process.returncode == 0, errors
    assert time.monotonic() - began < Settings().shutdown_timeout


async def test_clients_that_do_not_leave_do_not_keep_a_server_from_stopping(sqlite_url, seed):
    settings = Settings(
        port=0,
        database_url=sqlite_url,
        seed=str(seed),
        shutdown_timeout=2.0,
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
    )
    began = time.monotonic()
    async with Server(settings) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET /connection/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" in await reader.readline()
    assert time.monotonic() - began < 10
    writer.close()


async def test_an_answer_of_several_pieces_does_not_wait_for_the_network_to_acknowledge_the_first():
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:", api_key=KEY)
    fastest = 1.0
    async with Server(settings) as server, httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
        for _ in range(10):
            began = time.monotonic()
            await http.post("/api/info", content=b"{}", headers={"X-API-Key": KEY})
            fastest = min(fastest, time.monotonic() - began)
    # Acknowledgements are delayed for 40 ms, so that not even one would be faster.
    assert fastest < 0.035


async def test_nothing_asks_the_database_any_more_when_it_is_closed(seed, sqlite_url):
    at_work: set[str] = set()

    def closed(_: Engine) -> None:
        at_work.update(task.get_name() for task in asyncio.all_tasks())

    async with Server(Settings(host="127.0.0.1", port=0, database_url=sqlite_url, seed=str(seed))):
        assert "WebHooks" in {task.get_name() for task in asyncio.all_tasks()}
        event.listen(Engine, "engine_disposed", closed)
    event.remove(Engine, "engine_disposed", closed)

    assert at_work
    assert "WebHooks" not in at_work
