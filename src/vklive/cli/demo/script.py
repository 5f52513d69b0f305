"""What is said in the demo: a minute of three channels, recorded as it goes over the wire.

``script.jsonl`` has a JSON object a line: ``at`` (seconds from the start), ``channel`` (its slug), ``topic`` and
``payload``, which is published as it stands, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct, structs

from vklive.devapi.topics import Topic
from vklive.errors import ConfigError
from vklive.events import UnknownEvent, decode_payload

FILE = "script.jsonl"

LENGTH = 60.0
"""Seconds of the recording; a longer demo plays it again."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happens.

    Attributes:
        at: seconds from the start.
        channel: the slug of the channel.
        topic: where it is published.
        payload: the JSON that is published.
    """

    at: Annotated[float, Meta(ge=0, lt=LENGTH)]
    channel: str
    topic: Topic
    payload: Raw


def read_script() -> list[Line]:
    """The recording that comes with the package."""
    return parse(files("vklive.cli.demo").joinpath(FILE).read_bytes())


def parse(script: bytes) -> list[Line]:
    """Read a recording.

    Raises:
        ConfigError: when a line is none, is out of order, or its payload is no event that vklive knows.
    """
    lines: list[Line] = []
    for number, text in enumerate(script.splitlines(), start=1):
        where = f"{FILE}: line {number}"
        try:
            line = msgspec.json.decode(text, type=Line)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ConfigError(where, str(error)) from None
        if lines and line.at < lines[-1].at:
            raise ConfigError(where, f"{line.at:g} s comes after {lines[-1].at:g} s", hint="sort the lines by time")
        match decode_payload(line.payload):
            case event_type, UnknownEvent(reason=reason):
                raise ConfigError(where, f"{event_type or 'no type'}: {reason}")
            case _:
                # A copy: what was decoded is a view that would keep the whole file in memory.
                lines.append(structs.replace(line, payload=Raw(bytes(line.payload))))
    return lines


def play(lines: Sequence[Line], *, seconds: float) -> Iterator[Line]:
    """The lines of so many seconds, at their own pace.

    A longer recording is cut, a shorter one begins again; `at` counts on from one round to the next.
    """
    if not lines:
        return
    start = 0.0
    while True:
        for line in lines:
            at = start + line.at
            if at >= seconds:
                return
            yield structs.replace(line, at=at) if start else line
        start += LENGTH
