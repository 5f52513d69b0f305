"""Every method of vk.md 2.2 to 2.11, on the wire: verb, path, parameters, body, and what is made of the answer."""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import msgspec
import pytest

import vklive
import vklive.client.api
from vklive.client.api.method import Method
from vklive.client.api.pages import Pages
from vklive.client.credentials import AccessToken
from vklive.client.devapi import DevApi
from vklive.client.http import Httpx2Transport
from vklive.devapi.models import (
    ChannelRole,
    ChatMode,
    ChatSettings,
    ChatSettingsChange,
    Demand,
    OnlySmilesChatMode,
    RewardBody,
)
from vklive.devapi.scopes import Scope


class Platform:
    """A web application that does one thing: it remembers what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.asked: list[tuple[str, str, dict[str, str], Any, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        content = (await receive())["body"]
        headers = dict(scope["headers"])
        query = parse_qsl(
            scope["query_string"].decode(), keep_blank_values=True, strict_parsing=bool(scope["query_string"])
        )
        assert len(query) == len(dict(query))
        body = msgspec.json.decode(content) if content else None
        kind = headers.get(b"content-type", b"").decode()
        self.asked.append((scope["method"], scope["path"], dict(query), body, kind))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": msgspec.json.encode(self.answer)})


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
async def api(platform):
    http = Httpx2Transport(httpx2.AsyncClient(transport=httpx2.ASGITransport(platform)))
    yield DevApi(AccessToken("t"), base_url="http://api.test", http=http)
    await http.close()


CHANNEL = {"id": 42, "url": "streamer", "nick": "Streamer", "counters": {"subscribers": 3}}
STREAM = {"id": "s-1", "title": "Now", "started_at": 1_800_000_000, "ended_at": 0, "slot": {"id": 1, "url": "main"}}
WHOLE = {"channel": CHANNEL, "owner": {"id": 7, "nick": "Streamer"}, "stream": STREAM, "streams": [STREAM]}
CATEGORY = {"id": "c-1", "title": "Chess", "type": "game", "cover_url": "https://x/c.png", "counters": {"viewers": 9}}
ROLE = {"id": "r-1", "name": "Friend", "small_url": "", "medium_url": "", "large_url": ""}
REWARD = {"id": "w-1", "name": "Song", "price": 100, "repair_timeout": 60, "is_disabled": True}
RECORD = {"id": "rec-1", "title": "Then", "duration": 3600, "counters": {"views": 5}}
DEMAND = {
    "id": 5,
    "user": {"id": 9, "nick": "viewer", "nick_color": 3, "avatar_url": ""},
    "reward": {"id": "w-1"},
    "status": "pending",
    "message_parts": [{"text": {"content": "play "}}, {"smile": {"id": 4, "name": "Kappa", "animated": False}}],
    "created_at": 1_800_000_000,
}
ANOTHER_DEMAND = msgspec.json.decode(msgspec.json.encode(DEMAND | {"id": 6}), type=Demand)
SETTINGS = {
    "allow_access": "subscribers",
    "allow_access_after": 60,
    "any_message_timeout": 2,
    "same_message_timeout": 30,
    "follow_alert": True,
    "subscription_alert": False,
}
AUTHOR = {
    "id": 9,
    "nick": "viewer",
    "nick_color": 3,
    "is_owner": False,
    "is_moderator": False,
    "badges": [],
    "roles": [],
}
MESSAGE = {
    "id": 77,
    "created_at": 1_800_000_000,
    "is_private": False,
    "author": AUTHOR,
    "parts": [{"text": {"content": "hi"}}],
}
LAST = {"offset": 1, "is_last": True}
HOW: dict[str, Any] = {"with_source_urls": True, "ip": "192.0.2.1", "user_agent": "player/1"}
HOW_ON_WIRE = {"with_source_urls": "true", "ip": "192.0.2.1", "user_agent": "player/1"}

Call = Callable[[DevApi], Awaitable[Any]]


async def taken(pages: Pages[Any]) -> list[Any]:
    return [each async for each in pages]


# What is called; verb, path, parameters and body on the wire; the answer; what is to be true of the result.
CASES: dict[str, tuple[Call, str, str, dict[str, str], Any, Any, Callable[[Any], bool]]] = {
    "a token to connect with": (
        lambda api: api.websocket.token(),
        "GET", "/v1/websocket/token", {}, None,
        {"data": {"token": "jwt"}},
        lambda token: token == "jwt",
    ),
    "tokens to subscribe with": (
        lambda api: api.websocket.subscription_tokens(["a:1", "b:2#9"]),
        "GET", "/v1/websocket/subscription_token", {"channels": "a:1,b:2#9"}, None,
        {"data": {"channel_tokens": [{"channel": "b:2#9", "token": "jwt"}]}},
        lambda tokens: tokens == {"b:2#9": "jwt"},
    ),
    "a channel": (
        lambda api: api.channels.get("https://live.vkvideo.ru/Streamer/"),
        "GET", "/v1/channel", {"channel_url": "streamer"}, None,
        {"data": WHOLE},
        lambda info: (info.channel.id, info.stream.slot.url, len(info.streams)) == (42, "main", 1),
    ),
    "a channel with its video": (
        lambda api: api.channels.get("streamer", **HOW),
        "GET", "/v1/channel", {"channel_url": "streamer"} | HOW_ON_WIRE, None,
        {"data": WHOLE | {"stream": STREAM | {"source_urls": [{"type": "hls", "url": "https://x/v"}]}}},
        lambda info: info.stream.source_urls[0].url == "https://x/v",
    ),
    "several channels": (
        lambda api: api.channels.get_many(["streamer", "https://live.vkvideo.ru/other?x=1"]),
        "POST", "/v1/channels", {}, {"channels": [{"url": "streamer"}, {"url": "other"}]},
        {"data": {"channels": [WHOLE]}},
        lambda found: [each.channel.url for each in found] == ["streamer"],
    ),
    "where to stream to": (
        lambda api: api.channels.credentials("streamer", slot_url="second"),
        "GET", "/v1/channel/credentials", {"channel_url": "streamer", "slot_url": "second"}, None,
        {"data": {"url": "rtmp://x/live", "token": "stream-key"}},
        lambda where: where.token == "stream-key" and "stream-key" not in repr(where),
    ),
    "a change of title and category": (
        lambda api: api.channels.edit_stream("streamer", title="New", category_id="c-1"),
        "POST", "/v1/channel/stream/edit", {"channel_url": "streamer"},
        {"stream": {"title": "New", "category": {"id": "c-1"}}},
        {},
        lambda nothing: nothing is None,
    ),
    "a change of the planned time": (
        lambda api: api.channels.edit_stream("streamer", planned_at=datetime(2027, 1, 15, 8, tzinfo=UTC), slot_url="s"),
        "POST", "/v1/channel/stream/edit", {"channel_url": "streamer", "slot_url": "s"},
        {"stream": {"planned_at": 1_800_000_000}},
        {},
        lambda nothing: nothing is None,
    ),
    "a stream": (
        lambda api: api.streams.get("s-1", **HOW),
        "GET", "/v1/stream", {"stream_id": "s-1"} | HOW_ON_WIRE, None,
        {"data": {"channel": CHANNEL, "owner": {"id": 7}, "stream": STREAM}},
        lambda info: info.stream.id == "s-1",
    ),
    "a text": (
        lambda api: api.chat.send("streamer", "hello", stream_id="s-1"),
        "POST", "/v1/chat/message/send", {"channel_url": "streamer", "stream_id": "s-1"},
        {"parts": [{"text": {"content": "hello"}}]},
        {},
        lambda nothing: nothing is None,
    ),
    "a message of all kinds of parts": (
        lambda api: api.chat.send(
            "streamer",
            [vklive.Mention(id=9, nick="viewer"), " see ", vklive.Link(url="https://x", content="x"),
             vklive.Smile(id="4")],
            stream_id="s-1",
        ),
        "POST", "/v1/chat/message/send", {"channel_url": "streamer", "stream_id": "s-1"},
        {"parts": [
            {"mention": {"id": 9}},
            {"text": {"content": " see "}},
            {"link": {"url": "https://x"}},
            {"smile": {"id": "4"}},
        ]},
        {},
        lambda nothing: nothing is None,
    ),
    "the messages of a chat": (
        lambda api: api.chat.messages("streamer", limit=1000),
        "GET", "/v1/chat/messages", {"channel_url": "streamer", "limit": "200"}, None,
        {"data": {"chat_messages": [MESSAGE]}},
        lambda messages: [(each.id, each.text, each.author.nick) for each in messages] == [(77, "hi", "viewer")],
    ),
    "a member of a chat": (
        lambda api: api.chat.member("streamer", user_id=9),
        "GET", "/v1/chat/member", {"channel_url": "streamer", "user_id": "9"}, None,
        {"data": {
            "user": AUTHOR | {"registered_at": 1_700_000_000},
            "statistics": {"chat_messages_count": 12, "total_watched_time": 3600},
            "channel": {"status": "offline", "url": "viewer"},
        }},
        lambda member: (member.statistics.chat_messages_count, member.user.registered_at) == (12, 1_700_000_000),
    ),
    "the members of a chat": (
        lambda api: api.chat.members("streamer"),
        "GET", "/v1/chat/members", {"channel_url": "streamer", "limit": "200"}, None,
        {"data": {"users": [AUTHOR]}},
        lambda users: [each.id for each in users] == [9],
    ),
    "the settings of a chat": (
        lambda api: api.chat.settings("streamer"),
        "GET", "/v1/chat/settings", {"channel_url": "streamer"}, None,
        {"data": {"chat_settings": SETTINGS | {"mode": {"only_smiles": {}}}}},
        lambda settings: settings.any_message_timeout == 2 and settings.mode.only_smiles is not None,
    ),
    "other settings of a chat": (
        lambda api: api.chat.edit_settings(
            "streamer",
            settings=msgspec.convert(SETTINGS | {"mode": ChatMode(only_smiles=OnlySmilesChatMode())}, ChatSettings),
        ),
        "POST", "/v1/chat/settings/edit", {"channel_url": "streamer"},
        {"chat_settings": SETTINGS | {"mode": {"only_smiles": {}}}},
        {},
        lambda nothing: nothing is None,
    ),
    "some other settings of a chat": (
        lambda api: api.chat.edit_settings("streamer", settings=ChatSettingsChange(any_message_timeout=0)),
        "POST", "/v1/chat/settings/edit", {"channel_url": "streamer"}, {"chat_settings": {"any_message_timeout": 0}},
        {},
        lambda nothing: nothing is None,
    ),
    "who calls": (
        lambda api: api.user.current(),
        "GET", "/v1/current_user", {}, None,
        {"data": {
            "user": {"id": 9, "nick": "viewer", "is_streamer": True},
            "channel": {"url": "https://live.vkvideo.ru/Viewer"},
            "channels": [{"url": "viewer"}, {"url": "https://live.vkvideo.ru/second/"}],
        }},
        lambda who: (who.user.id, who.channel.url, [each.url for each in who.channels])
        == (9, "viewer", ["viewer", "second"]),
    ),
    "who calls and has no channel": (
        lambda api: api.user.current(),
        "GET", "/v1/current_user", {}, None,
        {"data": {"user": {"id": 9, "nick": "viewer"}, "channel": None}},
        lambda who: (who.channel, who.channels) == (None, []),
    ),
    "what the token is": (
        lambda api: api.user.token(),
        "GET", "/v1/token", {}, None,
        {"data": {"type": "user", "expired_at": 1_800_000_000}},
        lambda token: (token.type, token.expired_at) == ("user", 1_800_000_000),
    ),
    "a category": (
        lambda api: api.categories.get("c-1"),
        "GET", "/v1/category", {"category_id": "c-1"}, None,
        {"data": {"category": CATEGORY}},
        lambda category: (category.title, category.counters.viewers) == ("Chess", 9),
    ),
    "categories by name": (
        lambda api: api.categories.search("che & co", category_type="game", limit=0),
        "GET", "/v1/category/search", {"query": "che & co", "type": "game", "limit": "1"}, None,
        {"data": {"categories": [CATEGORY]}},
        lambda found: [each.id for each in found] == ["c-1"],
    ),
    "the channels that stream": (
        lambda api: taken(api.catalog.online_channels(
            category_id="c-1", category_type="game", has_vk_video=False, all_streams=True, page_size=5
        )),
        "GET", "/v1/catalog/online_channels",
        {"limit": "5", "offset": "0", "category_id": "c-1", "category_type": "game", "has_vk_video": "false",
         "all_streams": "true"},
        None,
        {"data": {"channels": [WHOLE]}, "extra": LAST},
        lambda found: [each.channel.id for each in found] == [42],
    ),
    "the categories that are on": (
        lambda api: taken(api.catalog.online_categories(category_type="irl")),
        "GET", "/v1/catalog/online_categories", {"limit": "100", "offset": "0", "category_type": "irl"}, None,
        {"data": {"categories": [CATEGORY]}, "extra": LAST},
        lambda found: [each.id for each in found] == ["c-1"],
    ),
    "a record": (
        lambda api: api.records.get("rec-1", **HOW),
        "GET", "/v1/stream_record", {"record_id": "rec-1"} | HOW_ON_WIRE, None,
        {"data": {"stream_record": RECORD}},
        lambda record: (record.duration, record.counters.views) == (3600, 5),
    ),
    "the records of a channel": (
        lambda api: taken(api.records.of("streamer")),
        "GET", "/v1/stream_records", {"channel_url": "streamer", "limit": "100", "offset": "0"}, None,
        {"data": {"stream_records": [RECORD]}, "extra": LAST},
        lambda found: [each.id for each in found] == ["rec-1"],
    ),
    "a balance": (
        lambda api: api.points.balance("streamer"),
        "GET", "/v1/channel_point", {"channel_url": "streamer"}, None,
        {"data": {"balance": {"amount": 120, "is_infinite": False}, "point": {"name": "coins"}}},
        lambda points: (points.balance.amount, points.point.name) == (120, "coins"),
    ),
    "what can be had": (
        lambda api: api.points.rewards("streamer"),
        "GET", "/v1/channel_point/rewards", {"channel_url": "streamer"}, None,
        {"data": {"rewards": [REWARD]}},
        lambda rewards: [each.price for each in rewards] == [100],
    ),
    "a reward is wanted": (
        lambda api: api.points.activate("streamer", reward_id="w-1"),
        "POST", "/v1/channel_point/reward/activate", {"channel_url": "streamer"},
        {"reward": {"id": "w-1"}},
        {},
        lambda nothing: nothing is None,
    ),
    "a reward is wanted, with words": (
        lambda api: api.points.activate("streamer", reward_id="w-1", message="this song"),
        "POST", "/v1/channel_point/reward/activate", {"channel_url": "streamer"},
        {"reward": {"id": "w-1", "message": {"parts": [{"text": {"content": "this song"}}]}}},
        {},
        lambda nothing: nothing is None,
    ),
    "the rewards of a channel": (
        lambda api: api.points.manage.rewards("streamer"),
        "GET", "/v1/channel_point/rewards/manage_info", {"channel_url": "streamer"}, None,
        {"data": {"rewards": [REWARD]}},
        lambda rewards: [(each.id, each.is_disabled) for each in rewards] == [("w-1", True)],
    ),
    "a reward": (
        lambda api: api.points.manage.reward("streamer", reward_id="w-1"),
        "GET", "/v1/channel_point/reward/manage_info", {"channel_url": "streamer", "reward_id": "w-1"}, None,
        {"data": {"reward": REWARD}},
        lambda reward: reward.repair_timeout == 60,
    ),
    "a new reward": (
        lambda api: api.points.manage.create("streamer", reward=RewardBody(name="Song", price=100, max_uses_count=3)),
        "POST", "/v1/channel_point/reward/create", {"channel_url": "streamer"},
        {"reward": {"name": "Song", "price": 100, "max_uses_count": 3}},
        {"data": {"reward": {"id": "w-2"}}},
        lambda reward_id: reward_id == "w-2",
    ),
    "another price": (
        lambda api: api.points.manage.edit("streamer", reward_id="w-1", reward=RewardBody(name="Song", price=150)),
        "POST", "/v1/channel_point/reward/edit", {"channel_url": "streamer", "reward_id": "w-1"},
        {"reward": {"name": "Song", "price": 150}},
        {},
        lambda nothing: nothing is None,
    ),
    "a reward can be had": (
        lambda api: api.points.manage.enable("streamer", reward_id="w-1"),
        "POST", "/v1/channel_point/reward/enable", {"channel_url": "streamer", "reward_id": "w-1"}, None,
        {},
        lambda nothing: nothing is None,
    ),
    "a reward cannot be had": (
        lambda api: api.points.manage.disable("streamer", reward_id="w-1"),
        "POST", "/v1/channel_point/reward/disable", {"channel_url": "streamer", "reward_id": "w-1"}, None,
        {},
        lambda nothing: nothing is None,
    ),
    "a reward is gone": (
        lambda api: api.points.manage.delete("streamer", reward_id="w-1"),
        "POST", "/v1/channel_point/reward/delete", {"channel_url": "streamer", "reward_id": "w-1"}, None,
        {},
        lambda nothing: nothing is None,
    ),
    "what viewers want": (
        lambda api: taken(api.points.demands("streamer", reward_id="w-1", page_size=900)),
        "GET", "/v1/channel_point/reward/demands",
        {"channel_url": "streamer", "reward_id": "w-1", "limit": "200", "offset": "0"}, None,
        {"data": {"demands": [DEMAND]}, "extra": LAST},
        lambda demands: [(each.id, each.reward.id, each.text) for each in demands] == [(5, "w-1", "play :Kappa:")],
    ),
    "they have it": (
        lambda api: api.points.accept("streamer", demands=[5, ANOTHER_DEMAND]),
        "POST", "/v1/channel_point/reward/demand/accept", {"channel_url": "streamer"},
        {"demands": [{"id": 5}, {"id": 6}]},
        {},
        lambda nothing: nothing is None,
    ),
    "they do not get it": (
        lambda api: api.points.reject("streamer", demands=iter([5])),
        "POST", "/v1/channel_point/reward/demand/reject", {"channel_url": "streamer"}, {"demands": [{"id": 5}]},
        {},
        lambda nothing: nothing is None,
    ),
    "the roles of a channel": (
        lambda api: api.roles.all("streamer"),
        "GET", "/v1/channel_roles", {"channel_url": "streamer"}, None,
        {"data": {"roles": [ROLE]}},
        lambda roles: [each.name for each in roles] == ["Friend"],
    ),
    "the roles of a user": (
        lambda api: api.roles.of("streamer", user_id=9),
        "GET", "/v1/channel_roles/user", {"channel_url": "streamer", "user_id": "9"}, None,
        {"data": {"roles": [ROLE]}},
        lambda roles: [each.id for each in roles] == ["r-1"],
    ),
    "other roles of a user": (
        lambda api: api.roles.set("streamer", user_id=9, roles=[ChannelRole(id="r-1"), "r-2"]),
        "POST", "/v1/channel_roles/user/set", {"channel_url": "streamer", "user_id": "9"},
        {"roles": [{"id": "r-1"}, {"id": "r-2"}]},
        {},
        lambda nothing: nothing is None,
    ),
    "no roles for a user": (
        lambda api: api.roles.set("streamer", user_id=9, roles=[]),
        "POST", "/v1/channel_roles/user/set", {"channel_url": "streamer", "user_id": "9"}, {"roles": []},
        {},
        lambda nothing: nothing is None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_a_method_says_what_the_documentation_says(platform, api, case):
    call, verb, path, params, body, answer, holds = CASES[case]
    platform.answer = answer
    result = await call(api)
    kind = "" if body is None else "application/json"
    assert platform.asked == [(verb, path, params, body, kind)]
    assert holds(result)


def methods() -> set[Method]:
    names = [f"vklive.client.api.{module.name}" for module in pkgutil.iter_modules(vklive.client.api.__path__)]
    modules = [__import__(name, fromlist=["_"]) for name in names]
    return {each for module in modules for each in vars(module).values() if isinstance(each, Method)}


def test_every_method_has_a_case_here():
    assert {(each.verb, each.path) for each in methods()} == {(verb, path) for _, verb, path, *_ in CASES.values()}


@pytest.mark.parametrize(
    ("paths", "scope"),
    [
        ({"/v1/channel/credentials"}, Scope.CHANNEL_CREDENTIALS),
        ({"/v1/channel/stream/edit"}, Scope.CHANNEL_STREAM_SETTINGS),
        ({"/v1/chat/message/send"}, Scope.CHAT_MESSAGE_SEND),
        ({"/v1/chat/settings", "/v1/chat/settings/edit"}, Scope.CHAT_SETTINGS),
        (
            {"/v1/channel_point", "/v1/channel_point/rewards", "/v1/channel_point/reward/activate"},
            Scope.CHANNEL_POINTS,
        ),
        (
            {"/v1/channel_point/rewards/manage_info", "/v1/channel_point/reward/manage_info"}
            | {f"/v1/channel_point/reward/{done}" for done in ("create", "edit", "enable", "disable", "delete")},
            Scope.CHANNEL_POINTS_REWARDS,
        ),
        (
            {"/v1/channel_point/reward/demands"}
            | {f"/v1/channel_point/reward/demand/{done}" for done in ("accept", "reject")},
            Scope.CHANNEL_POINTS_REWARDS_DEMANDS,
        ),
        ({"/v1/channel_roles", "/v1/channel_roles/user", "/v1/channel_roles/user/set"}, Scope.CHANNEL_ROLES),
    ],
)
def test_the_scopes_are_those_of_the_documentation(paths, scope):
    assert {each.path for each in methods() if each.scope is scope} == paths
