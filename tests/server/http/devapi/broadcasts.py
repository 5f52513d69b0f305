"""A world of channels that are live and have been, for tests that may change it: each module has its own."""

from __future__ import annotations

from pathlib import Path

from vklive.server.settings import DevApiSettings, PubSubSettings, Settings, TokenSettings

WORLD = """
[[users]]
id = 1
nick = "owner"
nick_color = 3
avatar_url = "https://example/owner.png"
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
id = 14
nick = "moderator"
access_tokens = ["moderator"]
[[users]]
id = 15
nick = "banned"
access_tokens = ["banned"]

[[memberships]]
channel = 42
user = 14
role = "moderator"
[[memberships]]
channel = 42
user = 15
banned = true

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
live = true
[channels.stream]
id = "on"
title = "Hello"
viewers = 5
video_id = "video"
started_at = 2026-01-01T00:00:00Z
category = { id = "chess", title = "Шахматы", type = "game" }
[[channels]]
id = 43
url = "silent"
owner = 1
[[channels]]
id = 44
url = "elsewhere"
owner = 2
live = true
stream = { id = "elsewhere", viewers = 9, category = { id = "talk", title = "Говорим про шахматы", type = "irl" } }
[[channels]]
id = 45
url = "gone"
owner = 1
banned = true
live = true
stream = { id = "of the banned", viewers = 900 }

[[stream_records]]
id = "old"
channel = 42
title = "Yesterday"
category = { id = "chess", title = "Шахматы", type = "game" }
stream_started_at = 2025-12-31T00:00:00Z
duration = 3600
views = 17
video_id = "video"
[[stream_records]]
id = "new"
channel = 42
stream_started_at = 2026-01-01T00:00:00Z
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
[[channel_roles]]
id = "foreign"
channel = 44
name = "Foreign"
"""


def settings_in(folder: Path) -> Settings:
    """The settings of a server with this world, and a database in a folder."""
    (folder / "seed.toml").write_text(WORLD)
    return Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{folder / 'vklive.sqlite3'}",
        seed=str(folder / "seed.toml"),
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
        devapi=DevApiSettings(
            stream_source_url="https://video.example/{channel_url}/{id}.m3u8?ip={ip}&agent={user_agent}",
            record_source_url="https://video.example/records/{id}.m3u8",
            rtmp_url="rtmp://ingest.example/app",
        ),
        # The first ping comes at a random time, and would now and then be among what a test reads.
        pubsub=PubSubSettings(ping_interval=86_400.0),
    )
