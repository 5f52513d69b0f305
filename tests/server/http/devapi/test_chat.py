"""The chat over real HTTP and a real WebSocket. Guests, applications and scopes are in `test_access`."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update
from websockets.asyncio.client import ClientConnection, connect

from vklive.devapi.scopes import Scope
from vklive.server.store.tables import StreamRow

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHAT, LIMITED = "api-channel-chat:42", "api-channel-limited-chat:42"
WHERE = {"channel_url": "streamer"}
STREAM = WHERE | {"stream_id": "stream-42"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(server):
    return {"Authorization": "Bearer " + await server._store.issue_access_token(user_id=1, scopes=list(Scope))}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def viewer(server):
    return {"Authorization": "Bearer " + await server._store.issue_access_token(user_id=11, scopes=list(Scope))}


def error(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    return answer.status_code, body["error"]


def text(content: str) -> dict[str, Any]:
    return {"parts": [{"text": {"content": content}}]}


async def listening(server, http, headers, *, limited: bool = False) -> ClientConnection:
    token = (await http.get("/v1/websocket/token", headers=headers)).json()["data"]["token"]
    subscription = {"channel": CHAT}
    if limited:
        asked = await http.get("/v1/websocket/subscription_token", params={"channels": LIMITED}, headers=headers)
        (subscription,) = asked.json()["data"]["channel_tokens"]
    socket = await connect(server.ws_url, proxy=None, ping_interval=None, compression=None)
    commands = [{"id": 1, "connect": {"token": token}}, {"id": 2, "subscribe": subscription}]
    await socket.send("\n".join(map(json.dumps, commands)))
    lines: list[str] = []
    while len(lines) < len(commands):
        lines += str(await socket.recv()).split("\n")
    assert [set(json.loads(line)) for line in lines] == [{"id", "connect"}, {"id", "subscribe"}]
    return socket


async def edit(http, headers, **settings) -> None:
    answer = await http.post("/v1/chat/settings/edit", params=WHERE, json={"chat_settings": settings}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {})


USERS = {"owner": 1, "another owner": 2, "viewer": 11, "follower": 12, "subscriber": 13, "moderator": 14, "banned": 15}
ORDER = {"owner", "moderator"}


@pytest.mark.parametrize("who", USERS)
@pytest.mark.parametrize(
    ("verb", "path", "body", "may"),
    [
        ("POST", "message/send", text("hello"), set(USERS) - {"banned"}),
        ("GET", "settings", None, ORDER),
        ("POST", "settings/edit", {"chat_settings": {}}, ORDER),
        ("GET", "messages", None, set(USERS)),
        ("GET", "members", None, set(USERS)),
    ],
)
async def test_exactly_those_users_may_who_are_named_here(server, http, bearer, who, verb, path, body, may):
    token = await server._store.issue_access_token(user_id=USERS[who], scopes=list(Scope))
    answer = await http.request(
        verb, f"/v1/chat/{path}", params=STREAM | {"limit": 200}, json=body, headers=bearer(token)
    )
    assert answer.status_code == (200 if who in may else 403)
    assert who in may or answer.json()["error"] == "forbidden"


async def test_what_is_sent_is_heard_and_read(server, http, bearer, viewer):
    socket = await listening(server, http, bearer("application"))
    sent = await http.post("/v1/chat/message/send", params=STREAM, json=text("Привет"), headers=viewer)
    assert (sent.status_code, sent.json()) == (200, {})

    event = json.loads(await socket.recv())["push"]["pub"]["data"]
    answer = await http.get("/v1/chat/messages", params=WHERE | {"limit": 1}, headers=viewer)

    assert event["type"] == "channel_chat_message_send"
    assert answer.json()["data"]["chat_messages"] == [event["data"]["chat_message"]]
    assert event["data"]["chat_message"]["author"]["nick"] == "viewer"
    members = await http.get("/v1/chat/members", params=WHERE | {"limit": 200}, headers=viewer)
    assert members.json()["data"]["users"][0]["nick"] == "viewer"
    await socket.close()


async def test_who_is_connected_is_a_member(server, http, bearer, viewer):
    socket = await listening(server, http, bearer("follower"))
    members = await http.get("/v1/chat/members", params=WHERE | {"limit": 200}, headers=viewer)
    assert {
        "id": 12,
        "nick": "follower",
        "nick_color": 0,
        "avatar_url": "",
        "is_owner": False,
        "is_moderator": False,
    } in members.json()["data"]["users"]
    await socket.close()


async def test_a_member_is_told_of_with_the_documented_fields(http, viewer):
    answer = await http.get("/v1/chat/member", params=WHERE | {"user_id": 2}, headers=viewer)
    data = answer.json()["data"]
    assert set(data) == {"user", "statistics", "channel"}
    assert data["channel"] == {"status": "offline", "url": "elsewhere"}
    assert set(data["user"]) == {
        "id",
        "nick",
        "nick_color",
        "avatar_url",
        "is_owner",
        "is_moderator",
        "badges",
        "roles",
        "registered_at",
    }


async def test_settings_are_read_changed_in_part_and_obeyed(http, owner, viewer):
    await edit(http, owner, any_message_timeout=3600, mode={"general": {"is_links_prohibited": True}})
    told = (await http.get("/v1/chat/settings", params=WHERE, headers=owner)).json()["data"]["chat_settings"]
    assert (told["any_message_timeout"], told["allow_access"]) == (3600, "any")
    assert told["mode"] == {
        "general": {"is_caps_prohibited": False, "is_links_prohibited": True, "is_ru_en_numbers": False}
    }
    link = {"parts": [{"link": {"url": "https://example.org/"}}]}
    assert error(await http.post("/v1/chat/message/send", params=STREAM, json=link, headers=viewer)) == (
        403,
        "forbidden",
    )
    answer = await http.post("/v1/chat/message/send", params=STREAM, json=text("again"), headers=viewer)
    assert error(answer) == (400, "send_too_fast")
    await edit(http, owner, any_message_timeout=0, same_message_timeout=3600, mode={"general": {}})
    for expected in (200, 400):
        answer = await http.post("/v1/chat/message/send", params=STREAM, json=text("the same"), headers=viewer)
        assert answer.status_code == expected
    assert error(answer) == (400, "same_message")
    await edit(http, owner, same_message_timeout=0)


@pytest.mark.parametrize(
    ("params", "body", "expected"),
    [
        ({}, text("a"), (400, "missing_param")),
        (WHERE, text("a"), (400, "missing_param")),
        (WHERE | {"stream_id": ""}, text("a"), (400, "missing_param")),
        (WHERE | {"stream_id": "none"}, text("a"), (400, "invalid_param")),
        (STREAM | {"channel_url": "elsewhere"}, text("a"), (400, "invalid_param")),
        (STREAM | {"channel_url": "nowhere"}, text("a"), (404, "channel_not_found")),
        (STREAM | {"channel_url": "gone"}, text("a"), (403, "channel_banned")),
        (STREAM, None, (400, "invalid_param")),
        (STREAM, {}, (400, "invalid_param")),
        (STREAM, {"parts": []}, (400, "invalid_param")),
        (STREAM, {"parts": [{}]}, (400, "invalid_param")),
        (STREAM, {"parts": [{"poll": {}}]}, (400, "invalid_param")),
        (STREAM, {"parts": [{"text": {}}]}, (400, "invalid_param")),
        (STREAM, {"parts": [{"text": {"content": "a"}, "mention": {"id": 1}}]}, (400, "invalid_param")),
        (STREAM, {"parts": [{"mention": {"id": 10**30}}]}, (400, "invalid_param")),
        (STREAM, {"parts": [{"smile": {"id": "none"}}]}, (400, "invalid_param")),
        (STREAM, text("x" * 501), (400, "message_too_long")),
        (STREAM, text("x" * 300_000), (413, "invalid_param")),
    ],
)
async def test_what_cannot_be_sent_is_refused(http, viewer, params, body, expected):
    assert error(await http.post("/v1/chat/message/send", params=params, json=body, headers=viewer)) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"allow_access": "nobody"},
        {"allow_access_after": -1},
        {"allow_access_after": 31_536_001},
        {"any_message_timeout": 86_401},
        {"same_message_timeout": 86_401},
        {"mode": {}},
        {"mode": {"general": {}, "only_smiles": {}}},
        {"follow_alert": "maybe"},
    ],
)
async def test_settings_that_cannot_be_are_refused_and_change_nothing(http, owner, change):
    before = (await http.get("/v1/chat/settings", params=WHERE, headers=owner)).json()
    answer = await http.post("/v1/chat/settings/edit", params=WHERE, json={"chat_settings": change}, headers=owner)
    assert error(answer) == (400, "invalid_param")
    assert (await http.get("/v1/chat/settings", params=WHERE, headers=owner)).json() == before


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("member", WHERE, (400, "missing_param")),
        ("member", WHERE | {"user_id": "x"}, (400, "invalid_param")),
        ("member", WHERE | {"user_id": 0}, (400, "invalid_param")),
        ("member", WHERE | {"user_id": 2**63}, (400, "invalid_param")),
        ("member", WHERE | {"user_id": 999}, (404, "not_found")),
        ("member", {"channel_url": "nowhere", "user_id": 1}, (404, "channel_not_found")),
        ("members", WHERE, (400, "missing_param")),
        ("members", WHERE | {"limit": 201}, (400, "invalid_param")),
        ("messages", WHERE | {"limit": 0}, (400, "invalid_param")),
        ("members", {"channel_url": "gone", "limit": 1}, (403, "channel_banned")),
        ("settings", {}, (400, "missing_param")),
        ("settings", {"channel_url": "nowhere"}, (404, "channel_not_found")),
    ],
)
async def test_what_cannot_be_told_is_said(http, owner, path, params, expected):
    assert error(await http.get(f"/v1/chat/{path}", params=params, headers=owner)) == expected


async def test_without_a_channel_the_settings_are_those_of_ones_own(http, owner, viewer):
    body = {"chat_settings": {"follow_alert": True}}
    assert (await http.post("/v1/chat/settings/edit", json=body, headers=owner)).status_code == 200
    told = (await http.get("/v1/chat/settings", params=WHERE, headers=owner)).json()["data"]["chat_settings"]
    assert told["follow_alert"] is True
    assert error(await http.post("/v1/chat/settings/edit", json=body, headers=viewer)) == (400, "missing_param")


async def test_what_is_sent_while_a_stream_is_limited_is_heard_by_those_who_may_hear_it(server, http, bearer, viewer):
    store = server._store
    subscriber = bearer(await store.issue_access_token(user_id=13, scopes=list(Scope)))
    limited = await listening(server, http, bearer("moderator"), limited=True)
    everybody = await listening(server, http, bearer("viewer"))
    async with store.database.writing() as session:
        await session.execute(update(StreamRow).values(limited=True))

    refused = await http.post("/v1/chat/message/send", params=STREAM, json=text("let me in"), headers=viewer)
    sent = await http.post("/v1/chat/message/send", params=STREAM, json=text("between us"), headers=subscriber)

    assert (error(refused), sent.status_code) == ((403, "forbidden"), 200)
    message = json.loads(await limited.recv())["push"]["pub"]["data"]["data"]["chat_message"]
    assert message["parts"] == [{"text": {"content": "between us"}}]
    assert [badge["achievement_name"] for badge in message["author"]["badges"]] == ["subscription_01"]
    async with store.database.writing() as session:
        await session.execute(update(StreamRow).values(limited=False))
    await http.post("/v1/chat/message/send", params=STREAM, json=text("for all"), headers=subscriber)
    heard = json.loads(await everybody.recv())["push"]["pub"]["data"]["data"]["chat_message"]
    assert heard["parts"] == [{"text": {"content": "for all"}}], "nothing came before that is not theirs"
    await limited.close()
    await everybody.close()
