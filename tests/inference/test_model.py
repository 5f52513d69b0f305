"""The classes that are written for what was seen."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from vklive.events import EventData, UnknownEvent, decode_payload
from vklive.inference import Survey, module_source

OPEN_POLL: dict[str, object] = {
    "id": 1,
    "class": "x",
    "userId": 7,
    "created_at": 1_780_000_000,
    "options": [{"id": 1, "text": "a"}],
}
POLL = {"poll": OPEN_POLL, "note": None}


def test_it_is_ready_to_be_pasted(infer):
    source = infer(POLL, {"poll": {**OPEN_POLL, "options": []}}, event_type="channel_poll_start").source

    assert (
        source
        == '''\
from typing import ClassVar

from msgspec import Struct

import vklive
from vklive.events import EventData


class Option(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A part of Poll, seen once."""

    id: int
    text: str


class Poll(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"class_": "class", "user_id": "userId"},
):
    """A part of ChannelPollStart, seen 2 times."""

    id: int
    class_: str
    user_id: int
    created_at: int  # unix seconds
    options: tuple[Option, ...]


@vklive.register
class ChannelPollStart(EventData, frozen=True, kw_only=True):
    """Seen 2 times on info, at 2026-11-23 12:03:04 UTC."""

    event_type: ClassVar[str] = "channel_poll_start"
    topics: ClassVar[tuple[str, ...]] = ("info",)

    poll: Poll
    note: None = None  # in 1 of 2
'''
    )


def test_it_is_formatted_and_lint_free_but_for_the_comments_of_its_module(infer, tmp_path):
    pytest.importorskip("ruff")
    file = tmp_path / "events.py"
    file.write_text(infer(POLL, POLL, event_type="channel_poll_start").source)

    checked = [
        subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, str(file)], capture_output=True, text=True, check=False
        )
        for arguments in (["format", "--check", "--isolated", "--line-length=120"], ["check", "--isolated"])
    ]

    assert [each.stdout for each in checked if each.returncode] == []


def test_what_it_reads_has_the_values_of_the_samples(infer, imported):
    module = imported(infer(POLL, event_type="channel_poll_start").source)

    _, data = decode_payload(json.dumps({"type": "channel_poll_start", "data": POLL}).encode())

    assert isinstance(data, EventData)
    assert data == module.ChannelPollStart(
        poll=module.Poll(
            id=1, class_="x", user_id=7, created_at=1_780_000_000, options=(module.Option(id=1, text="a"),)
        ),
        note=None,
    )


def test_a_required_field_that_is_missing_later_loses_nothing(infer, imported):
    imported(infer(POLL, event_type="channel_poll_start").source)

    _, data = decode_payload(b'{"type":"channel_poll_start","data":{}}')

    assert isinstance(data, UnknownEvent)
    assert "poll" in data.reason


@pytest.mark.parametrize(
    ("samples", "line"),
    [
        ([{"a": 1}, {"a": 5}], "a: int  # 1 to 5"),
        ([{"a": 1}, {"a": 0.5}], "a: int | float  # 0.5 to 1"),
        ([{"a": True}, {"a": "x"}, {"a": None}], "a: bool | str | None"),
        ([{"a": "x"}, {}], "a: str | None = None  # in 1 of 2"),
        ([{"a": []}], "a: tuple[object, ...]"),
        ([{"a": [[1], ["x"]]}], "a: tuple[tuple[int | str, ...], ...]"),
        ([{"a": {"1": 1, "2": 2, "3": 3}}], "a: dict[str, int]"),
        ([{"a": status} for status in ("on", "off") * 4], "a: str  # off, on"),
        ([{"a": "https://a.example"}, {"a": ""}], "a: str  # URI or empty"),
        ([{"a": {"b": 1}}], "a: A"),
        ([{"str": 1}], "str_: int"),
        ([{"": 1}], "field: int"),
        ([{"2x": 1}], "field_2_x: int"),
        ([{"event_type": 1}], "event_type_: int"),
        ([{"topics": [1]}], "topics_: tuple[int, ...]"),
        ([{"userId": 1, "user_id": "x"}], "user_id_2: str"),
        ([{'a"b': 1}], "# No field can be named 'a\"b': read it from the event's `raw`."),
        ([{"1": 1, "2": 2, "3": 3}], "# The keys differ from one to the next: read them from the event's `raw`."),
    ],
)
def test_fields(infer, imported, samples, line):
    inferred = infer(*samples)

    assert f"    {line}\n" in inferred.source
    imported(inferred.source)


@pytest.mark.parametrize("event_type", ["", "vklive.connected"])
def test_there_is_no_class_for_what_can_be_registered_nowhere(infer, imported, event_type):
    source = infer({"a": 1}, event_type=event_type).source

    assert "class" not in source.split("EventData\n", 1)[1].replace("that a class can", "")
    imported(source)


@pytest.mark.parametrize("data", [[1], "text", None])
def test_there_is_no_class_for_data_that_is_no_object(infer, imported, data):
    inferred = infer({"a": 1}, data)

    assert '# The data of "new" was not always an object: there is no class for it.' in inferred.source
    imported(inferred.source)


@pytest.mark.parametrize(
    "event_type", ['new"""\nimport os', "x\\", "день", "1", "str", "Exception", "a\u202eb", "\x00"]
)
def test_no_type_can_write_a_program(infer, imported, event_type):
    source = infer({"a": 1}, event_type=event_type, topic='"""\nimport os\n').source

    imported(source)

    assert "\nimport os" not in source
    assert not isinstance(decode_payload(json.dumps({"type": event_type, "data": {"a": 1}}).encode())[1], UnknownEvent)


def test_several_types_make_one_module_in_which_all_names_differ(imported, infer):
    survey = Survey()
    for event_type in ("poll", "Poll", "poll_start"):
        payload = json.dumps({"type": event_type, "data": {"poll": {"a": event_type}}}).encode()
        survey.hear(payload, topic="info", at=infer({}).of_type.first_seen)

    module = imported(module_source(survey.types.values()))

    assert {"Poll", "PollPoll", "Poll2", "PollStart"} <= set(vars(module))


def test_it_says_on_which_topics_the_type_is_heard_the_usual_one_first(infer, imported):
    survey = Survey()
    for topic in ("chat", "info", "no such", "info"):
        survey.hear(b'{"type":"new"}', topic=topic, at=infer({}).of_type.first_seen)

    assert imported(module_source(survey.types.values())).New.topics == ("info", "chat")


def test_a_type_that_vklive_knows_says_so(infer):
    source = infer({"chat_message": {"id": 1}}, event_type="channel_chat_message_delete").source

    assert "# vklive has ChatMessageDeleted for this type" in source
