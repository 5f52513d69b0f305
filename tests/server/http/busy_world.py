"""A whole server beside the test, in which much is going on: what it has of each kind, and who calls it with what."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vklive.server.app import Server
from vklive.server.settings import DevApiSettings, PubSubSettings, Settings, TokenSettings

KEY = "the key of the platform in these tests"

WORLD = """
[[users]]
id = 1
nick = "owner"
nick_color = 3
avatar_url = "https://example/owner.png"
is_verified_streamer = true
access_tokens = ["owner"]
[[users]]
id = 2
nick = "another owner"
access_tokens = ["another owner"]
[[users]]
id = 11
nick = "viewer"
access_tokens = ["viewer"]
[[users]]
id = 12
nick = "Подписчик"
access_tokens = ["follower"]
[[users]]
id = 13
nick = "subscriber"
access_tokens = ["subscriber"]
[[users]]
id = 14
nick = "moderator"
access_tokens = ["moderator"]
[[users]]
id = 15
nick = "banned"
access_tokens = ["banned"]

[[applications]]
id = 7
client_id = "bot"
client_secret = "secret of the bot"
access_tokens = ["application"]

[[categories]]
id = "chess"
title = "Шахматы"
type = "game"
cover_url = "https://example/chess.png"
[[categories]]
id = "talk"
title = "Говорим про шахматы"
type = "irl"

[[channels]]
id = 42
url = "streamer"
owner = 1
description = "talks"
live = true
stream = { id = "on", title = "Hello", viewers = 5, views = 9, video_id = "v", category = { id = "chess" } }
point = { name = "Пешки", small_url = "https://example/pawn.png" }
chat = { follow_alert = true, subscription_alert = true }
[[channels]]
id = 43
url = "elsewhere"
owner = 2
live = true
stream = { id = "there", viewers = 9, category = { id = "talk" } }
[[channels]]
id = 44
url = "silent"
owner = 1
[[channels]]
id = 45
url = "gone"
owner = 2
banned = true

[[memberships]]
channel = 42
user = 12
since = 2025-01-01T00:00:00Z
[[memberships]]
channel = 42
user = 13
role = "paid_subscriber"
[[memberships]]
channel = 42
user = 14
role = "moderator"
[[memberships]]
channel = 42
user = 15
banned = true

[[stream_records]]
id = "yesterday"
channel = 42
title = "Yesterday"
category = { id = "chess" }
stream_started_at = 2025-12-31T00:00:00Z
duration = 3600
views = 17
video_id = "video"
[[stream_records]]
id = "of the banned"
channel = 45
stream_started_at = 2026-01-01T00:00:00Z

[[channel_roles]]
id = "vip"
channel = 42
name = "VIP"
small_url = "https://example/vip.png"
users = [11]
[[channel_roles]]
id = "artist"
channel = 42
name = "Artist"

[[rewards]]
id = "water"
channel = 42
name = "Drink water"
price = 50
[[rewards]]
id = "song"
channel = 42
name = "A song"
price = 3
is_message_required = true
max_uses_count_per_user = 5
[[rewards]]
id = "off"
channel = 42
name = "Off"
price = 1
is_disabled = true
[[rewards]]
id = "there"
channel = 43
name = "There"
price = 1
max_uses_count = 3

[[balances]]
channel = 42
user = 11
amount = 1000
[[balances]]
channel = 42
user = 12
amount = 70
[[balances]]
channel = 43
user = 11
amount = 5

[[smiles]]
id = "smile"
name = "Smile"
small_url = "https://example/smile.png"
"""

CALLERS: Mapping[str, Mapping[str, str]] = {
    "owner": {"Authorization": "Bearer owner"},
    "viewer": {"Authorization": "Bearer viewer"},
    "application": {"Authorization": "Bearer application"},
    "subscriber": {"Authorization": "Bearer subscriber"},
    "banned": {"Authorization": "Bearer banned"},
    "stranger": {"Authorization": "Bearer stranger"},
    "platform": {"X-API-Key": KEY},
}
"""Whoever calls, and how they say so. Users have allowed everything."""

CHANNELS = (
    "streamer",
    "streamer",
    "streamer",
    "streamer",
    "elsewhere",
    "silent",
    "gone",
    "https://live.vkvideo.ru/streamer",
)
USERS = (1, 2, 11, 12, 13, 14, 15)
REWARDS = ("water", "song", "off", "there")
CATEGORIES = ("chess", "talk")
ROLES = ("vip", "artist")

KNOWN: Mapping[str, tuple[Any, ...]] = {
    "category_id": CATEGORIES,
    "channel_id": (42, 43, 44, 45),
    "channel_url": CHANNELS,
    "channels": ("api-channel-chat:42", "api-channel-limited-chat:42", "api-channel-info:43,api-channel-points:42"),
    "donator_id": USERS,
    "limit": (1, 2, 200),
    "offset": (0, 1),
    "query": ("шах", "a"),
    "record_id": ("yesterday", "of the banned"),
    "reward_id": REWARDS,
    "slot_id": (0, 1),
    "slot_url": ("",),
    "stream_id": ("on", "there"),
    "target_url": CHANNELS,
    "topic": ("chat", "info"),
    "type": ("game", "irl"),
    "url": CHANNELS,
    "user_id": USERS,
}
"""What there is of each kind, by the name that parameters and fields have for it."""

IDS: Mapping[str, tuple[Any, ...]] = {
    "category": CATEGORIES,
    "demands": tuple(range(1, 5)),
    "level": ("tin", "gold"),
    "mention": USERS,
    "messages/delete": tuple(range(1, 9)),
    "reward": REWARDS,
    "roles": ROLES,
    "smile": ("smile",),
}
"""The same of what is called `id`, by what has it."""


PARTS: tuple[Any, ...] = (
    [{"text": {"content": "Привет"}}],
    [{"text": {"content": "hello, "}}, {"mention": {"id": 1}}, {"smile": {"id": "smile"}}],
    [{"link": {"url": "https://example.org/"}}],
)
"""What can be said in a chat, as `parts`."""


WHOLE: Mapping[str, tuple[Any, ...]] = {
    "/platform/v1/events": (
        {"channel_url": "streamer", "type": "reaction", "data": {"type": "heart"}, "topic": "info"},
        {"channel_id": 42, "type": "reaction", "data": {}, "topic": "chat", "user_id": 11},
        {"channel_id": 43, "type": "channel_chat_message_send", "data": {"chat_message": {"id": 7, "parts": []}}},
    ),
}
"""Bodies of methods that take few others."""


def settings_in(folder: Path, database_url: str) -> Settings:
    """The settings of a server with this world."""
    (folder / "seed.toml").write_text(WORLD)
    return Settings(
        port=0,
        database_url=database_url,
        seed=str(folder / "seed.toml"),
        api_key=KEY,
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
        devapi=DevApiSettings(
            stream_source_url="https://video.example/{channel_url}/{id}.m3u8?ip={ip}&agent={user_agent}",
            record_source_url="https://video.example/records/{id}.m3u8",
            rtmp_url="rtmp://ingest.example/app",
        ),
        pubsub=PubSubSettings(ping_interval=86_400.0),
    )


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A server that runs in a thread: schemathesis and hypothesis wait for each answer, and have no loop."""
    server = Server(settings)
    started: threading.Event = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    failed: list[BaseException] = []

    async def run() -> None:
        async with server:
            stop.append((asyncio.get_running_loop(), ended := asyncio.Event()))
            started.set()
            await ended.wait()

    def beside() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=beside, name="server")
    thread.start()
    try:
        started.wait()
        if not failed:
            yield server
    finally:
        for loop, ended in stop:
            loop.call_soon_threadsafe(ended.set)
        thread.join()
    if failed:
        raise failed[0]
