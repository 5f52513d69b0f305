"""What viewers write with what they want."""

from __future__ import annotations

import msgspec

from vklive.devapi.models import Demand
from vklive.events import Smile, Text, UnknownPart


def demand(*parts: object) -> Demand:
    fields = {"id": 5, "user": {"id": 9}, "reward": {"id": "w"}, "message_parts": parts}
    return msgspec.json.decode(msgspec.json.encode(fields), type=Demand)


def test_it_is_read_as_a_message_is():
    wanted = demand({"text": {"content": "play "}}, {"smile": {"id": 4, "name": "Kappa"}})
    assert [part.content for part in wanted.parts] == [Text(content="play "), Smile(id="4", name="Kappa")]
    assert wanted.text == "play :Kappa:"


def test_a_part_that_cannot_be_read_is_kept_and_costs_no_other():
    wanted = demand({"poll": {"id": 1}}, 5, [], {"text": {"content": "this"}})
    assert [isinstance(part.content, UnknownPart) for part in wanted.parts] == [True, True, True, False]
    assert [bytes(part.unknown.data) for part in wanted.parts if part.unknown] == [b'{"poll":{"id":1}}', b"5", b"[]"]
    assert wanted.text == "this"


def test_nothing_written_is_nothing():
    assert (demand().parts, demand().text) == ((), "")
