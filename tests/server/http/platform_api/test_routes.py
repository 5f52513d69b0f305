"""Everything that a platform can tell: answered, and heard on a WebSocket by those whom it concerns and nobody else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from tests.server.http.platform_api.conftest import EVENT, METHODS, platform_of, server_on
from websockets.asyncio.client import ClientConnection, connect

INFO, CHAT, POINTS, LIMITED = (f"api-channel-{kind}:42" for kind in ("info", "chat", "points", "limited-chat"))
ELSEWHERE = "api-channel-info:43"

MESSAGE = {"chat_message": {"id": 5, "author": {"id": 11, "nick": "viewer"}, "parts": [{"text": {"content": "hi"}}]}}
SENT = {"channel_id": 42, "type": "channel_chat_message_send", "data": MESSAGE}
FOLLOWER = {"id": 11, "nick": "viewer"}
LEVEL = {"id": "tin", "name": "Tin", "price": 100}
TELLS: dict[str, list[str]] = {
    "followers/add": ["channel_follow_create"],
    "followers/remove": ["channel_follow_delete"],
    "subscriptions/create": ["channel_subscription_create"],
    "subscriptions/renew": ["channel_subscription_renew"],
    "subscriptions/change": ["channel_subscription_change"],
    "subscriptions/end": ["channel_subscription_delete"],
    "gifts/buy": ["channel_subscription_gift_buy"],
    "gifts/give": ["channel_subscription_gift_give"],
    "streams/start": ["channel_stream_start"],
    "streams/pause": ["channel_stream_pause"],
    "streams/resume": ["channel_stream_resume"],
    "streams/change": ["channel_stream_settings_change"],
    "streams/stop": ["channel_stream_stop", "channel_stream_record_new"],
    "raids/start": ["raid_start"],
}
"""What is told in the channel's own `info` by each method; the others tell nothing."""


class Listener:
    """A consumer that is subscribed to whatever it may hear."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.subscribed: set[str] = set()

    @classmethod
    async def of(cls, server, who: str, names: list[str]) -> Listener:
        async with httpx2.AsyncClient(
            base_url=server.url, trust_env=False, headers={"Authorization": f"Bearer {who}"}
        ) as http:
            token = (await http.get("/v1/websocket/token")).json()["data"]["token"]
            asked = await http.get("/v1/websocket/subscription_token", params={"channels": ",".join(names)})
            given = asked.json().get("data", {"channel_tokens": []})["channel_tokens"]
            tokens = {one["channel"]: one["token"] for one in given}
        socket = await connect(server.ws_url, proxy=None, ping_interval=None, max_queue=None, compression=None)
        commands: list[dict[str, Any]] = [{"id": 1, "connect": {"token": token}}]
        for number, name in enumerate(names, start=2):
            more = {"token": tokens[name]} if name in tokens else {}
            commands.append({"id": number, "subscribe": {"channel": name, **more}})
        await socket.send("\n".join(map(json.dumps, commands)))
        listener = cls(socket)
        listener.tokens = tokens
        replies = [await listener.next() for _ in commands]
        listener.subscribed = {names[reply["id"] - 2] for reply in replies if "subscribe" in reply}
        return listener

    _lines: list[str]
    tokens: dict[str, str]

    async def again(self, name: str) -> Any:
        """Subscribe by the token from before; gives the error."""
        await self._socket.send(json.dumps({"id": 99, "subscribe": {"channel": name, "token": self.tokens[name]}}))
        return (await self.next()).get("error")

    async def next(self) -> Any:
        self._lines = getattr(self, "_lines", [])
        while not self._lines:
            self._lines = str(await self._socket.recv()).split("\n")
        return json.loads(self._lines.pop(0))

    async def until(self, ws_channel: str, type_: str) -> list[tuple[str, Any]]:
        """Everything that is heard up to this event, which is left out."""
        heard: list[tuple[str, Any]] = []
        while True:
            push = (await self.next())["push"]
            if "pub" not in push:
                heard.append((push["channel"], next(kind for kind in push if kind != "channel")))
                continue
            if (push["channel"], push["pub"]["data"]["type"]) == (ws_channel, type_):
                return heard
            heard.append((push["channel"], push["pub"]["data"]))

    async def close(self) -> None:
        await self._socket.close()


def names_for(user_id: int) -> list[str]:
    return [*(f"{name}{of}" for name in (INFO, CHAT, POINTS, LIMITED) for of in ("", f"#{user_id}")), ELSEWHERE]


async def test_each_method_is_heard_by_those_whom_it_concerns_and_nobody_else(database_url, tmp_path):
    async with server_on(database_url, tmp_path) as server, platform_of(server) as platform, asyncio.timeout(50):
        listeners = {
            who: await Listener.of(server, who, names_for(user_id))
            for who, user_id in {"owner": 1, "viewer": 11, "subscriber": 13, "application": 7}.items()
        }
        await platform.does("events", SENT)
        answers = {path: await platform.does(path, body) for path, body in METHODS.items()}
        # What is said last has been said to all.
        await platform.does("events", EVENT | {"type": "last"})

        expected = [(INFO, type_) for path in METHODS for type_ in TELLS.get(path, [])]
        expected.insert(0, (CHAT, "channel_chat_message_send"))
        expected += [(ELSEWHERE, "channel_raid_income"), (CHAT, "channel_chat_message_delete")]
        told: dict[str, Any] = {}
        for who, listener in listeners.items():
            heard = await listener.until(INFO, "last")
            assert [(channel, event["type"]) for channel, event in heard] == expected, who
            told = {event["type"]: event["data"] for _, event in heard}
            await listener.close()
        assert told["channel_follow_create"] == {"follow": answers["followers/add"]}
        assert told["channel_subscription_change"] == {"subscription": answers["subscriptions/change"]}
        assert told["channel_subscription_gift_give"] == {"gift_subscription": answers["gifts/give"]}
        assert told["channel_stream_start"] == {"stream": answers["streams/start"]}
        assert told["channel_stream_record_new"] == {"stream_record": answers["streams/stop"]}
        assert told["channel_raid_income"] == told["raid_start"] == {"raid": answers["raids/start"]}
        assert answers["followers/add"]["follower"] == FOLLOWER
        assert answers["streams/count"] == {"viewers": 5, "views": 50}
        assert answers["moderators/add"] == {"user_id": 12, "role": "moderator", "banned": False}
        assert answers["points/grant"] == {"amount": 100, "is_infinite": False}
        assert answers["bans/add"] == {"user_id": 12, "role": "follower", "banned": True}
        assert answers["bans/remove"] == {"user_id": 12, "role": "", "banned": False}


@pytest.mark.parametrize(
    ("event", "ws_channel", "hear"),
    [
        (SENT, CHAT, {"owner", "viewer", "subscriber", "application"}),
        (SENT | {"user_id": 11}, f"{CHAT}#11", {"viewer"}),
        (SENT | {"limited": True}, LIMITED, {"owner", "subscriber"}),
        (SENT | {"limited": True, "user_id": 13}, f"{LIMITED}#13", {"subscriber"}),
        (EVENT, INFO, {"owner", "viewer", "subscriber", "application"}),
        (EVENT | {"topic": "private_info"}, f"{INFO}#1", {"owner"}),
        (EVENT | {"topic": "private_channel_points", "user_id": 11}, f"{POINTS}#11", {"viewer"}),
    ],
)
async def test_an_event_is_heard_by_those_whom_it_concerns_and_nobody_else(server, platform, event, ws_channel, hear):
    async with asyncio.timeout(30):
        listeners = {
            who: await Listener.of(server, who, names_for(user_id))
            for who, user_id in {"owner": 1, "viewer": 11, "subscriber": 13, "application": 7}.items()
        }
        assert await platform.does("events", event) == {"ws_channel": ws_channel}
        await platform.does("events", EVENT | {"type": "last"})
        for who, listener in listeners.items():
            heard = await listener.until(INFO, "last")
            said = (ws_channel, {"type": event["type"], "data": event["data"]})
            assert heard == ([said] if who in hear else []), who
            await listener.close()


@pytest.mark.parametrize(
    ("path", "before"),
    [("bans/add", None), ("subscriptions/end", ("subscriptions/create", {"user_id": 11, "level": LEVEL}))],
)
async def test_who_may_hear_it_no_longer_stops_hearing_what_is_limited(server, platform, path, before):
    async with asyncio.timeout(30):
        who, user_id = ("subscriber", 13) if before is None else ("viewer", 11)
        if before is not None:
            await platform.does(*before)
        listener = await Listener.of(server, who, names_for(user_id))
        assert {LIMITED, f"{LIMITED}#{user_id}", INFO} <= listener.subscribed

        await platform.does(path, {"user_id": user_id})
        await platform.does("events", SENT | {"limited": True})
        await platform.does("events", SENT | {"limited": True, "user_id": user_id})
        await platform.does("events", EVENT | {"type": "last"})

        heard = await listener.until(INFO, "last")
        ended = [(channel, what) for channel, what in heard if channel.startswith(LIMITED)]
        assert ended == [(LIMITED, "unsubscribe"), (f"{LIMITED}#{user_id}", "unsubscribe")]
        # Nor again by the tokens that are left from before.
        assert await listener.again(LIMITED) == {"code": 103, "message": "permission denied"}
        await listener.close()


async def test_what_the_platform_does_is_what_the_devapi_shows(platform):
    await platform.does("followers/add", {"user_id": 11})
    await platform.does("streams/start", METHODS["streams/start"])
    await platform.does("streams/count", METHODS["streams/count"])

    answer = await platform.http.get(
        "/v1/channel", params={"channel_url": "streamer"}, headers={"Authorization": "Bearer viewer"}
    )

    shown = answer.json()["data"]
    assert shown["channel"]["status"] == "online"
    assert shown["channel"]["counters"] == {"subscribers": 2}
    assert shown["stream"]["title"] == "Hello"
    assert shown["stream"]["counters"] == {"viewers": 5, "views": 50}


@pytest.mark.parametrize("more", [{}, {"limited": True}, {"user_id": 13}, {"limited": True, "user_id": 13}])
async def test_a_message_is_taken_back_where_it_was_heard(server, platform, more):
    async with asyncio.timeout(30):
        listener = await Listener.of(server, "subscriber", names_for(13))
        where = (await platform.does("events", SENT | more))["ws_channel"]
        for _ in range(2):
            assert await platform.does("messages/delete", {"id": 5}, key="a key") == {}
        assert (await platform.call("messages/delete", {"id": 5})).status_code == 404
        await platform.does("events", EVENT | {"type": "last"})

        heard = await listener.until(INFO, "last")
        assert heard == [
            (where, {"type": "channel_chat_message_send", "data": MESSAGE}),
            (where, {"type": "channel_chat_message_delete", "data": {"chat_message": {"id": 5}}}),
        ]
        await listener.close()


async def test_points_are_given_once_for_a_key(platform):
    for _ in range(2):
        assert (await platform.does("points/grant", {"user_id": 11, "amount": 5}, key="a key"))["amount"] == 5
    assert (await platform.does("points/grant", {"user_id": 11, "amount": 2}))["amount"] == 7
    assert (await platform.does("points/grant", {"user_id": 1, "amount": 2})) == {"amount": 2, "is_infinite": True}


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("channels/nobody/followers/add", {"user_id": 11}, 404, "channel_not_found"),
        ("channels/a%00b/followers/add", {"user_id": 11}, 404, "channel_not_found"),
        ("followers/add", {"user_id": 999}, 404, "not_found"),
        ("followers/add", {"user_id": 1}, 422, "unprocessable_entity"),
        ("streams/stop", {}, 422, "unprocessable_entity"),
        ("channels/streamer/followers", {"user_id": 11}, 404, "unknown_api_method"),
        ("events", EVENT | {"channel_id": 42}, 400, "invalid_param"),
        ("events", {key: EVENT[key] for key in EVENT if key != "channel_url"}, 400, "invalid_param"),
        ("events", {key: EVENT[key] for key in EVENT if key != "topic"}, 422, "unprocessable_entity"),
        ("events", EVENT | {"topic": "weather"}, 400, "invalid_param"),
        ("events", EVENT | {"type": "channel_follow_create"}, 422, "unprocessable_entity"),
    ],
)
async def test_what_is_not_done_is_answered_as_in_the_devapi(platform, path, body, status, error):
    answer = await platform.call(path, body)

    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
