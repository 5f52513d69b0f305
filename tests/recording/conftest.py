"""Events as a client hears them, and what becomes of them in a recording."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from vklive.events import Event, decode_payload
from vklive.recording.cleaning import Cleaning
from vklive.recording.pseudonyms import Pseudonyms
from vklive.recording.secrets import Secrets

WHEN = datetime(2026, 11, 23, 12, 3, 4, 500_000, tzinfo=UTC)


@pytest.fixture(scope="session")
def heard():
    """An event from its payload."""

    def event(payload: bytes | object, *, ws_channel: str = "api-channel-chat:42", position=None, at=WHEN) -> Event:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        event_type, data = decode_payload(raw)
        return Event(
            type=event_type,
            data=data,
            channel_url="streamer",
            topic="chat",
            ws_channel=ws_channel,
            position=position,
            received_at=at,
            raw=raw,
        )

    return event


@pytest.fixture
def happened():
    """An event of the connection from its data."""

    def event(data, *, at=WHEN) -> Event:
        return Event(
            type=data.event_type,
            data=data,
            channel_url="streamer",
            topic=getattr(data, "topic", ""),
            ws_channel=getattr(data, "ws_channel", ""),
            position=None,
            received_at=at,
            raw=b"",
        )

    return event


@pytest.fixture
def cleaning():
    return Cleaning(Secrets(["a-known-secret"]))


@pytest.fixture
def anonymous():
    return Cleaning(Secrets(), pseudonyms=Pseudonyms(b"key"))
