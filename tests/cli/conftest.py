"""Events as a consumer gets them, and the command line as a user calls it."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from vklive.cli import main
from vklive.events import Event, decode_payload

WHEN = datetime(2026, 11, 23, 12, 3, 4, 500_000, tzinfo=UTC)


@pytest.fixture
def heard():
    """An event from the JSON of its payload."""

    def event(payload: str | bytes, *, topic: str = "chat", position=None) -> Event:
        raw = payload.encode() if isinstance(payload, str) else payload
        event_type, data = decode_payload(raw)
        return Event(
            type=event_type,
            data=data,
            channel_url="streamer",
            topic=topic,
            ws_channel=f"api-channel-{topic}:1001",
            position=position,
            received_at=WHEN,
            raw=raw,
        )

    return event


@pytest.fixture
def happened():
    """An event of the connection from its data."""

    def event(data, *, topic: str = "") -> Event:
        return Event(
            type=data.event_type,
            data=data,
            channel_url="streamer",
            topic=topic,
            ws_channel=f"api-channel-{topic}:1001" if topic else "",
            position=None,
            received_at=WHEN,
            raw=b"",
        )

    return event


@pytest.fixture
def vklive():
    """Call the command line in this process, with nothing of ours in the environment; gives click's result."""
    ours = {name: None for name in os.environ if name.startswith("VKLIVE_")}

    def call(*arguments: str, environ: dict[str, str] | None = None, stdin: str | None = None):
        return CliRunner(env={**ours, **(environ or {})}).invoke(main, list(arguments), input=stdin, prog_name="vklive")

    return call
