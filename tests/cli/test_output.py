"""One line an event, for people and for programs."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vklive.cli.output import ForPeople, ForPrograms
from vklive.events import Position
from vklive.events.lifecycle import Connected, NoAccess, Reconnecting

FOLLOW = '{"type":"channel_follow_create","data":{"follow":{"follower":{"nick":"newbie"}}, "new_field": 1.50}}'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def people():
    file = io.StringIO()
    output = ForPeople(file, timezone=UTC)

    def show(*events) -> list[str]:
        for event in events:
            output.show(event)
        return file.getvalue().splitlines()

    return show


@pytest.fixture
def programs():
    def show(*events) -> list[str]:
        file = io.StringIO()
        output = ForPrograms(file)
        for event in events:
            output.show(event)
        return file.getvalue().removesuffix("\n").split("\n")

    return show


def trouble(happened, *, attempt: int, cause: str = "refused", code: int | None = None):
    return happened(Reconnecting(cause=cause, code=code, delay=1.0, attempt=attempt))


def test_in_a_pipe_there_is_neither_colour_nor_wrapping(heard):
    file = io.StringIO()
    long = json.dumps({"type": "new", "data": "word " * 40})

    ForPeople(file, timezone=UTC).show(heard(long))

    assert "\x1b" not in file.getvalue()
    assert file.getvalue().count("\n") == 1


def test_on_a_terminal_there_is_colour(heard):
    file = Terminal()

    ForPeople(file, timezone=UTC).show(heard(FOLLOW))

    assert "\x1b[" in file.getvalue()


def test_no_color_is_obeyed(heard, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    file = Terminal()

    ForPeople(file, timezone=UTC).show(heard(FOLLOW))

    assert "38;5" not in file.getvalue()
    assert "newbie" in file.getvalue()


def test_square_brackets_are_text_and_no_markup(heard, people):
    lines = people(heard('{"type":"channel_follow_create","data":{"follow":{"follower":{"nick":"[red]x[/red]"}}}}'))

    assert lines == ["12:03:04  chat                    [red]x[/red] follows the channel"]


def test_the_same_trouble_is_told_once(happened, people):
    lines = people(*(trouble(happened, attempt=attempt) for attempt in range(2, 6)))

    assert len(lines) == 1


def test_another_trouble_is_told_again(happened, people):
    lines = people(
        trouble(happened, attempt=2),
        trouble(happened, attempt=3, cause="timeout"),
        trouble(happened, attempt=4, cause="timeout", code=1006),
        trouble(happened, attempt=5),
    )

    assert len(lines) == 4


def test_the_same_trouble_after_a_connection_is_told_again(happened, people):
    lines = people(
        trouble(happened, attempt=2),
        happened(Connected(attempt=2, client_id="c")),
        trouble(happened, attempt=3),
    )

    assert [line[34:41] for line in lines] == ["no conn", "connect", "no conn"]


def test_programs_get_the_payload_as_it_came(heard, programs):
    [line] = programs(heard(FOLLOW, topic="info", position=Position("abcd", 7)))

    assert line == (
        '{"type":"channel_follow_create","topic":"info","channel":"streamer","ws_channel":"api-channel-info:1001",'
        '"position":{"epoch":"abcd","offset":7},"received_at":"2026-11-23T12:03:04.500000+00:00",'
        '"data":{"follow":{"follower":{"nick":"newbie"}}, "new_field": 1.50}}'
    )


def test_the_time_is_aware(heard, programs):
    [line] = programs(heard(FOLLOW))

    assert datetime.fromisoformat(json.loads(line)["received_at"]).tzinfo == UTC


def test_what_happens_to_the_connection_has_its_fields_as_data(happened, programs):
    [line] = programs(happened(NoAccess(topic="limited_chat", ws_channel="x", reason="no token"), topic="limited_chat"))

    said = json.loads(line)
    assert (said["type"], said["topic"]) == ("vklive.no_access", "limited_chat")
    assert said["data"] == {"topic": "limited_chat", "ws_channel": "x", "reason": "no token"}


def test_programs_get_every_attempt(happened, programs):
    assert len(programs(*(trouble(happened, attempt=attempt) for attempt in range(2, 6)))) == 4


@pytest.mark.parametrize("payload", ["5", "[1]", '"text"', "null", '{"no":"type"}', '{"type":5,"data":{}}'])
def test_a_payload_that_is_no_event_is_all_data(heard, programs, payload):
    [line] = programs(heard(payload))

    assert json.loads(line)["data"] == json.loads(payload)


def test_bytes_that_are_no_text_do_not_break_the_line(heard, programs):
    [line] = programs(heard(b'{"type":"new","data":"\xff"}'))

    assert json.loads(line)["data"] == "\ufffd"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_programs_get_what_was_meant_on_one_line_without_control_characters(heard, programs, value):
    payload = json.dumps({"type": "new", "data": value}, ensure_ascii=False, indent=1)

    [line] = programs(heard(payload))

    assert len(line.splitlines()) == 1
    assert line.isprintable() or not [character for character in line if ord(character) < 0x20 or character == "\x7f"]
    assert msgspec.json.decode(line)["data"] == value
