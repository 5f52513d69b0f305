"""Recordings, as files."""

from __future__ import annotations

import json
from pathlib import Path

BEGAN = {"kind": "recording", "format": 1, "vklive": "0.1", "began_at": "2026-11-23T12:00:00Z", "channel_url": "s"}


def event(payload: object, *, topic: str = "info", second: int = 0) -> dict[str, object]:
    """The line of an event."""
    return {
        "kind": "event",
        "received_at": f"2026-11-23T12:00:{second:02}Z",
        "channel_url": "streamer",
        "topic": topic,
        "ws_channel": f"api-channel-{topic}:42",
        "payload": payload,
    }


def poll(number: int) -> dict[str, object]:
    """An event of a type that nobody knows."""
    return event({"type": "poll", "data": {"id": number, "votes": number}}, second=number)


def deleted(number: object) -> dict[str, object]:
    """An event of a type that is known."""
    return event({"type": "channel_chat_message_delete", "data": {"chat_message": {"id": number}}}, topic="chat")


def write(path: Path, *lines: dict[str, object] | str) -> str:
    """Write a recording; gives its name."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in (BEGAN, *lines)]
    path.write_text("".join(text + "\n" for text in texts))
    return str(path)
