"""A turn of the loop: everything it brings goes out at its end, in shared frames."""

from __future__ import annotations

import asyncio

from websockets.frames import Frame, Opcode

from vklive.server.edge.framing import MAX_MESSAGES_IN_FRAME, TEXT
from vklive.server.turn import Frames, Turn


def text(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Speaker:
    def __init__(self) -> None:
        self.flushed: list[Frames] = []

    def flush(self, frames: Frames) -> None:
        self.flushed.append(frames)


def test_one_message_is_a_frame_and_the_same_message_the_same_frame():
    frames = Frames()
    message = b'{"push":{}}'
    assert frames.of([message], TEXT) == text(message)
    assert frames.of([message], TEXT) is frames.of([message], TEXT)


def test_messages_of_a_turn_are_joined_by_newlines_and_the_frame_is_shared():
    frames = Frames()
    one, two = b"{}", b'{"id":2}'
    assert frames.of([one, two], TEXT) == text(b'{}\n{"id":2}')
    assert frames.of([one, two], TEXT) is frames.of([one, two], TEXT)
    assert frames.of([two, one], TEXT) == text(b'{"id":2}\n{}')


def test_a_frame_holds_at_most_sixteen_messages():
    messages = [b"%d" % number for number in range(41)]
    expected = b"".join(text(b"\n".join(messages[at : at + MAX_MESSAGES_IN_FRAME])) for at in (0, 16, 32))
    assert Frames().of(messages, TEXT) == expected


async def test_a_speaker_is_flushed_once_at_the_end_of_the_turn_with_the_frames_of_all():
    turn = Turn()
    one, two = Speaker(), Speaker()
    for speaker in (one, two, one):
        turn.add(speaker)
    assert one.flushed == []
    await asyncio.sleep(0)
    assert len(one.flushed) == 1
    assert one.flushed == two.flushed
    turn.add(one)
    await asyncio.sleep(0)
    assert len(one.flushed) == 2
    assert one.flushed[0] is not one.flushed[1]


async def test_one_that_fails_costs_nobody_else_the_turn(caplog):
    class Broken(Speaker):
        def flush(self, frames: Frames) -> None:
            raise ValueError("broken")

    turn = Turn()
    before, after = Speaker(), Speaker()
    for speaker in (before, Broken(), after):
        turn.add(speaker)
    await asyncio.sleep(0)
    assert (len(before.flushed), len(after.flushed)) == (1, 1)
    assert "broken" in caplog.text
