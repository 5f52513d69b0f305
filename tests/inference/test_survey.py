"""What is counted of each type, and where remembering ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from vklive.events import ChatMessageDeleted
from vklive.inference import Survey, event_schema, survey
from vklive.inference.survey import UnreadableSampleError

WHEN = datetime(2026, 11, 23, 12, 3, 4, tzinfo=UTC)


@pytest.fixture
def hear():
    found = Survey()

    def call(payload: object, *, topic: str = "info", second: int = 0) -> Survey:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        found.hear(raw, topic=topic, at=WHEN + timedelta(seconds=second))
        return found

    return call


def test_how_often_where_and_when(hear):
    hear({"type": "new"}, topic="chat", second=5)
    hear({"type": "new"}, topic="info", second=9)
    found = hear({"type": "new"}, topic="info", second=1).types["new"]

    assert (found.count, found.topics) == (3, {"chat": 1, "info": 2})
    assert found.summary == "Seen 3 times on info (2), chat (1), from 2026-11-23 12:03:05 to 2026-11-23 12:03:13 UTC."
    assert not found.is_documented


def test_a_type_that_is_known_and_fits_is_documented(hear):
    known = {"type": "channel_chat_message_delete", "data": {"chat_message": {"id": 1}}}
    found = hear(known).types["channel_chat_message_delete"]

    assert found.known_as is ChatMessageDeleted
    assert found.is_documented


def test_one_that_does_not_fit_is_not(hear):
    found = hear({"type": "channel_chat_message_delete", "data": {}}).types["channel_chat_message_delete"]

    assert not found.is_documented
    assert (found.misfits, "chat_message" in found.misfit) == (1, True)


def test_what_has_no_type_is_looked_at_as_a_whole(hear):
    found = hear([1, 2]).types[""]

    assert event_schema(found)["items"] == {"type": "integer", "minimum": 1, "maximum": 2}


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff", b'{"type":"new","data":1e999}', b'{"type":"new","data":"\\ud800"}']
)
def test_what_cannot_be_read_is_counted_nowhere(hear, payload):
    with pytest.raises(UnreadableSampleError):
        hear(payload)

    assert list(hear({"type": "known"}).types) == ["known"]


def test_types_beyond_the_limit_are_counted_together(hear, monkeypatch):
    monkeypatch.setattr(survey, "MAX_TYPES", 2)
    found = [hear({"type": name}) for name in ("a", "b", "c", "d", "a", "x" * 201)][-1]

    assert list(found.types) == ["a", "b"]
    assert (found.types["a"].count, found.others) == (2, 3)


def test_topics_beyond_the_limit_are_not_told(hear, monkeypatch):
    monkeypatch.setattr(survey, "MAX_TOPICS", 2)
    found = [hear({"type": "new"}, topic=name) for name in ("a", "b", "c", "a")][-1]

    assert found.types["new"].topics == {"a": 2, "b": 1}
    assert found.types["new"].count == 4
