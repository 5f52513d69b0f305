"""The traffic of both benchmarks: one chat message as the DevAPI sends it, 556 bytes in its frame."""

from __future__ import annotations

import json

CHANNEL = "api-channel-chat:42"

MESSAGE = {
    "type": "channel_chat_message_send",
    "data": {
        "chat_message": {
            "id": 700123,
            "created_at": 1780000000,
            "is_private": False,
            "author": {
                "id": 2002,
                "nick": "viewer_one",
                "nick_color": 4,
                "avatar_url": "https://img.example/a.png",
                "is_owner": False,
                "is_moderator": True,
                "badges": [],
                "roles": [],
            },
            "parts": [
                {"mention": {"id": 1001, "nick": "streamer"}},
                {"text": {"content": ", привет! как дела?"}},
                {"link": {"content": "example.org", "url": "https://example.org/"}},
            ],
        }
    },
}

PAYLOAD = json.dumps(MESSAGE, ensure_ascii=False).encode()
