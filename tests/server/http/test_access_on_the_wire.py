"""Who may hear what, from the access token to the publication: HTTP, then WebSocket, as each kind of listener.

The table is written out here once more, apart from the code that decides it.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import httpx2
import pytest
from msgspec import Raw
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vklive.protocol.messages import Publication
from vklive.server.settings import TokenSettings
from vklive.server.tokens import Issuer, TokenKeys

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHAT, INFO, POINTS, LIMITED = (
    "api-channel-chat:42",
    "api-channel-info:42",
    "api-channel-points:42",
    "api-channel-limited-chat:42",
)
PUBLIC = [CHAT, INFO, POINTS]

IDS = {
    "viewer": "11",
    "subscriber": "13",
    "moderator": "14",
    "owner": "1",
    "another owner": "2",
    "banned": "15",
    "application": "app-7",
}
HEARS_LIMITED = {"subscriber", "moderator", "owner"}

EVERY_NAME = [
    *PUBLIC,
    LIMITED,
    *(f"{name}#{number}" for name in (*PUBLIC, LIMITED) for number in ("1", "2", "11", "13", "14", "15", "app-7")),
]


def may_hear(who: str, name: str) -> bool:
    """The table."""
    base, _, user = name.partition("#")
    if user and (user != IDS[who] or who == "application"):
        # A ws channel of a user's own is that user's. No name can be an application's own.
        return user == IDS[who] and base != LIMITED
    return base != LIMITED or who in HEARS_LIMITED


async def connection_of(server, token: str) -> ClientConnection:
    socket = await connect(server.ws_url, proxy=None, ping_interval=None, compression=None)
    await socket.send(json.dumps({"id": 1, "connect": {"token": token}}))
    return socket


async def answers(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        found += [json.loads(line) for line in str(await socket.recv()).split("\n")]
    return found


async def end_of(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code


async def connection_token(http: httpx2.AsyncClient, headers: dict[str, str]) -> str:
    answer = await http.get("/v1/websocket/token", headers=headers)
    assert answer.status_code == 200
    return str(answer.json()["data"]["token"])


async def subscription_tokens(http: httpx2.AsyncClient, headers: dict[str, str], names: list[str]) -> dict[str, str]:
    """The tokens that are given, asked for by ten."""
    tokens: dict[str, str] = {}
    for at in range(0, len(names), 10):
        asked = {"channels": ",".join(names[at : at + 10])}
        answer = await http.get("/v1/websocket/subscription_token", params=asked, headers=headers)
        if answer.status_code == 403:
            return {}
        assert answer.status_code == 200
        tokens |= {one["channel"]: one["token"] for one in answer.json()["data"]["channel_tokens"]}
    return tokens


@pytest.mark.parametrize("who", IDS)
async def test_each_kind_of_listener_hears_what_is_theirs_and_nothing_else(server, http, bearer, who):
    headers = bearer(who)
    tokens = await subscription_tokens(http, headers, EVERY_NAME)
    socket = await connection_of(server, await connection_token(http, headers))
    commands = [
        {"id": number, "subscribe": {"channel": name} | ({"token": tokens[name]} if name in tokens else {})}
        for number, name in enumerate(EVERY_NAME, start=2)
    ]
    await socket.send("\n".join(json.dumps(command) for command in commands))
    replies = {reply["id"]: reply for reply in await answers(socket, len(EVERY_NAME) + 1)}
    for number, name in enumerate(EVERY_NAME, start=2):
        allowed = may_hear(who, name)
        assert ("subscribe" in replies[number]) is allowed, name
        if not allowed:
            assert replies[number]["error"]["code"] == 103, name

    heard = {name for name in EVERY_NAME if may_hear(who, name)}
    for name in EVERY_NAME:
        await server.node.publish(name, Publication(data=Raw(json.dumps(name).encode())))
    pushed = await answers(socket, len(heard))
    assert {push["push"]["pub"]["data"] for push in pushed} == heard
    await socket.send('{"id":99,"rpc":{}}')
    assert [reply["id"] for reply in await answers(socket, 1)] == [99], "nothing came that is not theirs"
    await socket.close()


async def test_a_guest_without_credentials_gets_no_token_and_no_connection(server, http):
    for path in ("/v1/websocket/token", f"/v1/websocket/subscription_token?channels={CHAT}"):
        assert (await http.get(path)).status_code == 401
    socket = await connect(server.ws_url, proxy=None)
    await socket.send('{"id":1,"connect":{}}')
    assert await end_of(socket) == 3501


# Tokens that are not what they should be.


def forged(claims: dict[str, Any], *, header: dict[str, Any] | None = None, signature: bytes = b"") -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    head = {"alg": "none", "typ": "JWT"} | (header or {})
    return ".".join([part(json.dumps(head).encode()), part(json.dumps(claims).encode()), part(signature)])


def issuer(secret: str, clock) -> Issuer:
    settings = TokenSettings(secret=secret)
    return Issuer(TokenKeys.from_settings(settings), settings, clock=clock)


class LongAgo:
    monotonic = staticmethod(time.monotonic)

    def wall(self) -> float:
        return time.time() - 100_000


class Now:
    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)


@pytest.fixture
def wrong_connection_tokens(settings) -> dict[str, str]:
    claims = {"sub": IDS["subscriber"], "exp": int(time.time()) + 600}
    stranger = issuer("the secret of somebody else entirely, and long", Now())
    return {
        "unsigned": forged(claims),
        "unsigned, in capitals": forged(claims, header={"alg": "NONE"}),
        "signed with nothing": forged(claims, header={"alg": "HS256"}),
        "signed by somebody else": stranger.connection(IDS["subscriber"]),
        "with a key of its own": forged(claims, header={"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}),
        "for subscribing": issuer(settings.tokens.secret, Now()).subscription(IDS["subscriber"], LIMITED),
        "rubbish": "a.b.c",
        "no token at all": "x",
    }


async def test_no_wrong_connection_token_lets_anybody_in(server, wrong_connection_tokens):
    for what, token in wrong_connection_tokens.items():
        assert await end_of(await connection_of(server, token)) == 3500, what


async def test_an_expired_connection_token_is_said_to_have_expired(server, settings):
    expired = issuer(settings.tokens.secret, LongAgo()).connection(IDS["subscriber"])
    socket = await connection_of(server, expired)
    (reply,) = await answers(socket, 1)
    assert reply["error"]["code"] == 109
    await socket.close()


async def test_an_access_token_is_no_connection_token(server):
    assert await end_of(await connection_of(server, "subscriber")) == 3500


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("unsigned", 103),
        ("signed by somebody else", 103),
        ("for connecting", 103),
        ("expired", 109),
    ],
)
async def test_a_wrong_subscription_token_is_refused_and_the_connection_stays(
    server, http, bearer, settings, what, code
):
    claims = {"sub": IDS["viewer"], "channel": LIMITED, "exp": int(time.time()) + 600}
    stranger = issuer("the secret of somebody else entirely, and long", Now())
    token = {
        "unsigned": forged(claims),
        "signed by somebody else": stranger.subscription(IDS["viewer"], LIMITED),
        "for connecting": issuer(settings.tokens.secret, Now()).connection(IDS["viewer"]),
        "expired": issuer(settings.tokens.secret, LongAgo()).subscription(IDS["viewer"], LIMITED),
    }[what]
    socket = await connection_of(server, await connection_token(http, bearer("viewer")))
    await socket.send(json.dumps({"id": 2, "subscribe": {"channel": LIMITED, "token": token}}))
    assert (await answers(socket, 2))[1]["error"]["code"] == code
    await socket.send(json.dumps({"id": 3, "subscribe": {"channel": CHAT}}))
    assert (await answers(socket, 1))[0] == {"id": 3, "subscribe": {}}
    await socket.close()


@pytest.mark.parametrize("thief", ["viewer", "application", "another owner", "banned"])
async def test_a_stolen_subscription_token_ends_the_thiefs_connection(server, http, bearer, thief):
    stolen = (await subscription_tokens(http, bearer("subscriber"), [LIMITED]))[LIMITED]
    socket = await connection_of(server, await connection_token(http, bearer(thief)))
    await socket.send(json.dumps({"id": 2, "subscribe": {"channel": LIMITED, "token": stolen}}))
    assert await end_of(socket) == 3500


async def test_a_token_for_one_ws_channel_opens_no_other(server, http, bearer):
    headers = bearer("subscriber")
    tokens = await subscription_tokens(http, headers, [CHAT])
    socket = await connection_of(server, await connection_token(http, headers))
    await socket.send(json.dumps({"id": 2, "subscribe": {"channel": LIMITED, "token": tokens[CHAT]}}))
    assert await end_of(socket) == 3500
