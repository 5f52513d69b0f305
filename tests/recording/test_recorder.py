"""What is recorded, and what is counted."""

from __future__ import annotations

from vklive.events import Connected, Gap
from vklive.recording.lines import Happened, Heard, decode_line
from vklive.recording.recorder import Recorder


class Kept:
    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, line: bytes) -> None:
        self.lines.append(line)

    def close(self) -> None: ...


def test_events_and_what_happens_are_written_in_order_and_counted(cleaning, heard, happened):
    kept = Kept()
    recorder = Recorder(kept, cleaning=cleaning)
    known = {"type": "channel_chat_message_delete", "data": {"chat_message": {"id": 1}}}
    gap = Gap(topic="chat", ws_channel="x", reason="lost")

    for event in (happened(Connected(attempt=1, client_id="c")), heard(known), happened(gap), heard({"type": "new"})):
        recorder.record(event)

    assert [type(decode_line(line)) for line in kept.lines] == [Happened, Heard, Happened, Heard]
    assert (recorder.events, recorder.unknown, recorder.gaps) == (2, 1, 1)
