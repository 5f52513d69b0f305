"""The DevAPI over real HTTP, and the table of who may hear what as it is seen there."""

from __future__ import annotations

import jwt
import pytest
from msgspec import Raw

from vklive.devapi.topics import Topic
from vklive.protocol.messages import Publication
from vklive.server.names import WsChannel, build

pytestmark = pytest.mark.asyncio(loop_scope="module")

USERS = {"owner": 1, "another owner": 2, "viewer": 11, "follower": 12, "subscriber": 13, "moderator": 14, "banned": 15}
LIMITED = {"owner", "subscriber", "moderator"}
TABLE = {topic: LIMITED if topic.is_limited else set(USERS) for topic in Topic}


def claims(token: str, settings) -> dict[str, object]:
    opened: dict[str, object] = jwt.decode(token, settings.tokens.secret, algorithms=["HS256"])
    return opened


async def granted(http, headers, *names: str) -> list[str]:
    answer = await http.get("/v1/websocket/subscription_token", params={"channels": ",".join(names)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [entry["channel"] for entry in answer.json()["data"]["channel_tokens"]]


def error(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    return answer.status_code, body["error"]


# websocket/token


async def test_users_and_applications_get_a_connection_token(http, settings, bearer, basic):
    callers = {
        "11": bearer("viewer"),
        "app-7": bearer("application"),
    }
    for subject, headers in [*callers.items(), ("app-7", basic("bot", "secret of the bot"))]:
        answer = await http.get("/v1/websocket/token", headers=headers)

        assert answer.status_code == 200
        assert set(answer.json()) == {"data"}
        assert set(answer.json()["data"]) == {"token"}
        said = claims(answer.json()["data"]["token"], settings)
        assert (said["sub"], set(said)) == (subject, {"sub", "iat", "exp"})
        assert answer.headers["cache-control"] == "no-store"


# websocket/subscription_token: the table


@pytest.mark.parametrize("topic", list(Topic))
@pytest.mark.parametrize("user", USERS)
async def test_a_user_gets_a_token_for_exactly_what_the_table_says(http, settings, bearer, user, topic):
    name = build(WsChannel(topic, 42, USERS[user] if topic.is_private else None))

    answer = await http.get("/v1/websocket/subscription_token", params={"channels": name}, headers=bearer(user))

    tokens = answer.json()["data"]["channel_tokens"]
    assert [entry["channel"] for entry in tokens] == ([name] if user in TABLE[topic] else [])
    for entry in tokens:
        said = claims(entry["token"], settings)
        assert (said["sub"], said["channel"]) == (str(USERS[user]), name)


@pytest.mark.parametrize("topic", [topic for topic in Topic if topic.is_private])
@pytest.mark.parametrize("user", USERS)
async def test_nobody_gets_a_token_for_what_is_private_to_others(http, bearer, user, topic):
    others = [build(WsChannel(topic, 42, number)) for number in USERS.values() if number != USERS[user]]

    assert await granted(http, bearer(user), *others) == []


@pytest.mark.parametrize("topic", list(Topic))
async def test_a_guest_gets_nothing_and_an_application_no_subscription_token(http, bearer, basic, topic):
    params = {"channels": build(WsChannel(topic, 42, 7 if topic.is_private else None))}
    path = "/v1/websocket/subscription_token"

    assert error(await http.get(path, params=params)) == (401, "unauthorized")
    for headers in (bearer("application"), basic("bot", "secret of the bot")):
        assert error(await http.get(path, params=params, headers=headers)) == (403, "forbidden")


async def test_the_order_is_kept_doubles_are_once_and_what_is_not_there_is_left_out(http, bearer):
    assert await granted(
        http,
        bearer("subscriber"),
        "api-channel-limited-chat:42",
        "api-channel-info:43",
        "unknown",
        "api-channel-chat:42",
        "api-channel-limited-chat:42",
        "api-channel-limited-chat:43",
        "api-channel-chat:99",
        "",
        "api-channel-chat:44",
    ) == ["api-channel-limited-chat:42", "api-channel-info:43", "api-channel-chat:42"]


async def test_no_names_no_tokens(http, bearer):
    assert await granted(http, bearer("viewer")) == []
    answer = await http.get("/v1/websocket/subscription_token", headers=bearer("viewer"))
    assert answer.json() == {"data": {"channel_tokens": []}}


async def test_too_many_names_are_refused_and_doubles_do_not_count(http, bearer):
    names = [f"api-channel-chat:{number}" for number in range(40, 50)]
    path, headers = "/v1/websocket/subscription_token", bearer("viewer")

    assert await granted(http, headers, *names, *names) == ["api-channel-chat:42", "api-channel-chat:43"]
    assert error(await http.get(path, params={"channels": ",".join([*names, "x"])}, headers=headers)) == (
        400,
        "invalid_param",
    )


@pytest.mark.parametrize(("name", "status"), [("x" * 255, 200), ("x" * 256, 400), ("ж" * 127, 200), ("ж" * 128, 400)])
async def test_names_over_255_bytes_are_refused(http, bearer, name, status):
    answer = await http.get(
        "/v1/websocket/subscription_token",
        params={"channels": f"api-channel-chat:42,{name}"},
        headers=bearer("viewer"),
    )

    assert answer.status_code == status


# channel


async def test_a_channel_with_its_owner_and_stream(http, bearer):
    answer = await http.get("/v1/channel", params={"channel_url": "streamer"}, headers=bearer("viewer"))

    stream = {
        "id": "stream-42",
        "title": "Hello",
        "status": "started",
        "category": {"id": "", "title": "", "type": "", "cover_url": ""},
        "counters": {"viewers": 5, "views": 0},
        "started_at": 1767225600,
        "ended_at": 0,
        "preview_url": "",
        "video_id": "",
        "slot": {"id": 0, "url": ""},
        "reactions": [],
        "vk_video": None,
    }
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "data": {
                "channel": {
                    "id": 42,
                    "url": "streamer",
                    "nick": "owner",
                    "nick_color": 0,
                    "avatar_url": "",
                    "cover_url": "",
                    "description": "talks",
                    "status": "online",
                    "counters": {"subscribers": 3},
                    "web_socket_channels": {
                        "chat": "api-channel-chat:42",
                        "private_chat": "api-channel-chat:42#11",
                        "info": "api-channel-info:42",
                        "private_info": "api-channel-info:42#11",
                        "channel_points": "api-channel-points:42",
                        "private_channel_points": "api-channel-points:42#11",
                        "limited_chat": "api-channel-limited-chat:42",
                        "limited_private_chat": "api-channel-limited-chat:42#11",
                    },
                },
                "owner": {
                    "id": 1,
                    "nick": "owner",
                    "nick_color": 0,
                    "avatar_url": "",
                    "is_verified_streamer": True,
                    "external_profile_links": [],
                },
                "stream": stream,
                "streams": [stream],
            }
        },
    )


async def test_an_application_sees_no_private_ws_channels_and_a_silent_channel_no_stream(http, basic):
    answer = await http.get(
        "/v1/channel", params={"channel_url": "elsewhere"}, headers=basic("bot", "secret of the bot")
    )

    data = answer.json()["data"]
    assert list(data["channel"]["web_socket_channels"]) == ["chat", "info", "channel_points", "limited_chat"]
    assert (data["stream"], data["streams"], data["channel"]["status"]) == (None, [], "offline")


@pytest.mark.parametrize("url", ["STREAMER", "streamer/", "https://live.vkvideo.ru/Streamer", " streamer"])
async def test_a_channel_may_be_written_in_many_ways(http, bearer, url):
    answer = await http.get("/v1/channel", params={"channel_url": url}, headers=bearer("viewer"))

    assert answer.json()["data"]["channel"]["id"] == 42


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, (400, "missing_param")),
        ({"channel_url": ""}, (400, "missing_param")),
        ({"channel_url": "unknown"}, (404, "channel_not_found")),
        ({"channel_url": "streamer\0"}, (404, "channel_not_found")),
        ({"channel_url": "https://live.vkvideo.ru/"}, (404, "channel_not_found")),
        ({"channel_url": "x" * 5000}, (404, "channel_not_found")),
        ({"channel_url": "gone"}, (403, "channel_banned")),
    ],
)
async def test_a_channel_that_cannot_be_shown(http, bearer, params, refusal):
    assert error(await http.get("/v1/channel", params=params, headers=bearer("viewer"))) == refusal


# channels


async def test_several_channels_in_the_order_that_was_asked_for(http, bearer):
    urls = ["elsewhere", "unknown", "streamer", "gone", "Elsewhere/", ""]
    answer = await http.post(
        "/v1/channels", json={"channels": [{"url": url} for url in urls]}, headers=bearer("viewer")
    )

    assert answer.status_code == 200
    assert [entry["channel"]["url"] for entry in answer.json()["data"]["channels"]] == ["elsewhere", "streamer"]
    alone = await http.get("/v1/channel", params={"channel_url": "elsewhere"}, headers=bearer("viewer"))
    assert answer.json()["data"]["channels"][0] == alone.json()["data"]


@pytest.mark.parametrize(("count", "status"), [(0, 200), (100, 200), (101, 400)])
async def test_at_most_a_hundred_channels(http, bearer, count, status):
    answer = await http.post("/v1/channels", json={"channels": [{"url": "streamer"}] * count}, headers=bearer("viewer"))

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"channels":"streamer"}', 400),
        (b'{"channels":[{"uri":"streamer"}]}', 400),
        (b'{"channels":[{"url":5}]}', 400),
        (b'{"channels":[{"url":"\\ud800"}]}', 400),
        (b'"' + b"x" * 300_000 + b'"', 413),
    ],
)
async def test_a_body_that_is_not_what_it_should_be(http, bearer, body, status):
    answer = await http.post("/v1/channels", content=body, headers=bearer("viewer"))

    assert error(answer) == (status, "invalid_param")


# Browsers.


async def test_any_web_page_may_call_and_read_what_is_answered(http, bearer):
    origin = {"Origin": "https://anywhere.example"}
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    preflight = await http.options("/v1/channels", headers={**origin, **asked})
    good = await http.get("/v1/websocket/token", headers={**origin, **bearer("viewer")})
    refused = await http.get("/v1/websocket/token", headers=origin)

    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    for answer in (preflight, good, refused):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


# chat/messages


def said(number: int) -> Publication:
    return Publication(data=Raw(b'{"type":"channel_chat_message_send","data":{"chat_message":{"id":%d}}}' % number))


async def test_the_newest_messages_of_a_chat_are_told_and_private_ones_to_their_user_only(http, server, bearer, basic):
    await server.node.publish(build(WsChannel(Topic.CHAT, 42)), said(1))
    await server.node.publish(build(WsChannel(Topic.PRIVATE_CHAT, 42, 11)), said(2))
    await server.node.publish(build(WsChannel(Topic.CHAT, 42)), said(3))
    where = "/v1/chat/messages"
    for headers, expected in (
        (bearer("viewer"), [1, 2, 3]),
        (bearer("moderator"), [1, 3]),
        (basic("bot", "secret of the bot"), [1, 3]),
    ):
        answer = await http.get(where, params={"channel_url": "streamer", "limit": 200}, headers=headers)
        assert [message["id"] for message in answer.json()["data"]["chat_messages"]] == expected
    newest = await http.get(where, params={"channel_url": "streamer", "limit": 1}, headers=bearer("moderator"))
    assert newest.json() == {"data": {"chat_messages": [{"id": 3}]}}


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"channel_url": "streamer", "limit": 0}, 400, "invalid_param"),
        ({"channel_url": "streamer", "limit": 201}, 400, "invalid_param"),
        ({"channel_url": "streamer", "limit": "all"}, 400, "invalid_param"),
        ({"channel_url": "streamer"}, 400, "missing_param"),
        ({"channel_url": "nobody", "limit": 1}, 404, "channel_not_found"),
    ],
)
async def test_what_cannot_be_told_of_a_chat_is_said(http, bearer, params, status, code):
    assert error(await http.get("/v1/chat/messages", params=params, headers=bearer("viewer"))) == (status, code)
